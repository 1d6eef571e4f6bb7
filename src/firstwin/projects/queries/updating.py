"""Running projects beside a newer version of their playbook, in a constant number of reads. Inside projects only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import Anchor, PlaybookVersionInfo
from firstwin.playbooks.contracts.resolved import ResolvedPlaybook
from firstwin.projects.contracts import OPEN_STATES, TaskState
from firstwin.projects.models import Hold, Project, ProjectRole, ProjectStage, ProjectTask, ProjectUpdate, TaskLink
from firstwin.projects.queries import launching, plans
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import dates, drafting, owners
from firstwin.projects.rules.facts import PlanFacts
from firstwin.projects.rules.updates import comparing, shapes
from firstwin.projects.rules.updates.comparing import Difference
from firstwin.projects.rules.updates.shapes import Part, Shape
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CycleError, InvalidCalendarError, PlanDates
from firstwin.shared.errors import ConflictError


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A project, its newer version laid out for its account, and what differs and was not refused before."""

    project: Project
    plan: RunningPlan
    roles: tuple[ProjectRole, ...]
    account: AccountInfo
    before: PlaybookVersionInfo
    after: PlaybookVersionInfo
    resolved: ResolvedPlaybook
    ours: Shape
    theirs: Shape
    differences: tuple[Difference, ...]


def compare(actor: Actor, rows: Sequence[Project], versions: Mapping[UUID, PlaybookVersionInfo]) -> list[Compared]:
    """Compare projects with versions given by playbook, in sixteen reads however many projects there are."""
    accounts = customer_queries.get_accounts(actor=actor, account_ids={row.account_id for row in rows})
    started = playbook_queries.get_versions(actor=actor, version_ids={row.playbook_version_id for row in rows})
    loaded = load_plans(actor, rows)
    roles = _grouped(ProjectRole.objects.for_actor(actor).filter(project__in=rows).order_by("position"))
    refused = _refused(actor, rows)
    return [
        _compared(
            loaded[row.id],
            tuple(roles.get(row.id, ())),
            accounts[row.account_id],
            started[row.playbook_version_id],
            versions[row.playbook_id],
            refused.get((row.id, row.playbook_version_id), frozenset()),
        )
        for row in rows
    ]


def load_plans(actor: Actor, rows: Sequence[Project]) -> dict[UUID, RunningPlan]:
    """Return the plans of several projects with their calendars, in ten reads."""
    stages = _grouped(ProjectStage.objects.for_actor(actor).filter(project__in=rows).order_by("position"))
    tasks = _grouped(ProjectTask.objects.for_actor(actor).filter(project__in=rows).order_by("position", "id"))
    links = _grouped(TaskLink.objects.for_actor(actor).filter(project__in=rows))
    holds = _grouped(Hold.objects.for_actor(actor).filter(project__in=rows, ended_at__isnull=False))
    found = {
        row.id: RunningPlan(
            project=row,
            stages=stages.get(row.id, []),
            tasks={task.id: task for task in tasks.get(row.id, [])},
            links=links.get(row.id, []),
            pauses=plans.pauses_of(holds.get(row.id, [])),
        )
        for row in rows
    }
    plans.load_calendars(actor, found.values())
    return found


Row = TypeVar("Row", ProjectStage, ProjectTask, TaskLink, Hold, ProjectRole)


def _grouped(rows: Iterable[Row]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row.project_id, []).append(row)
    return found


def _refused(actor: Actor, rows: Sequence[Project]) -> dict[tuple[UUID, UUID], frozenset[str]]:
    """Return what was refused since the version each project stands on, by its mark; updates taken back do not count."""
    updates = ProjectUpdate.objects.for_actor(actor).filter(project__in=rows, undone_at__isnull=True)
    found: dict[tuple[UUID, UUID], frozenset[str]] = {}
    for project_id, version_id, refused in updates.values_list("project_id", "from_version_id", "refused"):
        marks = {mark for marks in refused.values() for mark in marks}
        found[project_id, version_id] = found.get((project_id, version_id), frozenset()) | marks
    return found


