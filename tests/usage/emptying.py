"""Looking into the files of an event store, and waiting until those that were replaced are gone."""

import contextlib
import os
import time
from pathlib import Path

from firstwin.usage.operations.keeping import EngineKeeper
from firstwin.usage.operations.store import ChdbEngine
from firstwin.usage.rules.sql import keeping as sql

SECRET = "UNMISTAKABLE"


def holds_secret(folder: Path) -> bool:
    """Say whether a file holds the secret; what is taken away meanwhile holds nothing."""
    for place, _, files in os.walk(folder):
        for name in files:
            with contextlib.suppress(FileNotFoundError):
                if SECRET.encode() in Path(place, name).read_bytes():
                    return True
    return False


def wait_until_rewritten(engine: ChdbEngine) -> None:
    """Wait until nothing is written out any more, and let the replaced files go at once instead of half a minute later."""
    keeper, deadline = EngineKeeper(engine), time.monotonic() + 60
    while (at := keeper.rewritten_at()) is None:
        assert time.monotonic() < deadline
    for table in sql.TABLES:
        engine.write(f"SYSTEM STOP CLEANUP {table}", {})
        engine.write(f"SYSTEM START CLEANUP {table}", {})
    while not keeper.is_gone(rewritten_at=at):
        assert time.monotonic() < deadline
