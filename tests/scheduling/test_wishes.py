"""Plans from a wished end, and hours that people share."""

import dataclasses
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from msgspec.structs import replace

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import CalendarSpec, DayRule, LinkType, OpenHours, PlanNetwork
from tests.scheduling.plans import BREAK, at, item, link, network_of, networks, stage, timing


def test_everything_is_as_late_as_the_wished_end_allows() -> None:
    network = network_of(
        item("a", takes="2wd"),
        item("b", "a", takes="1wd"),
        item("c", takes="3wd", links=(link("a", LinkType.FINISH_TO_START, "1wd"),)),
        item("live", "b", "c", takes=""),
    )
    dates = queries.plan_backwards(network, at(20, 17))
    assert (dates.items["a"].start_at, dates.items["a"].due_at) == (at(13), at(16, 17))
    assert dates.items["b"].start_at == at(20)
    assert dates.items["c"].start_at == at(18)
    assert dates.items["live"].due_at == dates.end_at == at(20, 17)
    assert dates.items["b"].why_start == "as late as the wished end allows"
    assert not any(one.conflict for one in dates.items.values())
    assert dates.warnings == ()


def test_a_start_in_the_past_is_explained() -> None:
    network = network_of(stage("one"), item("a", stage="one", takes="5wd"), stage("two", "one"), item("b", stage="two"))
    dates = queries.plan_backwards(network, at(5, 17))
    assert dates.end_at == at(5, 17)
    assert dates.items["a"].start_at == datetime(2026, 2, 26, 9, tzinfo=UTC)
    assert dates.items["one"].start_at == dates.items["a"].start_at
    assert dates.items["a"].conflict == (
        "A would have to start on 26 February 2026, but cannot start before 2 March 2026: when ONE starts"
    )
    assert dates.warnings == (
        "To end on 5 March 2026 this plan would have to start on 26 February 2026, 2 working days before 2 March 2026",
    )


def test_what_is_under_way_and_promised_stays_and_an_end_that_cannot_be_is_named() -> None:
    network = network_of(
        item("done", takes="2wd", fixed_start_at=at(2), fixed_due_at=at(6, 17), is_done=True),
        item("a", "done", takes="3wd"),
        item("promised", due=timing("signature", "2d"), takes="1wd"),
        open_from=at(9),
    )
    dates = queries.plan_backwards(network, at(10, 17))
    assert dates.items["done"].due_at == at(6, 17)
    assert dates.items["promised"].due_at == at(4, 9)
    assert dates.items["a"].start_at == at(6, 17) + timedelta(hours=64)
    assert dates.items["a"].conflict.startswith(
        "A would have to start on 6 March 2026, but cannot start before 9 March"
    )
    assert dates.warnings[0].startswith(
        "To end on 10 March 2026 this plan would have to start on 6 March 2026, 1 working"
    )
    assert dates.warnings[1] == "This plan cannot end on 10 March 2026: it ends on 11 March 2026"


@given(network=networks())
@settings(max_examples=100)
def test_backwards_keeps_every_link_and_the_wished_end(network: PlanNetwork) -> None:
    forwards = queries.plan_dates(network)
    wish = forwards.end_at + timedelta(days=30)
    backwards = queries.plan_backwards(network, wish)
    assert backwards.end_at <= wish
    assert backwards.warnings == ()
    for key, one in backwards.items.items():
        assert one.start_at >= forwards.items[key].start_at
        assert not one.conflict
    pinned = tuple(replace(one, not_before=backwards.items[one.key].start_at) for one in network.items)
    again = queries.plan_dates(replace(network, items=pinned))
    assert {key: one.due_at for key, one in again.items.items() if key[0] == "t"} == {
        key: one.due_at for key, one in backwards.items.items() if key[0] == "t"
    }


BERLIN = CalendarSpec(time_zone="Europe/Berlin", week=(BREAK,) * 5 + ((), ()))
NEW_YORK = CalendarSpec(time_zone="America/New_York")
AUCKLAND = CalendarSpec(time_zone="Pacific/Auckland")


def shared(minutes: int, **calendars: CalendarSpec) -> tuple[list[tuple[datetime, datetime]], str]:
    found = queries.shared_hours(calendars, at(6, 0), at(10, 0), minutes)
    return [(slot.start_at, slot.end_at) for slot in found.slots], found.why_none


def test_meetings_fall_into_hours_that_all_share() -> None:
    # New York has gone over to summer time on 8 March, Berlin has not yet
    assert shared(60, Ana=BERLIN, Bo=NEW_YORK) == ([(at(6, 14), at(6, 16)), (at(9, 13), at(9, 16))], "")
    assert shared(150, Ana=BERLIN, Bo=NEW_YORK) == ([(at(9, 13), at(9, 16))], "")
    lunch = [slot for slot in shared(30, Ana=BERLIN)[0] if slot[0].day == 6]
    assert lunch == [(at(6, 7) + timedelta(minutes=30), at(6, 11)), (at(6, 12), at(6, 16))]


def test_when_nobody_can_meet_it_is_said_why() -> None:
    assert shared(200, Ana=BERLIN, Bo=NEW_YORK) == (
        [],
        "The longest time that all share is 180 minutes; 200 are needed.",
    )
    assert shared(30, Ana=BERLIN, Cy=AUCKLAND, Bo=NEW_YORK) == ([], "Ana and Cy share no working hours in this time.")
    leave = dataclasses.replace(BERLIN, rules=(DayRule(first_on=date(2026, 3, 5), last_on=date(2026, 3, 12)),))
    assert shared(30, Ana=leave, Bo=NEW_YORK) == ([], "Ana does not work in this time.")
    day: OpenHours = ((time(8), time(12)),)
    pairs = {
        "A": CalendarSpec(week=((), (), (), (), (), day, day)),
        "B": CalendarSpec(week=(day, (), (), (), (), day, ())),
        "C": CalendarSpec(week=(day, (), (), (), (), (), day)),
    }
    assert shared(30, **pairs) == ([], "There is no hour in this time in which all of them work.")
    assert queries.shared_hours({"A": BERLIN}, at(9), at(9), 30).why_none == "A does not work in this time."


def test_around_the_clock_a_slot_may_pass_midnight() -> None:
    always = CalendarSpec(week=(((time(0), time(0)),),) * 7)
    assert shared(60, A=always, B=always)[0] == [(at(6, 0), at(10, 0))]
