"""Whose days were lost, and why: to whom a working day is put down by which the end of a project moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import groupby
from zoneinfo import ZoneInfo

from firstwin.journal.contracts import Event
from firstwin.playbooks.contracts import Side, Visibility
from firstwin.projects import events
from firstwin.projects.contracts import ReasonSide, TaskState
from firstwin.projects.contracts.ledger import DayEntry, LedgerLine, LedgerReason, LedgerSide, SideSum
from firstwin.projects.rules.facts import PlanFacts, TaskFact

_BY_HAND = frozenset({"start_at", "due_at", "not_before_at", "dates"})
TRIED = frozenset({LedgerReason.ANCHOR, LedgerReason.DATE_SET, LedgerReason.HANDED_ON, LedgerReason.SCOPE})
"""Reasons for which somebody changes a plan and may put it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnHold:
    """Since when a project stands still, on whose side the cause lies, and why."""

    since_at: datetime
    side: ReasonSide
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A project as it stands until its next change: its plan, and whether it runs or is on hold."""

    plan: PlanFacts
    is_running: bool = True
    hold: OnHold | None = None


def day_of(at: datetime, zone: str) -> date:
    """The day of an instant where the team works."""
    return at.astimezone(ZoneInfo(zone)).date()


def morning_of(day: date, zone: str) -> datetime:
    """The first instant of a day: until the day is over, what is open may still be done on it."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def lost_on(day: date, days: int, root: TaskFact | None, hold: OnHold | None, roles: Mapping[str, Side]) -> LedgerLine:
    """A day that passed is put down to what held back the end on it: the hold, else the open task on which it hung.

    A stuck task counts for the side on which the cause lies, one that awaits approval for the side that approves, any
    other for the side that owns it. `roles` has the sides of approving roles.
    """
    if hold is not None:
        return LedgerLine(on=day, days=days, side=LedgerSide(hold.side), reason=LedgerReason.HOLD, text=hold.reason)
    if root is None:
        return LedgerLine(on=day, days=days, side=LedgerSide.VENDOR, reason=LedgerReason.OTHER)
    side, reason = _held_by(root, roles)
    return LedgerLine(
        on=day,
        days=days,
        side=side,
        reason=reason,
        text=root.reason,
        task_id=root.id,
        task_name=root.name,
        person=root.person,
        is_internal=root.visibility is not Visibility.SHARED,
    )


def _held_by(task: TaskFact, roles: Mapping[str, Side]) -> tuple[LedgerSide, LedgerReason]:
    if task.state is TaskState.STUCK:
        return LedgerSide(task.stuck_side or task.side), LedgerReason.STUCK
    if task.state is TaskState.AWAITING_APPROVAL:
        sides = [roles[role] for role in task.approvers if role in roles]
        return LedgerSide(sides[0] if sides else task.side), LedgerReason.APPROVAL
    is_begun = task.started_at is not None
    return LedgerSide(task.side), LedgerReason.NOT_DONE if is_begun else LedgerReason.NOT_STARTED


def moved_by(
    happened: Sequence[Event],
    *,
    on: date,
    days: int,
    cause: str,
    actor_name: str,
    actor_side: LedgerSide,
    before: Situation,
) -> LedgerLine:
    """A change of the plan is put down by what happened: a task done earlier or later, or opened again, to its side; a
    date set by hand to the side of whoever set it; the end of a hold to the side that held; other tasks, lengths and
    dependencies to the changed scope.
    """
    line = LedgerLine(
        on=on, days=days, side=actor_side, reason=LedgerReason.OTHER, text=cause[:300], actor_name=actor_name
    )
    for fact in sorted(happened, key=_weight):
        found = _told(fact, line, before)
        if found is not None:
            return found
    return replace(line, side=LedgerSide.SCOPE, reason=LedgerReason.ANCHOR)


_WEIGHTS: tuple[type[Event], ...] = (
    events.PlaybookUpdateApplied,
    events.PlaybookUpdateUndone,
    events.ProjectReopened,
    events.ProjectCompleted,
    events.ProjectCancelled,
    events.ProjectResumed,
    events.AnchorMoved,
    events.TaskAdded,
    events.TaskRemoved,
    events.TaskChanged,
)


def _weight(fact: Event) -> int:
    return _WEIGHTS.index(type(fact)) if type(fact) in _WEIGHTS else len(_WEIGHTS)


