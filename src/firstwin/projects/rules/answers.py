"""Answers to questions: those of a playbook at launch, and those of a form."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from firstwin.playbooks.contracts import FieldSpec, FieldType
from firstwin.shared.errors import Problem

LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedAnswers:
    """Answers in the type of their question, and what is wrong with the others."""

    values: Mapping[str, Any]
    problems: tuple[Problem, ...]


def checked_answers(fields: Iterable[FieldSpec], answers: Mapping[str, Any], *, place: str) -> CheckedAnswers:
    """Every answer in its type, defaults filled in; unknown, missing and malformed ones are problems.

    A required yes/no question is answered by either; an empty text is no answer.
    """
    specs = {field.key: field for field in fields}
    problems = [
        Problem(f"{place}.{key}", f"There is no question {key}.", "Leave it out.")
        for key in answers
        if key not in specs
    ]
    values: dict[str, Any] = {}
    for key, spec in specs.items():
        given = answers.get(key)
        if given is None or (isinstance(given, str) and not given.strip()):
            given = spec.default
        if given is None:
            if spec.required:
                problems.append(Problem(f"{place}.{key}", f"{spec.label} is not answered.", "Answer it."))
            continue
        value, fault = _read(spec, given)
        if fault:
            problems.append(Problem(f"{place}.{key}", f"{spec.label}: {fault}", ""))
        else:
            values[key] = value
    return CheckedAnswers(values=values, problems=tuple(problems))


def sample_answers(fields: Iterable[FieldSpec]) -> dict[str, Any]:
    """Answers that fit every question, for a plan that nobody runs: the default, else yes, the first choice, one."""
    usual: dict[FieldType, Any] = {
        FieldType.BOOLEAN: True,
        FieldType.NUMBER: 1,
        FieldType.DATE: "2026-01-05",
        FieldType.EMAIL: "sample@example.com",
        FieldType.URL: "https://example.com",
    }
    answers: dict[str, Any] = {}
    for spec in fields:
        if spec.default is None:
            answers[spec.key] = spec.choices[0] if spec.choices else usual.get(spec.type, "Sample")
    return answers


def _read(spec: FieldSpec, given: Any) -> tuple[Any, str]:
    match spec.type:
        case FieldType.NUMBER:
            return _number(given)
        case FieldType.BOOLEAN:
            return _boolean(given)
        case FieldType.CHOICE:
            text = str(given).strip()
            return text, "" if text in spec.choices else f"choose one of {', '.join(spec.choices)}."
        case FieldType.DATE:
            try:
                return date.fromisoformat(str(given).strip()).isoformat(), ""
            except ValueError:
                return None, "write a date such as 2026-03-31."
        case _:
            return _text(spec.type, given)


def _number(given: Any) -> tuple[Any, str]:
    if isinstance(given, bool):
        return None, "write a number."
    try:
        value = float(given if isinstance(given, int | float) else str(given).strip().replace(",", ""))
    except (ValueError, OverflowError):
        return None, "write a number."
    if value != value or value in (float("inf"), float("-inf")):
        return None, "write a number."
    return (int(value) if value.is_integer() else value), ""


def _boolean(given: Any) -> tuple[Any, str]:
    if isinstance(given, bool):
        return given, ""
    text = str(given).strip().lower()
    if text in {"true", "yes", "on", "1"}:
        return True, ""
    if text in {"false", "no", "off", "0"}:
        return False, ""
    return None, "answer yes or no."


def _text(type: FieldType, given: Any) -> tuple[Any, str]:
    if not isinstance(given, str | int | float):
        return None, "write a text."
    text = str(given).strip()
    if len(text) > LONGEST_TEXT:
        return None, f"write at most {LONGEST_TEXT} characters."
    if type is FieldType.EMAIL and (text.count("@") != 1 or text.startswith("@") or "." not in text.split("@")[-1]):
        return None, "write an email address."
    if type is FieldType.URL:
        parts = urlsplit(text)
        if parts.scheme not in {"http", "https"} or not parts.netloc:
            return None, "write an address that begins with https://."
    return text, ""
