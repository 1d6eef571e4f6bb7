"""Statistics of usage: intervals of shares, waiting times with those who still wait, comparisons, cohorts."""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

from firstwin.usage.contracts.analysis import (
    ActivationCohort,
    Curve,
    CurvePoint,
    Difference,
    FunnelRow,
    RetentionRow,
    Share,
    Start,
    Wait,
)
from firstwin.usage.contracts.store import RetentionCohort

Z95 = 1.959963984540054
"""The normal deviate of a two-sided interval of 95 %."""
FEWEST = 10
"""Fewer on one side of a comparison tell nothing yet."""
WEEK = timedelta(days=7)


def share_of(count: int, base: int) -> Share:
    """A share is told with its 95 % interval after Wilson, which stays sensible for few cases and near 0 and 1."""
    if base <= 0:
        return Share(count=count, base=base, value=None, low=None, high=None)
    value = count / base
    low, high = _wilson(value, base)
    return Share(count=count, base=base, value=value, low=low, high=high)


def _wilson(value: float, base: int) -> tuple[float, float]:
    square = Z95 * Z95 / base
    middle = value + square / 2
    half = Z95 * math.sqrt(value * (1 - value) / base + square / (4 * base))
    return max((middle - half) / (1 + square), 0.0), min((middle + half) / (1 + square), 1.0)


def difference_of(name: str, *, ours: tuple[int, int], others: tuple[int, int]) -> Difference:
    """Two shares differ by as much as they do, within a 95 % interval after Newcombe; each is (count, base).

    Under ten customers on one side the comparison is marked as too small.
    """
    one, two = share_of(*ours), share_of(*others)
    if one.value is None or two.value is None or one.low is None or two.low is None:
        return _untold(name, one, two)
    assert one.high is not None  # noqa: S101 - a share with a low end has a high one
    assert two.high is not None  # noqa: S101
    difference = one.value - two.value
    low = difference - math.hypot(one.value - one.low, two.high - two.value)
    high = difference + math.hypot(one.high - one.value, two.value - two.low)
    is_small = min(one.base, two.base) < FEWEST
    return Difference(
        name=name,
        ours=one,
        others=two,
        difference=difference,
        low=low,
        high=high,
        lift=one.value / two.value if two.value else None,
        is_small=is_small,
        is_clear=not is_small and (low > 0 or high < 0),
    )


def _untold(name: str, one: Share, two: Share) -> Difference:
    return Difference(
        name=name, ours=one, others=two, difference=0.0, low=-1.0, high=1.0, lift=None, is_small=True, is_clear=False
    )


def differences(
    did: Mapping[str, Collection[object]], *, ours: Collection[object], others: Collection[object]
) -> list[Difference]:
    """What those who got there did more often comes first, the clear differences before the others; what is too small last."""
    mine, rest = set(ours), set(others)
    found = [
        difference_of(name, ours=(len(mine & set(who)), len(mine)), others=(len(rest & set(who)), len(rest)))
        for name, who in did.items()
    ]
    return sorted(found, key=lambda one: (not one.is_clear, one.is_small, -one.difference, one.name))


def curve_of(group: str, waits: Sequence[Wait]) -> Curve:
    """How long it takes counts those who still wait for as long as they were watched (Kaplan-Meier).

    The interval is that of Greenwood on the scale of log(-log), so that it never leaves 0 to 1.
    """
    in_order = sorted(waits, key=lambda wait: wait.days)
    at_risk, still, variance = len(in_order), 1.0, 0.0
    points: list[CurvePoint] = []
    for days, same in groupby(in_order, key=lambda wait: wait.days):
        here = list(same)
        reached = sum(wait.is_reached for wait in here)
        if reached:
            variance += reached / (at_risk * (at_risk - reached)) if at_risk > reached else 0.0
            still *= 1 - reached / at_risk
            low, high = _greenwood(still, variance)
            points.append(CurvePoint(days=days, share=1 - still, low=1 - high, high=1 - low, at_risk=at_risk))
        at_risk -= len(here)
    return Curve(
        group=group,
        size=len(in_order),
        reached=sum(wait.is_reached for wait in in_order),
        points=tuple(points),
        median_days=next((point.days for point in points if point.share >= 0.5), None),
        watched_days=in_order[-1].days if in_order else 0.0,
    )


