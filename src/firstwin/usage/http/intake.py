"""The intake of product events: a thin ASGI application beside Django's pages, as Segment's clients expect it.

It answers 200 to everything that is no fault of the request's form, also to an unknown write key; 400 where no repetition
would help; 429 when the inbox is full; 503 when the database does not take it. Clients repeat the last two.

Wrong events get 200 too, since no repetition would help them. Nothing drains them, so that a sender who knows nothing better
could fill the disk: of each source so much is kept in an hour, and what comes beyond that is let go.
"""

import asyncio
import shutil
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import msgspec
import structlog
from asgiref.sync import sync_to_async
from django.db import DatabaseError, close_old_connections

from firstwin.shared import clock
from firstwin.usage.contracts import Arrival, KeyHolder, UnreadableRequestError
from firstwin.usage.http.group_commit import GroupCommit, OverloadedError
from firstwin.usage.http.key_ring import KeyRing
from firstwin.usage.operations import intake as intake_operations
from firstwin.usage.queries import inbox, sources
from firstwin.usage.rules import keys, requests

LOOK_EVERY_SECONDS = 2.0
RETRY_AFTER_SECONDS = 30
LEAST_FREE_BYTES = 200_000_000
REJECTED_WITHIN = timedelta(hours=1)
"""As often the older ones of too many are tidied away."""
REJECTED_PART = 20
"""So many sources may fill the room of the inbox with wrong events."""
CORS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"Authorization, Content-Type, Content-Encoding, X-Retry-Count"),
    (b"access-control-max-age", b"86400"),
    (b"access-control-expose-headers", b"Retry-After, X-RateLimit-Reset"),
]
Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Observe = Callable[[str, str, int, float], None]
T = TypeVar("T")
log = structlog.get_logger("firstwin.intake")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client is told."""

    status: int
    content: Mapping[str, object]
    headers: Sequence[tuple[bytes, bytes]] = ()


DONE = Answer(status=200, content={"success": True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much the inbox may hold, and the folder whose disk must keep so much free."""

    inbox_bytes: int
    folder: Path
    least_free_bytes: int = LEAST_FREE_BYTES


@dataclass(slots=True)
class _Fill:
    """What is known of the fill of the inbox: what was read last, and what this process added since.

    `rejected` is what came in the last hour, by source.
    """

    bytes: int = 0
    rejected: Counter[UUID] = field(default_factory=Counter)
    is_disk_full: bool = False
    looked_at: float = field(default=float("-inf"))


