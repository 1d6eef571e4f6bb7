"""Write keys that were looked up lately, so that most requests need no look into the database."""

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

from firstwin.usage.contracts import KeyHolder

KNOWN_FOR_SECONDS = 10.0
UNKNOWN_FOR_SECONDS = 1.0
MOST_REMEMBERED = 10_000
Find = Callable[[str], Awaitable[KeyHolder | None]]


class KeyRing:
    """Remembers where keys lead for ten seconds: so long does a revoked one go on at most."""

    def __init__(self, find: Find, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._find = find
        self._clock = clock
        self._remembered: OrderedDict[str, tuple[float, KeyHolder | None]] = OrderedDict()

    async def find(self, key: str) -> KeyHolder | None:
        """Return where a key leads, or None."""
        known = self._remembered.get(key)
        if known is not None and known[0] > self._clock():
            return known[1]
        holder = await self._find(key)
        seconds = KNOWN_FOR_SECONDS if holder else UNKNOWN_FOR_SECONDS
        self._remembered[key] = (self._clock() + seconds, holder)
        self._remembered.move_to_end(key)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return holder
