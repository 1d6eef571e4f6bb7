"""What crosses the border of usage: sources with their write keys, events as they are taken in, and what was rejected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from firstwin.shared.errors import FirstwinError

EARLIEST_EVENT = datetime(2000, 1, 1, tzinfo=UTC)
"""A time before this one is the clock of a device that was never set."""


class EventKind(StrEnum):
    """The six calls of the tracking contract."""

    TRACK = "track"
    PAGE = "page"
    SCREEN = "screen"
    IDENTIFY = "identify"
    GROUP = "group"
    ALIAS = "alias"


class RejectReason(StrEnum):
    """Why an event was not taken in."""

    NOT_AN_EVENT = "not_an_event"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_MANY = "too_many"
    UNKNOWN_TYPE = "unknown_type"
    WRONG_VALUE = "wrong_value"
    NOBODY = "nobody"
    NO_NAME = "no_name"
    NO_GROUP = "no_group"
    NO_PREVIOUS = "no_previous"
    BAD_TIME = "bad_time"
    IMPOSSIBLE_TIME = "impossible_time"


class UsageEvent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One thing that somebody did in the vendor's product.

    No dataclass like the rest: events are made by the ten thousand a second, and a dataclass takes six times as long.
    `message_key` is made from the sender's message id and says whether an event came before. `at` is corrected by the
    sender's clock. `properties` (for identify and group: the traits) and `context` are JSON objects as text.
    """

    message_key: UUID
    kind: EventKind
    name: str
    user_id: str
    anonymous_id: str
    group_id: str
    previous_id: str
    at: datetime
    received_at: datetime
    properties: str
    context: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """An event that was not taken in: why, in a sentence, and all that is needed to try it again.

    `raw` is what came, `sent_at` and `shared_context` are what the request said for all of its events, and `call` is the
    kind that its address named, empty for a batch.
    """

    reason: RejectReason
    detail: str
    kind: str
    name: str
    raw: bytes
    call: str
    sent_at: str
    shared_context: bytes

    @property
    def size(self) -> int:
        """How many bytes it takes where it is kept, with about what its row and their indexes need."""
        return len(self.raw) + len(self.shared_context) + 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What one request brought: `lines` holds its events, one JSON object per line, compressed; `count` says how many."""

    workspace_id: UUID
    source_id: UUID
    write_key_id: UUID
    received_at: datetime
    lines: bytes
    count: int
    rejections: tuple[Rejection, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Where a write key leads."""

    write_key_id: UUID
    source_id: UUID
    workspace_id: UUID
    ends_at: datetime | None

    def is_alive(self, at: datetime) -> bool:
        """Tell whether the key still opens the door."""
        return self.ends_at is None or self.ends_at > at


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteKeyInfo:
    """A write key of a source; it is public by its nature, for browsers send it. `ends_at` lies in the past once it ended."""

    id: UUID
    key: str
    created_at: datetime
    ends_at: datetime | None
    last_used_at: datetime | None
    last_refused_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceInfo:
    """A place that events come from: the vendor's web application, its server, a mobile app. Newest key first."""

    id: UUID
    workspace_id: UUID
    name: str
    created_at: datetime
    keys: tuple[WriteKeyInfo, ...]
    rejected: int

    @property
    def last_used_at(self) -> datetime | None:
        """Return when events last came in, to the minute."""
        return max((key.last_used_at for key in self.keys if key.last_used_at), default=None)

    def current_key(self, at: datetime) -> WriteKeyInfo | None:
        """Return the newest key that is not about to end, or else the newest that works; None if the source takes nothing."""
        alive = [key for key in self.keys if key.ends_at is None or key.ends_at > at]
        return next((key for key in alive if key.ends_at is None), alive[0] if alive else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """Whether product events are set up: how many sources there are, and whether one ever let something in."""

    sources: int
    has_events: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedEventInfo:
    """A rejected event as a list shows it; `raw` is the beginning of what came."""

    id: UUID
    source_id: UUID
    received_at: datetime
    reason: RejectReason
    detail: str
    kind: str
    name: str
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFill:
    """How much lies between the door and the event store, of all workspaces: events, compressed bytes, the oldest."""

    events: int
    bytes: int
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestEvents:
    """What came last. Not complete while the event store does not answer: then it is what waits in the inbox."""

    events: tuple[UsageEvent, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """What trying rejected events again came to."""

    taken: int
    still_rejected: Mapping[RejectReason, int]


class UnreadableRequestError(FirstwinError):
    """A request of the intake that is too large or no JSON; answered with 400, so that no client sends it again."""

    code = "invalid_request"
    title = "This request cannot be read"
