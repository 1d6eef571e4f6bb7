"""Statistics against published values, and what must hold for any data."""

import math
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.usage.contracts.analysis import Start, Wait
from firstwin.usage.contracts.store import RetentionCohort
from firstwin.usage.rules import analysis

MONDAY = date(2026, 3, 2)


def test_wilsons_interval_is_that_of_newcombes_tables() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 857-872, table I, method 3.
    for count, base, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        share = analysis.share_of(count, base)
        assert (share.low, share.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))
    assert analysis.share_of(0, 0).value is None


def test_the_difference_of_two_shares_is_that_of_newcombes_tables() -> None:
    # Newcombe 1998, Statistics in Medicine 17, 873-890, table II, method 10.
    for ours, others, low, high in (
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ):
        found = analysis.difference_of("x", ours=ours, others=others)
        assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_lift_and_what_is_too_small() -> None:
    clear = analysis.difference_of("x", ours=(18, 20), others=(6, 20))
    assert clear.lift == pytest.approx(3)
    assert clear.is_clear
    assert not clear.is_small
    small = analysis.difference_of("x", ours=(9, 9), others=(0, 40))
    assert small.lift is None
    assert small.is_small
    assert not small.is_clear
    nobody = analysis.difference_of("x", ours=(0, 0), others=(1, 2))
    assert nobody.is_small
    assert (nobody.low, nobody.high) == (-1, 1)


def test_what_is_clear_comes_first_and_the_small_last() -> None:
    ours, others = range(20), range(100, 120)
    did = {"both": [*ours, *others], "ours": [*range(15)], "a little": [*range(3)]}
    assert [one.name for one in analysis.differences(did, ours=ours, others=others)] == ["ours", "a little", "both"]


def test_the_curve_is_that_of_freireichs_patients() -> None:
    # Weeks of remission on 6-MP: Freireich et al. 1963, as in Cox and Oakes 1984, table 1.1.
    weeks = (6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35)
    ended = (1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0)
    waits = [Wait(days=week, is_reached=bool(one)) for week, one in zip(weeks, ended, strict=True)]
    curve = analysis.curve_of("6-MP", waits)
    assert [round(1 - point.share, 3) for point in curve.points] == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    assert [point.at_risk for point in curve.points] == [21, 17, 15, 12, 11, 7, 6]
    assert curve.median_days == 23
    assert (curve.size, curve.reached, curve.watched_days) == (21, 9, 35)
    first = curve.points[0]
    assert (1 - first.high, 1 - first.low) == (pytest.approx(0.6197, abs=5e-5), pytest.approx(0.9516, abs=5e-4))


waits = st.lists(
    st.builds(Wait, days=st.integers(0, 60).map(float), is_reached=st.booleans(), group=st.sampled_from("ab")),
    max_size=40,
)


@given(waits)
def test_a_curve_only_rises_and_ends_at_the_share_where_nobody_waits(waits: list[Wait]) -> None:
    curve = analysis.curve_of("", waits)
    shares = [point.share for point in curve.points]
    assert shares == sorted(shares)
    assert all(
        0 <= point.low <= point.share + 1e-9 and point.share <= point.high + 1e-9 <= 1 + 2e-9 for point in curve.points
    )
    if waits and all(wait.is_reached for wait in waits):
        assert math.isclose(shares[-1], 1)
    assert sum(one.size for one in analysis.curves(waits)) == len(waits)


def test_activation_leaves_out_who_still_has_time() -> None:
    today = date(2026, 4, 15)
    starts = [
        Start(began_on=date(2026, 2, 3), days=29.9),
        Start(began_on=date(2026, 2, 20), days=31),
        Start(began_on=date(2026, 3, 16), days=None),
        Start(began_on=date(2026, 3, 17), days=2),
    ]
    whole, cohorts = analysis.activation(starts, within=timedelta(days=30), today=today)
    assert (whole.count, whole.base) == (1, 3)
    assert [(one.month_on.month, one.share.count, one.share.base, one.young) for one in cohorts] == [
        (2, 1, 2, 0),
        (3, 0, 1, 1),
    ]
    assert analysis.activation([], within=timedelta(days=30), today=today)[0].value is None


def test_a_week_counts_for_retention_once_it_is_over() -> None:
    cohorts = [
        RetentionCohort(week_on=MONDAY, size=4, returned=(4, 2, 1)),
        RetentionCohort(week_on=MONDAY + timedelta(days=7), size=2, returned=(2, 1, 0)),
    ]
    rows = analysis.retention_rows(cohorts, today=MONDAY + timedelta(days=21))
    assert [row.cells for row in rows] == [(1, 0.5, 0.25), (1, 0.5, None)]
    mean = analysis.retention_mean(rows)
    assert [(one.count, one.base) for one in mean] == [(6, 6), (3, 6), (1, 4)]


def test_a_funnel_compares_with_the_step_before_and_the_first() -> None:
    rows = analysis.funnel_rows([("a", 10, None), ("b", 5, 60.0), ("c", 0, None), ("d", 0, None)])
    assert [row.of_before for row in rows] == [None, 0.5, 0, None]
    assert [row.of_first for row in rows] == [1, 0.5, 0, 0]
    assert analysis.funnel_rows([("a", 0, None)])[0].of_first is None


def test_trends_and_stickiness() -> None:
    assert analysis.trend_of(5, 10) == -0.5
    assert analysis.trend_of(5, 0) is None
    assert analysis.mean_days({1: 3, 5: 1}) == 2
    assert analysis.mean_days({}) is None
    assert analysis.daily_share([10, 20], 30, days=4) == 0.25
    assert analysis.daily_share([], 0, days=28) is None
