"""How long until the first win, and who gets there in time."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from firstwin.desk.http.usage import charts, filters, frame, plots
from firstwin.desk.http.usage.charts import Chart, Head, Kind
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.onboardings import Onboarding
from firstwin.projects.queries import onboardings
from firstwin.shared import clock, wording
from firstwin.shared.errors import InvalidInputError, Problem
from firstwin.usage.contracts.analysis import ActivationCohort, Curve, Share, Start, Wait
from firstwin.usage.queries import figures, sources

WINDOW = timedelta(days=30)
TARGET = 0.85
"""Activation: the share that reaches first value within 30 days."""
MOST_CURVES = 4
FEWEST = 5
"""A curve over fewer customers is left out of the drawing; its table row stays."""
TONES = ("accent", "waiting", "risk", "neutral")
GROUPS: dict[str, tuple[str, Callable[[Onboarding], str]]] = {
    "": ("All together", lambda _one: ""),
    "segment": ("By segment", lambda one: wording.in_words(one.segment)),
    "industry": ("By industry", lambda one: wording.in_words(one.industry)),
    "playbook": ("By playbook", lambda one: one.playbook_name),
    "version": ("By version", lambda one: f"{one.playbook_name}, version {one.playbook_version}"),
}


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Show how long it takes; the page needs no event, so it says the same while the event store is away."""
    at = clock.now()
    asked = filters.read(request.GET, at, usual="26w")
    by = request.GET.get("by", "")
    if by not in GROUPS:
        problem = Problem("by", f"“{by[:80]}” is not known here.", "Choose it on the page.")
        raise InvalidInputError(problem.message, remedy=problem.remedy, problems=(problem,))
    begun = begun_in(actor, asked)
    curves = figures.list_curves(waits=[wait_of(one, GROUPS[by][1], at) for one in begun])
    share, cohorts = figures.get_activation(
        starts=[start_of(one) for one in begun], within=WINDOW, today=at.astimezone(UTC).date()
    )
    context = {
        **filters.context_of(request, actor, asked),
        "now": at,
        "by": by,
        "groups": [(key, label) for key, (label, _) in GROUPS.items()],
        "has_events": sources.get_connection(actor=actor).has_events,
        "has_begun": bool(begun),
    }
    found = [curves_chart(curves), activation_chart(share, cohorts)]
    return frame.figures(request, actor, "usage_time_to_value", "time_to_value.html", context, found)


def begun_in(actor: Actor, asked: filters.Asked) -> list[Onboarding]:
    """Return the first onboarding of each account that began in the period."""
    first: dict[UUID, Onboarding] = {}
    for one in onboardings.list_onboardings(actor=actor, filters=asked.onboardings):
        known = first.get(one.account_id)
        if known is None or one.began_at < known.began_at:
            first[one.account_id] = one
    return [one for one in first.values() if asked.since <= one.began_at < asked.until]


def wait_of(one: Onboarding, group: Callable[[Onboarding], str], at: datetime) -> Wait:
    """Return how long an account took, or has waited so far."""
    end = one.first_value_at or one.completed_at or at
    days = max((end - one.began_at) / timedelta(days=1), 0.0)
    return Wait(days=round(days, 1), is_reached=one.first_value_at is not None, group=group(one))


def start_of(one: Onboarding) -> Start:
    """Return when an account began, and how long it took."""
    days = (one.first_value_at - one.began_at) / timedelta(days=1) if one.first_value_at else None
    return Start(began_on=one.began_at.astimezone(UTC).date(), days=days)


