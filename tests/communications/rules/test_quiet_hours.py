from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from firstwin.communications.contracts import MessageKind, Preferences
from firstwin.communications.rules import quiet_hours

BERLIN = Preferences(
    choices={}, quiet_from=time(20), quiet_until=time(7), summary_at=time(8), time_zone="Europe/Berlin"
)
NIGHT = datetime(2026, 3, 2, 23, tzinfo=UTC)


def test_a_reminder_waits_for_the_readers_morning() -> None:
    assert quiet_hours.earliest_sending(MessageKind.REMINDER, BERLIN, NIGHT) == datetime(2026, 3, 3, 6, tzinfo=UTC)


def test_by_day_it_goes_at_once() -> None:
    noon = datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert quiet_hours.earliest_sending(MessageKind.REMINDER, BERLIN, noon) == noon


def test_an_invitation_never_waits() -> None:
    assert quiet_hours.earliest_sending(MessageKind.INVITATION, BERLIN, NIGHT) == NIGHT


def test_equal_times_mean_no_quiet_hours() -> None:
    open_all_day = Preferences(choices={}, quiet_from=time(0), quiet_until=time(0), summary_at=time(8), time_zone="UTC")
    assert quiet_hours.earliest_sending(MessageKind.REMINDER, open_all_day, NIGHT) == NIGHT


@given(
    st.integers(0, 525_600),
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
)
def test_the_summary_goes_out_at_the_readers_hour(minute: int, zone: str) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    preferences = Preferences(choices={}, quiet_from=time(20), quiet_until=time(7), summary_at=time(8), time_zone=zone)
    due = quiet_hours.next_summary(preferences, at)
    assert due > at
    assert due.astimezone(ZoneInfo(zone)).time() == time(8)
