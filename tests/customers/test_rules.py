"""Pure rules of customers."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.customers.rules import facts as rules


@given(st.text())
def test_a_comparable_name_is_stable(name: str) -> None:
    once = rules.comparable(name)
    assert rules.comparable(name.upper().lower()) == rules.comparable(name.lower().upper().lower())
    assert "  " not in once
    assert len(once) <= 400


@pytest.mark.parametrize(
    ("website", "domain"),
    [
        ("https://www.Acorn.example/path?x#y", "acorn.example"),
        ("acorn.example:8443", "acorn.example"),
        ("  acorn.example. ", "acorn.example"),
        ("user:pass@acorn.example", "acorn.example"),
        ("localhost", ""),
        ("http://[", ""),
        ("", ""),
    ],
)
def test_the_domain_of_a_website(website: str, domain: str) -> None:
    assert rules.domain_of(website) == domain


@given(st.text())
def test_any_text_has_a_domain_or_none(website: str) -> None:
    assert len(rules.domain_of(website)) <= 253


def test_opening_the_portal_is_news_once_an_hour() -> None:
    at = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    assert rules.is_news(last_opened_at=None, at=at)
    assert not rules.is_news(last_opened_at=at, at=at + timedelta(minutes=59))
    assert rules.is_news(last_opened_at=at, at=at + timedelta(hours=1))


def test_products_count_once_in_whatever_case() -> None:
    assert rules.unique_products(("Billing", " billing", "CRM")) == ("Billing", "CRM")
