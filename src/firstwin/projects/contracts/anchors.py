"""Moving what the dates of a plan hang on: its start, the signature, the kickoff, go-live, the first win."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Following(StrEnum):
    """What becomes of what was set by hand, when what the plan hangs on moves.

    Dates move along or stay. Or tasks that have not begun go back to the version of the playbook that the project follows:
    dates set by hand and bounds go, lengths and dependencies are again what the version says, deadlines stay. Tasks that
    were added by hand keep their length and links.
    """

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
    """Another instant for an anchor, and what becomes of what was set by hand."""

    anchor: str
    to_at: datetime
    following: Following = Following.KEEP_SET
