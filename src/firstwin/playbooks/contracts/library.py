"""Versions as lists show them, filters of the library, and the edits that the editor makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import PlaybookProblem, PlaybookStatus
from firstwin.shared.errors import ConflictError, InvalidInputError, Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookVersionSummary:
    """A published version without its content."""

    id: UUID
    playbook_id: UUID
    number: int
    notes: str
    published_at: datetime
    published_by_id: UUID | None
    published_by_name: str
    stage_count: int
    task_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookFilters:
    """What the library is narrowed to; without a status everything that is not archived."""

    search: str = ""
    status: PlaybookStatus | None = None
    is_builtin: bool | None = None
    owner_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftStep:
    """A step of the draft's history, as undo and redo walk it."""

    position: int
    summary: str
    author_name: str
    at: datetime
    is_current: bool


class PartKind(StrEnum):
    """The parts of a draft that an edit can name; `playbook` is the whole and has no key."""

    PLAYBOOK = "playbook"
    ROLE = "role"
    FIELD = "field"
    DURATION = "duration"
    TARGET = "target"
    STAGE = "stage"
    TASK = "task"
    OVERLAY = "overlay"
    CRITERION = "criterion"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFields:
    """Set some keys of a part, in the form of the YAML file; None sets a key back to what it is when left out.

    A part is named by its `key` (durations by segment, targets by metric). A new key is followed wherever it is used.
    """

    kind: PartKind
    key: str = ""
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPart:
    """Add a part at a position (0 is first, None is last); a task names its stage, and its overlay if it is part of one.

    Without a key (a target: without its figure) one is made from the name.
    """

    kind: PartKind
    values: Mapping[str, Any]
    stage: str = ""
    position: int | None = None
    overlay: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovePart:
    """Move a part to a position among its kind, counted without itself; a task may name another stage."""

    kind: PartKind
    key: str
    position: int
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePart:
    """Remove a part. Who waited for it waits for what it waited for."""

    kind: PartKind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicatePart:
    """Put a copy of a stage or task behind it, with a key of its own."""

    kind: PartKind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCheck:
    """What an edit would come to: why it would be refused (empty: it would not), and the problems of the draft after it."""

    refusal: str
    problems: tuple[PlaybookProblem, ...]


Edit = SetFields | AddPart | MovePart | RemovePart | DuplicatePart


class InvalidPlaybookError(InvalidInputError):
    """A playbook cannot be read or published; `found` are the problems with their places."""

    code = "invalid_playbook"
    title = "The playbook has problems"

    def __init__(self, detail: str, *, remedy: str = "", found: tuple[PlaybookProblem, ...] = ()) -> None:
        problems = tuple(
            Problem(place=place_of(problem), message=problem.message, remedy=problem.remedy) for problem in found
        )
        super().__init__(detail, remedy=remedy, problems=problems)
        self.found = found


class PlaybookChangedError(ConflictError):
    """Somebody else edited the draft meanwhile."""

    code = "playbook_changed"
    title = "Somebody else edited this playbook"


def place_of(problem: PlaybookProblem) -> str:
    """Return where a problem is, as compilers write it: file:line:column, or its path."""
    if problem.line is None:
        return problem.path or problem.file
    return ":".join(str(part) for part in (problem.file, problem.line, problem.column) if part)
