"""Dates as a reader wants them: in words, in their own zone."""

from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of a name; an unknown or empty one is UTC, so that no mail fails for it."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_in_words(at: datetime, zone_name: str) -> str:
    """A day reads like Tuesday, 3 March 2026."""
    local = at.astimezone(zone_of(zone_name))
    return f"{local:%A}, {local.day} {local:%B %Y}"


def instant_in_words(at: datetime, zone_name: str) -> str:
    """An instant reads like Tuesday, 3 March 2026, 14:30 (CET)."""
    local = at.astimezone(zone_of(zone_name))
    return f"{day_in_words(at, zone_name)}, {local:%H:%M} ({local:%Z})"


def meeting_in_words(starts_at: datetime, ends_at: datetime, zone_name: str) -> str:
    """A meeting reads like Tuesday, 3 March 2026, 14:30 to 15:30 (CET)."""
    start, end = starts_at.astimezone(zone_of(zone_name)), ends_at.astimezone(zone_of(zone_name))
    return f"{day_in_words(starts_at, zone_name)}, {start:%H:%M} to {end:%H:%M} ({start:%Z})"


def is_zone(name: str) -> bool:
    """Return whether a name is that of a time zone."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
