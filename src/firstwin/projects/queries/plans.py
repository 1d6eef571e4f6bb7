"""Rows of one project, read once, and the plan that the rules see in them. Inside projects only."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import QuerySet

from firstwin.calendars.contracts import Specs
from firstwin.calendars.queries import specs as spec_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.journal.contracts import Event
from firstwin.playbooks.contracts import Anchor, Side, TaskKind, Visibility
from firstwin.projects import permissions
from firstwin.projects.contracts import OPEN_STATES, RUNNING_STATES, PersonRef, ProjectState, ReasonSide, TaskState
from firstwin.projects.models import Hold, Project, ProjectStage, ProjectTask, TaskLink
from firstwin.projects.rules import owners, proofs
from firstwin.projects.rules.facts import LinkFact, PlanFacts, StageFact, TaskFact
from firstwin.projects.rules.ledger import OnHold, Situation
from firstwin.scheduling.contracts import CalendarSpec, LinkType, Pause
from firstwin.shared import bulk
from firstwin.shared.bulk import Reading, That
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.models import InWorkspace


@dataclass(slots=True, kw_only=True)
class RunningPlan:
    """The rows of a project. Operations change the rows and let `operations.settling` write what follows.

    `before` is the project as it was when it was opened to be changed, or as it was settled last; a plan that is only
    read has none.
    """

    project: Project
    stages: list[ProjectStage]
    tasks: dict[UUID, ProjectTask]
    links: list[TaskLink]
    pauses: tuple[Pause, ...] = ()
    touched: set[UUID] = field(default_factory=set)
    moved: set[UUID] = field(default_factory=set)
    moved_stages: set[UUID] = field(default_factory=set)
    happened: list[Event] = field(default_factory=list)
    specs: Specs | None = None
    asked_for: set[UUID] = field(default_factory=set)
    before: Situation | None = None
    known: "Known" = field(default_factory=dict)

    def note(self, standing: Situation | None = None) -> None:
        """Remember the project as it stands, so that its next change can be told from the time before it."""
        self.before = standing or self.situation()

    def come_after(self, other: "RunningPlan") -> None:
        """Take over what was noted with the rows as they were before others were written, and the calendars read then."""
        self.specs, self.asked_for = other.specs, other.asked_for
        self.note(other.before)

    def situation(self) -> Situation:
        """Return the project as it stands."""
        project, hold = self.project, None
        if project.state == ProjectState.ON_HOLD and project.held_since is not None:
            side = ReasonSide(project.hold_side)
            hold = OnHold(since_at=project.held_since, side=side, reason=project.hold_reason)
        is_running = ProjectState(project.state) in RUNNING_STATES
        return Situation(plan=self.facts(), is_running=is_running, hold=hold)

    def facts(self, *, is_dated: bool = True) -> PlanFacts:
        """Return the plan as the rules see it; without calendars, which cost reads, when no date is worked out of it."""
        project = self.project
        return PlanFacts(
            stages=tuple(stage_fact(row) for row in self.stages),
            tasks=tuple(_facts_of(self.tasks.values(), self.known, _of_task, _task_fact)),
            links=tuple(_facts_of(self.links, self.known, _of_link, _link_fact)),
            anchors={
                Anchor.SIGNATURE.value: project.signed_at or project.started_at,
                Anchor.PROJECT_START.value: project.started_at,
            },
            calendars=self.calendars() if is_dated else {},
            pauses=self.pauses,
        )

    def calendars(self) -> Mapping[str, CalendarSpec]:
        """Return the calendars of both sides and of everybody who owns an open task, read once and again for newcomers.

        Those of whoever owned one before stay: the plan is dated as it was, too.
        """
        members, contacts = self.owner_ids()
        if self.specs is None or not members | contacts <= self.asked_for:
            load_calendars(self.project, [self])
        return owners.calendars_of(self.specs, self.project.account_id) if self.specs is not None else {}

    def calendars_with(self, people: Iterable[PersonRef]) -> Mapping[str, CalendarSpec]:
        """Return the calendars of the plan and of people who may own none of its tasks: no date of it hangs on theirs."""
        known = self.calendars()
        others = [one for one in people if one.id not in self.asked_for]
        if not others:
            return known
        specs = spec_queries.get_specs(
            actor=system_actor(self.project.workspace_id),
            account_ids=[self.project.account_id],
            member_ids=[one.id for one in others if one.side is Side.VENDOR],
            contact_ids=[one.id for one in others if one.side is Side.CUSTOMER],
        )
        return {**owners.calendars_of(specs, self.project.account_id), **known}

    def calendar_of(self, task: ProjectTask) -> CalendarSpec:
        """Return the calendar in which a task counts."""
        known, key = self.calendars(), owners.calendar_key(member_id=task.member_id, contact_id=task.contact_id)
        return known.get(key) or known[task.side]

    def owner_ids(self) -> tuple[set[UUID], set[UUID]]:
        """Return the members and the contacts who own an open task."""
        found = [columns for columns in map(vars, self.tasks.values()) if columns["state"] in OPEN_STATES]
        members, contacts = ({columns[key] for columns in found} for key in ("member_id", "contact_id"))
        return members - {None}, contacts - {None}


Known = dict[int, tuple[tuple[Any, ...], Any]]
"""By the identity of a row: what its fact was made of, and the fact. A plan is asked for its facts several times between two
changes."""

_Found = TypeVar("_Found", Project, RunningPlan)
_Row = TypeVar("_Row", ProjectTask, TaskLink)
_Fact = TypeVar("_Fact", TaskFact, LinkFact)
_Columns = Callable[[Mapping[str, Any]], tuple[Any, ...]]
_of_task: _Columns = itemgetter(
    "id", "stage_id", "key", "name", "kind", "side", "state", "position", "start_at", "due_at", "is_required", "is_automatic",
    "visibility", "stuck_side", "stuck_since", "started_at", "finished_at", "came_due_at", "overdue_at",
    "is_start_fixed", "is_due_fixed", "not_before_at", "must_finish_by_at", "timing", "member_id", "contact_id",
    "reason", "assignee_name", "details",
)  # fmt: skip
_of_link: _Columns = itemgetter(
    "predecessor_id", "predecessor_stage_id", "successor_id", "successor_stage_id", "type", "lag"
)


def _facts_of(
    rows: Iterable[_Row], known: Known, columns_of: _Columns, fact_of: Callable[[tuple[Any, ...]], _Fact]
) -> Iterable[_Fact]:
    """Return the facts of rows: those made before while everything that they were made of is the same."""
    for row in rows:
        columns = columns_of(vars(row))
        before = known.get(id(row))
        if before is None or before[0] != columns:
            before = known[id(row)] = columns, fact_of(columns)
        yield before[1]


def load_calendars(within: InWorkspace, running: Iterable[RunningPlan]) -> None:
    """Give plans the calendars of everybody in them, in at most six reads. Dates do not depend on who looks."""
    found = [(plan, *plan.owner_ids()) for plan in running]
    specs = spec_queries.get_specs(
        actor=system_actor(within.workspace_id),
        account_ids={plan.project.account_id for plan, _, _ in found},
        member_ids={id for _, members, _ in found for id in members},
        contact_ids={id for _, _, contacts in found for id in contacts},
    )
    for plan, members, contacts in found:
        plan.specs = specs if plan.specs is None else _joined(plan.specs, specs)
        plan.asked_for = plan.asked_for | members | contacts


def _joined(known: Specs, found: Specs) -> Specs:
    """Add the calendars of newcomers; the others stay as they were read, so that a whole change counts in the same ones."""
    return Specs(
        workspace=known.workspace,
        accounts={**found.accounts, **known.accounts},
        members={**found.members, **known.members},
        contacts={**found.contacts, **known.contacts},
    )


_KINDS = {kind.value: kind for kind in TaskKind}
_SIDES = {side.value: side for side in Side}
_STATES = {state.value: state for state in TaskState}
_VISIBILITIES = {visibility.value: visibility for visibility in Visibility}
_TYPES = {type.value: type for type in LinkType}


def stage_fact(row: ProjectStage) -> StageFact:
    """Return a stage row as a fact."""
    return StageFact(
        id=row.id,
        key=row.key,
        name=row.name,
        position=row.position,
        start_at=row.start_at,
        due_at=row.due_at,
        timing=row.timing,
    )


def task_fact(row: ProjectTask) -> TaskFact:
    """Return a task row as a fact."""
    return _task_fact(_of_task(vars(row)))


def _task_fact(columns: tuple[Any, ...]) -> TaskFact:
    (
        id, stage_id, key, name, kind, side, state, position, start_at, due_at, is_required, is_automatic,
        visibility, stuck_side, stuck_since, started_at, finished_at, came_due_at, overdue_at,
        is_start_fixed, is_due_fixed, not_before_at, must_finish_by_at, timing, member_id, contact_id,
        reason, person, details,
    ) = columns  # fmt: skip
    # By position: with so many fields, finding them by their names takes longer than all the rest.
    return TaskFact(
        id, stage_id, key, name, _KINDS[kind], _SIDES[side], _STATES[state], position, start_at, due_at,
        is_required, is_automatic, _VISIBILITIES[visibility], ReasonSide(stuck_side) if stuck_side else None, stuck_since,
        started_at, finished_at, came_due_at, overdue_at, is_start_fixed, is_due_fixed, not_before_at, must_finish_by_at,
        timing, owners.calendar_key(member_id=member_id, contact_id=contact_id), reason, person,
        tuple(details.get("settings", {}).get("approvers", ())),
    )  # fmt: skip


def link_fact(row: TaskLink) -> LinkFact:
    """Return a link row as a fact."""
    return _link_fact(_of_link(vars(row)))


def _link_fact(columns: tuple[Any, ...]) -> LinkFact:
    predecessor_id, predecessor_stage_id, successor_id, successor_stage_id, type, lag = columns
    return LinkFact(
        predecessor_id=predecessor_id,
        predecessor_stage_id=predecessor_stage_id,
        successor_id=successor_id,
        successor_stage_id=successor_stage_id,
        type=_TYPES[type],
        lag=lag,
    )


def is_first_value(task: ProjectTask) -> bool:
    """Return whether reaching this milestone is the account's first win."""
    return proofs.is_first_value(task.details.get("settings", {}), task.timing)


