import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.communications.contracts import UnknownPlaceholderError
from firstwin.communications.rules import markdown, placeholders

VALUES = {"account.name": "Acme", "portal_link": "https://x.example/p/a_b-c/"}


def test_fills_known_names_with_any_space_inside_the_braces() -> None:
    assert placeholders.fill_line("Hi {{account.name}}, {{  account.name }}", VALUES) == "Hi Acme, Acme"


def test_an_unknown_name_is_refused_and_the_nearest_is_proposed() -> None:
    with pytest.raises(UnknownPlaceholderError) as caught:
        placeholders.fill_markdown("Dear {{ acount.name }}", VALUES)
    assert "acount.name" in caught.value.detail
    assert "account.name" in caught.value.remedy


def test_no_code_runs_in_braces() -> None:
    with pytest.raises(UnknownPlaceholderError):
        placeholders.fill_line("{{ ''.__class__ }}", VALUES)


def test_addresses_stand_as_they_are() -> None:
    assert placeholders.fill_markdown("[Open]({{ portal_link }})", VALUES) == "[Open](https://x.example/p/a_b-c/)"


@given(st.text(max_size=60))
def test_a_value_can_bring_no_markup(value: str) -> None:
    body = placeholders.fill_markdown("start {{ account.name }} end", {"account.name": value})
    html = markdown.to_html(body)
    assert html.count("<") == 2  # the paragraph and nothing else


@given(st.text())
def test_a_subject_is_one_line(value: str) -> None:
    subject = placeholders.fill_line("Hi {{ account.name }}", {"account.name": value})
    assert "\n" not in subject
    assert "\r" not in subject