def _compared(
    plan: RunningPlan,
    roles: tuple[ProjectRole, ...],
    account: AccountInfo,
    before: PlaybookVersionInfo,
    after: PlaybookVersionInfo,
    refused: frozenset[str],
) -> Compared:
    base, _ = _laid_out(plan, roles, account, before)
    theirs, resolved = _laid_out(plan, roles, account, after)
    ours = _shape_of_rows(plan, roles, base, theirs)
    found = comparing.differences(base, ours, theirs)
    return Compared(
        project=plan.project,
        plan=plan,
        roles=roles,
        account=account,
        before=before,
        after=after,
        resolved=resolved,
        ours=ours,
        theirs=theirs,
        differences=tuple(difference for difference in found if difference.mark not in refused),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A project beside the version of its playbook that it follows, laid out for its account; `taken` are newer versions
    of which it took something over before all of it was decided.
    """

    version: PlaybookVersionInfo
    ours: Shape
    base: Shape
    taken: tuple[Shape, ...]


def followed(actor: Actor, plan: RunningPlan) -> Followed:
    """Compare a loaded plan with the version that it follows, in four reads."""
    project = plan.project
    undecided = ProjectUpdate.objects.for_actor(actor).filter(
        project=project, from_version_id=project.playbook_version_id, is_finished=False, undone_at__isnull=True
    )
    taken_ids = list(undecided.order_by("at", "id").values_list("to_version_id", flat=True))
    version_ids = [project.playbook_version_id, *dict.fromkeys(taken_ids)]
    versions = playbook_queries.get_versions(actor=actor, version_ids=version_ids)
    account = customer_queries.get_accounts(actor=actor, account_ids=[project.account_id])[project.account_id]
    roles = tuple(ProjectRole.objects.for_actor(actor).filter(project=project).order_by("position"))
    base, *taken = (_laid_out(plan, roles, account, versions[id])[0] for id in version_ids)
    return Followed(
        version=versions[project.playbook_version_id],
        ours=_shape_of_rows(plan, roles, base, *taken),
        base=base,
        taken=tuple(taken),
    )


def owner_calendars(roles: Iterable[ProjectRole]) -> dict[str, str]:
    """Return whose calendar counts for the tasks of each role."""
    return {row.key: owners.calendar_key(member_id=row.member_id, contact_id=row.contact_id) for row in roles}


def _laid_out(
    plan: RunningPlan, roles: Iterable[ProjectRole], account: AccountInfo, version: PlaybookVersionInfo
) -> tuple[Shape, ResolvedPlaybook]:
    """Return a version as it would be launched for this project's account, answers and choices, from its own start."""
    project = plan.project
    definition = version.definition
    by_hand = {row["key"]: row["is_included"] for row in project.decisions if row.get("is_by_hand")}
    resolved = playbook_queries.resolve(
        definition,
        facts=playbook_queries.get_facts(account, project.fields, definition=definition),
        included=[key for key, is_included in by_hand.items() if is_included],
        excluded=[key for key, is_included in by_hand.items() if not is_included],
    )
    anchors = {
        Anchor.SIGNATURE.value: project.signed_at or project.started_at,
        Anchor.PROJECT_START.value: project.started_at,
    }
    draft, _ = launching.scheduled(resolved, owner_calendars(roles), plan.calendars(), anchors, project.started_at)
    target = drafting.target_of(definition, project.segment)
    shape = shapes.shape_of_draft(
        draft, definition.roles, resolved.definition.completion, str(target) if target else ""
    )
    return shape, resolved


def _shape_of_rows(plan: RunningPlan, roles: Sequence[ProjectRole], base: Shape, *others: Shape) -> Shape:
    """Return a running plan by its keys; what the project shares with `base` is its target."""
    families = {part.ref: part.family for shape in (base, *others) for part in shape.parts.values()}
    names = shapes.names_by_id(
        ((shapes.STAGE, row.id, row.key) for row in plan.stages),
        ((shapes.TASK, row.id, row.key) for row in plan.tasks.values()),
    )
    after = shapes.after_by_successor((plans.link_fact(link) for link in plan.links), names)
    parts = [_stage_part(row, after) for row in plan.stages]
    stage_keys = {row.id: row.key for row in plan.stages}
    for row in plans.tasks_in_order(plan):
        values = {
            "stage": stage_keys[row.stage_id],
            "name": row.name,
            "side": row.side,
            "visibility": row.visibility,
            "kind": row.kind,
            "description": row.description,
            "guidance": row.guidance,
            "owner_role": row.owner_role,
            "is_required": row.is_required,
            "is_automatic": row.is_automatic,
            "deliverables": list(row.details.get("deliverables", [])),
            "estimate_hours": row.details.get("estimate_hours"),
            "settings": row.details.get("settings", {}),
            **shapes.timing_values(row.timing, names),
            "after": after.get(row.id, ()),
        }
        parts.append(
            Part(
                sort=shapes.TASK,
                key=row.key,
                family=families.get(f"{shapes.TASK}:{row.key}", row.key),
                values=values,
                id=row.id,
                is_closed=row.state not in OPEN_STATES,
                is_begun=_is_begun(row),
                has_own_dates=row.is_start_fixed or row.is_due_fixed,
            )
        )
    parts += [
        Part(sort=shapes.ROLE, key=row.key, family=row.key, values={"name": row.name, "side": row.side}, id=row.id)
        for row in roles
    ]
    parts += [
        Part(
            sort=shapes.CRITERION,
            key=row["key"],
            family=row["key"],
            values={"text": row["text"], "task": row["task"]},
        )
        for row in plan.project.completion
    ]
    return shapes.shape_of([*parts, *base.of(shapes.TARGET)])


def _stage_part(row: ProjectStage, after: Mapping[UUID, tuple[shapes.Link, ...]]) -> Part:
    values = {
        "name": row.name,
        "objective": row.objective,
        "visibility": row.visibility,
        "exit_criteria": list(row.exit_criteria),
        "start": row.timing.get("start"),
        "due": row.timing.get("due"),
        "at_least": row.timing.get("at_least"),
        "after": after.get(row.id, ()),
    }
    return Part(sort=shapes.STAGE, key=row.key, family=row.key, values=values, id=row.id)


def _is_begun(row: ProjectTask) -> bool:
    """Tell whether people have worked on a task, so that nothing of theirs may be thrown away."""
    signs = (row.started_at, row.submitted_at, row.comment_count, row.file_count, row.is_automatic and row.came_due_at)
    return row.state != TaskState.OPEN or any(signs)


def dates_of(facts: PlanFacts) -> PlanDates:
    """Return the dates of a plan; raises ConflictError for a circle and for a calendar that cannot be used."""
    try:
        return scheduling_queries.plan_dates(dates.network_of(facts))
    except CycleError as error:
        raise ConflictError(f"{error}.", remedy="Refuse one of the changes that close this circle.") from error
    except InvalidCalendarError as error:
        raise ConflictError(owners.in_words(facts, error), remedy="Give that calendar some hours first.") from error
