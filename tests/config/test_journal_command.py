"""Export and verification from the command line."""

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

import firstwin
from firstwin.identity.contracts import system_actor
from firstwin.identity.models import Workspace
from firstwin.journal import operations
from tests.conftest import MONDAY
from tests.journal.conftest import ProbeMoved

SOURCE = Path(firstwin.__file__).parent.parent
pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    workspace = Workspace.objects.create(name="Harbour Freight Systems", slug="harbour")
    for number in range(1, 6):
        operations.record(ProbeMoved(probe_id=UUID(int=number)), actor=system_actor(workspace.id), at=MONDAY)
    file = tmp_path / "journal.jsonl"
    with file.open("w") as output, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", output)
        call_command("journal", "export", "--workspace", "harbour")
    return file


def test_an_export_is_verified_without_a_database(exported: Path, tmp_path: Path) -> None:
    environment = {
        "FIRSTWIN_DATABASE_URL": "sqlite:////nowhere/at/all",
        "FIRSTWIN_HOME": str(tmp_path),
        "PYTHONPATH": str(SOURCE),
    }
    command = [sys.executable, "-c", "from firstwin.config.cli import main; main()", "journal", "verify", str(exported)]
    result = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert "intact, 5 entries" in result.stdout


def test_a_changed_export_is_named_broken(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exported.write_text(exported.read_text().replace("00000000-0000-0000-0000-000000000003", str(UUID(int=99))))
    with pytest.raises(SystemExit) as stopped:
        call_command("journal", "verify", str(exported))
    assert stopped.value.code == 1
    assert "BROKEN after 2 good entries. line 4: entry 3 (probe.moved" in capsys.readouterr().out


def test_the_database_is_verified(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("journal", "verify")
    assert "harbour: intact, 5 entries" in capsys.readouterr().out


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no workspace nowhere"):
        call_command("journal", "export", "--workspace", "nowhere")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("journal", "verify", str(tmp_path / "none"))
