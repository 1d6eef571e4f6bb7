"""Dates of a plan as they are kept and read again."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from firstwin.projects.contracts.baselines import KeptDates

LAUNCH = "At the launch"
LONGEST_NAME = 100
MOST = 50
"""More cannot be told apart in a list."""


def packed(tasks: Iterable[tuple[UUID, KeptDates]]) -> dict[str, list[str]]:
    """The dates of a plan as plain data."""
    return {id.hex: [kept.start_at.isoformat(), kept.due_at.isoformat(), kept.name] for id, kept in tasks}


def unpacked(data: Mapping[str, list[str]]) -> dict[UUID, KeptDates]:
    """What `packed` made of dates, as dates again."""
    return {
        UUID(id): KeptDates(name=name, start_at=datetime.fromisoformat(start), due_at=datetime.fromisoformat(due))
        for id, (start, due, name) in data.items()
    }
