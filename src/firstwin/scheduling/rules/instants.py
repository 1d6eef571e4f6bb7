"""Instants as numbers: whole microseconds since 1970 in UTC, so that dating a plan is comparing and adding."""

from datetime import UTC, datetime, timedelta

Ticks = int
SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = _EPOCH.toordinal()
_ONE_TICK = timedelta(microseconds=1)


def ticks(at: datetime) -> Ticks:
    """An instant as a number."""
    return (at - _EPOCH) // _ONE_TICK


def moment(at: Ticks) -> datetime:
    """The instant that a number means, in UTC."""
    return _EPOCH + timedelta(microseconds=at)
