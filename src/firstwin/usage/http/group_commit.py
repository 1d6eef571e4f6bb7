"""Many requests, one commit: while one transaction is written, those that come meanwhile gather for the next.

So each costs a share of an fsync instead of a whole one, SQLite's only writer is never fought over, and nobody waits for
a timer: a request that comes alone is written at once.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from django.db import DatabaseError

from firstwin.usage.contracts import Arrival

MOST_TOGETHER = 64
MOST_WAITING_BYTES = 32 * 1024 * 1024
NOTE_USE_EVERY_SECONDS = 60.0
Keep = Callable[[Sequence[Arrival], Sequence[UUID]], Awaitable[None]]


class OverloadedError(Exception):
    """More waits to be written than this process may hold in memory."""


class GroupCommit:
    """Hands arrivals to the database together; each waits until what it brought is durable."""

    def __init__(self, keep: Keep) -> None:
        self._keep = keep
        self._waiting: deque[tuple[Arrival, asyncio.Future[None]]] = deque()
        self._waiting_bytes = 0
        self._writer: asyncio.Task[None] | None = None
        self._noted: dict[UUID, float] = {}

    async def hand_in(self, arrival: Arrival) -> None:
        """Return when the arrival is committed; raises what the database raised, or OverloadedError at once."""
        size = _size(arrival)
        if self._waiting_bytes + size > MOST_WAITING_BYTES:
            raise OverloadedError
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, done))
        self._waiting_bytes += size
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            together = [self._waiting.popleft() for _ in range(min(MOST_TOGETHER, len(self._waiting)))]
            await self._write_together(together)
            self._waiting_bytes -= sum(_size(arrival) for arrival, _ in together)

    async def _write_together(self, together: Sequence[tuple[Arrival, "asyncio.Future[None]"]]) -> None:
        arrivals = [arrival for arrival, _ in together]
        try:
            await self._keep(arrivals, self._to_note(arrivals))
        except DatabaseError as error:
            if len(together) == 1:
                _settle(together[0][1], error)
                return
            for one in together:  # one that cannot be kept must not hold up the others
                await self._write_together([one])
        except BaseException as error:
            for _, done in together:
                _settle(done, error)
            raise
        else:
            for _, done in together:
                _settle(done, None)

    def _to_note(self, arrivals: Sequence[Arrival]) -> list[UUID]:
        now = time.monotonic()
        due = {
            arrival.write_key_id
            for arrival in arrivals
            if now - self._noted.get(arrival.write_key_id, -NOTE_USE_EVERY_SECONDS) >= NOTE_USE_EVERY_SECONDS
        }
        self._noted.update(dict.fromkeys(due, now))
        return list(due)


def _settle(done: "asyncio.Future[None]", error: BaseException | None) -> None:
    if done.done():  # the client went away
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def _size(arrival: Arrival) -> int:
    return len(arrival.lines) + sum(one.size for one in arrival.rejections) + 500
