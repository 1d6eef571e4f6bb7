"""Whom a change of a calendar would leave without any working hour."""

from collections.abc import Sequence

from firstwin.calendars.contracts import HolderKind
from firstwin.calendars.rules.resolving import Resolved
from firstwin.shared import wording

MOST_NAMES = 5


def names_of(calendars: Sequence[Resolved]) -> str:
    """People and accounts by name, contacts with their account: "Nia Park (Acorn) and Sam Reed"; of many the first five."""
    names = sorted(_name(calendar) for calendar in calendars)
    more = len(names) - MOST_NAMES
    if more > 0:
        names = [*names[:MOST_NAMES], f"{more} more"]
    return wording.joined(names)


def _name(calendar: Resolved) -> str:
    above = calendar.layers[0]
    return f"{calendar.name} ({above.name})" if calendar.holder.kind is HolderKind.CONTACT else calendar.name
