"""What usage proves: how far tasks are with their goals, and what playbooks call the first win themselves."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

OWNER_KIND = "project_task"
"""What usage knows the tasks of projects by, when it looks after a goal for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """How far a task is with the goal that usage looks after. `sentence` is for the team, `progress` for everybody.

    `share` goes from 0 to 1; `met_at` is when it was reached, `checked_at` when somebody looked last.
    """

    task_id: UUID
    sentence: str
    progress: str
    share: float
    is_first_value: bool
    met_at: datetime | None
    checked_at: datetime | None

    @property
    def percent(self) -> int:
        """Return how much of the way is done, in percent."""
        return round(self.share * 100)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnGoal:
    """The goal that a playbook's latest version names for its first-value milestone."""

    playbook_id: UUID
    playbook_name: str
    milestone: str
    sentence: str
