"""What the owner of the event store does besides draining: orders, erasures, retention, and what it had to set aside."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol
from uuid import UUID

from firstwin.shared.errors import ConflictError
from firstwin.usage.contracts.store import StoredEvent


class OrderKind(StrEnum):
    """What the owner of the store is told to do."""

    LINK = "link"
    UNLINK = "unlink"
    MERGE = "merge"
    PLACE = "place"
    ERASE = "erase"
    DROP = "drop"


class ErasureState(StrEnum):
    """How far an erasure got: asked for, no longer shown to anybody, gone from the disk."""

    ASKED = "asked"
    HIDDEN = "hidden"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureInfo:
    """The proof of an erasure. Who was erased is kept only as `mark`, which nobody can read a name from.

    `found` and `left` say per place how much there was, and how much there still was when it was looked again.
    """

    id: UUID
    mark: str
    asked_at: datetime
    asked_by: str
    reference: str
    refuses_later: bool
    found: Mapping[str, int]
    left: Mapping[str, int]
    hidden_at: datetime | None
    gone_at: datetime | None
    problem: str

    @property
    def state(self) -> ErasureState:
        """Return how far it got."""
        if self.gone_at is not None:
            return ErasureState.GONE
        return ErasureState.ASKED if self.hidden_at is None else ErasureState.HIDDEN

    @property
    def total(self) -> int:
        """Return how much was found in all places."""
        return sum(self.found.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionInfo:
    """How long product events are kept: months, None for ever. `dropped` and `dropped_at` tell of the last time."""

    months: int | None
    changed_at: datetime | None
    dropped: int
    dropped_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionPreview:
    """How many events would go now, and from which time on all stay."""

    months: int
    before: datetime
    events: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideInfo:
    """A batch of events that the store could not take, kept with its reason until somebody decides."""

    id: UUID
    source_id: UUID
    received_at: datetime
    set_aside_at: datetime
    events: int
    size: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepingState:
    """How the owner of the store fares: orders that wait, batches set aside, of the whole installation."""

    orders: int
    oldest_order_at: datetime | None
    failed_orders: int
    set_aside: int


class ErasureRunningError(ConflictError):
    """The same person is being erased already."""

    code: ClassVar[str] = "erasure_running"


class EventTaker(Protocol):
    """What draining needs of the event store."""

    def append(self, events: Sequence[StoredEvent]) -> int:
        """Add the events whose message key is not there yet, and return how many that were; durable on return."""
        ...


class OrderTaker(Protocol):
    """The writes of the event store that follow orders. Each may come twice, and is durable on return."""

    def link(self, workspace_id: UUID, *, anonymous_id: str, user_id: str) -> None:
        """Let the events of an anonymous id be those of a user."""
        ...

    def link_all(self, workspace_id: UUID, links: Mapping[str, str]) -> None:
        """Let the events of anonymous ids be those of users; of nobody known where the user is empty."""
        ...

    def place_all(self, workspace_id: UUID, places: Mapping[str, UUID | None]) -> None:
        """Let the events of groups be those of accounts; of none where there is none."""
        ...

    def unlink(self, workspace_id: UUID, *, anonymous_id: str) -> None:
        """Let the events of an anonymous id be nobody's again."""
        ...

    def merge(self, workspace_id: UUID, *, user_id: str, into: str | None) -> None:
        """Let the events of one user be those of another; None takes it back."""
        ...

    def place(self, workspace_id: UUID, *, group_id: str, account_id: UUID | None) -> None:
        """Let the events of a group be those of an account; None takes it back."""
        ...


class StoreKeeper(Protocol):
    """What erasing, retention and backups need of the event store, whatever engine is behind it."""

    def is_answering(self) -> bool:
        """Say whether the engine works at all."""
        ...

    def names_of(self, workspace_id: UUID, *, people: Sequence[str]) -> tuple[str, ...]:
        """Return these names and all that belong to the same people: what was linked to them or merged into them."""
        ...

    def count_people(self, workspace_id: UUID, *, people: Sequence[str], received_until: datetime) -> int:
        """Count the events that are of these names or name them, and arrived by then."""
        ...

    def hide_people(self, workspace_id: UUID, *, people: Sequence[str], received_until: datetime) -> None:
        """Leave those events out of every answer from now on, and begin to write them out of the files."""
        ...

    def rewritten_at(self) -> datetime | None:
        """Return an instant by the store's clock when nothing is being written out any more; None while something is."""
        ...

    def is_gone(self, *, rewritten_at: datetime) -> bool:
        """Say whether no file is left that was replaced before then."""
        ...

    def count_before(self, workspace_id: UUID, *, before: datetime) -> int:
        """Count the events older than that."""
        ...

    def drop_before(self, workspace_id: UUID, *, before: datetime) -> None:
        """Leave events older than that out of every answer, and begin to write them out of the files."""
        ...

    def people(self, workspace_id: UUID) -> Iterator[str]:
        """Return every name that events of the workspace hold: of whom they are, and whom they name."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupInfo:
    """What a backup holds: events of the store, and what waited in the inbox at that moment."""

    taken_at: datetime
    events: int
    inbox_batches: int
    inbox_events: int


class BackupRefusedError(ConflictError):
    """A backup cannot be written there, or not be restored."""

    code: ClassVar[str] = "backup_refused"
