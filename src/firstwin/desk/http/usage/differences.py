"""What accounts with an early first win did that the others did not: shares side by side, with the interval of the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from firstwin.desk.http.access import may_govern
from firstwin.desk.http.usage import charts, filters, frame
from firstwin.desk.http.usage.charts import Chart, Head, Kind
from firstwin.desk.http.usage.time_to_value import WINDOW, begun_in
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.onboardings import Onboarding
from firstwin.shared import clock
from firstwin.usage.contracts.analysis import Difference
from firstwin.usage.contracts.store import StoreUnavailableError, Subject
from firstwin.usage.queries import figures, store

MOST_EVENTS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """A difference as the page shows it: where its interval lies on a line from −100 to +100 points, of a hundred."""

    found: Difference
    ours: str
    others: str
    said: str
    low: float
    high: float
    middle: float
    tone: str


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Show what those who reached their first win in time did in their first 30 days that the others did not."""
    at = clock.now()
    asked = filters.read(request.GET, at, usual="26w")
    begun = [one for one in begun_in(actor, asked) if one.began_at + WINDOW <= at]
    ours = {one.account_id for one in begun if is_in_time(one)}
    others = {one.account_id for one in begun} - ours
    did: dict[str, set[UUID]] = {}
    if ours and others:
        try:
            did = did_early(actor, begun)
        except StoreUnavailableError as error:  # the rest of the page needs no events, and stays
            away = {"problem": error.detail, "may_govern": may_govern(actor)}
            return render(request, "desk/usage/_away.html", away)
    rows = figures.list_differences(did=did, ours=ours, others=others)
    chart = differences_chart(rows, len(ours), len(others))
    context = {"rows": [difference_row(one) for one in rows], "differences": chart}
    return frame.find_download(request, [chart]) or render(request, "desk/usage/_differences.html", context)


def is_in_time(one: Onboarding) -> bool:
    """Say whether the first win came within the window."""
    return one.first_value_at is not None and one.first_value_at - one.began_at <= WINDOW


def did_early(actor: Actor, begun: Sequence[Onboarding]) -> dict[str, set[UUID]]:
    """Return which accounts did each event in their first 30 days, and before their first win.

    One question for what there is, then one for each of the most frequent events.
    """
    since, until = min(one.began_at for one in begun), max(one.began_at for one in begun) + WINDOW
    began = {one.account_id: one for one in begun}
    scope = figures.get_scope(actor=actor, since=since, until=until, account_ids=list(began))
    reader = store.event_reader()
    found: dict[str, set[UUID]] = {}
    for event in reader.top_features(scope, limit=MOST_EVENTS):
        first = reader.first_occurrence(scope, names=[event.name], count=1, of=Subject.ACCOUNT)
        found[event.name] = {UUID(one.subject) for one in first if one.at <= early_until(began[UUID(one.subject)])}
    return found


def early_until(one: Onboarding) -> datetime:
    """Return until when what an account does may have led to its first win."""
    end = one.began_at + WINDOW
    return min(end, one.first_value_at) if one.first_value_at is not None else end


def differences_chart(rows: Sequence[Difference], ours: int, others: int) -> Chart:
    """Return the comparison as a table to download."""
    clear = sum(one.is_clear for one in rows)
    said = (
        f"{charts.many(ours, 'account')} with a first win within 30 days beside {charts.many(others, 'other')}; "
        f"{charts.many(clear, 'difference')} {'is' if clear == 1 else 'are'} clear."
    )
    if min(ours, others) < 10:
        said += " These are small numbers: take what follows as a hint, not as a finding."
    return Chart(
        key="differences",
        title="What did those who got there do that the others did not?",
        said=said,
        heads=(
            Head("Event"),
            Head("In time, did it", Kind.SHARE),
            Head("Of accounts", Kind.COUNT),
            Head("Others, did it", Kind.SHARE),
            Head("Of others", Kind.COUNT),
            Head("Difference", Kind.SHARE),
            Head("At least", Kind.SHARE),
            Head("At most", Kind.SHARE),
            Head("Times as often"),
            Head("Clear"),
        ),
        rows=[
            (
                one.name,
                one.ours.value,
                one.ours.base,
                one.others.value,
                one.others.base,
                one.difference,
                one.low,
                one.high,
                None if one.lift is None else round(one.lift, 2),
                "yes" if one.is_clear else "too few" if one.is_small else "no",
            )
            for one in rows
        ],
    )


def difference_row(one: Difference) -> DifferenceRow:
    """Return a difference in words, and its interval on a line."""
    return DifferenceRow(
        found=one,
        ours="–" if one.ours.value is None else charts.percent(one.ours.value),
        others="–" if one.others.value is None else charts.percent(one.others.value),
        said=f"{charts.signed_percent(one.difference).removesuffix(' %')} points",
        low=round(50 + one.low * 50, 1),
        high=round(50 + one.high * 50, 1),
        middle=round(50 + one.difference * 50, 1),
        tone="neutral" if not one.is_clear else "done" if one.difference > 0 else "late",
    )
