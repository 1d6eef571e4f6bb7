"""The ledger of days: to whom each working day is put down by which the end of a project moves. Inside projects only.

`settling.settle` has it counted with every change, the timer with every day on which something open is past its time. What
a step adds is the difference of the end before and after it, so the entries add up to the whole difference, always.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from firstwin.identity.contracts import Actor
from firstwin.projects import permissions
from firstwin.projects.contracts.ledger import DayEntry, LedgerLine, LedgerReason, LedgerSide
from firstwin.projects.models import LedgerEntry, Project
from firstwin.projects.queries import day_counts
from firstwin.projects.queries import ledger as ledger_queries
from firstwin.projects.queries.day_counts import Course
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import ledger
from firstwin.projects.rules.ledger import Situation
from firstwin.shared import bulk


def count_days(
    plan: RunningPlan, now: Course, *, actor: Actor, at: datetime, cause: str, is_by_calendar: bool
) -> datetime | None:
    """Write the entries of a plan that has just changed, or over which time has passed; the caller writes the project.

    Returns when to look again, while something open is past its time and may hold back the end from then on.
    """
    project = plan.project
    if plan.before is None:
        raise ValueError("a plan is noted when it is opened to be changed")
    before, course = plan.before, Course(plan.before)
    counted_on = _begin(project, course)
    until = max(ledger.day_of(at, course.zone), counted_on)
    roles = day_counts.approving_roles(before, project)
    lines, end_at = day_counts.passed(course, counted_on, until, _known(project), roles)
    until = max(ledger.day_of(at, now.zone), until)
    count = day_counts.counter(day_counts.calendar_of(now.situation.plan))
    found = now.end_on(until)
    moved = count(end_at, found)
    if moved and not is_by_calendar:
        side = LedgerSide.CUSTOMER if permissions.is_contact(actor) else LedgerSide.VENDOR
        lines.append(
            ledger.moved_by(
                plan.happened,
                on=until,
                days=moved,
                cause=cause,
                actor_name=actor.name[:200],
                actor_side=side,
                before=before,
            )
        )
    project.current_end_at, project.counted_on = found, until
    whole = count(project.baseline_end_at or found, found)
    lines += _of_calendar(whole - project.lost_days - sum(line.days for line in lines), until, cause)
    project.lost_days = whole
    _write(project, lines)
    return _look_again(now.situation, until, now.zone)


def counted_last_at(plan: RunningPlan) -> datetime:
    """Return the morning of the day on which the days of a plan were counted last."""
    zone = day_counts.calendar_of(plan.facts()).time_zone
    project = plan.project
    return ledger.morning_of(project.counted_on or ledger.day_of(project.launched_at, zone), zone)


def _known(project: Project) -> datetime:
    if project.current_end_at is None:
        raise ValueError("the ledger has not begun")
    return project.current_end_at


def _begin(project: Project, course: Course) -> date:
    """Return the day counted last; the first time the ledger begins with the plan as it was launched."""
    counted_on = project.counted_on or ledger.day_of(project.launched_at, course.zone)
    if project.current_end_at is None:
        project.baseline_end_at = project.current_end_at = course.end_on(counted_on)
        project.counted_from = counted_on
    return counted_on


def _of_calendar(days: int, on: date, cause: str) -> list[LedgerLine]:
    """Return what a calendar alone adds or takes away: by moving the end, and by which days count up to it."""
    if not days:
        return []
    line = LedgerLine(on=on, days=days, side=LedgerSide.CALENDAR, reason=LedgerReason.CALENDAR, text=cause[:300])
    return [line]


def _write(project: Project, lines: Sequence[LedgerLine]) -> None:
    if not lines:
        return
    first = project.ledger_length
    taken_back = _put_back(project, lines)
    rows = [
        LedgerEntry(
            workspace_id=project.workspace_id,
            project_id=project.id,
            baseline_number=project.baseline_number,
            position=first + number,
            on=line.on,
            days=line.days,
            side=line.side,
            reason=line.reason,
            counted_side=line.side,
            counted_reason=line.reason,
            text=line.text,
            task_id=line.task_id,
            task_name=line.task_name,
            person=line.person,
            is_internal=line.is_internal,
            actor_name=line.actor_name,
            is_put_back=number in taken_back,
        )
        for number, line in enumerate(lines)
    ]
    bulk.insert_rows(rows)
    project.ledger_length = first + len(lines)


def _put_back(project: Project, lines: Sequence[LedgerLine]) -> set[int]:
    """Mark what lines take back that was written earlier on their day; return which lines do so."""
    tried = [line for line in lines if line.reason in ledger.TRIED]
    if not tried:
        return set()
    where = {
        "project_id": project.id,
        "baseline_number": project.baseline_number,
        "on": {line.on for line in tried},
        "days": {-line.days for line in tried},
        "is_put_back": False,
    }
    same_day = [
        ledger_queries.entry_of(row) for row in bulk.read_rows(LedgerEntry, project, where, order_by=("position",))
    ]
    found: dict[int, DayEntry] = {}
    for number, line in enumerate(lines):
        opposite = ledger.put_back(line, [one for one in same_day if one not in found.values()])
        if opposite is not None:
            found[number] = opposite
    if found:
        taken_back = LedgerEntry.objects.for_workspace(project.workspace_id).filter(
            id__in=[one.id for one in found.values()]
        )
        taken_back.update(is_put_back=True)
    return set(found)


def _look_again(after: Situation, day: date, zone: str) -> datetime | None:
    if not after.is_running:
        return None
    morning = ledger.morning_of(day + timedelta(days=1), zone)
    is_late = any(
        task.due_at < morning or (task.started_at is None and task.start_at < morning)
        for task in after.plan.tasks
        if task.is_open
    )
    return morning if is_late else None
