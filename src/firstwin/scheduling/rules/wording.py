"""Spans, reasons and dates of a plan in words."""

from collections.abc import Mapping
from functools import lru_cache

from firstwin.scheduling.contracts import LinkType, PlanItem, PlanLink, Span, SpanUnit, Timing
from firstwin.scheduling.rules.instants import Ticks, moment
from firstwin.scheduling.rules.timetable import Timetable

Reason = str | Span | PlanItem | PlanLink
"""Why an end lies where it does: words, the length of an item, the stage that holds it, or a link. Words are made when
somebody reads them.
"""

AS_SET = "as it happened, or set by hand"
STILL_OPEN = "as it is still open"
PROJECT_STARTS = "when the project starts"
AS_LATE = "as late as the wished end allows"
AS_LATE_AS_NEEDED = "as soon as what comes before allows"

_UNITS = {
    SpanUnit.HOURS: "hour",
    SpanUnit.WORKING_HOURS: "working hour",
    SpanUnit.CALENDAR_DAYS: "day",
    SpanUnit.WORKING_DAYS: "working day",
}
_VERBS = {
    LinkType.FINISH_TO_START: "after",
    LinkType.START_TO_START: "after the start of",
    LinkType.FINISH_TO_FINISH: "finishes after",
    LinkType.START_TO_FINISH: "finishes after the start of",
}


def spoken_span(span: Span) -> str:
    """A span in words, without its sign: "5 working days"."""
    amount, word = abs(span.amount), _UNITS[span.unit]
    return f"{amount} {word}" if amount == 1 else f"{amount} {word}s"


@lru_cache(maxsize=1024)
def _takes(span: Span) -> str:
    return f"takes {spoken_span(span)}"


def spoken_reason(reason: Reason, names: Mapping[str, str]) -> str:
    """A reason in words; `names` are those of the items."""
    if isinstance(reason, str):
        return reason
    if isinstance(reason, PlanLink):
        verb, lag = _VERBS[reason.type], reason.lag
        if lag is None or lag.amount == 0:
            return f"{verb} {names[reason.predecessor]}"
        return f"{spoken_span(lag)} {'before the end of' if lag.amount < 0 else verb} {names[reason.predecessor]}"
    return _takes(reason) if isinstance(reason, Span) else f"when {reason.name} starts"


def spoken_timing(timing: Timing, name: str, *, is_promise: bool) -> str:
    """An instant relative to an anchor: "within 7 days of signature"."""
    total = timing.offset.amount + sum(span.amount for span in timing.further if span.unit is timing.offset.unit)
    if total == 0:
        return f"when {name}" if name.endswith("is done") else f"at {name}"
    span = spoken_span(Span(total, timing.offset.unit))
    name = name.removesuffix(" is done")
    if is_promise and total > 0:
        return f"within {span} of {name}"
    return f"{span} {'after' if total > 0 else 'before'} {name}"


def spoken_days(calendar: Timetable, *instants: Ticks) -> list[str]:
    """Instants as days where the calendar is; with the time of day where that makes the difference."""
    local = [moment(at).astimezone(calendar.zone) for at in instants]
    has_time = len({at.date() for at in local}) < len(local)
    return [f"{at.day} {at:%B %Y}" + (f", {at:%H:%M}" if has_time else "") for at in local]
