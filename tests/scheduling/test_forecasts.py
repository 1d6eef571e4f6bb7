"""The forecast of a plan: what is done stays, what is known of lengths counts, and nothing else moves it."""

import dataclasses
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from msgspec.structs import replace

from firstwin.scheduling import queries
from firstwin.scheduling.contracts import (
    CalendarSpec,
    CycleError,
    DayRule,
    LinkType,
    PlanItem,
    PlanLink,
    PlanNetwork,
    Timing,
    parse_span,
)
from firstwin.scheduling.contracts.forecasting import (
    ForecastQuestion,
    Learned,
    LearnedGroup,
    Observation,
    OwnerLoad,
    TaskTraits,
)
from firstwin.scheduling.queries import forecasts
from firstwin.scheduling.rules.forecast import lengths

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
CERTAIN = Learned(
    groups={"all": LearnedGroup(count=99, mean=0.0, spread=1e-9)}, shape=lengths._normal_shape(), finished=99
)
ESTIMATED = forecasts.learn_lengths([])


def item(key: str, *after: str, span: str = "2wd", **more: object) -> PlanItem:
    links = tuple(PlanLink(predecessor=name) for name in after)
    return PlanItem(key=key, name=key.upper(), duration=parse_span(span), links=links, **more)  # type: ignore[arg-type]


def network(*items: PlanItem, calendar: CalendarSpec | None = None) -> PlanNetwork:
    return PlanNetwork(items=items, anchors={"project_start": MONDAY}, calendars={"": calendar or CalendarSpec()})


def question(plan: PlanNetwork, **more: object) -> ForecastQuestion:
    traits = {one.key: TaskTraits(groups=(), owner="mia", owner_name="Mia") for one in plan.items if not one.is_stage}
    given: dict[str, object] = {"traits": traits, "learned": ESTIMATED, "now": MONDAY, **more}
    return ForecastQuestion(network=plan, **given)  # type: ignore[arg-type]


def random_network(seed: int) -> PlanNetwork:
    random = np.random.default_rng(seed)
    items = []
    for number in range(25):
        links = tuple(
            PlanLink(
                predecessor=f"t{other}",
                type=LinkType.FINISH_TO_START if random.random() < 0.8 else LinkType.START_TO_START,
                lag=parse_span("1wd") if random.random() < 0.2 else None,
            )
            for other in range(max(0, number - 4), number)
            if random.random() < 0.4
        )
        items.append(
            PlanItem(
                key=f"t{number}",
                name=f"T{number}",
                duration=parse_span(f"{random.integers(1, 6)}wd"),
                links=links,
                calendar="other" if random.random() < 0.3 else "",
            )
        )
    return PlanNetwork(
        items=tuple(items),
        anchors={"project_start": MONDAY},
        calendars={"": CalendarSpec(country="DE"), "other": CalendarSpec(time_zone="America/New_York", country="US")},
    )


@pytest.mark.parametrize("seed", range(6))
def test_without_any_spread_it_is_the_plan_as_things_stand(seed: int) -> None:
    plan = random_network(seed)
    now = MONDAY + timedelta(days=1)
    found = forecasts.forecast_plan(question(plan, learned=CERTAIN, now=now, paths=20)).completion
    expected = queries.plan_dates(replace(plan, open_from=now)).end_at
    assert found.p95 - found.p10 < timedelta(minutes=1)
    assert abs(found.p50 - expected) <= timedelta(days=3, hours=1)  # a working day, over a weekend


def test_the_same_question_has_the_same_answer_and_the_levels_are_in_order() -> None:
    plan = network(item("a"), item("b", "a"), item("c", "b", span="5wd"))
    one, other = (forecasts.forecast_plan(question(plan, seed=4)) for _ in range(2))
    assert one == other
    likely = one.completion
    assert likely.p10 < likely.p50 < likely.p80 < likely.p95
    assert not one.has_history


