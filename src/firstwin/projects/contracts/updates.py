"""Bringing a running project to a newer version of its playbook: what would change, what somebody decides, what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from firstwin.shared.errors import ConflictError, NotFoundError


class UpdateGroup(StrEnum):
    """How an item concerns the project. Conflicts were changed by hand and by the new version; done ones are only told."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    CONFLICTING = "conflicting"
    DONE = "done"


class UpdatePart(StrEnum):
    """What kind of part an item is about."""

    STAGE = "stage"
    TASK = "task"
    MILESTONE = "milestone"
    ROLE = "role"
    CRITERION = "criterion"
    TARGET = "target"


class UpdateAspect(StrEnum):
    """What of a part changes; `whole` when it comes or goes."""

    WHOLE = "whole"
    TEXT = "text"
    TIMING = "timing"
    LINKS = "links"
    SETTINGS = "settings"
    PEOPLE = "people"
    PLACE = "place"


class Decision(StrEnum):
    """What somebody decides about an item: take the new version, or keep the project as it stands."""

    ACCEPT = "accept"
    REFUSE = "refuse"


class UndoGoneError(ConflictError):
    """The plan changed after the update, so taking it back would lose that change; the detail says what it was."""

    code = "undo_gone"
    title = "This update cannot be taken back any more"


class NothingToUndoError(NotFoundError):
    """No change of the plan is left that could be taken back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateField:
    """One field: what the playbook said when the project started, what the project says, what the new version says."""

    name: str
    label: str
    base: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateItem:
    """One thing to accept or refuse. `ref` names it in decisions and stays the same from one look to the next.

    `mark` stands for its content: what was refused is asked again only under another mark. `needs` are items that come
    along when this one is accepted. `note` says what a reader should know, such as that somebody removed it by hand.
    """

    ref: str
    group: UpdateGroup
    part: UpdatePart
    aspect: UpdateAspect
    keys: tuple[str, ...]
    name: str
    stage: str
    text: str
    fields: tuple[UpdateField, ...]
    note: str
    needs: tuple[str, ...]
    mark: str

    @property
    def is_asked(self) -> bool:
        """There is something to decide: done work is never touched."""
        return self.group is not UpdateGroup.DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTask:
    """A task that other dates follow for."""

    name: str
    due_before: datetime
    due_after: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DateEffect:
    """What an update does to dates before anything is saved; `late` names new tasks whose promise lies in the past."""

    end_before: datetime
    end_after: datetime
    moved: tuple[MovedTask, ...]
    late: tuple[str, ...]

    @property
    def end_moves_by_days(self) -> int:
        """By how many days the end moves, earlier ones negative."""
        return (self.end_after.date() - self.end_before.date()).days


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateReview:
    """A newer version compared with a running project. `effect` is that of the `decisions` it was asked for."""

    project_id: UUID
    project_name: str
    account_name: str
    from_number: int
    to_number: int
    to_version_id: UUID
    notes: str
    items: tuple[UpdateItem, ...]
    decisions: Mapping[str, Decision]
    effect: DateEffect
    questions: tuple[str, ...]

    def count(self, group: UpdateGroup) -> int:
        """Return how many items a group has."""
        return sum(item.group is group for item in self.items)

    @property
    def asked(self) -> tuple[UpdateItem, ...]:
        """Return the items that want a decision."""
        return tuple(item for item in self.items if item.is_asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedUpdate:
    """An update that was carried out; `cannot_undo` says why it cannot be taken back, or is empty."""

    id: UUID
    project_id: UUID
    from_number: int
    to_number: int
    by_name: str
    at: datetime
    accepted: int
    refused: int
    left: int
    is_finished: bool
    undone_at: datetime | None
    cannot_undo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRule:
    """How many projects are updated at once: what is taken without looking, and when a project is left alone.

    Conflicts are left open for a person unless `conflicts` says otherwise; a project whose end would move by more than
    `most_days` in either direction is not changed at all.
    """

    take: tuple[UpdateGroup, ...] = (UpdateGroup.ADDED,)
    aspects: tuple[UpdateAspect, ...] = (UpdateAspect.TEXT,)
    conflicts: Decision | None = None
    most_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateScope:
    """Which running projects of a playbook; empty values do not narrow."""

    segment: str = ""
    owner_id: UUID | None = None
    stage: str = ""
    project_ids: tuple[UUID, ...] = ()


class RunOutcome(StrEnum):
    """What came of one project in a run over many."""

    UPDATED = "updated"
    PARTLY = "partly"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """One project of a run: what was taken, what is left for a person, and where its end goes."""

    project_id: UUID
    project_name: str
    account_name: str
    outcome: RunOutcome
    text: str
    accepted: int
    left: int
    conflicts: int
    end_before: datetime | None
    end_after: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateRun:
    """One rule for many projects, tried out (`is_trial`) or carried out in the background."""

    id: UUID
    playbook_id: UUID
    to_number: int
    is_trial: bool
    rule: UpdateRule
    scope: UpdateScope
    total: int
    done: int
    by_name: str
    started_at: datetime
    finished_at: datetime | None
    outcomes: Mapping[RunOutcome, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedOwner:
    """A member whose running projects use an older version of a playbook."""

    owner_id: UUID
    project_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdatedProjects:
    """How many running projects of a playbook stand on which older version, and since when the newest is out."""

    latest_number: int
    published_on: date
    by_number: Mapping[int, int]

    @property
    def total(self) -> int:
        """Return how many there are in all."""
        return sum(self.by_number.values())
