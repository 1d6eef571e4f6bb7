"""`firstwin usage` against an installation that runs: the worker imports, the owner of the event store erases and backs up."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys import installation
from tests.journeys.installation import Installation

pytestmark = [pytest.mark.journey, pytest.mark.long]
ROWS = (
    "what,user,when\nReport viewed,ada,2025-05-01\nReport viewed,ben,2025-05-02T10:00:00Z\nReport viewed,,2025-05-03\n"
)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """An installation of its own: a backup holds every workspace."""
    with installation.running(tmp_path_factory.mktemp("commands")) as running:
        yield running


def test_past_events_come_in_somebody_is_erased_and_the_rest_is_backed_up(alone: Installation, tmp_path: Path) -> None:
    made = alone.play("event_source")
    file = tmp_path / "old.csv"
    file.write_text(ROWS)
    looked = alone.command("usage", "import", str(file), "--column", "what=event", "--preview")
    assert "2 of the first 3 rows are fine." in looked
    taken = alone.command("usage", "import", str(file), "--column", "what=event", "--workspace", made["slug"])
    assert "100 %: 2 events, 1 rows with a fault" in taken

    live = {"batch": [{"type": "track", "event": "Report shared", "userId": user} for user in ("ada", "cem")]}
    answer = httpx.post(f"{alone.address}/v1/batch", content=json.dumps(live), auth=(made["write_key"], ""))
    assert answer.json() == {"success": True}

    told = alone.command("usage", "erase", "ada", "--reference", "Ticket 17", "--refuse-later")
    assert "gone " in told
    assert "0 left" in told
    assert "ada" not in told
    proofs = alone.command("usage", "erasures").splitlines()
    assert [line.endswith("Ticket 17") for line in proofs] == [True]
    assert proofs[0] == told.strip()

    folder = tmp_path / "backup"
    backed_up = alone.command("usage", "backup", str(folder))
    assert f"Backed up to {folder}: 2 events of the store" in backed_up
    assert (folder / "backup.json").is_file()
    alone.command("usage", "backup", str(folder), code=1)  # it is not empty
    alone.command("usage", "restore", str(folder), code=1)  # the store holds events
