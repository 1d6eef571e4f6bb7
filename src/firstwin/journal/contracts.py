"""What crosses the journal's border: events, their author, and the registry of subscribers."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, TypeVar
from uuid import UUID

from firstwin.shared.errors import NotFoundError, PermissionDeniedError


class EntryNotFoundError(NotFoundError):
    """There is no such entry in this workspace."""

    code = "entry_not_found"


class JournalDeniedError(PermissionDeniedError):
    """The actor may not read this part of the journal."""

    code = "journal_denied"


class NotInTransactionError(RuntimeError):
    """A fact was recorded outside of a transaction, so it could outlive, or miss, the change it tells of."""


class EventFormatError(ValueError):
    """An event cannot be written down, or the entry of an older program cannot be read any more; says which field and why."""


class AuthorKind(StrEnum):
    """Who can make something happen."""

    MEMBER = "member"
    CONTACT = "contact"
    API_KEY = "api_key"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who did it, and for whom when someone acted in another's place."""

    kind: AuthorKind
    id: UUID | None
    name: str
    on_behalf_of_kind: AuthorKind | None = None
    on_behalf_of_id: UUID | None = None
    on_behalf_of_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of every fact: a frozen dataclass of ids and plain values (str, int, float, bool, UUID, date, datetime, tuples).

    A subclass sets `name` ("task.completed"), `version`, `subject_type` ("project") and answers `subject_id`: the thing
    whose facts stay in order. `account_id` and `project_id`, where a subclass has such fields, index the timeline.
    """

    name: ClassVar[str]
    subject_type: ClassVar[str]
    version: ClassVar[int] = 1

    @property
    def subject_id(self) -> UUID:
        """Return the id of the thing whose facts are delivered in order."""
        raise NotImplementedError

    @classmethod
    def upgrade(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        """Return the fields of an entry written by an older `version` as this one has them; fields with defaults need nothing."""
        del version
        return data


class Recorder(Protocol):
    """An actor, as far as writing the journal needs to know one."""

    @property
    def workspace_id(self) -> UUID:
        """Return the workspace acted in."""
        ...

    @property
    def author(self) -> Author:
        """Return who acts, as the journal writes it down."""
        ...


class Reader(Recorder, Protocol):
    """An actor, as far as reading the journal needs to know one."""

    @property
    def role(self) -> str | None:
        """Return the role: owners, admins and auditors read the whole journal."""
        ...

    @property
    def scopes(self) -> frozenset[str]:
        """Return the scopes of an API key: "journal:read" reads the whole journal."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event as it stands in the journal; what subscribers receive. `told_at` is when: much later after an outage."""

    entry_id: UUID
    workspace_id: UUID
    at: datetime
    told_at: datetime
    author: Author
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryInfo:
    """A journal entry as pages and exports show it; `data` is the event's fields as JSON values."""

    id: UUID
    workspace_id: UUID
    at: datetime
    author: Author
    event_name: str
    event_version: int
    subject_type: str
    subject_id: UUID
    account_id: UUID | None
    project_id: UUID | None
    data: Mapping[str, Any]
    sequence: int | None
    hash: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """Which entries of a workspace to list; what is None or empty does not narrow. `since` is included, `until` is not.

    Entries of the `left_out` events are not listed.
    """

    subject_id: UUID | None = None
    subject_ids: frozenset[UUID] = frozenset()
    account_id: UUID | None = None
    project_id: UUID | None = None
    event_names: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    author_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The outcome of verifying a chain: `entries` are proven good, `head` is the hash of the last of them.

    A broken chain has a `reason`, and the `line` of the file where it breaks (None when a database was verified).
    """

    entries: int
    head: str
    line: int | None = None
    reason: str = ""

    @property
    def is_intact(self) -> bool:
        """Return whether nothing is wrong."""
        return not self.reason


E = TypeVar("E", bound=Event)
Subscriber = Callable[[Any, Recorded], None]

_subscribers: dict[str, dict[str, Subscriber]] = defaultdict(dict)
_event_types: dict[str, type[Event]] = {}


def event(cls: type[E]) -> type[E]:
    """Register an event class under its name, so that the journal can rebuild it; names are unique."""
    if _event_types.setdefault(cls.name, cls) is not cls:
        raise ValueError(f"two events are called {cls.name}")
    return cls


def on(event_type: type[E]) -> Callable[[Callable[[E, Recorded], None]], Callable[[E, Recorded], None]]:
    """Subscribe a function `on_<event>(event, recorded)`; it runs as a job after commit, at least once, in order per subject."""

    def register(function: Callable[[E, Recorded], None]) -> Callable[[E, Recorded], None]:
        _subscribers[event_type.name][f"{function.__module__}.{function.__qualname__}"] = function
        return function

    return register


def subscribers_of(event_name: str) -> Mapping[str, Subscriber]:
    """Return the subscribers of an event by their stable names."""
    return _subscribers.get(event_name, {})


def event_type(name: str) -> type[Event]:
    """Return the class of an event name; raises KeyError for an unknown one."""
    return _event_types[name]


def event_types() -> Mapping[str, type[Event]]:
    """Return every registered event class by name."""
    return dict(_event_types)
