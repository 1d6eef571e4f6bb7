"""Nothing is lost and nothing done twice, however often workers are killed: on the database of this run."""

import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

KILLS = 200
ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.conformance
@pytest.mark.long
def test_two_hundred_kills_lose_nothing_and_double_nothing(database_url: str, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.conformance.settings",
        "FIRSTWIN_TEST_DATABASE_URL": database_url,
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "PROBE_FILE": str(tmp_path / "sent"),
    }
    environment.pop("FIRSTWIN_DATABASE_URL", None)
    command = [sys.executable, "-m", "django", "kill_workers", str(KILLS), str(uuid.uuid4().int % 10**6)]
    result = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert result.returncode == 0, result.stderr[-3000:]
    report = json.loads(result.stdout.splitlines()[-1])
    assert report["left"] == {"jobs": 0, "timers": 0, "unsealed": 0}
    faults = ("lost", "doubled", "uninvited", "out_of_order", "not_sent", "sent_with_two_keys")
    assert {name: report[name] for name in faults} == {name: [] for name in faults}
    assert (report["chain"], report["facts_missing"]) == ("", 0)
    assert report["interrupted"] > KILLS / 10, "the kills hardly hit any job at work: this run proves little"
