"""How long product events are kept."""

from datetime import UTC, datetime

FEWEST_MONTHS = 1
MOST_MONTHS = 120


def kept_from(months: int, *, at: datetime) -> datetime:
    """Events are kept for whole months: those of the month that began so many months ago, and all since."""
    number = at.year * 12 + at.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
