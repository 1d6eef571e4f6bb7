"""Ids, traits and names of people and groups: what counts as one, and how newer facts join older ones."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

MOST_TRAITS = 100
LONGEST_TRAIT = 500
LONGEST_NAME = 200
LONGEST_EMAIL = 254
LONGEST_KEY = 1000
LONGEST_EVENT_KEY = 2600
_NOBODY = frozenset(
    {
        "null",
        "none",
        "nil",
        "nan",
        "undefined",
        "anonymous",
        "unknown",
        "guest",
        "true",
        "false",
        "-1",
        "[object object]",
    }
)
_ZEROS = re.compile(r"[0\-\s]*")
_EMAIL = re.compile(r"[^@\s<>,;:\"\\()\[\]]+@[^@\s<>,;:\"\\()\[\]]+\.[^@\s.<>,;]+")
_APART = re.compile(r"[\s_\-]+")


def is_somebody(id: str) -> bool:
    """Ids such as “null”, “anonymous”, “-1” or only zeros name nobody: they never make two people one."""
    return id.strip().lower() not in _NOBODY and _ZEROS.fullmatch(id) is None


def comparable(text: str) -> str:
    """Texts that differ only in case, width, or spacing are found by the same search."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def search_key(*texts: str) -> str:
    """A search looks into all that somebody or something is called."""
    return comparable(" ".join(text for text in texts if text))[:LONGEST_KEY]


def event_key(name: str, description: str = "") -> str:
    """A search for events looks into their names and what is said about them; one character may become eighteen."""
    return comparable(f"{name} {description}")[:LONGEST_EVENT_KEY]


def trait_key(name: str) -> str:
    """Names of traits differ neither by case nor by underscores: createdAt is created_at."""
    return _APART.sub("", name).casefold()


def joined_traits(old: Mapping[str, Any], new: Mapping[str, Any], *, is_newer: bool = True) -> dict[str, Any]:
    """New traits take the place of old ones, a null takes one away, and what is not said stays.

    What was said longer ago than what is known only fills gaps. Texts, numbers and yes or no are kept, at most a hundred;
    lists and objects stay with the event.
    """
    joined = dict(old)
    spelled = {trait_key(name): name for name in old}
    for name, value in new.items():
        name = _clean(name)[:LONGEST_NAME]
        known = spelled.get(trait_key(name))
        if known is not None and not is_newer:
            continue
        if known is not None:
            del joined[known]
            del spelled[trait_key(name)]
        if isinstance(value, str | int | float) and len(joined) < MOST_TRAITS:
            joined[name] = _clean(value)[:LONGEST_TRAIT] if isinstance(value, str) else value
            spelled[trait_key(name)] = name
    return joined


def person_name(traits: Mapping[str, Any]) -> str:
    """Somebody is called by the trait name, or by first and last name."""
    found = {trait_key(name): value for name, value in traits.items() if isinstance(value, str)}
    whole = found.get("name") or found.get("fullname") or found.get("displayname")
    return _line(whole or f"{found.get('firstname', '')} {found.get('lastname', '')}")


def email_of(traits: Mapping[str, Any], user_id: str) -> str:
    """An address is the trait email, or the user id where that looks like one; in small letters."""
    said = next((value for name, value in traits.items() if trait_key(name) in {"email", "emailaddress"}), "")
    for text in (said, user_id):
        address = unicodedata.normalize("NFC", text).strip().lower() if isinstance(text, str) else ""
        if len(address) <= LONGEST_EMAIL and _EMAIL.fullmatch(address):
            return address
    return ""


def group_name(traits: Mapping[str, Any]) -> str:
    """A group is called by the trait name, or companyName."""
    found = {trait_key(name): value for name, value in traits.items() if isinstance(value, str)}
    return _line(found.get("name") or found.get("companyname") or found.get("company") or "")


def website_of(traits: Mapping[str, Any]) -> str:
    """Where a group is on the web: its trait domain, website or url."""
    found = {trait_key(name): value for name, value in traits.items() if isinstance(value, str)}
    return str(next((found[key] for key in ("domain", "website", "url", "companydomain") if found.get(key)), ""))


def _line(text: str) -> str:
    return " ".join(_clean(text).split())[:LONGEST_NAME]


def _clean(text: str) -> str:
    """Return text without the one character that a database cannot keep."""
    return text.replace("\x00", " ")
