"""The funnel builder: steps chosen from what was seen, who gets through them, and how long each takes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from firstwin.desk.http.access import may_govern
from firstwin.desk.http.usage import charts, filters, frame, plots
from firstwin.desk.http.usage.charts import Chart, Head, Kind
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError, Problem
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.analysis import FunnelRow
from firstwin.usage.contracts.store import Subject
from firstwin.usage.queries import figures, first_value, sources, store

MOST_STEPS = 8
PROPOSED_WINS = 3
WINDOWS = (("1", "1 day"), ("7", "7 days"), ("14", "14 days"), ("30", "30 days"), ("90", "90 days"))
USUAL_WINDOW = "14"
WHOSE = (("people", "People", Subject.PERSON), ("accounts", "Accounts", Subject.ACCOUNT))


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Show a funnel as its address asks for it; without steps, what there is to choose from."""
    connection = sources.get_connection(actor=actor)
    if not connection.has_events:
        context: dict[str, Any] = {"connection": connection, "may_govern": may_govern(actor)}
        return frame.page(request, "usage_funnel", "not_yet.html", context)
    at = clock.now()
    asked = filters.read(request.GET, at)
    steps = steps_of(request)
    window, subject = _choice(request, "within", WINDOWS, USUAL_WINDOW), _whose(request)
    scope = filters.scope_of(actor, asked)
    reader = store.event_reader()
    seen = [one.name for one in reader.catalogue(scope) if one.kind is EventKind.TRACK and one.name]
    rows: list[FunnelRow] = []
    if len(steps) > 1:
        within = timedelta(days=int(window))
        rows = figures.list_funnel(steps=reader.funnel(scope, steps=steps, within=within, of=subject))
    context = {
        **filters.context_of(request, actor, asked),
        "now": at,
        "steps": steps,
        "slots": [*steps, *([""] * max(2 - len(steps), 1))][:MOST_STEPS],
        "seen": [*seen, *(step for step in steps if step not in seen)],
        "windows": WINDOWS,
        "within": window,
        "whose": [(key, label) for key, label, _ in WHOSE],
        "by": request.GET.get("by") or WHOSE[0][0],
        "rows": rows,
        "proposed": [] if rows else proposed_steps(seen, first_value.get_win_events(actor=actor)),
    }
    found = [funnel_chart(rows, subject, dict(WINDOWS)[window])] if rows else []
    return frame.figures(request, actor, "usage_funnel", "funnel.html", context, found)


def proposed_steps(seen: Sequence[str], wins: Mapping[UUID, Sequence[str]]) -> list[str]:
    """Return steps to begin with: what is done most, then of what the first wins of most accounts are made.

    `seen` are events that were seen, the most frequent first. Empty where no first win asks for any of them.
    """
    others = set(seen[1:])
    asked = Counter(name for names in wins.values() for name in names if name in others)
    chosen = {name for name, _ in asked.most_common(PROPOSED_WINS)}
    return [seen[0], *(name for name in seen if name in chosen)] if chosen else []


def steps_of(request: HttpRequest) -> list[str]:
    """Return the steps that the address names, each once. Raises InvalidInputError for too many."""
    steps = list(dict.fromkeys(step.strip() for step in request.GET.getlist("step") if step.strip()))
    if len(steps) > MOST_STEPS or any(len(step) > 500 or "\x00" in step for step in steps):
        raise _wrong("step", f"A funnel has at most {MOST_STEPS} steps, each an event that was seen.")
    return steps


def funnel_chart(rows: Sequence[FunnelRow], subject: Subject, window: str) -> Chart:
    """Return the steps as columns: who got there, and which share of those before."""
    nouns = ("account", "accounts") if subject is Subject.ACCOUNT else ("person", "people")
    first, last = rows[0], rows[-1]
    through = charts.percent(last.of_first) if last.of_first is not None else "none"
    began = charts.many(first.reached, *nouns)
    said = f"{last.reached:,} of {began} got through all {len(rows)} steps within {window}: {through}."
    weakest = min(rows[1:], key=lambda row: 1.0 if row.of_before is None else row.of_before)
    if weakest.of_before is not None and len(rows) > 2:
        said += f" Most are lost before “{weakest.name}”: {charts.percent(weakest.of_before)} go on to it."
    return Chart(
        key="funnel",
        title="Where do they stop?",
        said=said,
        heads=(
            Head("Step"), Head(nouns[1].capitalize(), Kind.COUNT), Head("Of the first", Kind.SHARE),
            Head("Of those before", Kind.SHARE), Head("Median time from the step before", Kind.DURATION),
        ),
        rows=[(row.name, row.reached, row.of_first, row.of_before, row.median_seconds) for row in rows],
        plot=plots.columns(
            [
                plots.Column(
                    name=row.name if len(row.name) < 24 else f"{row.name[:22]}…",
                    value=row.reached,
                    title=f"{row.name}: {charts.many(row.reached, *nouns)}",
                    said=f"{row.reached:,}" if row.of_before is None else f"{row.reached:,} ({charts.percent(row.of_before)})",
                )
                for row in rows
            ],
            summary=said,
        ),
        note=f"Steps count in this order, all within {window} of the first. In brackets: the share of the step before.",
        empty="Nobody did the first step in this period",
    )  # fmt: skip


def _whose(request: HttpRequest) -> Subject:
    key = _choice(request, "by", [(key, label) for key, label, _ in WHOSE], WHOSE[0][0])
    return next(subject for one, _, subject in WHOSE if one == key)


def _choice(request: HttpRequest, name: str, choices: Sequence[tuple[str, str]], usual: str) -> str:
    text = request.GET.get(name) or usual
    if text not in dict(choices):
        raise _wrong(name, f"“{text[:80]}” is not known here.")
    return text


def _wrong(place: str, message: str) -> InvalidInputError:
    problem = Problem(place, message, "Choose it on the page.")
    return InvalidInputError(message, remedy=problem.remedy, problems=(problem,))
