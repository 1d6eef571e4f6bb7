"""Somebody's day."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from firstwin.projects.contracts import CommentInfo, TaskInfo


class DayReason(StrEnum):
    """Why a row is on somebody's day."""

    OVERDUE = "overdue"
    STUCK = "stuck"
    APPROVAL = "approval"
    REPLY = "reply"
    WAITING = "waiting"
    DUE = "due"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayRow:
    """Something on somebody's day. `comment` is set for replies; `since` is when it began to wait."""

    reason: DayReason
    sentence: str
    project_id: UUID
    project_name: str
    account_id: UUID
    account_name: str
    task: TaskInfo | None
    comment: CommentInfo | None
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MyDay:
    """What a member does first: needs them, waits for customers (oldest first), comes up within seven days."""

    needs_you: tuple[DayRow, ...]
    waiting: tuple[DayRow, ...]
    coming_up: tuple[DayRow, ...]
    project_count: int