def test_the_chance_to_meet_a_target_follows_the_levels() -> None:
    plan = network(item("a"), item("b", "a", span="10wd"))
    likely = forecasts.forecast_plan(question(plan)).completion
    assert forecasts.forecast_plan(question(plan, target_at=likely.p80)).chance == pytest.approx(0.8, abs=0.01)
    assert forecasts.forecast_plan(question(plan)).chance is None


def test_what_is_done_stays_and_what_is_under_way_ends_no_earlier_than_now() -> None:
    now = MONDAY + timedelta(days=20)
    done = item("a", fixed_start_at=MONDAY, fixed_due_at=MONDAY + timedelta(days=3), is_started=True, is_done=True)
    late = item("b", "a", fixed_start_at=MONDAY + timedelta(days=3), is_started=True)
    found = forecasts.forecast_plan(question(network(done, late), now=now, shown=("a", "b")))
    assert found.items["a"].p10 == found.items["a"].p95 == MONDAY + timedelta(days=3)
    assert found.items["b"].p10 >= now
    assert found.completion.p95 > now


def test_what_has_run_long_is_expected_to_run_on() -> None:
    late = network(item("a", fixed_start_at=MONDAY, is_started=True))
    soon = forecasts.forecast_plan(question(late, now=MONDAY + timedelta(hours=1))).completion.p50
    later = forecasts.forecast_plan(question(late, now=MONDAY + timedelta(days=8))).completion.p50
    assert later > MONDAY + timedelta(days=8) > soon


def test_leave_and_the_load_of_people_move_it_and_are_named() -> None:
    plan = network(item("a", span="3wd"), item("b", "a", span="3wd"))
    usual = forecasts.forecast_plan(question(plan)).completion.p50
    away = CalendarSpec(rules=(DayRule(first_on=date(2026, 3, 4), last_on=date(2026, 3, 13), label="Leave"),))
    assert forecasts.forecast_plan(question(network(*plan.items, calendar=away))).completion.p50 > usual + timedelta(
        days=6
    )
    busy = forecasts.forecast_plan(question(plan, loads={"mia": OwnerLoad(queue_hours=40)}))
    half = forecasts.forecast_plan(question(plan, loads={"mia": OwnerLoad(share=0.5)}))
    assert busy.completion.p50 > usual + timedelta(days=4)
    assert half.completion.p50 > usual + timedelta(days=4)
    assert busy.limiting == "Mia"
    assert busy.limiting_share == pytest.approx(1.0)


def test_other_work_delays_what_comes_while_it_lasts_and_is_named() -> None:
    plan = network(item("a", span="3wd"), item("b", "a", span="3wd"))
    usual = forecasts.forecast_plan(question(plan))
    waits = tuple(max(40.0 - 8 * day, 0.0) for day in range(10))
    found = forecasts.forecast_plan(question(plan, loads={"mia": OwnerLoad(waits=waits), "nobody": OwnerLoad()}))
    assert found.completion.p50 > usual.completion.p50 + timedelta(days=4)
    assert [delay.owner_name for delay in found.delays] == ["Mia"]
    assert found.delays[0].days == pytest.approx(5, abs=1)
    assert usual.delays == ()


def test_other_work_that_is_done_in_time_delays_nothing() -> None:
    under_way = item("a", span="10wd", fixed_start_at=MONDAY, is_started=True)
    plan = network(under_way, item("b", "a", span="3wd"))
    waits = (16.0, 8.0, 0.0)
    found = forecasts.forecast_plan(question(plan, loads={"mia": OwnerLoad(waits=waits)}))
    assert found.completion == forecasts.forecast_plan(question(plan)).completion
    assert found.delays == ()


def test_the_tasks_that_drive_the_spread_are_named_first() -> None:
    plan = network(item("short", span="1wd"), item("long", span="20wd"), item("end", "short", "long", span="1wd"))
    found = forecasts.forecast_plan(question(plan))
    assert found.drivers[0].key == "long"
    assert found.drivers[0].share > 0.8
    assert found.drivers[0].critical == pytest.approx(1.0)
    assert all(driver.key != "short" for driver in found.drivers)


