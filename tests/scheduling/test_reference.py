"""The engine against a slow reference that steps through the quarters of an hour, on random plans."""

from dataclasses import replace

from hypothesis import given, settings

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import LinkType, PlanNetwork
from tests.scheduling.plans import networks
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
