"""The words of a condition: cut it up, bound it, and find the fields and comparisons in it.

The language itself (CEL) is parsed and evaluated by its library; this looks at the words only to explain and to check.
"""

import ast
import itertools
import re
from dataclasses import dataclass
from functools import lru_cache

from firstwin.playbooks.contracts.resolved import InvalidConditionError

MAX_CHARACTERS = 500
MAX_WORDS = 160
MAX_NESTING = 20
ROOTS = ("account", "project")
LOOPS = frozenset({"exists", "all", "exists_one"})
FUNCTIONS = frozenset(
    {"has", "size", "startsWith", "endsWith", "contains", "matches", "string", "int", "double"} | LOOPS,
)

_WORDS = re.compile(
    r"""(?P<space>\s+)
      | (?P<text>'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*")
      | (?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<name>[A-Za-z_]\w*)
      | (?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]])""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a condition; `start` counts from 0."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Return where the word ends."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Field:
    """A field as written, such as account.segment, standing at words `first` to `last`."""

    name: str
    first: int
    last: int
    start: int


Literal = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field compared with fixed values: field, sign (==, !=, <, in, contains), values."""

    field: Field
    sign: str
    values: tuple[Literal, ...]


@lru_cache(maxsize=4096)
def words_of(condition: str) -> tuple[Word, ...]:
    """A condition is short and simple; one that is too long, too deep or uses unknown functions is refused."""
    if len(condition) > MAX_CHARACTERS:
        raise InvalidConditionError(
            "condition_too_long",
            f"The condition has {len(condition)} characters; at most {MAX_CHARACTERS} are allowed.",
            "Ask for the outcome as a project field and use that field here.",
        )
    words = tuple(_cut(condition))
    _check_size(words)
    _check_functions(words)
    return words


def _cut(condition: str) -> list[Word]:
    words = []
    at = 0
    while at < len(condition):
        match = _WORDS.match(condition, at)
        if match is None:
            raise _unexpected(condition, at)
        if match.lastgroup != "space":
            words.append(Word(str(match.lastgroup), match.group(), at))
        at = match.end()
    return words


def _unexpected(condition: str, at: int) -> InvalidConditionError:
    sign = condition[at]
    remedy = {
        "=": "Write == to compare.",
        "&": "Write && for 'and'.",
        "|": "Write || for 'or'.",
        "'": "Close the quote.",
        '"': "Close the quote.",
    }.get(sign, "Write a comparison such as account.segment == 'enterprise'.")
    return InvalidConditionError("condition_syntax", f"'{sign}' is not understood here.", remedy, at + 1)


def _check_size(words: tuple[Word, ...]) -> None:
    if len(words) > MAX_WORDS:
        message = f"The condition has {len(words)} words and signs; at most {MAX_WORDS} are allowed."
        raise InvalidConditionError("condition_too_long", message, "Make it simpler.")
    depth = 0
    for word in words:
        depth += (word.text in {"(", "["}) - (word.text in {")", "]"})
        if depth > MAX_NESTING:
            message = f"Brackets are nested more than {MAX_NESTING} deep."
            raise InvalidConditionError("condition_too_long", message, "Make it simpler.", word.start + 1)


def _check_functions(words: tuple[Word, ...]) -> None:
    called = calls_in(words)
    for word in called:
        if word.text not in FUNCTIONS:
            raise InvalidConditionError(
                "condition_unknown_function",
                f"The function '{word.text}' is not known.",
                f"Use one of: {', '.join(sorted(FUNCTIONS))}.",
                word.start + 1,
            )
    loops = [word for word in called if word.text in LOOPS]
    if len(loops) > 1:
        raise InvalidConditionError(
            "condition_too_long",
            "The condition goes through more than one list.",
            "Use exists, all or exists_one once.",
            loops[1].start + 1,
        )


def calls_in(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """Return the functions that a condition calls, in order."""
    pairs = itertools.pairwise(words)
    return tuple(word for word, after in pairs if word.kind == "name" and word.text != "in" and after.text == "(")


def loop_names(words: tuple[Word, ...]) -> frozenset[str]:
    """Return the names that a loop introduces: the `p` of account.products.exists(p, p == 'crm')."""
    return frozenset(
        words[index + 2].text
        for index, word in enumerate(words[:-2])
        if word.text in LOOPS and words[index + 1].text == "(" and words[index + 2].kind == "name"
    )


def fields_in(words: tuple[Word, ...]) -> tuple[Field, ...]:
    """Return the fields that a condition asks about, in order; a bare name that is no loop name counts as one."""
    found = []
    own = loop_names(words) | {"true", "false", "null", "in"}
    index = 0
    while index < len(words):
        word = words[index]
        is_method = index > 0 and words[index - 1].text == "."
        if word.kind == "name" and not is_method and word.text not in own and not _is_call(words, index):
            last = _end_of_field(words, index)
            found.append(Field("".join(part.text for part in words[index : last + 1]), index, last, word.start))
            index = last
        index += 1
    return tuple(found)


def _is_call(words: tuple[Word, ...], index: int) -> bool:
    return index + 1 < len(words) and words[index + 1].text == "("


def _end_of_field(words: tuple[Word, ...], index: int) -> int:
    last = index
    while last + 2 < len(words) and words[last + 1].text == "." and words[last + 2].kind == "name":
        if _is_call(words, last + 2):
            break
        last += 2
    return last


_COMPARING = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def comparisons_in(words: tuple[Word, ...]) -> tuple[Comparison, ...]:
    """Return the places where a field is compared with fixed values."""
    found = []
    for field in fields_in(words):
        after = _text(words, field.last + 1)
        if after in _COMPARING:
            value, _end = _literal(words, field.last + 2)
            if value is not NOTHING:
                found.append(Comparison(field, after, (value,)))
        elif after == "in":
            values = _literal_list(words, field.last + 2)
            if values is not None:
                found.append(Comparison(field, "in", values))
        before = _text(words, field.first - 1)
        if before in _COMPARING or before == "in":
            value = value_of(words[field.first - 2]) if field.first >= 2 else NOTHING
            if value is not NOTHING:
                sign = "contains" if before == "in" else _COMPARING[before]
                found.append(Comparison(field, sign, (value,)))
    return tuple(found)


NOTHING: Literal = "\0nothing"
"""Stands for a word that is no fixed value."""


def _text(words: tuple[Word, ...], index: int) -> str:
    return words[index].text if 0 <= index < len(words) else ""


def _literal(words: tuple[Word, ...], index: int) -> tuple[Literal, int]:
    if _text(words, index) == "-" and index + 1 < len(words) and words[index + 1].kind == "number":
        value = value_of(words[index + 1])
        return (-value if isinstance(value, int | float) else NOTHING), index + 1
    if index >= len(words):
        return NOTHING, index
    return value_of(words[index]), index


def value_of(word: Word) -> Literal:
    """Return the fixed value that a word is, or NOTHING."""
    if word.kind == "text":
        try:
            value: Literal = ast.literal_eval(word.text)
        except (ValueError, SyntaxError):
            return NOTHING
        return value
    if word.kind == "number":
        return float(word.text) if any(sign in word.text for sign in ".eE") else int(word.text)
    named: dict[str, Literal] = {"true": True, "false": False, "null": None}
    return named.get(word.text, NOTHING)


def _literal_list(words: tuple[Word, ...], index: int) -> tuple[Literal, ...] | None:
    if _text(words, index) != "[":
        return None
    values: list[Literal] = []
    index += 1
    while _text(words, index) not in {"]", ""}:
        value, index = _literal(words, index)
        if value is NOTHING or _text(words, index + 1) not in {",", "]"}:
            return None
        values.append(value)
        index += 1 if _text(words, index + 1) == "]" else 2
    return tuple(values)


def split(condition: str, sign: str) -> tuple[str, ...]:
    """Cut a condition at a sign (&& or ||) that stands outside brackets; one part when it does not stand there."""
    words = words_of(condition)
    depth = 0
    parts, start = [], 0
    for word in words:
        depth += (word.text in {"(", "["}) - (word.text in {")", "]"})
        if depth == 0 and word.text == sign:
            parts.append(condition[start : word.start].strip())
            start = word.end
        if depth == 0 and word.text == "?":
            return (condition,)
    return (*parts, condition[start:].strip())


def without_brackets(condition: str) -> str:
    """Take off brackets that enclose the whole condition."""
    words = words_of(condition)
    while len(words) >= 2 and words[0].text == "(" and _closing(words) == len(words) - 1:
        condition = condition[words[0].end : words[-1].start].strip()
        words = words_of(condition)
    return condition


def _closing(words: tuple[Word, ...]) -> int:
    depth = 0
    for index, word in enumerate(words):
        depth += (word.text in {"(", "["}) - (word.text in {")", "]"})
        if depth == 0:
            return index
    return -1
