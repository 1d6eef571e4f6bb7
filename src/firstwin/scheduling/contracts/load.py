"""What crosses the border of load: pieces of work with an estimate, and when their hours fall."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A piece of work of somebody: how many minutes it takes, and between which instants it is to be done."""

    owner: str
    minutes: int
    start_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTable:
    """All the work of one person in columns of the same length: its minutes, and start and due in microseconds since 1970."""

    minutes: Sequence[int]
    starts: Sequence[int]
    dues: Sequence[int]