def _greenwood(still: float, variance: float) -> tuple[float, float]:
    if still <= 0.0 or still >= 1.0:
        return still, still
    half = Z95 * math.sqrt(variance) / abs(math.log(still))
    return still ** math.exp(half), still ** math.exp(-half)


def curves(waits: Iterable[Wait]) -> list[Curve]:
    """Groups are drawn apart, the largest first."""
    by_group: dict[str, list[Wait]] = defaultdict(list)
    for wait in waits:
        by_group[wait.group].append(wait)
    found = [curve_of(group, of_group) for group, of_group in by_group.items()]
    return sorted(found, key=lambda curve: (-curve.size, curve.group))


def activation(starts: Iterable[Start], *, within: timedelta, today: date) -> tuple[Share, list[ActivationCohort]]:
    """Activation is the share of customers who reached it in time, among those who began at least that long ago.

    Who began later still has time, even where they reached it already, and is counted apart.
    """
    months: dict[date, list[Start]] = defaultdict(list)
    for start in starts:
        months[start.began_on.replace(day=1)].append(start)
    cohorts, all_old = [], []
    for month_on, of_month in sorted(months.items()):
        old = [start for start in of_month if start.began_on + within <= today]
        all_old += old
        cohorts.append(ActivationCohort(month_on=month_on, share=_in_time(old, within), young=len(of_month) - len(old)))
    return _in_time(all_old, within), cohorts


def _in_time(starts: Sequence[Start], within: timedelta) -> Share:
    most = within / timedelta(days=1)
    return share_of(sum(start.days is not None and start.days <= most for start in starts), len(starts))


def retention_rows(cohorts: Iterable[RetentionCohort], *, today: date) -> list[RetentionRow]:
    """A week of a cohort counts once it is over; until then it is too young to be compared."""
    rows = []
    for cohort in cohorts:
        cells = tuple(
            returned / cohort.size if cohort.size and cohort.week_on + WEEK * (week + 1) <= today else None
            for week, returned in enumerate(cohort.returned)
        )
        rows.append(RetentionRow(week_on=cohort.week_on, size=cohort.size, cells=cells, counts=cohort.returned))
    return rows


def retention_mean(rows: Sequence[RetentionRow]) -> list[Share]:
    """The retention of a week over all cohorts counts people, not cohorts, and only cohorts old enough for that week."""
    most = max((len(row.cells) for row in rows), default=0)
    found = []
    for week in range(most):
        old = [row for row in rows if week < len(row.cells) and row.cells[week] is not None]
        found.append(share_of(sum(row.counts[week] for row in old), sum(row.size for row in old)))
    return found


def funnel_rows(steps: Sequence[tuple[str, int, float | None]]) -> list[FunnelRow]:
    """Each step of a funnel is compared with the step before and with the first; steps are (name, reached, median seconds)."""
    rows: list[FunnelRow] = []
    for name, reached, seconds in steps:
        before = rows[-1].reached if rows else None
        first = rows[0].reached if rows else reached
        rows.append(
            FunnelRow(
                name=name,
                reached=reached,
                of_before=reached / before if before else None,
                of_first=reached / first if first else None,
                median_seconds=seconds,
            )
        )
    return rows


def trend_of(now: int, before: int) -> float | None:
    """A trend compares the last four weeks with the four before; after nothing there is no trend."""
    return (now - before) / before if before else None


def mean_days(stickiness: Mapping[int, int]) -> float | None:
    """Return on how many days a person was active on average; None without anybody."""
    people = sum(stickiness.values())
    return sum(days * users for days, users in stickiness.items()) / people if people else None


def daily_share(daily: Sequence[int], monthly: int, *, days: int) -> float | None:
    """Stickiness (DAU/MAU) is the mean number of people active on a day, empty days included, over those of the period."""
    return sum(daily) / days / monthly if monthly and days else None
