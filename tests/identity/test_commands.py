"""Identity on the command line."""

from io import StringIO

import pytest
from django.core.management import call_command

from firstwin.config import cli
from firstwin.identity import queries
from firstwin.shared.errors import FirstwinError
from tests.factories.identity import make_member

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_a_workspace_is_created_and_its_owner_let_in() -> None:
    text = run("workspace", "create", "Lumen", "--owner", "ada@lumen.example", "--time-zone", "Europe/Berlin")
    assert "Created workspace lumen" in text
    assert "/sign-in/" in text
    assert run("workspace", "list") == "lumen\tLumen\n"


def test_a_mistake_is_explained_and_creates_nothing() -> None:
    with pytest.raises(FirstwinError):
        run("workspace", "create", "Lumen", "--owner", "nobody")
    assert not queries.has_workspace()


def test_a_link_is_printed_under_both_spellings(capsys: pytest.CaptureFixture[str]) -> None:
    email = make_member().user.email
    assert "/sign-in/" in run("sign_in_link", email)
    assert cli.run(["sign-in-link", email]) == 0
    assert "/sign-in/" in capsys.readouterr().out
    assert cli.run(["sign-in-link", "nobody@vendor.example"]) == 1
