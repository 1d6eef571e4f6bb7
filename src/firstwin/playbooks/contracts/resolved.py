"""What a playbook comes to for one account: which overlays apply, which stages and tasks are in or out, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from firstwin.playbooks.contracts import LinkSpec, OverlaySpec, PlaybookDefinition, StageSpec, TaskSpec
from firstwin.shared.errors import InvalidInputError

Facts = Mapping[str, Mapping[str, Any]]
"""What conditions are asked about: {"account": {...}, "project": {...}}, plain values by field name."""


class InvalidConditionError(InvalidInputError):
    """A condition cannot be evaluated; `lint_code` is a lint code, `column` counts from 1 within the condition."""

    code = "invalid_condition"
    title = "The condition cannot be used"

    def __init__(self, lint_code: str, message: str, remedy: str, column: int = 1) -> None:
        super().__init__(message, remedy=remedy)
        self.lint_code = lint_code
        self.column = column


class ValueType(StrEnum):
    """What kind of values a field of a condition has."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionField:
    """A field that conditions may ask about: `name` as written (account.segment), and what it can be.

    `values` lists the possible ones of a choice; a field that `can_be_unknown` may have no value yet.
    """

    name: str
    label: str
    type: ValueType
    values: tuple[str, ...] = ()
    can_be_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether a condition holds, and why, as a sentence: "account.segment is enterprise"."""

    holds: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedTask:
    """A task, in or out. `overlay` is the key of the overlay that added it, or empty.

    `after` are its links with everything that is out bridged over: who waited for a task that is out waits for what
    that task waited for.
    """

    spec: TaskSpec
    stage_key: str
    is_included: bool
    why: str
    overlay: str = ""
    after: tuple[LinkSpec, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedStage:
    """A stage, in or out, with all its tasks; a task of a stage that is out is out as well. `after` as for tasks."""

    spec: StageSpec
    is_included: bool
    why: str
    after: tuple[LinkSpec, ...]
    tasks: tuple[ResolvedTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedOverlay:
    """An overlay, applied or not, and the keys of the tasks that it added and removed."""

    spec: OverlaySpec
    is_applied: bool
    why: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolvedPlaybook:
    """A playbook for one account: every stage and task with the reason why it is in or out.

    `definition` is the playbook with the applied overlays worked in, and still with everything that is out.
    """

    definition: PlaybookDefinition
    stages: tuple[ResolvedStage, ...]
    overlays: tuple[ResolvedOverlay, ...]

    @property
    def included_stages(self) -> tuple[ResolvedStage, ...]:
        """Return the stages that are in."""
        return tuple(stage for stage in self.stages if stage.is_included)

    @property
    def included_tasks(self) -> tuple[ResolvedTask, ...]:
        """Return the tasks that are in, in order."""
        return tuple(task for stage in self.stages for task in stage.tasks if task.is_included)

    @property
    def applied_overlays(self) -> tuple[str, ...]:
        """Return the keys of the overlays that were applied."""
        return tuple(overlay.spec.key for overlay in self.overlays if overlay.is_applied)
