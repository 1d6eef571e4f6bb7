"""Whether a condition can ever hold: try it on every kind of account that it can tell apart.

A condition made of comparisons with fixed values cannot tell apart accounts that lie on the same side of all of them,
so it is enough to try the values it names and one beside each. Conditions that compute (startsWith, size, +) are tried
too, but nothing is concluded from them except that they always fail.
"""

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from firstwin.playbooks.contracts.resolved import ConditionField, InvalidConditionError, ValueType
from firstwin.playbooks.rules import conditions, expressions
from firstwin.playbooks.rules.expressions import Word

MAX_CASES = 6_000
BUDGET = 200_000
MAX_LISTED = 6
OTHER = "any other"


class Outcome(StrEnum):
    """What trying a condition on every kind of account says."""

    SOMETIMES = "sometimes"
    NEVER = "never"
    ALWAYS = "always"
    FAILS = "fails"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Tried:
    """The outcome, and the error that a failing condition runs into."""

    outcome: Outcome
    error: str = ""


@dataclass(slots=True)
class Trial:
    """Tries the conditions of one playbook, each once, within a budget of cases; beyond it nothing is decided."""

    fields: tuple[ConditionField, ...]
    budget: int = BUDGET
    known: dict[str, Tried] = field(default_factory=dict)

    def outcome_of(self, condition: str) -> Tried:
        """Say whether a condition holds never, always or sometimes; raises InvalidConditionError for a broken one."""
        tried = self.known.get(condition)
        if tried is None:
            tried, cases = _try(condition, self.fields, self.budget)
            self.budget -= cases
            self.known[condition] = tried
        return tried

    def never_together(self, one: str, other: str) -> bool:
        """Say whether two conditions can never hold for the same account; broken ones are reported elsewhere."""
        if not one.strip() or not other.strip():
            return False
        try:
            return self.outcome_of(f"({one}) && ({other})").outcome is Outcome.NEVER
        except InvalidConditionError:
            return False


def _try(condition: str, fields: Iterable[ConditionField], budget: int) -> tuple[Tried, int]:
    words = expressions.words_of(condition)
    known = {asked.name: asked for asked in fields}
    asked = list(dict.fromkeys(found.name for found in expressions.fields_in(words)))
    domains = [_domain(known[name], words) if name in known else [None] for name in asked]
    cases = 1
    for domain in domains:
        cases *= len(domain)
    if cases > min(MAX_CASES, budget):
        return Tried(Outcome.UNDECIDED), 0
    results = [
        conditions.evaluate(condition, _facts(dict(zip(asked, values, strict=True))))
        for values in itertools.product(*domains)
    ]
    return _judge(results, is_complete=_is_complete(words) and all(name in known for name in asked)), cases


def _judge(results: list[Any], *, is_complete: bool) -> Tried:
    errors = [result for result in results if isinstance(result, Exception)]
    answers = [result for result in results if not isinstance(result, Exception)]
    if strange := [answer for answer in answers if not isinstance(answer, bool)]:
        return Tried(Outcome.FAILS, f"it comes to {type(strange[0]).__name__} and not to true or false")
    if errors and not answers:
        return Tried(Outcome.FAILS, str(errors[0]).split(":")[0].split(". ")[0])
    if not is_complete:
        return Tried(Outcome.UNDECIDED)
    if not any(answers):
        return Tried(Outcome.NEVER)
    return Tried(Outcome.ALWAYS if all(answers) and not errors else Outcome.SOMETIMES)


def _is_complete(words: tuple[Word, ...]) -> bool:
    """Say whether the condition only compares, so that trying the values beside those it names tells everything."""
    computing = {"+", "-", "*", "/", "%", "?", "["}
    calls = {word.text for word in expressions.calls_in(words)}
    signs = {word.text for index, word in enumerate(words) if word.kind == "sign" and not _is_plain(words, index)}
    return not (calls - {"has"}) and not (signs & computing)


def _is_plain(words: tuple[Word, ...], index: int) -> bool:
    """Say whether a sign only writes a value down: the minus of -1, the bracket of a list after `in`."""
    before = words[index - 1].text if index else ""
    if words[index].text == "-":
        return words[index - 1].kind == "sign" and before != ")" if index else True
    return words[index].text == "[" and before == "in"


def _domain(asked: ConditionField, words: tuple[Word, ...]) -> list[Any]:
    texts = sorted({str(value) for value in _literals(words) if isinstance(value, str)})
    numbers = sorted({value for value in _literals(words) if isinstance(value, int | float)})
    unknown = [None] if asked.can_be_unknown else []
    match asked.type:
        case ValueType.BOOLEAN:
            return [True, False]
        case ValueType.CHOICE:
            return [*asked.values, *unknown] or [None]
        case ValueType.NUMBER:
            beside = {0.0} | {number + step for number in numbers for step in (-1.0, 0.0, 1.0)}
            beside |= {(low + high) / 2 for low, high in itertools.pairwise(numbers)}
            return [*sorted(beside), *unknown]
        case ValueType.LIST:
            named = [*texts[:MAX_LISTED], OTHER]
            return [list(some) for size in range(len(named) + 1) for some in itertools.combinations(named, size)]
        case ValueType.TEXT | ValueType.DATE:
            return ["", *texts, *(text + "\u0001" for text in texts), OTHER, "\U0010ffff", *unknown]


def _literals(words: tuple[Word, ...]) -> list[Any]:
    return [value for word in words if (value := expressions.value_of(word)) is not expressions.NOTHING]


def _facts(values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {root: {} for root in expressions.ROOTS}
    for name, value in values.items():
        root, _, field = name.partition(".")
        facts.setdefault(root, {})[field] = value
    return facts