def first_value_ids(plan: RunningPlan) -> list[UUID]:
    """Return the milestones of a plan with which the first win is reached."""
    return [task.id for task in plan.tasks.values() if is_first_value(task)]


def projects_of(actor: Actor) -> QuerySet[Project]:
    """Return the projects that somebody may know of: the team all, a contact those of their own account."""
    return Project.objects.for_actor(actor).filter(**_known_to(actor))


def _known_to(actor: Actor) -> dict[str, UUID | None]:
    """What holds of the projects that somebody may know of; no project is without an account, as some contact may be."""
    if permissions.is_contact(actor):
        return {"account_id": actor.account_id}
    if not permissions.can_view_portfolio(actor):
        raise PermissionDeniedError("You may not see projects.", remedy="Ask an owner or admin of your workspace.")
    return {}


def project_row(actor: Actor, project_id: UUID, *, is_locked: bool = False) -> Project:
    """Return a project that the actor may see; raises NotFoundError. Locked until the end of the transaction if asked."""
    return _only(bulk.read_rows(Project, actor, {"id": project_id, **_known_to(actor)}, is_locked=is_locked))


def lock_projects(rows: QuerySet[Project]) -> list[UUID]:
    """Lock projects until the end of the transaction, and return their ids.

    Whatever changes several at once begins with it: all lock in the order of ids, so that no two wait for each other.
    """
    return list(rows.order_by("id").select_for_update(of=("self",)).values_list("id", flat=True))


