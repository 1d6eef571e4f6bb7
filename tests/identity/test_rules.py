"""Pure rules of identity."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.identity import rules
from firstwin.identity.contracts import Scope


@pytest.mark.parametrize("email", ["a@b.co", "first.last+tag@sub.example.com", "o'neil@firm.example"])
def test_addresses_that_pass(email: str) -> None:
    assert rules.is_plausible_email(email)


@pytest.mark.parametrize(
    "email", ["", "a", "a@b", "a@@b.co", "a b@c.co", "a@b.co\n", "a@b.co, c@d.co", "x" * 250 + "@b.co"]
)
def test_addresses_that_do_not(email: str) -> None:
    assert not rules.is_plausible_email(email)


@given(st.text())
def test_a_slug_fits_into_an_address(name: str) -> None:
    slug = rules.slug_of(name)
    assert 1 <= len(slug) <= 60
    assert all(character in "abcdefghijklmnopqrstuvwxyz0123456789-" for character in slug)


@given(st.text())
def test_nothing_but_a_key_is_read_as_a_key(text: str) -> None:
    assert rules.split_api_key(text) is None


def test_a_key_is_split_into_prefix_and_secret() -> None:
    assert rules.split_api_key("fw_abcdefghij12_" + "A-_" * 14 + "x") == ("abcdefghij12", "A-_" * 14 + "x")
    assert rules.split_api_key("fw_abcdefghij12_" + "A-_" * 14 + "x\n") is None


def test_scopes_of_another_version_grant_nothing() -> None:
    assert rules.scopes_of(["read", "everything"]) == {Scope.READ}
    assert rules.scopes_of("admin") == frozenset()


def test_time_zones_and_colours() -> None:
    assert rules.is_time_zone("Europe/Berlin")
    assert not rules.is_time_zone("../../etc/passwd")
    assert rules.is_brand_color("#A0b1C2")
    assert not rules.is_brand_color("red;}")
