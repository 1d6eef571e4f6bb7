"""Goals at random, for the properties that hold for all of them."""

from typing import Any

from hypothesis import strategies as st

from firstwin.scheduling.contracts import Span, SpanUnit
from firstwin.usage.contracts.goals import Aggregate, Comparison, Goal

NAMES = st.sampled_from(["report_run", "Deal Closed", "data_received", "ä", "x" * 40])
EVENTS = st.lists(NAMES, min_size=1, max_size=3, unique=True).map(tuple)
SPANS = st.none() | st.builds(
    Span, st.integers(1, 90), st.sampled_from([SpanUnit.HOURS, SpanUnit.CALENDAR_DAYS, SpanUnit.WORKING_DAYS])
)
_STEPS = st.lists(NAMES, min_size=2, max_size=4, unique=True).map(tuple)
_WHAT: st.SearchStrategy[dict[str, Any]] = (
    st.just({}) | st.fixed_dictionaries({"events": EVENTS}) | st.just({"feature": "reports"})
)


def _with(what: dict[str, Any], **more: Any) -> Goal:
    return Goal(**what, **more)


SINGLE = st.one_of(
    st.builds(Goal, events=EVENTS, times=st.none() | st.integers(1, 50), within=SPANS),
    st.builds(Goal, feature=st.just("reports"), times=st.none() | st.integers(1, 50), within=SPANS),
    st.builds(_with, _WHAT, users=st.integers(1, 500), within=SPANS),
    st.builds(_with, _WHAT, share_of_seats=st.integers(1, 100), within=SPANS),
    st.builds(_with, _WHAT, days=st.integers(1, 60), in_a_row=st.booleans()),
    st.builds(
        Goal,
        days=st.integers(1, 20),
        within=st.integers(20, 90).map(lambda days: Span(days, SpanUnit.CALENDAR_DAYS)),
    ),
    st.builds(Goal, features=st.integers(1, 9)),
    st.builds(Goal, stays=SPANS.filter(bool)),
    st.builds(Goal, sequence=_STEPS, users=st.none() | st.integers(1, 9), within=SPANS),
    st.builds(
        Goal,
        metric=st.just("amount"),
        events=NAMES.map(lambda name: (name,)),
        aggregate=st.none() | st.sampled_from(Aggregate),
        comparison=st.none() | st.sampled_from(Comparison),
        target=st.floats(-1e6, 1e6).map(lambda value: round(value, 2)),
    ),
)
_TWO = st.lists(SINGLE, min_size=2, max_size=3).map(tuple)
_INNER = SINGLE | st.builds(Goal, all=_TWO) | st.builds(Goal, any=_TWO)
_SEVERAL = st.lists(_INNER, min_size=2, max_size=3).map(tuple)
GOALS = SINGLE | st.builds(Goal, all=_SEVERAL) | st.builds(Goal, any=_SEVERAL)
