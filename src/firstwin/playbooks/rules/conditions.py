"""Conditions in CEL: whether one holds for an account and a project, and why, in words that a person reads."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import cel

from firstwin.playbooks.contracts.resolved import Facts, InvalidConditionError, Verdict
from firstwin.playbooks.rules import expressions
from firstwin.playbooks.rules.expressions import Comparison

ALWAYS = Verdict(holds=True, why="always part of the playbook")


@lru_cache(maxsize=2048)
def compiled(condition: str) -> cel.Program:
    """Return a condition ready to run; raises InvalidConditionError for one that is broken or too large."""
    expressions.words_of(condition)
    try:
        return cel.compile(condition)
    except ValueError as error:
        raise _syntax_error(str(error)) from error


def _syntax_error(text: str) -> InvalidConditionError:
    """Take the place and the reason out of the library's message: "ERROR: <input>:1:17: Syntax error: ..."."""
    column, message = 1, "it cannot be parsed"
    for line in text.splitlines():
        _, found, rest = line.partition("<input>:1:")
        if found:
            number, _, message = rest.partition(": ")
            column = int(number) if number.isdigit() else 1
            message = message.removeprefix("Syntax error: ").split(" expecting ")[0].replace("'<EOF>'", "its end")
            break
    return InvalidConditionError(
        "condition_syntax",
        f"The condition cannot be understood: {message}.",
        "Write a comparison such as account.segment == 'enterprise' && account.licensed_seats > 100.",
        column,
    )


def holds(condition: str, facts: Facts) -> Verdict:
    """A part with a condition is in when the condition is true; something unknown that decides it keeps the part out.

    Raises InvalidConditionError for a condition that is broken, which publishing prevents.
    """
    if not condition.strip():
        return ALWAYS
    result = evaluate(condition, facts)
    return Verdict(holds=result is True, why=_explain(condition, facts, result is True))


def evaluate(condition: str, facts: Facts) -> Any:
    """Return what a condition comes to, or the error that it runs into (as a value, since unknown facts are normal)."""
    try:
        return compiled(condition).execute(dict(facts))
    except (ArithmeticError, LookupError, RuntimeError, TypeError, ValueError) as error:
        return error


def _explain(condition: str, facts: Facts, outcome: bool) -> str:
    condition = expressions.without_brackets(condition)
    for sign, joint, all_count in (("||", " or ", not outcome), ("&&", " and ", outcome)):
        parts = expressions.split(condition, sign)
        if len(parts) > 1:
            verdicts = [(part, evaluate(part, facts) is True) for part in parts]
            telling = verdicts if all_count else [(part, held) for part, held in verdicts if held is outcome]
            asking = [item for item in telling if expressions.fields_in(expressions.words_of(item[0]))]
            telling = asking or telling
            joint = " and " if all_count and sign == "||" else joint
            return joint.join(_explain(part, facts, held) for part, held in telling[:4])
    return _explain_one(condition, facts, outcome)


def _explain_one(condition: str, facts: Facts, outcome: bool) -> str:
    words = expressions.words_of(condition)
    fields = expressions.fields_in(words)
    comparisons = expressions.comparisons_in(words)
    if len(comparisons) == 1 == len(fields) and _is_whole(comparisons[0], words):
        return _explain_comparison(comparisons[0], facts, outcome)
    if len(fields) == 1 and _is_bare(words, fields[0]):
        return _is(fields[0].name, facts)
    known = " and ".join(dict.fromkeys(_is(field.name, facts) for field in fields)) or "it asks about nothing"
    return f"{known}, so {condition} is {'true' if outcome else 'not true'}"


def _is_whole(comparison: Comparison, words: tuple[expressions.Word, ...]) -> bool:
    """Say whether the comparison is all there is: no sign such as ! or a function around it."""
    others = {word.text for word in words if word.kind == "sign"} - {".", "[", "]", ",", "-"}
    return others <= {comparison.sign, "==", "!=", "<", "<=", ">", ">="} and not (expressions.calls_in(words))


def _is_bare(words: tuple[expressions.Word, ...], field: expressions.Field) -> bool:
    rest = words[: field.first] + words[field.last + 1 :]
    return all(word.text == "!" for word in rest)


def _explain_comparison(comparison: Comparison, facts: Facts, outcome: bool) -> str:
    name = comparison.field.name
    value = look_up(name, facts)
    said = _is(name, facts)
    wanted = " or ".join(_say(item) for item in comparison.values) or "anything"
    if value is None and None not in comparison.values:
        return said
    match comparison.sign:
        case "contains":
            return f"{name} {'includes' if outcome else 'does not include'} {wanted}"
        case "==" | "in" if outcome:
            return said
        case "==" | "in":
            return f"{said}, not {wanted}"
        case "!=":
            return f"{said}, not {wanted}" if outcome else said
        case sign:
            relation = {"<": "below", "<=": "at most", ">": "above", ">=": "at least"}[sign]
            return f"{said}, which is {'' if outcome else 'not '}{relation} {wanted}"


def _is(name: str, facts: Facts) -> str:
    value = look_up(name, facts)
    return f"{name} is {'not known' if value is None else _say(value)}"


def look_up(name: str, facts: Facts) -> Any:
    """Return the value of a field such as account.segment, or None."""
    value: Any = facts
    for part in name.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(_say(item) for item in value) or "empty"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) or "empty"