_OF_ITS_SIDE: dict[type[Event], LedgerReason] = {
    events.TaskCompleted: LedgerReason.FINISHED,
    events.TaskReopened: LedgerReason.REOPENED,
    events.TaskStarted: LedgerReason.STARTED,
    events.TaskSubmitted: LedgerReason.STARTED,
    events.TaskRejected: LedgerReason.REOPENED,
    events.TaskAssigned: LedgerReason.HANDED_ON,
}
_OF_SCOPE: dict[type[Event], LedgerReason] = {
    events.PlaybookUpdateApplied: LedgerReason.SCOPE,
    events.PlaybookUpdateUndone: LedgerReason.SCOPE,
    events.ProjectReopened: LedgerReason.REOPENED,
    events.ProjectCompleted: LedgerReason.ENDED,
    events.ProjectCancelled: LedgerReason.ENDED,
    events.AnchorMoved: LedgerReason.ANCHOR,
    events.TaskAdded: LedgerReason.SCOPE,
    events.TaskRemoved: LedgerReason.SCOPE,
    events.TaskMarkedNotApplicable: LedgerReason.SCOPE,
}


def _told(fact: Event, line: LedgerLine, before: Situation) -> LedgerLine | None:
    known = {task.id: task for task in before.plan.tasks}
    if isinstance(fact, events.TaskEvent):
        line = replace(
            line,
            task_id=fact.task_id,
            task_name=fact.title,
            person=known[fact.task_id].person if fact.task_id in known else "",
            is_internal=fact.visibility != Visibility.SHARED,
        )
    if isinstance(fact, events.ProjectResumed):
        hold = before.hold
        side = LedgerSide(hold.side) if hold is not None else line.side
        return replace(line, side=side, reason=LedgerReason.HOLD, text=hold.reason if hold is not None else line.text)
    if isinstance(fact, events.TaskChanged):
        if any(field in _BY_HAND for field, _, _ in fact.changes):
            return replace(line, reason=LedgerReason.DATE_SET)
        return replace(line, side=LedgerSide.SCOPE, reason=LedgerReason.SCOPE)
    if type(fact) in _OF_SCOPE:
        return replace(line, side=LedgerSide.SCOPE, reason=_OF_SCOPE[type(fact)])
    if isinstance(fact, events.TaskEvent) and type(fact) in _OF_ITS_SIDE:
        task = known.get(fact.task_id)
        return replace(line, side=LedgerSide(task.side) if task else line.side, reason=_OF_ITS_SIDE[type(fact)])
    if isinstance(fact, events.RoleFilled):
        return replace(line, reason=LedgerReason.HANDED_ON)
    return None


def put_back(line: LedgerLine, same_day: Iterable[DayEntry]) -> DayEntry | None:
    """What somebody changed in the plan and put back on the same day cost nobody a day: an entry and its opposite, of the
    same side and reason, do not count. What is left adds up to the same whole. `same_day` has the entries that still count.
    """
    if line.reason not in TRIED:
        return None
    opposite = (line.side, line.reason, -line.days)
    found = [one for one in same_day if one.on == line.on and (one.side, one.reason, one.days) == opposite]
    return next((one for one in reversed(found) if one.corrected_at is None), None)


def sums(lines: Iterable[LedgerLine | DayEntry]) -> tuple[SideSum, ...]:
    """What each side lost and won back, in the order of the sides; sides without a day are left out."""
    found = list(lines)
    return tuple(
        SideSum(
            side=side,
            lost=sum(line.days for line in found if line.side is side and line.days > 0),
            gained=-sum(line.days for line in found if line.side is side and line.days < 0),
        )
        for side in LedgerSide
        if any(line.side is side for line in found)
    )


def merged(entries: Iterable[DayEntry]) -> tuple[DayEntry, ...]:
    """Entries as they are read: days in a row for the same reason are told together."""
    kept: list[DayEntry] = []
    for _, group in groupby(entries, key=_alike):
        together = list(group)
        kept.append(
            replace(
                together[0],
                on=together[-1].on,
                days=sum(entry.days for entry in together),
                count=sum(entry.count for entry in together),
            )
        )
    return tuple(kept)


def _alike(entry: DayEntry) -> tuple[DayEntry, bool]:
    """What entries that are told together have in common."""
    plain = replace(entry, id=entry.project_id, position=0, since=date.min, on=date.min, days=0, count=1)
    return plain, entry.days > 0
