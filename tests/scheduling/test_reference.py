"""The engine against a slow reference that steps through the quarters of an hour, on random plans."""

from datetime import timedelta
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import LinkType, Pause, PlanNetwork
from firstwin.scheduling.rules import drivers, mornings
from firstwin.scheduling.rules.plan import DatedItems
from tests.scheduling.plans import networks, timing
from tests.scheduling.slow import Slow, slow_dates


@given(network=networks(most=9))
@settings(max_examples=60)
def test_the_engine_agrees_with_the_slow_reference(network: PlanNetwork) -> None:
    dates = queries.plan_dates(network)
    assert {key: (one.start_at, one.due_at) for key, one in dates.items.items()} == slow_dates(network)


@given(network=networks())
@settings(max_examples=60)
def test_nothing_starts_before_its_links_and_its_calendar_allow(network: PlanNetwork) -> None:
    dates = queries.plan_dates(network).items
    for item in network.items:
        own, calendar = dates[item.key], Slow(network.calendars[item.calendar])
        assert own.start_at <= own.due_at
        assert calendar.is_on(own.start_at) or calendar.instant(own.start_at) == own.start_at
        if item.stage:
            assert dates[item.stage].start_at <= own.start_at
            assert own.due_at <= dates[item.stage].due_at
        for link in item.links:
            if link.lag is None:
                before = dates[link.predecessor]
                source = before.due_at if link.type.value.startswith("finish") else before.start_at
                held = own.start_at if link.type in (LinkType.FINISH_TO_START, LinkType.START_TO_START) else own.due_at
                assert held >= source


@given(network=networks())
@settings(max_examples=60)
def test_working_it_out_again_from_its_own_dates_changes_nothing(network: PlanNetwork) -> None:
    dates = queries.plan_dates(network)
    fixed = tuple(
        replace(item, fixed_start_at=dates.items[item.key].start_at, fixed_due_at=dates.items[item.key].due_at)
        for item in network.items
    )
    again = queries.plan_dates(replace(network, items=fixed))
    assert again.end_at == dates.end_at
    for key, one in dates.items.items():
        assert (again.items[key].start_at, again.items[key].due_at) == (one.start_at, one.due_at)
        assert again.items[key].conflict == ""
    assert queries.plan_dates(network) == dates


@given(network=networks(), days=st.lists(st.integers(-5, 40), min_size=1, max_size=4), is_held=st.booleans())
@settings(max_examples=60)
def test_dates_of_another_day_are_those_of_a_plan_never_dated_before(
    network: PlanNetwork, days: list[int], is_held: bool
) -> None:
    dates = queries.plan_dates(network)
    for day in days:
        at = network.anchors["project_start"] + timedelta(days=day)
        pauses = (Pause(start_at=at - timedelta(days=3), end_at=at),) if is_held else ()
        later = replace(network, open_from=at, pauses=pauses)
        dates = queries.plan_dates(later, like=dates)
        fresh = queries.plan_dates(replace(later, items=tuple(network.items)))
        assert dates == fresh
        assert drivers.held_back_by(later, dates) == drivers.held_back_by(later, fresh)
        assert dict(dates.times) == {key: (one.start_at, one.due_at) for key, one in fresh.items.items()}


@given(
    network=networks(most=20),
    states=st.lists(st.sampled_from([*[""] * 9, "done", "begun", "by_hand", "promised", "not_before"]), min_size=23),
    held_on=st.none() | st.integers(-10, 30),
    is_paused=st.booleans(),
)
@settings(max_examples=120)
def test_many_mornings_at_once_are_those_one_after_the_other(
    network: PlanNetwork, states: list[str], held_on: int | None, is_paused: bool
) -> None:
    begin = network.anchors["project_start"]
    facts: dict[str, dict[str, Any]] = {
        "": {},
        "done": {"fixed_start_at": begin, "fixed_due_at": begin + timedelta(days=2), "is_done": True},
        "begun": {"fixed_start_at": begin + timedelta(days=1), "is_started": True},
        "by_hand": {"fixed_start_at": begin + timedelta(days=5)},
        "promised": {"due": timing("project_start", "8d")},
        "not_before": {"not_before": begin + timedelta(days=20)},
    }
    items = tuple(
        one if one.is_stage else replace(one, **facts[state]) for one, state in zip(network.items, states, strict=False)
    )
    plan = replace(network, items=items)
    looked_at = []
    for day in range(1, 60):
        morning = begin + timedelta(days=day)
        pauses = (Pause(start_at=begin - timedelta(days=9), end_at=begin + timedelta(days=1)),) if is_paused else ()
        if held_on is not None and day > held_on:
            pauses = (*pauses, Pause(start_at=begin + timedelta(days=held_on), end_at=morning))
        looked_at.append(replace(plan, open_from=morning, pauses=pauses))
    expected = []
    for one in looked_at:
        dates = queries.plan_dates(one)
        expected.append((dates.end_at, drivers.held_back_by(one, dates)))
    assert list(queries.ends_of(looked_at, like=queries.plan_dates(plan))) == expected
    with mock.patch.object(mornings, "MOST_SPECIAL", 1.0):
        assert list(queries.ends_of(looked_at)) == expected


@given(network=networks(), other=networks())
@settings(max_examples=30)
def test_the_order_of_a_plan_is_kept_for_that_plan_only(network: PlanNetwork, other: PlanNetwork) -> None:
    first = queries.plan_dates(network)
    later = replace(network, open_from=network.anchors["project_start"])
    again = queries.plan_dates(later, like=first)
    assert isinstance(first.items, DatedItems)
    assert isinstance(again.items, DatedItems)
    assert again.items.forward.graph is first.items.forward.graph
    assert queries.plan_dates(other, like=first) == queries.plan_dates(other)
