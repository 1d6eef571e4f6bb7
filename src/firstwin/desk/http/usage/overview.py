"""Usage at a glance: who is active over time, how engaged they are, and what they do most."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from firstwin.desk.http.access import may_govern
from firstwin.desk.http.usage import charts, filters, frame, plots
from firstwin.desk.http.usage.charts import Chart, Head, Kind
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.usage.contracts.store import ActiveUsers, Engagement, FeatureUse, Period
from firstwin.usage.queries import features, first_value, sources, store

SESSION_GAP = timedelta(minutes=30)
MOST_EVENTS = 12
_WEEK = timedelta(days=7)


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Show how much the product is used; before the first event, how to connect it."""
    connection = sources.get_connection(actor=actor)
    context: dict[str, Any] = {"connection": connection, "may_govern": may_govern(actor)}
    if not connection.has_events:
        return frame.page(request, "usage", "overview.html", context)
    at = clock.now()
    asked = filters.read(request.GET, at)
    scope = filters.scope_of(actor, asked)
    reader = store.event_reader()
    weekly = reader.active_users(scope, by=Period.WEEK)
    engagement = reader.engagement(
        scope,
        gap=SESSION_GAP,
        features=features.get_feature_events(actor=actor),
        wins=first_value.get_win_events(actor=actor, account_ids=scope.account_ids),
    )
    top = reader.top_features(scope, limit=MOST_EVENTS)
    context |= filters.context_of(request, actor, asked)
    context |= {
        "now": at,
        "engagement": engagement,
        "stats": stats_of(engagement),
        "most": max((one.users for one in top), default=1),
    }
    return frame.figures(
        request,
        actor,
        "usage",
        "overview.html",
        context,
        [weekly_chart(weekly, asked), top_chart(top, engagement, asked)],
    )


def stats_of(engagement: Engagement) -> list[tuple[str, str, str]]:
    """Return how many people were active, and how customers are engaged."""
    return [("People who were active", f"{engagement.users:,}", ""), *engagement_stats(engagement)]


def engagement_stats(engagement: Engagement) -> list[tuple[str, str, str]]:
    """Return how often people return, how long they stay, how much they explore and how much they win."""
    stay = engagement.median_session_seconds
    return [
        ("How often they return", f"{engagement.active_days_per_week:.1f}", "days a week"),
        (
            "How long they stay",
            "–" if stay is None else charts.duration(stay),
            "in the median visit",
        ),
        ("How much they explore", f"{engagement.features_per_user:.1f}", "features each"),
        (
            "How much they win",
            f"{engagement.wins / engagement.users if engagement.users else 0:.1f}",
            f"wins each, {engagement.wins:,} in all",
        ),
    ]


def weekly_chart(weekly: Sequence[ActiveUsers], asked: filters.Asked, *, seats: int | None = None) -> Chart:
    """Return who was active week by week; the week that is not over is dashed. `seats` are those that were bought."""
    users = {one.on: one.users for one in weekly}
    weeks = weeks_of(asked.since, asked.until)
    values = [(float(number), float(users.get(week.date(), 0))) for number, week in enumerate(weeks)]
    titles = [f"Week of {week:%-d %B}: {charts.many(users.get(week.date(), 0), 'person', 'people')}" for week in weeks]
    over, last = values[:-1], values[-1]
    best = max((count for _, count in over), default=0.0)
    series = [
        plots.Series(name="", tone="accent", points=over, titles=titles[:-1]),
        plots.Series(
            name=f"{last[1]:,.0f} this week so far", tone="accent", points=[*over[-1:], last],
            titles=[*titles[-2:-1], titles[-1]] if over else titles[-1:], is_dashed=True,
        ),
    ]  # fmt: skip
    latest = over[-1][1] if over else 0
    said = (
        f"{latest:,.0f} people in the last full week, {best:,.0f} in the best of {charts.many(len(over), 'full week')}."
    )
    if seats:
        said = f"{latest:,.0f} of {charts.many(seats, 'licensed seat')} in the last full week ({charts.percent(latest / seats)})."
    heads = [Head("Week from", Kind.DAY), Head("Active people", Kind.COUNT)]
    rows: list[tuple[object, ...]] = [(week.date(), users.get(week.date(), 0)) for week in weeks]
    if seats:
        heads.append(Head("Of the seats", Kind.SHARE))
        rows = [(on, count, users.get(week.date(), 0) / seats) for (on, count), week in zip(rows, weeks, strict=True)]
    return Chart(
        key="active_people",
        title="How many people are active each week?",
        said=said,
        heads=tuple(heads),
        rows=rows,
        plot=plots.lines(
            series,
            summary=f"Active people by week. {said} The table has every week.",
            marks=week_marks(weeks),
            target=(float(seats), f"{seats:,} seats") if seats and best >= seats * 0.25 else None,
        ),
        note="Somebody is active in a week who did anything in it. Weeks begin on Monday in UTC; the dashed one is not over.",
        empty="Nobody was active in this period",
    )


def weeks_of(since: datetime, until: datetime) -> list[datetime]:
    """Return the Mondays from the first to the last week of a period."""
    found = [filters.monday_of(since)]
    while found[-1] + _WEEK < until:
        found.append(found[-1] + _WEEK)
    return found


def week_marks(weeks: Sequence[datetime]) -> list[tuple[float, str]]:
    """Return about six weeks to name below a drawing."""
    every = max(len(weeks) // 6, 1)
    return [(float(number), f"{week:%-d %b}") for number, week in enumerate(weeks) if number % every == 0]


def top_chart(top: Sequence[FeatureUse], engagement: Engagement, asked: filters.Asked) -> Chart:
    """Return what most people do, as a table."""
    return Chart(
        key="top_events",
        title="What do most people do?",
        said=f"Of {charts.many(engagement.users, 'active person', 'active people')}, {asked.said.lower()}.",
        heads=(
            Head("Event"),
            Head("People", Kind.COUNT),
            Head("Of those active", Kind.SHARE),
            Head("Times", Kind.COUNT),
        ),
        rows=[
            (one.name, one.users, one.users / engagement.users if engagement.users else None, one.times) for one in top
        ],
        empty="Nothing was done in this period",
    )