def test_a_promise_is_no_wall_for_who_is_done_early_and_stages_follow_each_other() -> None:
    first = PlanItem(key="one", name="One", is_stage=True)
    second = PlanItem(key="two", name="Two", is_stage=True, links=(PlanLink(predecessor="one", is_soft=True),))
    promised = PlanItem(key="a", name="A", stage="one", due=Timing(anchor="project_start", offset=parse_span("10wd")))
    after = PlanItem(key="b", name="B", stage="two", duration=parse_span("2wd"))
    quick = Learned(groups={"all": LearnedGroup(count=50, mean=-0.7, spread=0.05)}, shape=CERTAIN.shape, finished=50)
    plan = network(first, second, promised, after)
    found = forecasts.forecast_plan(question(plan, learned=quick, shown=("one", "two"), first_value="a"))
    assert found.items["one"].p50 < queries.plan_dates(plan).items["a"].due_at - timedelta(days=3)
    assert found.items["two"].p50 > found.items["one"].p50
    assert found.first_value == found.items["one"]


def test_what_happens_by_itself_follows_but_drives_nothing() -> None:
    sent = PlanItem(
        key="mail",
        name="Mail",
        links=(PlanLink(predecessor="a"),),
        due=Timing(anchor="project_start", offset=parse_span("20wd")),
    )
    plan = network(item("a", span="4wd"), sent)
    asked = question(plan)
    found = forecasts.forecast_plan(dataclasses.replace(asked, traits={"a": asked.traits["a"]}))
    assert [driver.key for driver in found.drivers] == ["a"] or found.drivers == ()
    assert found.completion.p10 >= queries.plan_dates(plan).items["a"].start_at


def test_an_empty_plan_and_a_circle() -> None:
    now = MONDAY + timedelta(days=1)
    assert forecasts.forecast_plan(question(network(), now=now)).completion.p50 == now
    with pytest.raises(CycleError):
        forecasts.forecast_plan(question(network(item("a", "b"), item("b", "a"))))


# lengths ------------------------------------------------------------------------------------------------------------


def seen(group: str, stretch: float, count: int, *, is_finished: bool = True) -> list[Observation]:
    random = np.random.default_rng(count)
    return [
        Observation(
            groups=(f"task:{group}", "side:vendor"),
            planned_days=4.0,
            taken_days=5 * stretch * float(random.lognormal(0, 0.3)) - 1,
            is_finished=is_finished,
        )
        for _ in range(count)
    ]


def test_too_little_history_falls_back_to_estimates() -> None:
    learned = forecasts.learn_lengths(seen("a", 2.0, 29))
    assert learned.groups == {"all": lengths.ESTIMATE}
    assert learned.finished == 29


def test_lengths_are_learned_by_group_and_few_are_drawn_to_the_wider_group() -> None:
    learned = forecasts.learn_lengths([*seen("slow", 2.0, 200), *seen("usual", 1.0, 200), *seen("rare", 2.0, 1)])
    assert np.exp(learned.groups["task:slow"].mean) == pytest.approx(2.0, rel=0.1)
    assert np.exp(learned.groups["task:usual"].mean) == pytest.approx(1.0, rel=0.1)
    assert 1.2 < np.exp(learned.groups["task:rare"].mean) < 1.8
    assert learned.groups["task:slow"].spread == pytest.approx(0.3, rel=0.25)
    assert list(learned.shape) == sorted(learned.shape)


def test_open_work_counts_as_longer_than_so_far() -> None:
    finished = seen("a", 1.0, 100)
    without = forecasts.learn_lengths(finished).groups["task:a"].mean
    with_open = forecasts.learn_lengths([*finished, *seen("a", 1.6, 60, is_finished=False)]).groups["task:a"].mean
    assert with_open > without + 0.1


def test_an_unknown_group_takes_the_widest() -> None:
    learned = forecasts.learn_lengths(seen("a", 1.5, 100))
    assert lengths.group_for(learned, ("task:none",)) == learned.groups["all"]
