"""Form fields of questions that are data: what a playbook asks at launch and what a form asks anybody.

What such a field cleans is the answer as it is stored: a number, True or False, a day as text. None and "" are no answer.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms

from firstwin.shared import wording

LONGEST_LINE, LONGEST_TEXT = 2_000, 20_000
YES_NO = (("yes", "Yes"), ("no", "No"))
UNKNOWN = ("", "Not known yet")
TO_CHOOSE = ("", "Please choose")
FEW = 5
"""So many choices can be laid open."""


class YesNoField(forms.TypedChoiceField):
    """Yes or no; neither is no answer."""

    def __init__(self, **given: Any) -> None:
        super().__init__(coerce="yes".__eq__, empty_value=None, **given)

    def prepare_value(self, value: Any) -> Any:
        """Show an answer given before as the choice it was."""
        return {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value


class NumberField(forms.FloatField):
    """A number, whole where it is typed so."""

    def clean(self, value: Any) -> Any:
        """Return the number."""
        number = super().clean(value)
        return int(number) if number is not None and number.is_integer() else number


class DayField(forms.DateField):
    """A day, kept as text."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def clean(self, value: Any) -> Any:
        """Return the day as text."""
        day = super().clean(value)
        return day.isoformat() if isinstance(day, date) else None


def _line(**given: Any) -> forms.Field:
    return forms.CharField(max_length=LONGEST_LINE, **given)


def _text(**given: Any) -> forms.Field:
    return forms.CharField(max_length=LONGEST_TEXT, widget=forms.Textarea(attrs={"rows": 3}), **given)


def _address(**given: Any) -> forms.Field:
    return forms.URLField(assume_scheme="https", **given)


_FIELDS: Mapping[str, Callable[..., forms.Field]] = {
    "long_text": _text,
    "number": NumberField,
    "date": DayField,
    "email": forms.EmailField,
    "url": _address,
}


def field(asked: Mapping[str, Any], *, is_open: bool = False) -> forms.Field:
    """Return the field of a question: key, label, type, help, choices, default, required; all but the key may be missing.

    With `is_open` a few choices are laid open instead of folded away.
    """
    kind, default, required = str(asked.get("type", "text")), asked.get("default"), bool(asked.get("required"))
    common: dict[str, Any] = {
        "label": asked.get("label") or asked["key"],
        "help_text": asked.get("help", ""),
        "required": required,
        "initial": default,
    }
    if kind not in {"boolean", "choice"}:
        make: Callable[..., forms.Field] = _FIELDS.get(kind, _line)
        return make(**common)
    choices = YES_NO if kind == "boolean" else tuple((one, wording.in_words(one)) for one in asked.get("choices", ()))
    is_laid_open = is_open and len(choices) <= FEW
    if not required and default is None:
        choices = (UNKNOWN, *choices)
    elif default is None and not is_laid_open:
        choices = (TO_CHOOSE, *choices)
    common |= {"choices": choices, "widget": forms.RadioSelect if is_laid_open else forms.Select}
    return YesNoField(**common) if kind == "boolean" else forms.ChoiceField(**common)


def answers(cleaned: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was answered, without what was left empty."""
    return {key: value for key, value in cleaned.items() if value not in (None, "")}
