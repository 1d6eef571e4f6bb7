"""`firstwin usage import`: looked at first, or handed to the worker and followed to its end."""

from collections.abc import Callable
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from firstwin.identity.models import Workspace
from firstwin.usage.management.commands import usage
from firstwin.usage.models import Erasure, HistoryFile
from tests.factories.identity import make_actor
from tests.factories.usage import in_inbox, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(settings: Any, tmp_path: Path) -> Path:
    location = {"OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "default": {**settings.STORAGES["default"], **location}}
    file = tmp_path / "old.csv"
    file.write_text("what,user,when\nA,ada,2025-05-01\nB,,2025-05-01\n")
    return file


def run(*words: Any, part: str = "import") -> str:
    out = StringIO()
    call_command("usage", part, *map(str, words), stdout=out, stderr=out)
    return out.getvalue()


def test_a_preview_says_what_would_become_and_takes_nothing_in(file: Path) -> None:
    source = make_source(make_actor())
    text = run(file, "--column", "what=event", "--preview")
    assert "csv, read as table" in text
    assert "2025-05-01 00:00 track A ada" in text
    assert "row 2: It names nobody" in text
    assert "1 of the first 2 rows are fine." in text
    assert in_inbox(source) == []
    assert HistoryFile.objects.for_workspace(source.workspace_id).get().state == "cancelled"


def test_it_is_followed_to_its_end(
    file: Path, now: datetime, run_jobs: Callable[[datetime], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_source(make_actor())
    # The worker's part, at the moment at which the command would wait for it.
    monkeypatch.setattr(usage.time, "sleep", lambda _seconds: run_jobs(usage.clock.now()))
    text = run(file, "--column", "what=event", "--source", "web APP")
    assert "100 %: 1 events, 1 rows with a fault" in text
    assert [event.name for event in in_inbox(source)] == ["A"]


def test_what_cannot_be_guessed_is_asked_for(file: Path, tmp_path: Path) -> None:
    actor = make_actor()
    with pytest.raises(CommandError, match="--source: none yet"):
        run(file)
    make_source(actor)
    make_source(actor, name="Server")
    with pytest.raises(CommandError, match="--source: Web app, Server"):
        run(file)
    with pytest.raises(CommandError, match="NAME=MEANING"):
        run(file, "--source", "Server", "--column", "what")
    with pytest.raises(CommandError, match="cannot be read"):
        run(tmp_path / "none.csv", "--source", "Server")
    make_actor()
    with pytest.raises(CommandError, match="--workspace"):
        run(file, "--source", "Server")


def test_an_erasure_is_asked_for_and_listed_in_the_workspace_that_is_named() -> None:
    actor = make_actor()
    other = make_actor()
    slug = Workspace.objects.get(id=actor.workspace_id).slug
    for words in (("ada",), ("anonymous:", "--workspace", slug), ("ada", "--workspace", "nobody")):
        with pytest.raises(CommandError):
            run(*words, "--no-wait", part="erase")
    assert not Erasure.objects.across_workspaces(reason="test").exists()
    told = run("ada", "--workspace", slug, "--reference", "Ticket 17", "--no-wait", part="erase")
    assert told.strip().endswith("found: not looked for yet  Ticket 17")
    with pytest.raises(CommandError, match="erased already"):
        run("ada", "--workspace", slug, "--no-wait", part="erase")
    assert run("--workspace", slug, part="erasures") == told
    other_slug = Workspace.objects.get(id=other.workspace_id).slug
    assert run("--workspace", other_slug, part="erasures") == ""


def test_while_the_owner_is_away_nothing_is_backed_up_or_restored(tmp_path: Path) -> None:
    for part in ("backup", "restore"):
        with pytest.raises(CommandError, match="does not answer"):
            run(tmp_path / "backup", part=part)
    assert not (tmp_path / "backup").exists()
