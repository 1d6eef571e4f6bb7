from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from firstwin.communications.rules.slots import WorkHours, find_slot

MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


def _weekday(day: date) -> bool:
    return day.weekday() < 5


def _hours(zone: str) -> WorkHours:
    return WorkHours(zone=ZoneInfo(zone), is_working_day=_weekday)


def _find(zones: list[str], minutes: int = 60, busy: list[tuple[datetime, datetime]] | None = None) -> datetime | None:
    return find_slot(
        minutes=minutes,
        earliest=MONDAY,
        latest=MONDAY + timedelta(days=7),
        sides=[_hours(zone) for zone in zones],
        busy=busy or [],
    )


def test_one_zone_meets_when_work_begins() -> None:
    assert _find(["Europe/Berlin", "Europe/Berlin"]) == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_two_zones_meet_in_the_hours_they_share() -> None:
    assert _find(["Europe/Berlin", "America/New_York"]) == datetime(2026, 3, 2, 14, tzinfo=UTC)


def test_far_apart_zones_meet_early_or_late() -> None:
    slot = _find(["America/Los_Angeles", "Europe/Berlin"])
    assert slot is not None
    assert 7 <= slot.astimezone(ZoneInfo("America/Los_Angeles")).hour < 20


def test_zones_that_share_nothing_find_no_time() -> None:
    assert _find(["America/New_York", "Asia/Shanghai"], minutes=240) is None


def test_a_taken_time_is_passed_over() -> None:
    taken = (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, 15, tzinfo=UTC))
    assert _find(["Europe/Berlin"], busy=[taken]) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_a_window_that_is_over_has_no_slot() -> None:
    assert find_slot(minutes=60, earliest=MONDAY, latest=MONDAY, sides=[_hours("UTC")], busy=[]) is None


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Sydney"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
    st.integers(15, 180),
    st.integers(0, 20_000),
)
def test_a_slot_is_working_time_on_both_sides(one: str, other: str, minutes: int, offset: int) -> None:
    earliest = MONDAY + timedelta(minutes=offset)
    sides = [_hours(one), _hours(other)]
    slot = find_slot(minutes=minutes, earliest=earliest, latest=earliest + timedelta(days=10), sides=sides, busy=[])
    if slot is not None:
        assert slot >= earliest
        assert all(side.widened().covers(slot, slot + timedelta(minutes=minutes)) for side in sides)
