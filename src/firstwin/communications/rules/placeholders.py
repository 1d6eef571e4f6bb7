"""Placeholders in the texts of messages: {{ account.name }} and the like, and nothing more clever than that."""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from firstwin.communications.contracts import UnknownPlaceholderError
from firstwin.shared.errors import Problem

_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def names_in(text: str) -> tuple[str, ...]:
    """Return the placeholders that a text names, in order, each once."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(text)))


def problems_of(text: str, known: Iterable[str], *, place: str) -> tuple[Problem, ...]:
    """Every placeholder has to be one that exists; a mistyped one is named together with the nearest that does."""
    names = sorted(known)
    found = []
    for name in names_in(text):
        if name in names:
            continue
        near = get_close_matches(name, names, n=1)
        remedy = f"Did you mean {{{{ {near[0]} }}}}?" if near else f"There are: {', '.join(names)}."
        found.append(Problem(place=place, message=f"There is no placeholder {{{{ {name} }}}}", remedy=remedy))
    return tuple(found)


def fill_line(text: str, values: Mapping[str, str], *, place: str = "subject") -> str:
    """A subject stays one line, whatever the values hold."""
    _refuse_unknown(text, values, place)
    filled = _PLACEHOLDER.sub(lambda match: values[match.group(1)], text)
    return _CONTROL.sub(" ", filled).strip()


def fill_markdown(
    text: str, values: Mapping[str, str], *, addresses: Iterable[str] = ("portal_link",), place: str = "body"
) -> str:
    """A value is shown as it is: a customer called *Acme* does not become bold, and none can smuggle in a link.

    `addresses` name the placeholders whose values are addresses of ours and stand as they are.
    """
    _refuse_unknown(text, values, place)
    plain = frozenset(addresses)

    def value_of(match: re.Match[str]) -> str:
        name = match.group(1)
        return values[name] if name in plain else escape(values[name])

    return _PLACEHOLDER.sub(value_of, text)


def escape(value: str) -> str:
    """Return a text as Markdown that shows exactly it, on one line."""
    return _MARKDOWN.sub(r"\\\1", _CONTROL.sub(" ", value))


def _refuse_unknown(text: str, values: Mapping[str, str], place: str) -> None:
    problems = problems_of(text, values, place=place)
    if problems:
        raise UnknownPlaceholderError(
            f"The {place} names {problems[0].message.removeprefix('There is no placeholder ')}, which does not exist.",
            remedy=problems[0].remedy,
            problems=problems,
        )
