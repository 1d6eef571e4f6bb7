"""What exists is documented, and what is documented exists."""

import re

import pytest

from firstwin.config.env import KNOWN
from scripts import papers
from tests.architecture import tree

GUIDE = tree.ROOT / "docs" / "guide"
OUTSIDE_THE_SETTINGS = {"FIRSTWIN_TEST_POSTGRES_URL", "FIRSTWIN_TEST_DATABASE_URL"}


def commands() -> set[str]:
    return {path.stem for path in tree.SOURCE.glob("*/management/commands/*.py") if not path.stem.startswith("_")}


def test_every_setting_is_documented_and_every_documented_setting_exists() -> None:
    documented = set(re.findall(r"^\| `(FIRSTWIN_\w+)` \|", (GUIDE / "settings.md").read_text(), flags=re.MULTILINE))
    assert documented == set(KNOWN)


def test_no_paper_names_a_setting_that_does_not_exist() -> None:
    named = {
        name: tree.shown(path)
        for path in tree.tracked_files()
        if path.suffix == ".md"
        for name in re.findall(r"FIRSTWIN_[A-Z_]+[A-Z]", path.read_text())
    }
    assert {name: place for name, place in named.items() if name not in {*KNOWN, *OUTSIDE_THE_SETTINGS}} == {}


def test_every_command_is_documented_and_every_documented_command_exists() -> None:
    documented = set(re.findall(r"^## `firstwin ([a-z_-]+)", (GUIDE / "commands.md").read_text(), flags=re.MULTILINE))
    assert documented == commands()


@pytest.mark.parametrize("name", papers.PAPERS)
def test_a_generated_paper_is_not_stale(name: str) -> None:
    assert (papers.ROOT / name).read_text() == papers.PAPERS[name](), "run: make docs"
