"""A plan from its end, or from that of one of its tasks: what has to start when, and what is too late for that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedTask:
    """The latest dates of a task that leave the wished end where it is; `problem` says why they cannot be kept."""

    task_id: UUID
    name: str
    start_by: datetime
    due_by: datetime
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A wished end, the end that can be reached from now on, the open tasks by the day on which each has to start, and
    what contradicts the wish, as sentences.
    """

    end_at: datetime
    possible_end_at: datetime
    tasks: tuple[WishedTask, ...]
    contradictions: tuple[str, ...] = ()

    @property
    def late(self) -> tuple[WishedTask, ...]:
        """Return the tasks that cannot start or end in time any more."""
        return tuple(task for task in self.tasks if task.problem)

    @property
    def is_possible(self) -> bool:
        """Return whether the wished end can be kept."""
        return not self.late and not self.contradictions and self.possible_end_at <= self.end_at
