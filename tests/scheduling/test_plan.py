"""Plans: links, anchors, stages, conflicts, circles, speed of growth."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import (
    CalendarSpec,
    CycleError,
    ItemDates,
    LinkType,
    Pause,
    PlanItem,
    PlanLink,
    PlanNetwork,
    parse_span,
)
from tests.scheduling.plans import MONDAY, at, item, link, network_of, stage, timing


def plan(*items: PlanItem, **fields: Any) -> dict[str, ItemDates]:
    return dict(queries.plan_dates(network_of(*items, **fields)).items)


def test_a_follower_starts_when_what_it_follows_is_done() -> None:
    dates = plan(item("a", takes="2wd"), item("b", "a", takes="3wd"))
    assert (dates["a"].start_at, dates["a"].due_at) == (at(2), at(3, 17))
    assert (dates["b"].start_at, dates["b"].due_at) == (at(4), at(6, 17))
    assert dates["b"].why_start == "after A"
    assert dates["b"].why_due == "takes 3 working days"


@pytest.mark.parametrize(
    ("type", "lag", "start", "due"),
    [
        (LinkType.FINISH_TO_START, "", at(4), at(4, 17)),
        (LinkType.FINISH_TO_START, "2wd", at(6), at(6, 17)),
        (LinkType.FINISH_TO_START, "-1wd", at(3), at(3, 17)),
        (LinkType.START_TO_START, "1wd", at(3), at(3, 17)),
        (LinkType.FINISH_TO_FINISH, "", at(3), at(3, 17)),
        (LinkType.FINISH_TO_FINISH, "3wd", at(6), at(6, 17)),
        (LinkType.START_TO_FINISH, "1wd", at(2), at(3, 9)),
    ],
)
def test_every_kind_of_link_with_its_lag(type: LinkType, lag: str, start: datetime, due: datetime) -> None:
    dates = plan(item("a", takes="2wd"), item("b", links=(link("a", type, lag),)))
    assert (dates["b"].start_at, dates["b"].due_at) == (start, due)


def test_a_lag_over_a_weekend_counts_working_days() -> None:
    dates = plan(item("a", takes="5wd"), item("b", links=(link("a", LinkType.FINISH_TO_START, "2wd"),)))
    assert dates["a"].due_at == at(6, 17)
    assert dates["b"].start_at == at(11)


def test_a_task_uses_the_calendar_of_its_side() -> None:
    calendars = {"": CalendarSpec(), "customer": CalendarSpec(time_zone="America/New_York", country="US")}
    start = datetime(2026, 7, 2, 15, tzinfo=UTC)
    dates = plan(
        item("ours", takes="2wd"),
        item("theirs", calendar="customer", takes="2wd"),
        calendars=calendars,
        anchors={"project_start": start},
    )
    assert dates["ours"].due_at == datetime(2026, 7, 3, 17, tzinfo=UTC)
    assert dates["theirs"].due_at == datetime(2026, 7, 6, 21, tzinfo=UTC)  # 3 July is the day off for the fourth


def test_a_milestone_takes_no_time_and_stays_on_the_close_of_the_day() -> None:
    dates = plan(item("a"), item("m", "a", takes=""), item("b", "m"))
    assert dates["m"].start_at == dates["m"].due_at == at(2, 17)
    assert dates["b"].start_at == at(3)


def test_promises_are_kept_and_what_has_a_duration_begins_in_time() -> None:
    dates = plan(item("a", due=timing("signature", "7d"), takes="2wd"))
    assert (dates["a"].start_at, dates["a"].due_at) == (at(5), at(9))
    assert dates["a"].why_due == "within 7 days of signature"


def test_a_promise_that_cannot_be_kept_is_named() -> None:
    dates = plan(item("a", takes="10wd"), item("b", "a", due=timing("signature", "7d"), takes=""))
    assert dates["b"].due_at == at(13, 17)
    assert dates["b"].conflict == "B was promised within 7 days of signature, but what comes before it ends later"


def test_stages_follow_each_other_and_end_with_their_last_task() -> None:
    dates = plan(
        stage("one"),
        item("a", stage="one", takes="2wd"),
        stage("two", "one", at_least=parse_span("2w")),
        item("b", stage="two"),
        stage("three", "two"),
    )
    assert dates["b"].start_at == at(4)
    assert dates["two"].start_at == at(3, 17)
    assert dates["two"].due_at == at(17, 17)
    assert dates["three"].start_at == at(17, 17)
    assert dates["b"].why_start == "when TWO starts"


def test_an_anchor_is_the_end_of_the_item_that_sets_it_and_offsets_may_be_negative() -> None:
    dates = plan(
        stage("one"),
        item("prepare", stage="one", start=timing("kickoff", "-2wd")),
        stage("two", "one"),
        item("kickoff", stage="two", due=timing("signature", "7d"), takes="", sets_anchor="kickoff"),
        item("recap", stage="two", start=timing("kickoff", "1wd")),
    )
    assert dates["kickoff"].due_at == at(9)
    assert dates["prepare"].start_at == at(5)
    assert dates["recap"].start_at == at(10)
    assert dates["prepare"].why_start == "2 working days before KICKOFF"


def test_the_project_ends_with_what_does_not_hang_on_its_end() -> None:
    dates = plan(item("a", takes="3wd"), item("survey", start=timing("project_end", "1wd"), takes=""))
    assert dates["survey"].start_at == at(5)


def test_an_anchor_that_nothing_sets_is_assumed_and_said() -> None:
    network = PlanNetwork(items=(item("a", start=timing("go_live", "1wd")),), anchors={"project_start": MONDAY})
    result = queries.plan_dates(network)
    assert result.items["a"].start_at == at(3)
    assert result.warnings == ("Nothing sets go live: the project's start counts instead",)


def test_what_happened_and_what_was_set_by_hand_stays_and_the_rest_follows() -> None:
    dates = plan(
        item("a", takes="5wd", fixed_start_at=at(2), fixed_due_at=at(3, 11)),
        item("b", "a", takes="2wd"),
        item("c", "b", fixed_start_at=at(20), fixed_due_at=at(23, 17)),
    )
    assert (dates["b"].start_at, dates["b"].due_at) == (at(3, 11), at(4, 17))
    assert (dates["c"].start_at, dates["c"].due_at) == (at(20), at(23, 17))


def test_what_is_set_by_hand_before_what_it_waits_for_is_said_whichever_end_is_set() -> None:
    fields = (
        {"fixed_start_at": at(3)},
        {"fixed_start_at": at(3), "fixed_due_at": at(4, 17)},
        {"fixed_due_at": at(4, 17)},
    )
    for fixed in fields:
        dates = plan(item("c", "b", takes="2wd", **fixed), item("b", "a", takes="2wd"), item("a", takes="2wd"))
        assert dates["c"].conflict.startswith("C is set to ")
        assert "B" in dates["c"].conflict
    begun = plan(item("a", takes="2wd"), item("c", "a", fixed_start_at=at(2), is_started=True))
    assert begun["c"].conflict == ""


def test_a_pause_moves_what_was_ahead_and_nothing_behind() -> None:
    held = (Pause(start_at=at(4, 12), end_at=at(11, 12)),)
    dates = plan(
        item("before", takes="2wd"), item("across", takes="5wd"), item("after", "across", takes="1wd"), pauses=held
    )
    assert dates["before"].due_at == at(3, 17)
    assert dates["across"].due_at == at(13, 17)
    assert dates["after"].start_at == at(16)


@pytest.mark.parametrize(
    ("items", "cycle"),
    [
        ((item("a", "b"), item("b", "a")), {"a", "b"}),
        ((item("a", "a"),), {"a"}),
        ((item("a", "b"), item("b", "c"), item("c", "a"), item("d")), {"a", "b", "c"}),
        (
            (stage("one"), item("a", "two", stage="one"), stage("two"), item("b", "one", stage="two")),
            {"one", "two", "a", "b"},
        ),
    ],
)
def test_a_circle_is_refused_and_spelled_out(items: tuple[PlanItem, ...], cycle: set[str]) -> None:
    with pytest.raises(CycleError) as refused:
        plan(*items)
    assert refused.value.cycle[0] == refused.value.cycle[-1]
    assert set(refused.value.cycle) <= cycle
    assert str(refused.value).startswith("These wait for each other: ")


def test_the_order_of_stages_gives_way_where_it_would_close_a_circle() -> None:
    dates = plan(
        stage("one"),
        item("early", stage="one"),
        item("late", stage="one", start=timing("go_live", "5wd")),
        stage("two", "one"),
        item("live", stage="two", takes="", sets_anchor="go_live", links=(PlanLink(predecessor="early"),)),
    )
    assert dates["live"].due_at == at(2, 17)
    assert dates["late"].start_at == at(9)


SPANS = st.sampled_from(["0wd", "1wd", "3wd", "12h", "36h", "2d", "9d"])


@st.composite
def networks(draw: st.DrawFn) -> tuple[PlanItem, ...]:
    count = draw(st.integers(1, 14))
    items = []
    for index in range(count):
        earlier = [f"t{n}" for n in range(index)]
        after = draw(st.lists(st.sampled_from(earlier), max_size=3, unique=True)) if earlier else []
        links = tuple(
            PlanLink(
                predecessor=key,
                type=draw(st.sampled_from([LinkType.FINISH_TO_START, LinkType.START_TO_START])),
                lag=draw(st.none() | st.sampled_from([parse_span("1wd"), parse_span("4h")])),
            )
            for key in after
        )
        items.append(item(f"t{index}", takes=draw(SPANS), links=links, calendar=draw(st.sampled_from(["", "other"]))))
    return tuple(items)


@given(items=networks(), order=st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_links_hold_whatever_the_network_and_whatever_its_order(items: tuple[PlanItem, ...], order: Any) -> None:
    calendars = {"": CalendarSpec(country="DE"), "other": CalendarSpec(time_zone="Asia/Kolkata", country="IN")}
    dates = plan(*items, calendars=calendars)
    for one in items:
        assert dates[one.key].start_at <= dates[one.key].due_at
        for bond in one.links:
            before = dates[bond.predecessor]
            earliest = before.due_at if bond.type is LinkType.FINISH_TO_START else before.start_at
            assert dates[one.key].start_at >= earliest
    shuffled = list(items)
    order.shuffle(shuffled)
    assert plan(*shuffled, calendars=calendars) == dates


def test_two_thousand_items_in_a_row() -> None:
    items = [item(f"t{n}", *([f"t{n - 1}"] if n else [])) for n in range(2000)]
    dates = plan(*items, calendars={"": CalendarSpec(country="DE", time_zone="Europe/Berlin")})
    chain = [dates[f"t{n}"] for n in range(2000)]
    assert all(second.start_at >= first.due_at for first, second in pairwise(chain))
    assert chain[-1].due_at > MONDAY + timedelta(days=2700)


def test_a_deadline_moves_nothing_and_says_when_it_is_missed() -> None:
    dates = plan(
        item("a", takes="5wd", must_finish_by=at(5, 17)),
        item("b", takes="5wd", must_finish_by=at(6, 17)),
        item("c", takes="5wd", must_finish_by=at(6, 12)),
    )
    assert dates["a"].due_at == dates["b"].due_at == at(6, 17)
    assert dates["a"].conflict == "A must be finished by 5 March 2026, but ends on 6 March 2026"
    assert dates["b"].conflict == ""
    assert dates["c"].conflict == "C must be finished by 6 March 2026, 12:00, but ends on 6 March 2026, 17:00"


def test_as_things_stand_nothing_open_lies_behind() -> None:
    dates = plan(
        item("done", takes="1wd", fixed_start_at=at(2), fixed_due_at=at(2, 12), is_done=True),
        item("started", "done", takes="1wd", fixed_start_at=at(3), is_started=True),
        item("ahead", "started", takes="2wd"),
        item("by_hand", takes="1wd", fixed_start_at=at(3), fixed_due_at=at(4, 17)),
        item("promised", due=timing("signature", "2d"), takes="1wd"),
        open_from=at(10, 11),
    )
    assert dates["done"].due_at == at(2, 12)
    assert (dates["started"].start_at, dates["started"].due_at) == (at(3), at(10, 11))
    assert (dates["ahead"].start_at, dates["ahead"].due_at) == (at(10, 11), at(11, 17))
    assert (dates["by_hand"].start_at, dates["by_hand"].due_at) == (at(10, 11), at(10, 11))
    assert (dates["promised"].start_at, dates["promised"].due_at) == (at(10, 11), at(10, 17))
    assert dates["started"].why_due == "as it is still open"


def test_five_levels_of_stages_end_with_what_lies_deepest() -> None:
    levels = [stage("l1"), *(stage(f"l{number}", stage=f"l{number - 1}") for number in range(2, 6))]
    dates = plan(*levels, item("deep", stage="l5", takes="3wd"), item("shallow", stage="l1"), stage("next", "l1"))
    for number in range(1, 6):
        assert dates[f"l{number}"].due_at == dates["deep"].due_at == at(4, 17)
    assert dates["next"].start_at == at(4, 17)


def test_what_is_done_early_lets_what_follows_begin_early() -> None:
    waiting = [item("b", "a", takes="2wd"), item("c", "b")]
    late = plan(item("a", takes="5wd"), *waiting)
    early = plan(item("a", takes="5wd", fixed_start_at=at(2), fixed_due_at=at(3, 17), is_done=True), *waiting)
    assert (late["b"].start_at, early["b"].start_at) == (at(9), at(4))
    assert late["c"].due_at - early["c"].due_at == timedelta(days=5)
    assert early["b"].due_at == at(5, 17)
