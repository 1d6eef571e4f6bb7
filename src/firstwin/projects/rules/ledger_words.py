"""The ledger of days in plain words, the same for whoever reads it."""

from collections.abc import Mapping, Sequence

from firstwin.projects.contracts.ledger import LedgerReason, LedgerSide, SideSum
from firstwin.shared import wording

TEAM: Mapping[LedgerSide, str] = {
    LedgerSide.VENDOR: "on our side",
    LedgerSide.CUSTOMER: "on the customer's side",
    LedgerSide.THIRD_PARTY: "by third parties",
    LedgerSide.CALENDAR: "by holidays and days off",
    LedgerSide.SCOPE: "by changes of the plan",
}
"""Where days were lost, as the team says it."""

_REASONS: Mapping[LedgerReason, str] = {
    LedgerReason.HOLD: "On hold",
    LedgerReason.STUCK: "Stuck",
    LedgerReason.APPROVAL: "Waited for approval",
    LedgerReason.NOT_STARTED: "Not begun in time",
    LedgerReason.NOT_DONE: "Took longer than planned",
    LedgerReason.FINISHED: "Finished later than planned",
    LedgerReason.STARTED: "Begun later than planned",
    LedgerReason.REOPENED: "Opened again",
    LedgerReason.DATE_SET: "Date set by hand",
    LedgerReason.HANDED_ON: "Handed on to somebody else",
    LedgerReason.SCOPE: "Plan changed",
    LedgerReason.ANCHOR: "A date changed that the plan hangs on",
    LedgerReason.CALENDAR: "Holidays and days off",
    LedgerReason.ENDED: "Project ended",
    LedgerReason.OTHER: "Another reason",
}
_WON: Mapping[LedgerReason, str] = {
    LedgerReason.HOLD: "Went on after a hold",
    LedgerReason.NOT_DONE: "Went faster than planned",
    LedgerReason.FINISHED: "Finished early",
    LedgerReason.STARTED: "Begun early",
}


def reason_words(reason: LedgerReason, days: int) -> str:
    """Why the end moved, in a few words; days that were won back have their own."""
    return _WON.get(reason, _REASONS[reason]) if days < 0 else _REASONS[reason]


def of_names(vendor: str, customer: str) -> Mapping[LedgerSide, str]:
    """Where days were lost, as both sides read it: each by its name."""
    return {
        **TEAM,
        LedgerSide.VENDOR: f"on the side of {vendor}",
        LedgerSide.CUSTOMER: f"on the side of {customer}",
    }


def headings(vendor: str, customer: str) -> Mapping[LedgerSide, str]:
    """The sides by name, as both read them at the head of a list."""
    return {
        LedgerSide.VENDOR: vendor,
        LedgerSide.CUSTOMER: customer,
        LedgerSide.THIRD_PARTY: "Third parties",
        LedgerSide.CALENDAR: "Holidays and days off",
        LedgerSide.SCOPE: "Changes of the plan",
    }


def sentence(sides: Sequence[SideSum], places: Mapping[LedgerSide, str] = TEAM) -> str:
    """By how much the end moved, which side lost days and which won some back: nothing is left out or set off."""
    whole = sum(side.days for side in sides)
    lost = [(side.lost, places[side.side]) for side in sides if side.lost]
    won = [(side.gained, places[side.side]) for side in sides if side.gained]
    if whole > 0:
        said = f"The end moved {_working_days(whole)} later"
    elif whole < 0:
        said = f"The end moved {_working_days(-whole)} earlier"
    else:
        said = "The end is where it was planned"
    if lost and won:
        return f"{said}: {_listed(lost, 'lost ')}; {_listed(won, 'won back ')}."
    if lost or won:
        return f"{said}: {_listed(lost or won)}."
    return f"{said}."


def _working_days(days: int) -> str:
    return f"{days} working day{'' if days == 1 else 's'}"


def _listed(parts: Sequence[tuple[int, str]], verb: str = "") -> str:
    said = [f"{days} {verb if number == 0 else ''}{place}" for number, (days, place) in enumerate(parts)]
    return wording.joined(said)
