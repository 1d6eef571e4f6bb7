"""Moving what the dates of a plan hang on: its start, the signature, the kickoff, go-live, the first win."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Following(StrEnum):
    """What becomes of dates that were set by hand, when what they hang on moves."""

    SHIFT_ALL = "shift_all"
    KEEP_SET = "keep_set"
    TO_PLAYBOOK = "to_playbook"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorInfo:
    """An instant that dates hang on and that can be moved; `task_id` when the end of a task sets it."""

    anchor: str
    name: str
    at: datetime
    task_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorMove:
    """Another instant for an anchor, and what becomes of the dates that were set by hand."""

    anchor: str
    to_at: datetime
    following: Following = Following.KEEP_SET