def _only(found: Sequence[_Found]) -> _Found:
    if not found:
        raise NotFoundError("There is no such project.", remedy="Look for it in the list of projects.")
    return found[0]


def project_id_of_task(actor: Actor, task_id: UUID) -> UUID:
    """Return the project of a task; raises NotFoundError for a task that the actor may not open."""
    found = bulk.read_rows(ProjectTask, actor, {"id": task_id})
    if not found or not permissions.can_open_task(actor, visibility=Visibility(found[0].visibility)):
        raise task_not_found()
    return found[0].project_id


def task_not_found() -> NotFoundError:
    """Return the error for a task that does not exist, or not for this reader."""
    return NotFoundError("There is no such task.", remedy="It may have been removed; look at the plan.")


def load_plan(actor: Actor, project: Project) -> RunningPlan:
    """Return the rows of a project's plan."""
    return _plan_of(project, *bulk.read_together(actor, *_readings(project.id)))


def lock_plan(actor: Actor, project_id: UUID) -> RunningPlan:
    """Lock a project that the actor may see until the end of the transaction, and return the rows of its plan as they are
    from then on; raises NotFoundError.
    """
    return _only(_locked_plans(actor, project_id))


def lock_plan_of_task(actor: Actor, task_id: UUID) -> tuple[RunningPlan, ProjectTask]:
    """Lock the project of a task and return the rows of its plan; raises NotFoundError for a task that the actor may not
    open.
    """
    project_id = That(model=ProjectTask, column="project_id", where={"id": task_id})
    for plan in _locked_plans(actor, project_id):
        task = plan.tasks.get(task_id)
        if task is not None and permissions.can_open_task(actor, visibility=Visibility(task.visibility)):
            return plan, task
    raise task_not_found()


