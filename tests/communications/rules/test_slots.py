from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from firstwin.communications.rules import slots
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec, Slot

MONDAY = datetime(2026, 3, 2, 6, tzinfo=UTC)


def _find(
    zones: list[str],
    minutes: int = 60,
    busy: list[tuple[datetime, datetime]] | None = None,
    *,
    earliest: datetime = MONDAY,
    is_wide: bool = False,
) -> datetime | None:
    calendars = {zone: CalendarSpec(time_zone=zone) for zone in zones}
    if is_wide:
        calendars = {name: slots.widened(calendar) for name, calendar in calendars.items()}
    shared = scheduling_queries.shared_hours(calendars, earliest, earliest + timedelta(days=7), minutes)
    return slots.first_free(minutes=minutes, shared=shared.slots, busy=busy or [])


def test_one_zone_meets_when_work_begins() -> None:
    assert _find(["Europe/Berlin"]) == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_two_zones_meet_in_the_hours_they_share() -> None:
    assert _find(["Europe/Berlin", "America/New_York"]) == datetime(2026, 3, 2, 14, tzinfo=UTC)


def test_far_apart_zones_meet_early_or_late() -> None:
    zones = ["America/Los_Angeles", "Europe/Berlin"]
    assert _find(zones) is None
    slot = _find(zones, is_wide=True)
    assert slot is not None
    assert 7 <= slot.astimezone(ZoneInfo("America/Los_Angeles")).hour < 20


def test_zones_that_share_nothing_find_no_time() -> None:
    assert _find(["America/New_York", "Asia/Shanghai"], minutes=240, is_wide=True) is None


def test_a_taken_time_is_passed_over() -> None:
    taken = (datetime(2026, 3, 2, 8, tzinfo=UTC), datetime(2026, 3, 2, 9, 15, tzinfo=UTC))
    assert _find(["Europe/Berlin"], busy=[taken]) == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def test_a_stretch_that_is_too_short_has_no_slot() -> None:
    stretch = Slot(start_at=MONDAY + timedelta(minutes=5), end_at=MONDAY + timedelta(minutes=80))
    assert slots.first_free(minutes=60, shared=[stretch], busy=[]) is None


@given(
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Sydney"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]),
    st.integers(15, 180),
    st.integers(0, 20_000),
)
def test_a_slot_is_working_time_on_both_sides(one: str, other: str, minutes: int, offset: int) -> None:
    earliest = MONDAY + timedelta(minutes=offset)
    slot = _find([one, other], minutes, earliest=earliest)
    if slot is not None:
        assert slot >= earliest
        for zone in (one, other):
            local = slot.astimezone(ZoneInfo(zone))
            assert local.weekday() < 5
            assert local.hour >= 9
            assert (local + timedelta(minutes=minutes)).hour * 60 + (
                local + timedelta(minutes=minutes)
            ).minute <= 17 * 60
