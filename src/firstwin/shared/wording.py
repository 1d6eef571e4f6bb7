"""Instants and numbers in words, as a reader says them."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

MINUTE, HOUR = 60, 3600


SPELLINGS = {
    "api_key": "API key",
    "crm": "CRM",
    "csat": "CSAT",
    "ces": "CES",
    "ecommerce": "E-commerce",
    "mid_market": "Mid-market",
    "nps": "NPS",
    "saas": "SaaS",
    "self_serve": "Self-serve",
    "todo": "To-do",
    "url": "URL",
}
"""Keys whose words are written in another way than their letters say."""


def in_words(key: str) -> str:
    """Return a stored key as words: "in_progress" is "In progress"; what is written in capitals stays so."""
    words = key.replace("_", " ")
    return SPELLINGS.get(key) or words[:1].upper() + words[1:]


def joined(names: Sequence[str]) -> str:
    """Return one or more names as people say them: "Acorn", "Acorn and Birch", "Acorn, Birch and Cedar"."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def near(at: datetime, *, now: datetime) -> str:
    """Return how far away an instant of this hour is: "just now", "in 12 min"; "" for one farther away."""
    seconds = (at - now).total_seconds()
    if abs(seconds) < MINUTE:
        return "just now"
    return _direction(f"{round(abs(seconds) / MINUTE)} min", seconds) if abs(seconds) < HOUR else ""


def far(local: datetime, *, today: date) -> str:
    """Return how far away an instant of another hour is, in days of the reader's zone, in which `local` is told."""
    days = (local.date() - today).days
    named = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days)
    if named:
        return f"{named} {local:%H:%M}"
    if abs(days) < 15:
        return _direction(f"{abs(days)} days", days)
    return day(local.date(), today=today)


def day(on: date, *, today: date) -> str:
    """Return a day, with its year only where it is another one: "3 March", "3 March 2027"."""
    text = f"{on.day} {on:%B}"
    return text if on.year == today.year else f"{text} {on.year}"


def short_day(on: date, *, today: date) -> str:
    """Return a day in few letters for tables: "3 Mar", "3 Mar 2027"."""
    text = f"{on.day} {on:%b}"
    return text if on.year == today.year else f"{text} {on.year}"


def exact(at: datetime, zone: tzinfo) -> str:
    """Return an instant in full, with the zone it is told in."""
    local = at.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} ({local.tzname()})"


def size(count: int) -> str:
    """Return a file size: "340 kB", "2.4 MB"."""
    if count < 1000:
        return f"{count} bytes"
    if count < 1_000_000:
        return f"{round(count / 1000)} kB"
    return f"{count / 1_000_000:.1f} MB"


def initials(name: str) -> str:
    """Return one or two letters for a person without a picture."""
    words = [word for word in name.replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def _direction(amount: str, sign: float) -> str:
    return f"in {amount}" if sign > 0 else f"{amount} ago"
