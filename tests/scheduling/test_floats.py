"""Floats: what may be late without moving the end, checked by letting it be late."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import (
    ItemFloat,
    LinkType,
    PlanItem,
    PlanNetwork,
    SpanUnit,
)
from firstwin.scheduling.rules.calendars import calendar_of
from tests.scheduling.plans import at, item, link, network_of, networks, stage, timing


def floats(*items: PlanItem, **fields: object) -> dict[str, ItemFloat]:
    network = network_of(*items, **fields)
    return dict(queries.plan_floats(network, queries.plan_dates(network)))


def test_the_longest_chain_is_critical_and_the_rest_has_time_to_spare() -> None:
    found = floats(
        item("a", takes="2wd"), item("b", "a", takes="5wd"), item("c", "a", takes="2wd"), item("d", "b", "c")
    )
    assert [key for key, one in found.items() if one.is_critical] == ["a", "b", "d"]
    assert (found["c"].total_float_days, found["c"].free_float_days) == (3, 3)
    assert found["c"].total_float == 3 * 8 * 60
    assert (found["c"].latest_start_at, found["c"].latest_due_at) == (at(9), at(10, 17))


def test_free_float_is_what_does_not_move_the_next_one() -> None:
    found = floats(
        item("a", takes="1wd"), item("b", "a", takes="1wd"), item("c", takes="1wd", links=(link("b", LinkType.FINISH_TO_START),)),
        item("long", takes="6wd"), item("end", "c", "long"),
    )  # fmt: skip
    assert [(found[key].total_float_days, found[key].free_float_days) for key in "abc"] == [(3, 0), (3, 0), (3, 3)]


@pytest.mark.parametrize(
    ("type", "lag", "days"),
    [
        (LinkType.FINISH_TO_START, "", 4),
        (LinkType.FINISH_TO_START, "2wd", 2),
        (LinkType.FINISH_TO_START, "-1wd", 5),
        (LinkType.START_TO_START, "", 6),
        (LinkType.START_TO_START, "1wd", 5),
        (LinkType.FINISH_TO_FINISH, "", 6),
        (LinkType.START_TO_FINISH, "", 6),
    ],
)
def test_every_kind_of_link_hands_its_float_back(type: LinkType, lag: str, days: int) -> None:
    """The plan ends after 8 working days, its last item takes one."""
    found = floats(
        item("a", takes="2wd"),
        item("b", takes="2wd", links=(link("a", type, lag),)),
        item("long", takes="8wd"),
    )
    assert found["a"].total_float_days == days


def test_deadlines_bound_the_float_and_a_missed_one_makes_it_negative() -> None:
    found = floats(
        item("a", takes="2wd", must_finish_by=at(5, 17)),
        item("b", "a", takes="2wd", must_finish_by=at(4, 17)),
        item("long", takes="9wd"),
    )
    assert found["b"].total_float_days == found["a"].total_float_days == -1
    assert found["b"].total_float == -8 * 60
    assert found["a"].is_critical
    assert found["b"].is_critical


def test_what_is_set_by_hand_holds_what_comes_before_it_and_facts_do_not() -> None:
    hand = item("b", "a", fixed_start_at=at(6), fixed_due_at=at(6, 17))
    found = floats(item("a", takes="2wd"), hand, item("long", takes="9wd"))
    assert found["a"].total_float_days == 2
    found = floats(item("a", takes="2wd"), replace(hand, is_done=True), item("long", takes="9wd"))
    assert found["a"].total_float_days == 7
    assert not found["b"].is_critical


def test_stages_milestones_and_promises_have_floats_too() -> None:
    found = floats(
        stage("one"),
        item("a", stage="one", takes="2wd"),
        item("m", "a", stage="one", takes=""),
        stage("two", "one"),
        item("b", stage="two", takes="4wd"),
        item("promised", stage="two", due=timing("signature", "7d"), takes="1wd"),
        item("long", takes="9wd"),
    )
    assert found["m"].total_float_days == found["a"].total_float_days == found["one"].total_float_days == 3
    assert found["b"].total_float_days == found["two"].total_float_days == 3
    assert found["promised"].total_float_days >= 3


def test_an_end_over_the_weekend_has_no_float_in_it() -> None:
    found = floats(item("a", takes="5wd"), item("b", "a", takes="1wd"))
    assert found["a"].latest_due_at == at(6, 17)
    assert found["a"].total_float == 0


def end_of(network: PlanNetwork) -> datetime:
    return queries.plan_dates(network).end_at


def delayed(network: PlanNetwork, key: str, until: datetime) -> PlanNetwork:
    items = tuple(replace(one, not_before=until) if one.key == key else one for one in network.items)
    return replace(network, items=items)


@given(network=networks(), pick=st.integers(0, 30))
@settings(max_examples=150)
def test_being_late_by_the_float_moves_nothing_and_being_later_moves_the_end(network: PlanNetwork, pick: int) -> None:
    dates = queries.plan_dates(network)
    found = queries.plan_floats(network, dates)
    for key, one in found.items():
        assert one.total_float >= 0, key
        assert 0 <= one.free_float <= one.total_float
        assert one.latest_due_at >= dates.items[key].due_at
        assert one.latest_start_at >= dates.items[key].start_at
    chosen = [one for one in network.items if not one.is_stage][pick % sum(not one.is_stage for one in network.items)]
    key, calendar = chosen.key, calendar_of(network.calendars[chosen.calendar])
    late = delayed(network, key, found[key].latest_start_at)
    assert end_of(late) == dates.end_at
    assert queries.plan_dates(late).items[key].due_at <= found[key].latest_due_at
    if chosen.duration is not None and chosen.duration.unit is SpanUnit.WORKING_DAYS and chosen.duration.amount:
        day = calendar.day_of(calendar.at_or_after(found[key].latest_start_at))
        later = delayed(network, key, calendar.opening(calendar.shift_day(day, 1)))
    else:
        later = delayed(network, key, found[key].latest_start_at + timedelta(days=1))
    if queries.plan_dates(later).items[key].due_at > found[key].latest_due_at:
        assert end_of(later) > dates.end_at


def test_two_thousand_items_keep_their_floats_whatever_their_order() -> None:
    items = [item(f"t{n}", *([f"t{n - 2}"] if n > 1 else []), takes="1wd" if n % 2 else "2wd") for n in range(2000)]
    found = floats(*items)
    assert sum(one.is_critical for one in found.values()) == 1000
    assert dict(floats(*reversed(items))) == found
