"""Countries and their parts whose public holidays are known, by name."""

import re
from datetime import date
from functools import lru_cache

import holidays
from holidays.registry import COUNTRIES

from firstwin.calendars.contracts import Region

_SMALL = re.compile(r"\b(And|Of|The|Of The)\b")


@lru_cache(maxsize=1)
def countries() -> tuple[Region, ...]:
    """Every country whose public holidays are known, by name."""
    known = holidays.list_supported_countries(include_aliases=False)
    found = {codes[1]: _spoken(name) for name, codes in COUNTRIES.items() if codes[1] in known}
    return tuple(sorted((Region(code=code, name=name) for code, name in found.items()), key=lambda one: one.name))


def _spoken(name: str) -> str:
    words = name.replace("_", " ").title()
    return words[0] + _SMALL.sub(lambda match: match.group().lower(), words[1:])


@lru_cache(maxsize=300)
def subdivisions(country: str) -> tuple[Region, ...]:
    """The parts of a country that have public holidays of their own, by name; none for a country that is not known."""
    try:
        known = holidays.country_holidays(country)
    except NotImplementedError:
        return ()
    names: dict[str, str] = {}
    for name, code in getattr(known, "subdivisions_aliases", {}).items():
        names.setdefault(code, name)
    parts = (Region(code=code, name=names.get(code, code)) for code in known.subdivisions)
    return tuple(sorted(parts, key=lambda one: one.name))


def is_country(code: str) -> bool:
    """Public holidays of this country are known."""
    return any(country.code == code for country in countries())


def country_name(code: str) -> str:
    """A country as it is called; its code when it is not known, empty for none."""
    return next((country.name for country in countries() if country.code == code), code)


def subdivision_name(country: str, code: str) -> str:
    """A part of a country as it is called."""
    return next((part.name for part in subdivisions(country) if part.code == code), code)


@lru_cache(maxsize=2048)
def holiday_names(country: str, subdivision: str, year: int) -> dict[date, str]:
    """A country's public holidays of one year by name, in English where there is a translation."""
    try:
        own = holidays.country_holidays(country)
        language = next((code for code in own.supported_languages if code.startswith("en")), None)
        known = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language=language)
    except NotImplementedError:
        return {}
    return {day: name.replace("; ", ", ") for day, name in known.items()}