def _locked_plans(actor: Actor, project_id: UUID | That) -> list[RunningPlan]:
    """Return the plan of a project, if there is one that the actor may know of."""
    locked = Reading(model=Project, where={"id": project_id, **_known_to(actor)}, is_locked=True)
    found, *rows = bulk.read_together(actor, locked, *_readings(project_id))
    return [_plan_of(project, *rows) for project in found]


def _readings(project_id: UUID | That) -> tuple[Reading[Any], ...]:
    own = {"project_id": project_id}
    return (
        Reading(model=ProjectStage, where=own, order_by=("position",)),
        Reading(model=ProjectTask, where=own, order_by=("position", "id")),
        Reading(model=TaskLink, where=own),
        Reading(model=Hold, where=own),
    )


def _plan_of(
    project: Project, stages: list[ProjectStage], tasks: list[ProjectTask], links: list[TaskLink], holds: list[Hold]
) -> RunningPlan:
    return RunningPlan(
        project=project,
        stages=stages,
        tasks={row.id: row for row in tasks},
        links=links,
        pauses=pauses_of(holds),
    )


def load_for_team(actor: Actor, project_id: UUID) -> RunningPlan:
    """Return the rows of a plan with its internals; raises PermissionDeniedError for a contact, and NotFoundError."""
    if permissions.is_contact(actor):
        raise PermissionDeniedError("This page is for the team.", remedy="Use the link in your mail.")
    return load_plan(actor, project_row(actor, project_id))


def pauses_of(holds: Iterable[Hold]) -> tuple[Pause, ...]:
    """Return holds that are over as pauses of the plan."""
    return tuple(Pause(start_at=hold.started_at, end_at=hold.ended_at) for hold in holds if hold.ended_at is not None)


def tasks_in_order(plan: RunningPlan) -> Sequence[ProjectTask]:
    """Return the tasks by stage and position."""
    stage_positions = {stage.id: stage.position for stage in plan.stages}
    return sorted(plan.tasks.values(), key=lambda row: (stage_positions[row.stage_id], row.position, row.id))
