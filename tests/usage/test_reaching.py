"""Goals about days of activity and about features: reached at the right moment, and the same with both stores."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.playbooks import queries as playbook_queries
from firstwin.scheduling.contracts import Span, SpanUnit, parse_span
from firstwin.usage.contracts.goals import Goal, Verdict
from firstwin.usage.contracts.store import EventScope, Period, ProofQuestions
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries import reaching
from firstwin.usage.rules import goal_days
from tests.factories.event_store import done
from tests.usage.oracle import PlainStore

HERE, ACORN, BIRCH = UUID(int=7), UUID(int=8), UUID(int=9)
BEGIN = datetime(2026, 3, 2, 9, tzinfo=UTC)
FEATURES = {"reports": ("run", "print"), "sharing": ("share",), "search": ("find",), "nothing": ()}
STORES: tuple[str, ...] = ("plain", "chdb")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventWriter]:
    engine = ChdbEngine(tmp_path_factory.mktemp("reaching"))
    yield EventWriter(engine)
    engine.close()


def verdicts(store: ProofQuestions, goal: Goal, *, days: int = 60) -> dict[UUID, Verdict]:
    scope = EventScope(workspace_id=HERE, since=BEGIN, until=BEGIN + timedelta(days=days))
    seats = {ACORN: None, BIRCH: None}
    return dict(reaching.get_verdicts(store=store, scope=scope, goal=goal, seats=seats, features=FEATURES))


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, engine: EventWriter) -> ProofQuestions:
    """Acorn comes on six days of four weeks and again after three weeks; Birch came twice."""
    store: PlainStore | EventWriter = PlainStore() if request.param == "plain" else engine
    store.place(HERE, group_id="acorn", account_id=ACORN)
    store.place(HERE, group_id="birch", account_id=BIRCH)
    came = [("run", 0), ("print", 1), ("find", 4), ("run", 5), ("share", 9), ("find", 21), ("run", 40)]
    events = [
        done(HERE, name, user="ada", group="acorn", at=BEGIN + timedelta(days=day, hours=1)) for name, day in came
    ]
    events += [done(HERE, "run", user="ben", group="birch", at=BEGIN + timedelta(days=day)) for day in (0, 20)]
    if request.param == "plain" or not store.active_users(scope_of_all(), by=Period.DAY):
        store.append(events)
    return store


def scope_of_all() -> EventScope:
    return EventScope(workspace_id=HERE, since=BEGIN, until=BEGIN + timedelta(days=60))


def midnight(day: int) -> datetime:
    return (BEGIN + timedelta(days=day)).replace(hour=0)


def test_days_of_activity_within_a_time(store: ProofQuestions) -> None:
    found = verdicts(store, Goal(days=6, within=parse_span("28d")))
    assert found[ACORN].reached_at == midnight(21)
    assert (found[BIRCH].reached_at, found[BIRCH].progress) == (None, "0 of 6 days")
    assert verdicts(store, Goal(days=6, within=parse_span("21d")))[ACORN].reached_at is None
    assert verdicts(store, Goal(days=6, within=parse_span("28d")), days=10)[ACORN].progress == "5 of 6 days"
    assert verdicts(store, Goal(days=1, within=parse_span("1d")))[BIRCH].reached_at == BEGIN


def test_different_features_are_counted_and_the_last_of_them_says_when(store: ProofQuestions) -> None:
    found = verdicts(store, Goal(features=3))
    assert found[ACORN].reached_at == BEGIN + timedelta(days=9, hours=1)
    assert (found[BIRCH].reached_at, found[BIRCH].progress) == (None, "1 of 3 features used")
    assert verdicts(store, Goal(features=4))[ACORN].progress == "3 of 4 features used"
    assert verdicts(store, Goal(features=2))[ACORN].reached_at == BEGIN + timedelta(days=4, hours=1)


def test_an_account_stays_once_it_is_active_so_long_after_its_first_day(store: ProofQuestions) -> None:
    found = verdicts(store, Goal(stays=parse_span("21d")))
    assert found[ACORN].reached_at == midnight(21)
    assert (found[BIRCH].reached_at, found[BIRCH].progress) == (None, "20 of 21 days")
    assert verdicts(store, Goal(stays=parse_span("3w")), days=20)[ACORN].progress == "9 of 21 days"


def test_without_features_nothing_counts(store: ProofQuestions) -> None:
    scope = scope_of_all()
    found = reaching.get_verdicts(store=store, scope=scope, goal=Goal(features=1), seats={ACORN: None}, features={})
    assert (found[ACORN].reached_at, found[ACORN].share) == (None, 0)


DAYS = st.sets(st.integers(0, 60), max_size=20).map(
    lambda days: [date(2026, 3, 1) + timedelta(d) for d in sorted(days)]
)


@given(DAYS, st.integers(1, 8), st.integers(1, 30))
def test_a_window_of_days_is_the_first_that_holds_enough_of_them(days: list[date], asked: int, length: int) -> None:
    last = date(2026, 5, 1)
    on, now = goal_days.active_within(days, asked=asked, within=Span(length, SpanUnit.CALENDAR_DAYS), last=last)
    holding = [day for day in days if sum(timedelta(0) <= day - other < timedelta(length) for other in days) >= asked]
    assert on == min(holding, default=None)
    assert now == sum(last - timedelta(length) < day <= last for day in days)


@given(DAYS, st.integers(1, 30))
def test_staying_is_the_first_day_that_lies_far_enough_after_the_first(days: list[date], length: int) -> None:
    on, so_far = goal_days.stayed(days, length=Span(length, SpanUnit.CALENDAR_DAYS))
    assert on == min((day for day in days if day >= days[0] + timedelta(length)), default=None)
    assert (on is not None) == (so_far >= length)


def test_every_milestone_of_engagement_in_the_self_serve_playbook_closes_itself() -> None:
    found = playbook_queries.find_builtin_playbook("self-serve")
    assert found is not None
    feedback = next(stage for stage in found[0].stages if stage.key == "feedback")
    goals = {task.key: playbook_queries.find_goal(task.settings) for task in feedback.tasks}
    assert all(goals[key] for key in ("returning", "staying", "exploring", "winning", "sticking"))
