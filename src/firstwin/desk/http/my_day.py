"""My day: what needs somebody, what waits for customers, what comes up; each row can be finished in place."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import messages as message_queries
from firstwin.desk import queries as desk_queries
from firstwin.desk.http import signal_rows, task_panel
from firstwin.desk.http.access import desk_page, may_edit, may_govern
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import TaskInfo
from firstwin.projects.contracts.my_day import DayReason, DayRow
from firstwin.projects.queries import my_day
from firstwin.shared import clock
from firstwin.usage.queries import signals as signal_queries

MOST_AT_FIRST = 10
LOOKS = {
    DayReason.OVERDUE: ("late", "clock-exclamation", "Late"),
    DayReason.STUCK: ("late", "hand-stop", "Stuck"),
    DayReason.APPROVAL: ("waiting", "writing", "Your approval"),
    DayReason.REPLY: ("progress", "message-circle", "Reply"),
    DayReason.WAITING: ("waiting", "hourglass", "Waiting"),
    DayReason.DUE: ("neutral", "calendar-time", "Due"),
}


def is_done_at_once(task: TaskInfo) -> bool:
    """Return whether a task is finished by a click."""
    return task.kind in task_panel.BY_A_CLICK


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show what the reader does first."""
    at = clock.now()
    day = my_day.get_my_day(actor=actor, at=at)
    local = timezone.localtime(at)
    waiting = [_row(row) for row in day.waiting]
    task_ids = [row.task.id for row in day.waiting if row.task]
    nudges = message_queries.list_nudge_states(actor=actor, task_ids=task_ids, at=at) if may_edit(actor) else {}
    for entry, row in zip(waiting, day.waiting, strict=True):
        entry["nudge"] = nudges.get(row.task.id) if row.task else None
    is_whole = "all" in request.GET
    context = {
        "now": at,
        "is_whole": is_whole,
        "most": None if is_whole else MOST_AT_FIRST,
        "to_confirm": meeting_queries.list_meetings_to_confirm(actor=actor, at=at),
        "meetings": meeting_queries.list_upcoming_meetings(actor=actor, at=at),
        "greeting": greeting(local),
        "day": day,
        "needs_you": [_row(row) for row in day.needs_you],
        "waiting": waiting,
        "coming_up": _by_day(day.coming_up if is_whole else day.coming_up[:MOST_AT_FIRST], local),
        "coming_count": len(day.coming_up),
        "late_count": sum(row.reason is DayReason.OVERDUE for row in day.needs_you),
        "may_edit": may_edit(actor),
        "signals": [signal_rows.entry(one) for one in signal_queries.list_my_signals(actor=actor)],
    }
    is_empty = not (day.project_count or day.needs_you or day.waiting or day.coming_up or context["to_confirm"])
    if is_empty and may_edit(actor):
        context["first_steps"] = desk_queries.find_first_steps(actor=actor, at=at)
        context["may_govern"] = may_govern(actor)
    return render(request, "desk/my_day/index.html", context)


def greeting(local: datetime) -> str:
    """Return a greeting for the time of day."""
    if local.hour < 12:
        return "Good morning"
    return "Good afternoon" if local.hour < 18 else "Good evening"


def _row(row: DayRow) -> dict[str, object]:
    tone, icon, word = LOOKS[row.reason]
    return {
        "row": row,
        "tone": tone,
        "icon": icon,
        "word": word,
        "is_done_at_once": row.task is not None and is_done_at_once(row.task),
    }


def _by_day(rows: tuple[DayRow, ...], local: datetime) -> list[tuple[str, list[dict[str, object]]]]:
    """Group what comes up by day: today, tomorrow, then the names of the days."""
    groups: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        due = timezone.localtime(row.task.due_at if row.task else row.since)
        groups.setdefault(_day_name(due, local), []).append(_row(row))
    return list(groups.items())


def _day_name(due: datetime, local: datetime) -> str:
    if due.date() == local.date():
        return "Today"
    if due.date() == local.date() + timedelta(days=1):
        return "Tomorrow"
    return f"{due:%A} {due.day} {due:%B}"
