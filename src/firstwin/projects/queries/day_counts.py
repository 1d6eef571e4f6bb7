"""How the end of a project moves: by days that pass and by changes of its plan. Inside projects only."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

from msgspec.structs import replace

from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import TaskState
from firstwin.projects.contracts.ledger import LedgerLine
from firstwin.projects.models import Project, ProjectRole, ProjectTask
from firstwin.projects.rules import dates, ledger
from firstwin.projects.rules.facts import PlanFacts, TaskFact
from firstwin.projects.rules.ledger import Situation
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec, Pause, PlanDates, PlanNetwork

_DAY = timedelta(days=1)


class Course:
    """A situation that is dated again for one day after another: its network is made once, and put in order once."""

    def __init__(
        self, situation: Situation, network: PlanNetwork | None = None, dated: PlanDates | None = None
    ) -> None:
        """Take the network of the situation's plan, and its dates, where they are known already."""
        self.situation = situation
        self.zone = calendar_of(situation.plan).time_zone
        self._given, self._dated = network, dated

    def end_on(self, day: date) -> datetime:
        """Work out the end of the plan as things stand in the morning of a day."""
        self._dated = scheduling_queries.plan_dates(self._on(day), like=self._dated)
        return self._dated.end_at

    def ends_on(self, days: Sequence[date]) -> Sequence[tuple[datetime, str | None]]:
        """Work out the end in the morning of each day, and what then holds it back: the id of an open task, in hex."""
        return scheduling_queries.ends_of([self._on(day) for day in days], like=self._dated)

    def task(self, key: str | None) -> TaskFact | None:
        """Return the task with an id."""
        return next((task for task in self.situation.plan.tasks if task.id.hex == key), None)

    def _on(self, day: date) -> PlanNetwork:
        morning = ledger.morning_of(day, self.zone)
        return replace(self._on_hold(morning), open_from=morning if self.situation.is_running else None)

    @cached_property
    def _network(self) -> PlanNetwork:
        return self._given or dates.network_of(self.situation.plan)

    def _on_hold(self, morning: datetime) -> PlanNetwork:
        """The network as it would be if a hold ended that morning."""
        hold = self.situation.hold
        if hold is None or hold.since_at >= morning:
            return self._network
        pause = Pause(start_at=hold.since_at, end_at=morning)
        facts = self.situation.plan
        moved = held(facts, pause)
        if moved.tasks is facts.tasks:
            return replace(self._network, pauses=moved.pauses)
        return dates.network_of(moved)


def calendar_of(facts: PlanFacts) -> CalendarSpec:
    """Return the calendar in which days are counted: that of the team."""
    return facts.calendars[Side.VENDOR]


def held(facts: PlanFacts, pause: Pause) -> PlanFacts:
    """Return a plan as it would go on if it were resumed at the end of a pause."""

    def moved(task: TaskFact) -> TaskFact:
        start_at, due_at = resumed(task, facts.calendars[dates.calendar_of(task, facts)], pause)
        return replace(task, start_at=start_at, due_at=due_at)

    tasks, ahead = facts.tasks, {task.id for task in facts.tasks if task.is_open and is_ahead(task, pause)}
    if ahead:
        tasks = tuple(moved(task) if task.id in ahead else task for task in tasks)
    return replace(facts, tasks=tasks, pauses=(*facts.pauses, pause))


def is_ahead(task: TaskFact | ProjectTask, pause: Pause) -> bool:
    """Say whether a date of a task that was set by hand lay ahead when its plan was held."""
    return _is_start_ahead(task, pause) or _is_due_ahead(task, pause)


def resumed(task: TaskFact | ProjectTask, calendar: CalendarSpec, pause: Pause) -> tuple[datetime, datetime]:
    """Return start and end of a task after a pause: both move with it as a whole, or the one that lay ahead."""
    start, due = task.start_at, task.due_at
    if _is_start_ahead(task, pause) and _is_due_ahead(task, pause):
        return scheduling_queries.resumed(calendar, pause, (start, due))
    if _is_start_ahead(task, pause):
        start = scheduling_queries.resumed_at(calendar, pause, start)
    if _is_due_ahead(task, pause):
        due = scheduling_queries.resumed_at(calendar, pause, due)
    return start, max(start, due)


def _is_start_ahead(task: TaskFact | ProjectTask, pause: Pause) -> bool:
    return task.is_start_fixed and task.start_at > pause.start_at


def _is_due_ahead(task: TaskFact | ProjectTask, pause: Pause) -> bool:
    return task.is_due_fixed and task.due_at > pause.start_at


def counter(calendar: CalendarSpec) -> Callable[[datetime, datetime], int]:
    """Return what counts the working days between two instants."""

    def count(since: datetime, until: datetime) -> int:
        zone = calendar.time_zone
        return scheduling_queries.working_days(calendar, ledger.day_of(since, zone), ledger.day_of(until, zone))

    return count


def passed(
    course: Course, since: date, until: date, known_end: datetime, roles: Mapping[str, Side]
) -> tuple[list[LedgerLine], datetime]:
    """Return the lines of the days that passed without a change, each put down on its own, and the end after them."""
    situation = course.situation
    if since >= until or not situation.is_running:
        return [], known_end
    last = course.end_on(until)
    if last == known_end:
        return [], known_end
    count = counter(calendar_of(situation.plan))
    lines: list[LedgerLine] = []
    before, days = known_end, [since + _DAY * number for number in range((until - since).days)]
    for day, (found, key) in zip(days, course.ends_on([day + _DAY for day in days]), strict=True):
        moved = count(before, found)
        if moved:
            hold = situation.hold
            is_held = hold is not None and ledger.day_of(hold.since_at, course.zone) <= day
            lines.append(ledger.lost_on(day, moved, course.task(key), hold if is_held else None, roles))
        before = found
    return lines, before


def approving_roles(situation: Situation, project: Project) -> Mapping[str, Side]:
    """Return the sides of a project's roles where a task awaits their approval."""
    if not any(task.state is TaskState.AWAITING_APPROVAL and task.approvers for task in situation.plan.tasks):
        return {}
    rows = ProjectRole.objects.for_workspace(project.workspace_id).filter(project_id=project.id)
    return {key: Side(side) for key, side in rows.values_list("key", "side")}
