"""An event store whose replaced files may go at once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from firstwin.usage.operations.store import ChdbEngine
from firstwin.usage.rules.sql import keeping as sql


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[ChdbEngine]:
    engine = ChdbEngine(tmp_path / "events")
    for table in sql.TABLES:
        engine.write(f"ALTER TABLE {table} MODIFY SETTING old_parts_lifetime = 0, cleanup_delay_period = 0", {})
    yield engine
    engine.close()
