"""Requests of the tracking contract: which address takes what, how large one may be, and the events in it."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from firstwin.usage.contracts import EventKind, UnreadableRequestError

ADDRESS = "/v1/"
BATCH = "batch"
MOST_BYTES = 32 * 1024
MOST_BATCH_BYTES = 500 * 1024
MOST_EVENTS = 2500
MOST_DIGITS = 4000
_SHORT = {"t": "track", "i": "identify", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": BATCH}
_CALLS = {*_SHORT.values()}


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackingRequest:
    """A request that could be read. `kind` is empty for a batch, whose events name their own."""

    write_key: object
    sent_at: str
    shared_context: bytes
    items: Sequence[bytes]
    kind: str


class _Batch(msgspec.Struct, rename="camel"):
    batch: list[msgspec.Raw]
    write_key: Any = None
    sent_at: Any = None
    context: msgspec.Raw = msgspec.Raw()


class _Single(msgspec.Struct, rename="camel"):
    write_key: Any = None
    sent_at: Any = None


_batches = msgspec.json.Decoder(_Batch)
_singles = msgspec.json.Decoder(_Single)


def call_of(path: str) -> str:
    """An address below /v1/ names its call in full, or by its first letter as browsers do; "" is no call."""
    name = path.removeprefix(ADDRESS).rstrip("/") if path.startswith(ADDRESS) else ""
    return name if name in _CALLS else _SHORT.get(name, "")


def most_bytes(call: str) -> int:
    """A single call may have 32 KB, a batch 500 KB, unpacked."""
    return MOST_BATCH_BYTES if call == BATCH else MOST_BYTES


def unpacked(body: bytes, *, encoding: str, most: int) -> bytes:
    """A body may come packed with gzip; one that is broken or unpacks to more than allowed is refused."""
    if encoding in {"", "identity"}:
        return body
    if encoding != "gzip":
        raise UnreadableRequestError(f"The encoding {encoding[:40]!r} is not known. Send gzip or plain JSON.")
    content = b""
    while body:  # more than one packed piece may follow each other
        unpacking = zlib.decompressobj(wbits=31)
        try:
            content += unpacking.decompress(body, most + 1 - len(content))
        except zlib.error:
            raise UnreadableRequestError("The body says that it is gzip, and it is not.") from None
        if len(content) > most:
            return content
        if not unpacking.eof:
            raise UnreadableRequestError("The gzip body ends too early.")
        body = unpacking.unused_data
    return content


def read_request(body: bytes, *, call: str) -> TrackingRequest:
    """A request is a JSON object in UTF-8 within its size; a batch lists its events under `batch`."""
    most = most_bytes(call)
    if len(body) > most:
        raise too_large(call)
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        body.decode("utf-8")  # what is skipped while decoding is not looked at otherwise
        return _read_batch(body) if call == BATCH else _read_single(body, call)
    except UnicodeDecodeError:
        raise UnreadableRequestError("The body is not UTF-8.") from None
    except msgspec.ValidationError as error:
        raise UnreadableRequestError(f"The body is not a {call} call: {error}.") from None
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise UnreadableRequestError("The body is not JSON that can be read.") from None


def _read_single(body: bytes, call: str) -> TrackingRequest:
    try:
        single = _singles.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        content = _lax(body)  # the event itself is rejected, and kept as it came
        if not isinstance(content, dict):
            raise
        single = _Single(write_key=content.get("writeKey"), sent_at=content.get("sentAt"))
    return TrackingRequest(
        write_key=single.write_key,
        sent_at=_text(single.sent_at),
        shared_context=b"",
        items=[body],
        kind=EventKind(call).value,
    )


def _read_batch(body: bytes) -> TrackingRequest:
    try:
        batch = _batches.decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        return _read_laxly(body)
    return TrackingRequest(
        write_key=batch.write_key,
        sent_at=_text(batch.sent_at),
        shared_context=bytes(batch.context),
        items=[bytes(item) for item in batch.batch],
        kind="",
    )


def _read_laxly(body: bytes) -> TrackingRequest:
    """Find the events around one that holds half of a character or NaN, so that it alone is rejected."""
    content = _lax(body)
    if not isinstance(content, dict) or not isinstance(content.get("batch"), list):
        raise UnreadableRequestError("The body is not a batch call.")
    return TrackingRequest(
        write_key=content.get("writeKey"),
        sent_at=_text(content.get("sentAt")),
        shared_context=json.dumps(content.get("context")).encode(),
        items=[json.dumps(item).encode() for item in content["batch"]],
        kind="",
    )


def _lax(body: bytes) -> Any:
    """Read JSON with halves of characters and NaN; a number of thousands of digits counts as infinite."""
    return json.loads(body, parse_int=lambda digits: int(digits) if len(digits) < MOST_DIGITS else float("inf"))


def too_large(call: str) -> UnreadableRequestError:
    """Return the refusal of a body beyond its size."""
    unit = "request with a batch" if call == BATCH else "request with one event"
    return UnreadableRequestError(f"A {unit} has at most {most_bytes(call) // 1024} KB.")


def _text(value: object) -> str:
    return value[:64] if isinstance(value, str) else ""
