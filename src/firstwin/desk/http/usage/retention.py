"""Whether people come back: cohorts by the week of their first event, how often they come, and daily over monthly people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from firstwin.desk.http.access import may_govern
from firstwin.desk.http.usage import charts, filters, frame, plots
from firstwin.desk.http.usage.charts import Chart, Head, Kind
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.usage.contracts.analysis import RetentionRow, Share
from firstwin.usage.contracts.store import ActiveUsers, Period
from firstwin.usage.queries import figures, sources, store

MOST_WEEKS = 12
MONTH = timedelta(days=28)
SMALL = 10
"""Cohorts of fewer people say little, and are marked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatCell:
    """A week of a cohort: its share in words and how dark it is, 0 to 4; too young ones have none."""

    text: str
    level: int
    is_young: bool
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatRow:
    """A cohort."""

    week_on: date
    size: int
    is_small: bool
    cells: tuple[HeatCell, ...]


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Show retention and stickiness."""
    connection = sources.get_connection(actor=actor)
    if not connection.has_events:
        context: dict[str, Any] = {"connection": connection, "may_govern": may_govern(actor)}
        return frame.page(request, "usage_retention", "not_yet.html", context)
    at = clock.now()
    asked = filters.read(request.GET, at)
    scope = filters.scope_of(actor, asked)
    reader = store.event_reader()
    weeks = min(MOST_WEEKS, asked.weeks)
    today = at.astimezone(UTC).date()
    rows, means = figures.list_retention(cohorts=reader.retention(scope, weeks=weeks), today=today)
    last_month = filters.scope_of(actor, asked, since=max(_midnight(at) - MONTH, asked.since), until=_midnight(at))
    stickiness = reader.stickiness(last_month)
    daily = reader.active_users(last_month, by=Period.DAY)
    context = {
        **filters.context_of(request, actor, asked),
        "now": at,
        "heat": [heat_row(row) for row in rows],
        "weeks": range(weeks + 1),
        "means": [heat_cell(one.value, one.count, one.base, 0) for one in means],
    }
    found = [retention_chart(rows, means), stickiness_chart(stickiness, daily, last_month.since, last_month.until)]
    return frame.figures(request, actor, "usage_retention", "retention.html", context, found)


def heat_row(row: RetentionRow) -> HeatRow:
    """Return a cohort as the map shows it."""
    return HeatRow(
        week_on=row.week_on,
        size=row.size,
        is_small=row.size < SMALL,
        cells=tuple(
            heat_cell(share, count, row.size, week)
            for week, (share, count) in enumerate(zip(row.cells, row.counts, strict=True))
        ),
    )


def heat_cell(share: float | None, count: int, base: int, week: int) -> HeatCell:
    """Return one cell; the darker, the more came back."""
    if share is None:
        return HeatCell(text="", level=0, is_young=True, title=f"Week {week} is not over yet")
    level = 0 if share == 0 else min(int(share * 4) + 1, 4)
    return HeatCell(text=charts.percent(share), level=level, is_young=False, title=f"{count:,} of {base:,}")


def retention_chart(rows: Sequence[RetentionRow], means: Sequence[Share]) -> Chart:
    """Return the cohorts as a figure: the mean as a line with its interval, the cohorts as the table to download."""
    known = [(week, one) for week, one in enumerate(means) if one.value is not None and week > 0]
    people = sum(row.size for row in rows)
    said = f"{charts.many(people, 'person', 'people')} in {charts.many(len(rows), 'weekly cohort')}."
    fourth = next((one for week, one in known if week == 4), None)
    if fourth is not None and fourth.value is not None:
        said += f" Four weeks after their first, {charts.percent(fourth.value)} of {fourth.base:,} came back."
    width = max((len(row.cells) for row in rows), default=0)
    line = plots.Series(
        name="", tone="accent", points=[(float(week), one.value or 0.0) for week, one in known],
        band=[(float(week), one.low or 0.0, one.high or 0.0) for week, one in known],
        titles=[f"Week {week}: {charts.percent(one.value or 0.0)} of {one.base:,}" for week, one in known],
    )  # fmt: skip
    return Chart(
        key="retention",
        title="Do people come back?",
        said=said,
        heads=(
            Head("First week", Kind.DAY), Head("People", Kind.COUNT),
            *(Head(f"Week {week}", Kind.SHARE) for week in range(width)),
        ),
        rows=[(row.week_on, row.size, *row.cells) for row in rows],
        plot=plots.lines(
            [line], summary=f"{said} The table has every cohort.", is_share=True,
            marks=[(float(week), f"Week {week}") for week, _ in known if week % 2 == 0 or len(known) < 7],
        ),
        note="The share that did anything in a later week, over all cohorts that are old enough; the band is its 95 % interval.",
        empty="Too little has happened in this period",
    )  # fmt: skip


def stickiness_chart(
    stickiness: Mapping[int, int], daily: Sequence[ActiveUsers], since: datetime, until: datetime
) -> Chart:
    """Return on how many days people came, and the share of a month's people that comes on a day."""
    days = max((until - since).days, 1)
    people = sum(stickiness.values())
    share = figures.get_daily_share(daily=[one.users for one in daily], monthly=people, days=days)
    mean = figures.get_mean_days(stickiness=stickiness)
    said = f"Of {charts.many(people, 'person', 'people')} in {days} days"
    if share is not None and mean is not None:
        said += f", {charts.percent(share)} come on an average day. Somebody comes on {mean:.1f} days."
    most = max(stickiness, default=0)
    return Chart(
        key="stickiness",
        title="On how many days do they come?",
        said=said,
        heads=(Head("Days", Kind.COUNT), Head("People", Kind.COUNT), Head("Of all", Kind.SHARE)),
        rows=[(day, stickiness.get(day, 0), stickiness.get(day, 0) / people) for day in range(1, most + 1)] if people else [],
        plot=plots.columns(
            [
                plots.Column(
                    name=f"{day}", value=stickiness.get(day, 0),
                    title=f"On {charts.many(day, 'day')}: {charts.many(stickiness.get(day, 0), 'person', 'people')}",
                    said=f"{stickiness.get(day, 0):,}" if most <= 14 else "",
                )
                for day in range(1, most + 1)
            ],
            summary=f"{said} The table has every number of days.",
        ),
        note=f"Whole days in UTC, {since:%-d %B} to {until - timedelta(days=1):%-d %B}.",
        empty="Nobody was active in the last four weeks",
    )  # fmt: skip


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
