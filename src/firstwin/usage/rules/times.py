"""When an event happened, by the sender's clock and ours."""

from datetime import UTC, datetime, timedelta

from firstwin.usage.contracts import EARLIEST_EVENT

FUTURE_ALLOWED = timedelta(days=1)
_LONGEST = 40


def read_instant(text: object) -> datetime | None:
    """An instant is an ISO 8601 text; one without an offset counts as UTC, and what cannot be read is None."""
    if not isinstance(text, str) or len(text) > _LONGEST:
        return None
    try:
        instant = datetime.fromisoformat(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def corrected(original_at: datetime | None, *, sent_at: datetime | None, received_at: datetime) -> datetime | None:
    """An event happened as long before its arrival as it lay with the sender, whatever the sender's clock says.

    Without a time of its own it happened when it arrived; without the time of sending its own time counts. None says that
    the result is no possible time: before the year 2000, or more than a day to come.
    """
    if original_at is None:
        return received_at
    try:
        happened_at = original_at if sent_at is None else received_at - (sent_at - original_at)
    except OverflowError:
        return None
    return happened_at if EARLIEST_EVENT <= happened_at <= received_at + FUTURE_ALLOWED else None