class Intake:
    """Takes requests of the tracking contract. Database work runs on one thread of its own, or on the caller's in tests."""

    def __init__(self, *, limits: Limits, observe: Observe, has_thread: bool = True) -> None:
        self._limits = limits
        self._observe = observe
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="intake") if has_thread else None
        self._commits = GroupCommit(self._keep)
        self._keys = KeyRing(self._find)
        self._fill = _Fill()
        self._told: dict[UUID, float] = {}

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Say whether a request is one of the intake: all below its address, so that a slip is answered as clients expect."""
        return scope["type"] == "http" and str(scope["path"]).startswith(requests.ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        call = requests.call_of(scope["path"])
        try:
            answer = await self._answer(scope, receive, call)
        except UnreadableRequestError as error:
            answer = refusal(400, error.code, error.detail)
        except OverloadedError:
            answer = _try_later("Too much waits to be written.")
        except DatabaseError as error:
            log.error("events could not be kept", error=str(error).strip()[:300])
            answer = refusal(503, "not_kept", "The events could not be kept. Send them again.", retry_after=5)
        await _send(send, answer)
        self._observe(scope["method"], f"intake-{call or 'unknown'}", answer.status, time.perf_counter() - started)

    async def _answer(self, scope: Scope, receive: Receive, call: str) -> Answer:
        if not call:
            return refusal(404, "no_such_call", f"There is no such call. Send events to {requests.ADDRESS}batch.")
        if scope["method"] == "OPTIONS":
            return DONE
        if scope["method"] != "POST":
            return refusal(405, "method_not_allowed", "Send events with POST.")
        headers = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _read(receive, call)
        encoding = headers.get(b"content-encoding", "").strip().lower()
        body = requests.unpacked(body, encoding=encoding, most=requests.most_bytes(call))
        request = requests.read_request(body, call=call)
        key = keys.find_write_key(authorization=headers.get(b"authorization", ""), in_body=request.write_key)
        holder = await self._keys.find(key) if key else None
        received_at = clock.now()
        if holder is None:
            return DONE
        if not holder.is_alive(received_at):
            await self._tell_refusal(holder)
            return DONE
        if not request.items:
            return DONE
        if await self._is_full():
            return _try_later("The inbox of events is full.")
        arrival = intake_operations.sort_arrival(request=request, holder=holder, received_at=received_at)
        if arrival.rejections:
            arrival = self._with_room(arrival)
        await self._commits.hand_in(arrival)
        self._fill.bytes += len(arrival.lines)
        return DONE

    def _with_room(self, arrival: Arrival) -> Arrival:
        """Return the arrival without what was rejected of it where its source sent too much of that lately."""
        kept, most = self._fill.rejected[arrival.source_id], self._limits.inbox_bytes // REJECTED_PART
        if kept > most:
            return replace(arrival, rejections=())
        self._fill.rejected[arrival.source_id] += sum(one.size for one in arrival.rejections)
        if self._fill.rejected[arrival.source_id] > most:
            log.warning("wrong events are not kept for a while: too many came", source_id=str(arrival.source_id))
        return arrival

    async def _is_full(self) -> bool:
        now = time.monotonic()
        if now - self._fill.looked_at >= LOOK_EVERY_SECONDS:
            self._fill.looked_at = now
            self._fill.bytes, self._fill.rejected, self._fill.is_disk_full = await self._in_thread(self._look)
        return self._fill.is_disk_full or self._fill.bytes > self._limits.inbox_bytes

    def _look(self) -> tuple[int, Counter[UUID], bool]:
        free = shutil.disk_usage(self._limits.folder).free
        rejected = inbox.get_rejected_fill(since=clock.now() - REJECTED_WITHIN)
        return inbox.get_fill().bytes, Counter(rejected), free < self._limits.least_free_bytes

    async def _find(self, key: str) -> KeyHolder | None:
        return await self._in_thread(lambda: sources.find_key_holder(key=key))

    async def _keep(self, arrivals: Sequence[Arrival], note_use_of: Sequence[UUID]) -> None:
        await self._in_thread(lambda: intake_operations.keep_arrivals(arrivals=arrivals, note_use_of=note_use_of))

    async def _tell_refusal(self, holder: KeyHolder) -> None:
        now = time.monotonic()
        if now - self._told.get(holder.write_key_id, float("-inf")) >= 60:
            self._told[holder.write_key_id] = now
            at = clock.now()
            await self._in_thread(lambda: intake_operations.note_refusal(write_key_id=holder.write_key_id, at=at))

    async def _in_thread(self, function: Callable[[], T]) -> T:
        if self._executor is None:
            return await sync_to_async(function)()
        return await asyncio.get_running_loop().run_in_executor(self._executor, _with_connection, function)


def _with_connection(function: Callable[[], T]) -> T:
    close_old_connections()
    return function()


def refusal(status: int, code: str, message: str, *, retry_after: int = 0) -> Answer:
    """Return an answer that says no; older clients need both `code` and `message`."""
    seconds = str(retry_after).encode()
    headers = [(b"retry-after", seconds), (b"x-ratelimit-reset", seconds)] if retry_after else []
    return Answer(status=status, content={"code": code, "message": message}, headers=headers)


def _try_later(why: str) -> Answer:
    return refusal(429, "try_later", f"{why} Send them again later.", retry_after=RETRY_AFTER_SECONDS)


async def _read(receive: Receive, call: str) -> bytes:
    """Return the body, and stop reading where it is too large."""
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise UnreadableRequestError("The request ended before its body.")
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > requests.most_bytes(call):
            raise requests.too_large(call)
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _send(send: Send, answer: Answer) -> None:
    body = msgspec.json.encode(answer.content)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        *CORS,
        *answer.headers,
    ]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
