"""How the end of a project moves: by days that pass and by changes of its plan. Inside projects only."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import TaskState
from firstwin.projects.contracts.ledger import LedgerLine
from firstwin.projects.models import Project, ProjectRole
from firstwin.projects.rules import dates, ledger
from firstwin.projects.rules.facts import PlanFacts, TaskFact
from firstwin.projects.rules.ledger import Situation
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec, Pause

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a plan as things stand on a day, and the open task that holds it back."""

    at: datetime
    root: TaskFact | None


def calendar_of(facts: PlanFacts) -> CalendarSpec:
    """Return the calendar in which days are counted: that of the team."""
    return facts.calendars[Side.VENDOR]


def end_on(situation: Situation, day: date) -> End:
    """Work out the end of a plan as things stand in the morning of a day."""
    facts = situation.plan
    zone = calendar_of(facts).time_zone
    morning = ledger.morning_of(day, zone)
    hold = situation.hold
    if hold is not None and hold.since_at < morning:
        facts = held(facts, Pause(start_at=hold.since_at, end_at=morning))
    open_from = morning if situation.is_running else None
    network = replace(dates.network_of(facts), open_from=open_from)
    planned = scheduling_queries.plan_dates(network)
    key = scheduling_queries.held_back_by(network, planned) if situation.is_running else None
    return End(at=planned.end_at, root=next((task for task in facts.tasks if task.id.hex == key), None))


def held(facts: PlanFacts, pause: Pause) -> PlanFacts:
    """Return a plan as it would go on if it were resumed at the end of a pause."""

    def moved(task: TaskFact) -> TaskFact:
        calendar = facts.calendars[dates.calendar_of(task, facts)]
        start, due = task.start_at, task.due_at
        if task.is_start_fixed and start > pause.start_at:
            start = scheduling_queries.resumed_at(calendar, pause, start)
        if task.is_due_fixed and due > pause.start_at:
            due = scheduling_queries.resumed_at(calendar, pause, due)
        return replace(task, start_at=start, due_at=max(start, due))

    tasks = tuple(moved(task) if task.is_open else task for task in facts.tasks)
    return replace(facts, tasks=tasks, pauses=(*facts.pauses, pause))


def counter(calendar: CalendarSpec) -> Callable[[datetime, datetime], int]:
    """Return what counts the working days between two instants."""

    def count(since: datetime, until: datetime) -> int:
        zone = calendar.time_zone
        return ledger.working_days(
            ledger.day_of(since, zone),
            ledger.day_of(until, zone),
            lambda day: scheduling_queries.is_working_day(calendar, day),
        )

    return count


def passed(
    situation: Situation, since: date, until: date, known_end: datetime, roles: Mapping[str, Side]
) -> tuple[list[LedgerLine], datetime]:
    """Return the lines of the days that passed without a change, each put down on its own, and the end after them."""
    if since >= until or not situation.is_running:
        return [], known_end
    last = end_on(situation, until)
    if last.at == known_end:
        return [], known_end
    count = counter(calendar_of(situation.plan))
    lines: list[LedgerLine] = []
    before, day = known_end, since
    while day < until and before != last.at:
        found = end_on(situation, day + _DAY)
        moved = count(before, found.at)
        if moved:
            hold = situation.hold
            is_held = hold is not None and ledger.day_of(hold.since_at, calendar_of(situation.plan).time_zone) <= day
            lines.append(ledger.lost_on(day, moved, found.root, hold if is_held else None, roles))
        before, day = found.at, day + _DAY
    return lines, before


def approving_roles(situation: Situation, project: Project) -> Mapping[str, Side]:
    """Return the sides of a project's roles where a task awaits their approval."""
    if not any(task.state is TaskState.AWAITING_APPROVAL and task.approvers for task in situation.plan.tasks):
        return {}
    rows = ProjectRole.objects.for_workspace(project.workspace_id).filter(project_id=project.id)
    return {key: Side(side) for key, side in rows.values_list("key", "side")}
