"""One event as it came, made into one that can be stored, or the reason why it cannot."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from firstwin.usage.contracts import EventKind, Rejection, RejectReason, UsageEvent
from firstwin.usage.rules import requests, times

MOST_LEVELS = 64
LONGEST_ID = 256
LONGEST_NAME = 500
MOST_SHARED_BYTES = 4 * 1024 * 1024
_KINDS = {kind.value: kind for kind in EventKind}


class _Item(msgspec.Struct, rename="camel"):
    type: Any = None
    message_id: Any = None
    user_id: Any = None
    anonymous_id: Any = None
    group_id: Any = None
    previous_id: Any = None
    event: Any = None
    name: Any = None
    category: Any = None
    timestamp: Any = None
    original_timestamp: Any = None
    sent_at: Any = None
    properties: Any = None
    traits: Any = None
    context: Any = None


_items = msgspec.json.Decoder(_Item)
_lines = msgspec.json.Encoder()


class _RejectedError(Exception):
    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(slots=True)
class Sorted:
    """The events of a request, apart: those that are taken in and those that are not."""

    events: list[UsageEvent] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)


def sort_events(request: requests.TrackingRequest, *, received_at: datetime, batch_id: UUID) -> Sorted:
    """Every event of a request is judged alone: one that is wrong does not hold up the others.

    A batch of more than 2,500 events is not taken in at all; it is kept as one rejection. An event without a message id
    gets one from `batch_id` and its place, the same however often it is read.
    """
    found = Sorted()
    refused = _whole_refusal(request)
    if refused is not None:
        raw = b"[" + b",".join(request.items) + b"]"
        found.rejections.append(_rejection(request, raw, *refused))
        return found
    shared = _shared_context(request.shared_context)
    sent_at = times.read_instant(request.sent_at)
    for place, raw in enumerate(request.items):
        try:
            event = _read(raw, request.kind, shared, sent_at, received_at, fallback_id=f"{batch_id}:{place}")
        except _RejectedError as error:
            found.rejections.append(_rejection(request, raw, error.reason, error.detail))
        else:
            found.events.append(event)
    return found


def _whole_refusal(request: requests.TrackingRequest) -> tuple[RejectReason, str] | None:
    if len(request.items) > requests.MOST_EVENTS:
        detail = f"{len(request.items):,} events in one request; at most {requests.MOST_EVENTS:,} are allowed."
        return RejectReason.TOO_MANY, detail
    if len(request.items) * len(request.shared_context) > MOST_SHARED_BYTES:
        return RejectReason.TOO_LARGE, "The context of the batch is too large to be added to each of its events."
    return None


def as_lines(events: Sequence[UsageEvent]) -> bytes:
    """Return events as JSON, one per line."""
    return _lines.encode_lines(events)


def message_key_of(message_id: str) -> UUID:
    """Two events with the same message id are the same event; the key is a fingerprint of it."""
    digest = hashlib.blake2b(message_id.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return UUID(int=int.from_bytes(digest))


def _read(
    raw: bytes, kind: str, shared: dict[str, Any], sent_at: datetime | None, received_at: datetime, *, fallback_id: str
) -> UsageEvent:
    item = _decoded(raw)
    event_kind = _kind(kind or item.type)
    context = _object(item.context, "context")
    if shared:
        context = {**shared, **context}
    user_id, anonymous_id = _id(item.user_id, "userId"), _id(item.anonymous_id, "anonymousId")
    if not (user_id or anonymous_id):
        raise _RejectedError(RejectReason.NOBODY, "It names nobody: userId and anonymousId are both missing.")
    group_id = _id(item.group_id, "groupId") or (_lenient_id(context.get("groupId")))
    previous_id = _id(item.previous_id, "previousId")
    if event_kind is EventKind.GROUP and not group_id:
        raise _RejectedError(RejectReason.NO_GROUP, "A group call names its group: groupId is missing.")
    if event_kind is EventKind.ALIAS and not (user_id and previous_id):
        raise _RejectedError(RejectReason.NO_PREVIOUS, "An alias call needs userId and previousId.")
    return UsageEvent(
        message_key=message_key_of(_id(item.message_id, "messageId") or fallback_id),
        kind=event_kind,
        name=_name(event_kind, item),
        user_id=user_id,
        anonymous_id=anonymous_id,
        group_id=group_id,
        previous_id=previous_id if event_kind is EventKind.ALIAS else "",
        at=_instant(item, sent_at, received_at),
        received_at=received_at,
        properties=_json(_properties(event_kind, item)),
        context=_json(context),
    )


def _decoded(raw: bytes) -> _Item:
    if len(raw) > requests.MOST_BYTES:
        raise _RejectedError(RejectReason.TOO_LARGE, f"{len(raw) // 1024} KB; an event has at most 32 KB.")
    if raw.count(b"{") + raw.count(b"[") > MOST_LEVELS and _levels(raw) > MOST_LEVELS:
        raise _RejectedError(RejectReason.TOO_DEEP, f"Objects within objects, more than {MOST_LEVELS} levels deep.")
    try:
        return _items.decode(raw)
    except msgspec.ValidationError as error:
        if raw.lstrip()[:1] != b"{":
            raise _RejectedError(
                RejectReason.NOT_AN_EVENT, "An event is a JSON object; this is something else."
            ) from None
        raise _RejectedError(RejectReason.WRONG_VALUE, f"A value cannot be stored: {error}.") from None
    except (msgspec.DecodeError, RecursionError, ValueError):
        detail = "It cannot be read: it has half of a character, or a number that is none or beyond all bounds."
        raise _RejectedError(RejectReason.UNREADABLE, detail) from None


def _levels(raw: bytes) -> int:
    """Return how deep objects and lists lie within each other; brackets inside of texts do not count."""
    deepest = level = 0
    is_text = is_escaped = False
    for byte in raw:
        if is_text:
            is_text = is_escaped or byte != 0x22
            is_escaped = not is_escaped and byte == 0x5C
        elif byte == 0x22:
            is_text = True
        elif byte in b"{[":
            level += 1
            deepest = max(deepest, level)
        elif byte in b"}]":
            level -= 1
    return deepest


def _kind(name: object) -> EventKind:
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        shown = repr(name)[:40] if name is not None else "nothing"
        raise _RejectedError(RejectReason.UNKNOWN_TYPE, f"Its type is {shown}; it can be track or page, say.")
    return kind


def _id(value: object, field_name: str) -> str:
    """Return an id as text; numbers are taken as they are written, since many products count their users."""
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise _RejectedError(RejectReason.WRONG_VALUE, f"{field_name} is not a text.")
    if len(value) > LONGEST_ID or "\x00" in value:
        raise _RejectedError(
            RejectReason.WRONG_VALUE, f"{field_name} is longer than {LONGEST_ID} characters, or no text."
        )
    return value.strip()


def _lenient_id(value: object) -> str:
    try:
        return _id(value, "context.groupId")
    except _RejectedError:
        return ""


def _name(kind: EventKind, item: _Item) -> str:
    if kind is EventKind.TRACK:
        if not isinstance(item.event, str) or not item.event.strip():
            raise _RejectedError(RejectReason.NO_NAME, "A track call says what happened: event is missing or no text.")
        return _short_name(item.event)
    if kind in {EventKind.PAGE, EventKind.SCREEN} and isinstance(item.name, str):
        return _short_name(item.name)
    return ""


def _short_name(name: str) -> str:
    if len(name) > LONGEST_NAME or "\x00" in name:
        raise _RejectedError(
            RejectReason.WRONG_VALUE, f"Its name is longer than {LONGEST_NAME} characters, or no text."
        )
    return name.strip()


def _properties(kind: EventKind, item: _Item) -> dict[str, Any]:
    if kind in {EventKind.IDENTIFY, EventKind.GROUP}:
        return _object(item.traits, "traits")
    given = _object(item.properties, "properties")
    if isinstance(item.category, str) and item.category:
        return {"category": item.category, **given}
    return given


def _object(value: object, field_name: str) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _RejectedError(RejectReason.WRONG_VALUE, f"{field_name} is not an object.")
    return value


def _instant(item: _Item, sent_at: datetime | None, received_at: datetime) -> datetime:
    given = item.timestamp if item.timestamp is not None else item.original_timestamp
    original_at = times.read_instant(given)
    if given is not None and original_at is None:
        raise _RejectedError(RejectReason.BAD_TIME, f"Its timestamp {str(given)[:60]!r} is not an ISO 8601 instant.")
    happened_at = times.corrected(
        original_at, sent_at=sent_at or times.read_instant(item.sent_at), received_at=received_at
    )
    if happened_at is None:
        raise _RejectedError(
            RejectReason.IMPOSSIBLE_TIME,
            f"It says it happened at {str(given)[:40]}: before the year 2000 or more than a day to come.",
        )
    return happened_at


def _json(value: dict[str, Any]) -> str:
    try:
        return _lines.encode(value).decode()
    except (OverflowError, ValueError, RecursionError):
        raise _RejectedError(RejectReason.WRONG_VALUE, "A value cannot be stored.") from None


def _shared_context(raw: bytes) -> dict[str, Any]:
    """Return the context that a batch gives to all of its events; one that is no object gives nothing."""
    if not raw or _levels(raw) > MOST_LEVELS:
        return {}
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _rejection(request: requests.TrackingRequest, raw: bytes, reason: RejectReason, detail: str) -> Rejection:
    kind, name = _glimpse(raw) if raw[:1] != b"[" else ("batch", "")
    return Rejection(
        reason=reason,
        detail=_plain(detail)[:300],
        kind=(request.kind or kind)[:32],
        name=name[:200],
        raw=raw,
        call=request.kind,
        sent_at=request.sent_at,
        shared_context=request.shared_context,
    )


def _glimpse(raw: bytes) -> tuple[str, str]:
    """Return type and name of an event as far as they can be read."""
    if len(raw) > requests.MOST_BYTES or _levels(raw) > MOST_LEVELS:
        return "", ""
    try:
        item = _items.decode(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return "", ""
    kind = _plain(item.type) if isinstance(item.type, str) else ""
    name = item.event if isinstance(item.event, str) else item.name if isinstance(item.name, str) else ""
    return kind, _plain(name)


def _plain(text: str) -> str:
    return text.replace("\x00", " ").encode("utf-8", "replace").decode()
