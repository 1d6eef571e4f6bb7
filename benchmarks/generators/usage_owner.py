"""The process that owns the event store in a benchmark: that of an installation, which times its bare engine when told to."""

import json
import sys
import threading
import time
from collections.abc import Iterable, Mapping

from django.conf import settings

from benchmarks.generators.usage_questions import QUESTIONS
from firstwin.usage.management.store_owner import StoreOwner
from firstwin.usage.operations.store import ChdbEngine
from firstwin.usage.queries.store import EventReader, address_file


class _Listening:
    """Keeps what an engine is asked, so that it can be asked again without reading the answers."""

    def __init__(self, engine: ChdbEngine) -> None:
        self._engine = engine
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        self.asked.append((text, parameters))
        return self._engine.read(text, parameters)

    def write(self, text: str, parameters: Mapping[str, str], lines: Iterable[bytes] = ()) -> int:
        return self._engine.write(text, parameters, lines)


def serve() -> None:
    """Own the store until nothing is said any more; for each name of a question print how many ms the bare engine takes."""
    owner = StoreOwner(folder=settings.EVENT_STORE_FOLDER, address_file=address_file())
    engine = owner.engine()
    assert isinstance(engine, ChdbEngine)
    stop = threading.Event()
    draining = threading.Thread(target=owner.run, args=(stop,))
    draining.start()
    asked: dict[str, list[tuple[str, Mapping[str, str]]]] = {}
    for line in sys.stdin:
        name = json.loads(line)
        if name not in asked:
            listening = _Listening(engine)
            QUESTIONS[name](EventReader(listening))
            asked[name] = listening.asked
        start = time.perf_counter()
        for text, parameters in asked[name]:
            engine.read(text, parameters)
        print((time.perf_counter() - start) * 1000, flush=True)
    stop.set()
    draining.join()
