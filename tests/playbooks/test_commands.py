"""`firstwin playbook`: exit codes, places, JSON, and no database where none is needed."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from firstwin.identity.contracts import Role
from firstwin.playbooks import queries
from firstwin.playbooks.operations import versions
from firstwin.shared.errors import NotFoundError
from tests.factories import identity as people
from tests.factories import playbooks as make
from tests.factories.usage import make_feature
from tests.playbooks.test_linting import CLEAN, WAITS_FOR_REPORTS


def run(*arguments: Any) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("playbook", *map(str, arguments), stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "clean.yaml"
    path.write_text(CLEAN)
    return path


def test_a_clean_file_ends_with_zero(file: Path) -> None:
    assert run("lint", file) == (0, "1 file: no problems.\n")


def test_problems_are_printed_with_place_code_and_remedy(file: Path) -> None:
    file.write_text(
        CLEAN.replace("minutes: 45", "minuts: 45").replace(
            "  - {key: sponsor", "  - {key: x, name: X, side: vendor}\n  - {key: sponsor"
        )
    )
    code, out = run("lint", file, file)
    line = next(number for number, text in enumerate(file.read_text().splitlines(), 1) if "minuts" in text)
    assert code == 1
    assert f"{file}:{line}:" in out
    assert "error: The key 'minuts' is not known here. [unknown_key]\n    Did you mean 'minutes'?" in out
    assert out.endswith("2 files: 2 errors and 2 warnings.\n")


def test_warnings_end_with_zero_unless_strict(file: Path) -> None:
    file.write_text(CLEAN.replace(", first_value: true", ""))
    assert run("lint", file)[0] == 0
    assert run("lint", "--strict", file)[0] == 1


def test_lint_for_programs(file: Path) -> None:
    file.write_text(CLEAN.replace("minutes: 45", "minutes: 0"))
    code, out = run("lint", "--json", file)
    (problem,) = json.loads(out)["problems"]
    assert (code, problem["code"], problem["file"], problem["path"]) == (
        1,
        "invalid_number",
        str(file),
        "stages.begin.tasks.call.settings.minutes",
    )


@pytest.mark.django_db
def test_features_are_missed_where_a_workspace_is_named(file: Path) -> None:
    file.write_text(WAITS_FOR_REPORTS)
    workspace = people.make_workspace()
    assert run("lint", file) == (0, "1 file: no problems.\n")
    code, out = run("lint", "--workspace", workspace.slug, file)
    assert code == 0
    assert "[unknown_feature]" in out
    assert run("lint", "--strict", "--workspace", workspace.slug, file)[0] == 1
    make_feature(people.make_actor(workspace=workspace))
    assert run("lint", "--workspace", workspace.slug, file) == (0, "1 file: no problems.\n")
    with pytest.raises(CommandError, match="Say which workspace"):
        run("lint", "--workspace", "nobody", file)


def test_the_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("nonsense: ["))
    code, out = run("lint", "-")
    assert code == 1
    assert out.startswith("standard input:1:")


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00broken"])
def test_a_file_that_cannot_be_read_ends_with_two(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "missing.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as raised:
        run("lint", path)
    assert raised.value.returncode == 2


def test_diff_says_what_differs(file: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(CLEAN.replace("minutes: 45", "minutes: 60"))
    assert run("diff", file, file) == (0, "Nothing differs.\n")
    assert run("diff", file, new) == (1, "Task 'Kickoff call': length in minutes changed from 45 to 60\n")
    (change,) = json.loads(run("diff", "--json", file, new)[1])["changes"]
    assert (change["field"], change["before"], change["after"]) == ("meeting.minutes", 45, 60)
    new.write_text("nonsense")
    with pytest.raises(CommandError, match=r"new.yaml:1:1: The file should be a playbook") as raised:
        run("diff", file, new)
    assert raised.value.returncode == 2


def test_schema_and_reference_are_printed() -> None:
    assert json.loads(run("schema")[1]) == queries.get_schema()
    assert run("reference") == (0, queries.get_reference())


@pytest.mark.django_db
def test_import_and_export_go_through_the_library(file: Path) -> None:
    workspace = people.make_workspace()
    code, out = run("import", file)
    assert (code, out) == (0, "Imported 'Clean' as the draft of clean.\n")
    file.write_text(CLEAN.replace("name: Clean\n", "name: Cleaner\n").replace(", first_value: true", ""))
    assert "warning: No milestone marks the first win." in run("import", file)[1]
    assert queries.read_definition(run("export", "clean")[1]).name == "Cleaner"
    assert run("export", "clean", "--workspace", workspace.slug)[0] == 0


@pytest.mark.django_db
def test_export_of_a_version_or_of_nothing() -> None:
    actor = people.make_actor(Role.OWNER)
    playbook_id = make.make_playbook(actor)
    versions.publish(actor=actor, playbook_id=playbook_id, notes="x", at=make.AT)
    assert run("export", "demo", "--number", 1)[1].startswith("firstwin: playbook/1")
    with pytest.raises(NotFoundError):
        run("export", "demo", "--number", 2)
    with pytest.raises(CommandError, match="no playbook 'other'"):
        run("export", "other")


@pytest.mark.django_db
def test_the_workspace_must_be_clear(file: Path) -> None:
    with pytest.raises(CommandError, match="none yet"):
        run("import", file)
    people.make_workspace(slug="one")
    people.make_workspace(slug="two")
    with pytest.raises(CommandError, match="one, two"):
        run("import", file)
    assert run("import", file, "--workspace", "two")[0] == 0
