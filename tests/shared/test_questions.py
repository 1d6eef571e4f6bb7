"""Fields of questions that are data: what they offer, and the answer that they clean."""

from typing import Any

import pytest
from django import forms

from firstwin.shared import questions


def asked(type: str = "text", **more: Any) -> dict[str, Any]:
    return {"key": "it", "label": "How so", "type": type, **more}


def form_of(question: dict[str, Any], typed: str | None = None, **given: Any) -> forms.Form:
    form = forms.Form(None if typed is None else {"it": typed}, **given)
    form.fields["it"] = questions.field(question)
    return form


@pytest.mark.parametrize(
    ("question", "typed", "answer"),
    [
        (asked(), " in words ", "in words"),
        (asked("long_text"), "one\ntwo", "one\ntwo"),
        (asked("number"), "12", 12),
        (asked("number"), "12.5", 12.5),
        (asked("number"), "0", 0),
        (asked("boolean"), "yes", True),
        (asked("boolean"), "no", False),
        (asked("boolean", required=True), "no", False),
        (asked("choice", choices=["as_is", "other"]), "as_is", "as_is"),
        (asked("date"), "2026-03-31", "2026-03-31"),
        (asked("email"), "a@example.com", "a@example.com"),
        (asked("url"), "example.com/x", "https://example.com/x"),
        (asked("of a later version"), "anything", "anything"),
    ],
)
def test_an_answer_is_cleaned_in_the_type_of_its_question(question: dict[str, Any], typed: str, answer: Any) -> None:
    form = form_of(question, typed)
    assert form.is_valid(), form.errors
    assert questions.answers(form.cleaned_data) == {"it": answer}
    assert type(form.cleaned_data["it"]) is type(answer)


@pytest.mark.parametrize("kind", ["text", "long_text", "number", "boolean", "choice", "date", "email", "url"])
def test_what_is_left_empty_is_no_answer_and_refused_where_one_is_needed(kind: str) -> None:
    form = form_of(asked(kind, choices=["one"]), "")
    assert form.is_valid()
    assert questions.answers(form.cleaned_data) == {}
    assert not form_of(asked(kind, choices=["one"], required=True), "").is_valid()


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("number", "many"),
        ("number", "inf"),
        ("boolean", "perhaps"),
        ("choice", "none"),
        ("date", "31-02-2026"),
        ("email", "nobody"),
        ("url", "https://"),
        ("text", "x" * 2_001),
        ("long_text", "x" * 20_001),
    ],
)
def test_what_does_not_fit_is_refused_beside_the_field(kind: str, typed: str) -> None:
    form = form_of(asked(kind, choices=["one"]), typed)
    assert not form.is_valid()
    assert list(form.errors) == ["it"]


def test_choices_say_what_not_to_answer_means() -> None:
    assert questions.field(asked("boolean")).choices == [("", "Not known yet"), ("yes", "Yes"), ("no", "No")]  # type: ignore[attr-defined]
    needed = questions.field(asked("choice", choices=["single_sign_on", "SSO"], required=True))
    assert needed.choices == [("", "Please choose"), ("single_sign_on", "Single sign on"), ("SSO", "SSO")]  # type: ignore[attr-defined]
    usual = questions.field(asked("choice", choices=["one", "two"], default="two"))
    assert usual.choices == [("one", "One"), ("two", "Two")]  # type: ignore[attr-defined]
    assert usual.initial == "two"


def test_a_few_choices_can_be_laid_open() -> None:
    laid_open = questions.field(asked("choice", choices=["one", "two"], required=True), is_open=True)
    assert isinstance(laid_open.widget, forms.RadioSelect)
    assert laid_open.choices == [("one", "One"), ("two", "Two")]  # type: ignore[attr-defined]
    many = questions.field(asked("choice", choices=list("abcdef"), required=True), is_open=True)
    assert type(many.widget) is forms.Select


@pytest.mark.parametrize(("given", "shown"), [(True, 'value="yes" selected'), (False, 'value="no" selected')])
def test_an_answer_given_before_is_shown(given: bool, shown: str) -> None:
    assert shown in str(form_of(asked("boolean"), initial={"it": given})["it"])
    assert shown in str(form_of(asked("boolean", default=given))["it"])
