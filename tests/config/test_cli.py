import os
import subprocess
import sys

import pytest

from firstwin.config import cli
from firstwin.shared.errors import InvalidInputError, Problem


def firstwin(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "firstwin.config.cli", *arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **environment},
        capture_output=True,
        text=True,
    )


def test_the_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out == f"firstwin {cli.installed_version()}\n"


def test_help_lists_the_product_and_not_its_framework(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["help"]) == 0
    printed = capsys.readouterr().out
    assert all(f"  {name} " in printed for name in ("up", "doctor", "web"))
    assert "sqlflush" not in printed


def test_a_bad_setting_is_a_sentence_and_not_a_traceback() -> None:
    result = firstwin("doctor", FIRSTWIN_PORT="many")
    assert (result.returncode, result.stdout) == (78, "")
    assert result.stderr == "firstwin: FIRSTWIN_PORT='many' is not a whole number.\n"


def test_an_error_of_the_product_names_place_and_remedy() -> None:
    problem = Problem("row 3", "has no email.", "Add one.")
    error = InvalidInputError("The file has 1 problem.", remedy="Nothing was imported.", problems=(problem,))
    assert cli.explain(error) == (
        "Please correct what you entered: The file has 1 problem.\n"
        "  row 3: has no email. Add one.\n"
        "Nothing was imported."
    )