def curves_chart(curves: Sequence[Curve]) -> Chart:
    """Return the curves: how the share with a first win grows with the days since the signature."""
    size, reached = sum(curve.size for curve in curves), sum(curve.reached for curve in curves)
    drawn = [curve for curve in curves if curve.size >= FEWEST and curve.points][:MOST_CURVES]
    said = f"{reached:,} of {charts.many(size, 'account')} have had their first win; the others count for as long as they wait."
    if len(curves) == 1 and curves[0].median_days is not None:
        said = f"Half of all accounts have had their first win after {curves[0].median_days:.0f} days. {said}"
    longest = max((curve.watched_days for curve in drawn), default=0.0)
    series = [
        plots.Series(
            name=curve_name(curve, len(drawn)),
            tone=TONES[number],
            is_step=True,
            points=[
                (0.0, 0.0),
                *((point.days, point.share) for point in curve.points),
                (curve.watched_days, curve.points[-1].share),
            ],
            band=[
                (0.0, 0.0, 0.0),
                *((point.days, point.low, point.high) for point in curve.points),
                (curve.watched_days, curve.points[-1].low, curve.points[-1].high),
            ]
            if len(drawn) < 3
            else (),
        )
        for number, curve in enumerate(drawn)
    ]
    return Chart(
        key="time_to_value",
        title="How long until the first win?",
        said=said,
        heads=(
            Head("Group"),
            Head("Accounts", Kind.COUNT),
            Head("With a first win", Kind.COUNT),
            Head("Half after days", Kind.DAYS),
            Head("After 30 days", Kind.SHARE),
            Head("At least", Kind.SHARE),
            Head("At most", Kind.SHARE),
            Head("Watched for days", Kind.DAYS),
        ),
        rows=[curve_row(curve) for curve in curves],
        plot=plots.lines(
            series,
            summary=f"{said} The table has every group.",
            is_share=True,
            marks=[(float(day), f"Day {day}") for day in day_marks(longest)],
        )
        if series
        else None,
        note="Days since the contract was signed, after Kaplan and Meier; bands and “at least” to “at most” are 95 % intervals. "
        "Groups of fewer than five accounts are not drawn.",
        empty="Too few accounts to draw a curve",
    )


def curve_name(curve: Curve, count: int) -> str:
    """Return what stands at the end of a curve."""
    return f"{curve.group or 'All'} ({curve.size})" if count > 1 else ""


def curve_row(curve: Curve) -> tuple[object, ...]:
    """Return a curve as a row of its table."""
    days = WINDOW / timedelta(days=1)
    point = next((one for one in reversed(curve.points) if one.days <= days), None)
    is_known = curve.watched_days >= days
    return (
        curve.group or "All accounts",
        curve.size,
        curve.reached,
        curve.median_days,
        (point.share if point else 0.0) if is_known else None,
        point.low if point and is_known else None,
        point.high if point and is_known else None,
        curve.watched_days,
    )


def day_marks(longest: float) -> list[int]:
    """Return days to name below a curve."""
    step = next((step for step in (5, 10, 15, 30, 60, 90, 180) if longest / step <= 7), 365)
    return list(range(0, int(longest) + 1, step))


def activation_chart(share: Share, cohorts: Sequence[ActivationCohort]) -> Chart:
    """Return which share of each month's customers had their first win within 30 days, against the target."""
    if share.value is None or share.low is None or share.high is None:
        said = "Nobody signed at least 30 days ago in this period."
    else:
        said = (
            f"{charts.percent(share.value)} of {charts.many(share.base, 'account')} that signed at least 30 days ago had their "
            f"first win within 30 days ({charts.percent(share.low)} to {charts.percent(share.high)}); "
            f"the target is {charts.percent(TARGET)}."
        )
    columns = []
    for cohort in cohorts:
        value = cohort.share.value
        words = f"{cohort.share.count} of {cohort.share.base}" if value is not None else "too young"
        more = f", {cohort.young} too young" if cohort.young else ""
        columns.append(
            plots.Column(
                name=f"{cohort.month_on:%b}",
                value=value or 0.0,
                title=f"Signed in {cohort.month_on:%B %Y}: {words}{more}",
                said=words,
                tone="done" if value is not None and value >= TARGET else "accent",
                is_soft=cohort.young > 0,
            )
        )
    return Chart(
        key="activation",
        title="Who has their first win within 30 days?",
        said=said,
        heads=(
            Head("Signed in", Kind.DAY),
            Head("Old enough", Kind.COUNT),
            Head("Within 30 days", Kind.COUNT),
            Head("Share", Kind.SHARE),
            Head("At least", Kind.SHARE),
            Head("At most", Kind.SHARE),
            Head("Too young", Kind.COUNT),
        ),
        rows=[
            (one.month_on, one.share.base, one.share.count, one.share.value, one.share.low, one.share.high, one.young)
            for one in cohorts
        ],
        plot=plots.columns(
            columns,
            summary=f"{said} The table has every month.",
            target=(TARGET, f"Target {charts.percent(TARGET)}"),
            is_share=True,
        ),
        note="Dashed: some who signed in that month still have time, and are left out of its share."
        if any(one.young for one in cohorts)
        else "",
        empty="Nobody has reached a first win in time yet",
    )
