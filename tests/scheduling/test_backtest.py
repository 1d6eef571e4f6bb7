"""Forecasts learned from a log: never from what was not yet known, and as good as the process allows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from firstwin.scheduling.contracts.forecasting import Backtest, EventLog, Method, TooLittleHistoryError
from firstwin.scheduling.queries import forecasts
from firstwin.scheduling.rules.forecast import prefixes, remaining, scoring
from firstwin.scheduling.rules.forecast.intervals import Interval, Spread, km_quantile
from firstwin.scheduling.rules.forecast.trees import Binning, MedianBoost, SpreadForest, group_quantiles
from tests.factories.event_logs import DAY, made_log


def error(result: Backtest, method: Method) -> float:
    found = result.score(method)
    assert found is not None
    return found.mae_days


def test_the_quantiles_of_groups_agree_with_numpy() -> None:
    random = np.random.default_rng(0)
    values, groups = random.random(200), random.integers(0, 7, 200)
    found = group_quantiles(values, groups, 9)
    for group in range(7):
        assert found[group] == pytest.approx(np.median(values[groups == group]))
    assert np.isnan(found[7:]).all()


def test_cases_that_still_run_count_as_longer_than_so_far() -> None:
    values, ones = np.array([1.0, 2, 3, 4]), np.ones(4)
    assert km_quantile(values, np.array([True, True, True, True]), ones, 0.5) == 2
    assert km_quantile(values, np.array([True, False, True, True]), ones, 0.5) == 3


def test_boosting_finds_a_median_that_depends_on_two_columns() -> None:
    random = np.random.default_rng(0)
    table = random.random((3000, 3))
    lengths = 10 * (table[:, 0] > 0.5) + 5 * (table[:, 1] > 0.3) + random.exponential(0.2, 3000)
    binned = Binning(table).apply(table)
    found = MedianBoost().fit(binned, lengths).predict(binned)
    assert np.abs(found - lengths).mean() < 0.35


def test_the_forest_knows_how_wide_the_lengths_spread_and_goes_on_learning() -> None:
    random = np.random.default_rng(0)
    table = random.random((3000, 2))
    lengths = random.exponential(np.where(table[:, 0] > 0.5, 10.0, 1.0))
    cut = Binning(table)
    forest = SpreadForest().fit(cut.apply(table), lengths)
    asked = forest.leaves(cut.apply(np.array([[0.1, 0.5], [0.9, 0.5]])))
    spread = Spread(forest.shares(asked, np.arange(2)), forest.edges, float(lengths.max()))
    p80 = spread.lengths(0.8416)
    assert p80[0] == pytest.approx(1.61, rel=0.25)
    assert p80[1] == pytest.approx(16.1, rel=0.25)
    assert spread.probits(p80) == pytest.approx([0.8416, 0.8416], abs=0.05)
    forest.learn(asked, np.zeros(500, dtype=np.int64), forest.cells_of(np.full(500, 20.0)), 0.1)
    later = Spread(forest.shares(asked, np.arange(2)), forest.edges, float(lengths.max()))
    assert later.lengths(0.0)[0] > 5


@pytest.mark.parametrize("seed", [1, 2])
def test_on_a_steady_process_the_error_is_that_of_the_best_and_intervals_hold(seed: int) -> None:
    result = forecasts.backtest(made_log(cases=600, seed=seed))
    assert error(result, Method.FIRSTWIN) <= 1.02 * error(result, Method.MEDIAN_BY_STEP)
    assert 0.75 <= result.interval_coverage <= 0.85
    assert result.coverage["P95"] == pytest.approx(0.95, abs=0.03)


def test_on_a_drifting_process_it_follows_and_the_intervals_still_hold() -> None:
    result = forecasts.backtest(made_log(cases=900, drift=6.0))
    assert error(result, Method.FIRSTWIN) < 0.9 * error(result, Method.MEDIAN_BY_STEP)
    assert error(result, Method.FIRSTWIN) < error(result, Method.FIRSTWIN_FROZEN)
    assert 0.74 <= result.interval_coverage <= 0.86


STREAM = 3_000
_TENTH = float(special.ndtri(0.1))


def share_kept(lengths: np.ndarray, *, pace: float) -> float:
    """Replay a stream, one case a day, each forecast to take a month or so, and say how many intervals held."""
    usual = np.sort(np.random.default_rng(1).lognormal(3.4, 1.0, 1_000))
    edges, longest = usual[::10], float(usual[-1])
    shares = np.searchsorted(usual, np.append(edges, longest), side="right") / len(usual)
    spread = Spread(np.tile(shares, (STREAM, 1)), edges, longest)
    interval = Interval(Spread(spread.shares[: len(usual)], edges, longest), usual, pace=pace, count=STREAM)
    at = np.arange(STREAM, dtype=np.float64)
    end_at = at + lengths
    is_kept = np.zeros(STREAM, dtype=np.bool_)
    for block in np.array_split(np.arange(STREAM), 60):
        now, seen = at[block[0]], np.arange(block[0])
        reached = Spread(spread.shares[seen], edges, longest).probits(np.minimum(lengths[seen], now - at[seen]))
        shift = interval.shift(now, seen, end_at[seen], reached)
        probits = (_TENTH - shift, -_TENTH + shift)
        low, high = (at[block] + spread.lengths(probit)[block] for probit in probits)
        interval.promise(block, (low, high), probits)
        is_kept[block] = (end_at[block] >= low) & (end_at[block] <= high)
    return float(is_kept.mean())


@settings(max_examples=15)
@given(st.integers(0, 1_000), st.floats(0.3, 3.0), st.floats(0.0, 0.7), st.booleans())
def test_the_interval_makes_up_for_any_drift_although_promises_are_judged_late(
    seed: int, factor: float, since: float, is_sudden: bool
) -> None:
    place = np.linspace(0, 1, STREAM)
    drift = (place >= since).astype(float) if is_sudden else np.clip((place - since) / (1 - since), 0, 1)
    lengths = np.random.default_rng(seed).lognormal(3.4, 1.0, STREAM) * factor**drift
    assert share_kept(lengths, pace=0.02) == pytest.approx(0.8, abs=0.02)


def test_without_steering_the_same_drift_breaks_promises() -> None:
    lengths = np.random.default_rng(0).lognormal(3.4, 1.0, STREAM) * 3.0
    assert share_kept(lengths, pace=0.02) == pytest.approx(0.8, abs=0.02)
    assert share_kept(lengths, pace=0.0) < 0.7


def test_cases_that_end_first_do_not_make_an_interval_look_too_wide() -> None:
    random = np.random.default_rng(2)
    usual, lengths = random.lognormal(0.0, 1.0, 4_000), random.lognormal(0.0, 1.0, 4_000)
    edges = np.quantile(usual, np.linspace(0.01, 0.99, 99))
    shares = np.linspace(0.01, 1.0, 100)
    spread = Spread(np.tile(shares, (4_000, 1)), edges, float(usual.max()))
    interval = Interval(spread, usual, pace=1 / 4_000, count=4_000)
    rows = np.arange(4_000)
    interval.promise(rows, (spread.lengths(_TENTH), spread.lengths(-_TENTH)), (_TENTH, -_TENTH))
    for share in (0.05, 0.4, 0.7, 0.85):
        now = float(np.quantile(lengths, share))
        passed = spread.probits(np.minimum(lengths, now))
        assert interval.shift(now, rows, lengths, passed) == pytest.approx(0, abs=0.02)
    # Had all of them taken longer than the upper end, it would be known by then, although none has ended.
    now = float(np.quantile(lengths, 0.95))
    assert interval.shift(now, rows, lengths + 1_000, spread.probits(np.full(4_000, now))) == pytest.approx(0.8)


def test_an_interval_whose_lower_end_cannot_be_missed_is_missed_above_instead() -> None:
    log = made_log(cases=600, seed=3)
    # Two in five cases are closed in six steps at the moment of their last one: from then on nothing remains.
    case, at = np.asarray(log.cases), np.asarray(log.at)
    ends = {number: float(at[case == number].max()) for number in range(600) if number % 5 < 2}
    closing = len(log.activity_names)
    result = forecasts.backtest(
        EventLog(
            cases=[*log.cases, *(number for number in ends for _ in range(6))],
            activities=[*log.activities, *([closing] * 6 * len(ends))],
            at=[*log.at, *(end for end in ends.values() for _ in range(6))],
            case_names=log.case_names,
            activity_names=(*log.activity_names, "Close"),
        )
    )
    assert 0.75 <= result.interval_coverage <= 0.86


def test_the_end_of_an_export_is_told_apart_from_the_method() -> None:
    log = made_log(cases=600, seed=3)
    whole = forecasts.backtest(log)
    assert whole.open_share > 0.9
    assert whole.interval_coverage_open == pytest.approx(whole.interval_coverage, abs=0.03)
    # An export made early, of finished cases: from the middle of the test on, long ones are missing.
    case, at = np.asarray(log.cases), np.asarray(log.at)
    end_at = np.array([at[case == one].max() for one in range(600)])
    exported = float(np.quantile(end_at, 0.75))
    kept = end_at[case] <= exported
    early = forecasts.backtest(
        EventLog(
            cases=list(case[kept]),
            activities=list(np.asarray(log.activities)[kept]),
            at=list(at[kept]),
            case_names=log.case_names,
            activity_names=log.activity_names,
        )
    )
    assert early.open_share < whole.open_share


def test_moments_of_one_case_do_not_make_a_share_surer() -> None:
    once = forecasts.backtest(made_log(cases=300))
    is_inside, case = np.tile([True, True, False, True], 25), np.arange(100)
    single = scoring.standard_error(is_inside, case)
    assert single == pytest.approx(np.sqrt(0.75 * 0.25 / 100))
    assert scoring.standard_error(np.repeat(is_inside, 9), np.repeat(case, 9)) == pytest.approx(single)
    assert 0 < once.interval_error < 0.1


def test_weeks_loops_and_long_tails_are_borne() -> None:
    result = forecasts.backtest(made_log(cases=500, is_weekly=True, loops=0.2, spread=1.2))
    assert error(result, Method.FIRSTWIN) <= 1.02 * error(result, Method.MEDIAN_BY_STEP)
    assert 0.74 <= result.interval_coverage <= 0.86


def test_nothing_that_happened_later_changes_a_forecast() -> None:
    log = made_log(cases=300)
    rows = prefixes.prefixes_of(log)
    parts = scoring.parts_of(rows, is_strict=True)
    before = remaining.Replay(rows, parts.known, parts.held_out, parts.stream).run()
    at = rows.at[parts.stream]
    cut = float(np.quantile(at, 0.5))
    # Whoever still ran at the cut ends much later in another world; what was forecast until then must be the same.
    changed = np.asarray(log.at) + np.where(np.asarray(log.at) > cut, 50 * DAY, 0)
    other = prefixes.prefixes_of(
        EventLog(cases=log.cases, activities=log.activities, at=list(changed), case_names=(), activity_names=())
    )
    after = remaining.Replay(other, parts.known, parts.held_out, parts.stream).run()
    early = at < cut - 5 * DAY
    assert early.sum() > 50
    assert after.median[early] == pytest.approx(before.median[early])
    assert after.levels[early] == pytest.approx(before.levels[early])


def test_the_same_log_gives_the_same_result() -> None:
    log = made_log(cases=200)
    first, second = forecasts.backtest(log), forecasts.backtest(log)
    assert first.scores == second.scores
    assert first.coverage == second.coverage


def test_strict_takes_nothing_as_known_that_had_not_ended() -> None:
    rows = prefixes.prefixes_of(made_log(cases=300))
    strict = scoring.parts_of(rows, is_strict=True)
    usual = scoring.parts_of(rows, is_strict=False)
    split_at = rows.at[rows.rank >= rows.split].min()
    assert (rows.end_at[strict.known] < split_at).all()
    assert strict.known.sum() < usual.known.sum()
    assert forecasts.backtest(made_log(cases=300), is_strict=True).is_strict


def test_the_plan_is_compared_where_there_is_one() -> None:
    log = made_log(cases=200)
    starts = {
        case: min(at for number, at in zip(log.cases, log.at, strict=True) if number == case) for case in range(200)
    }
    planned = EventLog(
        cases=log.cases, activities=log.activities, at=log.at, case_names=(), activity_names=(),
        planned_end={case: start + 5 * DAY for case, start in starts.items()},
    )  # fmt: skip
    result = forecasts.backtest(planned)
    assert error(result, Method.PLANNED) > 0
    assert error(result, Method.SCALED) > 0
    assert error(result, Method.FIRSTWIN) < error(result, Method.PLANNED)


def test_a_peer_gets_the_same_moments() -> None:
    seen: list[tuple[int, int]] = []

    def peer(columns: np.ndarray, named: list[int], lengths: np.ndarray, asked: np.ndarray) -> np.ndarray:
        seen.append((len(columns), len(asked)))
        assert columns.shape[1] == asked.shape[1] > max(named)
        return np.full(len(asked), np.median(lengths))

    result = forecasts.backtest(made_log(cases=200), peer=peer)
    assert seen == [(result.train_moments, result.test_moments)]
    assert error(result, Method.BOOSTING) > 0


@pytest.mark.parametrize("cases", [2, 29, 33])
def test_too_little_history_is_said(cases: int) -> None:
    with pytest.raises(TooLittleHistoryError):
        forecasts.backtest(made_log(cases=cases, drift=1.0) if cases != 33 else _single(cases))


def _single(cases: int) -> EventLog:
    return EventLog(
        cases=list(range(cases)), activities=[0] * cases, at=[float(case) for case in range(cases)], case_names=(),
        activity_names=(),
    )  # fmt: skip
