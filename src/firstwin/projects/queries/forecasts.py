"""Stored forecasts, and what they are learned from."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.projects import permissions
from firstwin.projects.contracts import OPEN_STATES, ProjectState, TaskState
from firstwin.projects.contracts.forecasts import (
    ForecastDay,
    ForecastDelay,
    ForecastDriver,
    LikelyStage,
    ProjectForecastInfo,
)
from firstwin.projects.models import LearnedHistory, ProjectForecast, ProjectTask
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import outlook
from firstwin.projects.rules.outlook import Owner
from firstwin.scheduling.contracts.forecasting import Learned, Observation

LOOKS_BACK = timedelta(days=730)
MOST_OBSERVATIONS = 50_000
GroupsOf = Callable[[UUID, str, str, str, str], tuple[str, ...]]
_COLUMNS = (
    "project__playbook_id", "project__segment", "key", "kind", "side", "start_at", "due_at", "finished_at",
)  # fmt: skip


def find_forecast(*, actor: Actor, project_id: UUID) -> ProjectForecastInfo | None:
    """Return the latest forecast of a project in one read; None before the first, and for contacts."""
    if permissions.is_contact(actor):
        return None
    row = ProjectForecast.objects.for_actor(actor).filter(project_id=project_id).select_related("project").first()
    return forecast_info(row) if row is not None else None


def forecast_info(row: ProjectForecast) -> ProjectForecastInfo:
    """Return a stored forecast that was read with its project."""
    detail = row.detail
    return ProjectForecastInfo(
        project_id=row.project_id,
        made_at=row.made_at,
        is_outdated=row.project.forecast_due_at is not None,
        completion=outlook.likely_of(detail["completion"]),
        first_value=outlook.likely_of(detail["first_value"]) if detail["first_value"] else None,
        chance=detail["chance"],
        target_at=datetime.fromisoformat(detail["target_at"]) if detail["target_at"] else None,
        stages=tuple(
            LikelyStage(
                id=UUID(stage["id"]),
                name=stage["name"],
                is_stage=stage["is_stage"],
                planned_at=datetime.fromisoformat(stage["planned_at"]),
                likely=outlook.likely_of(stage["likely"]),
            )
            for stage in detail["stages"]
        ),
        drivers=tuple(ForecastDriver(**{**driver, "task_id": UUID(driver["task_id"])}) for driver in detail["drivers"]),
        limiting=detail["limiting"],
        limiting_share=detail["limiting_share"],
        has_history=detail["has_history"],
        finished=detail["finished"],
        delays=tuple(ForecastDelay(**delay) for delay in detail.get("delays", ())),
        history=tuple(
            ForecastDay(on=date.fromisoformat(on), p50=datetime.fromisoformat(p50), p80=datetime.fromisoformat(p80))
            for on, p50, p80 in row.history
        ),
    )


def find_learned(actor: Actor) -> tuple[Learned, datetime] | None:
    """Return what was learned last in a workspace, and when; inside projects only."""
    row = LearnedHistory.objects.for_actor(actor).first()
    return None if row is None else (outlook.learned_of(row.groups, row.shape, row.finished), row.learned_at)


def observations(actor: Actor, at: datetime, *, groups_of: GroupsOf = outlook.groups_of) -> Iterator[Observation]:
    """Return the tasks of people that were begun in the last two years, finished or not; inside projects only.

    Each belongs to the groups that `groups_of` names for its playbook, key, kind, side and segment.
    """
    is_under_way = Q(state__in=sorted(OPEN_STATES), is_released=True, start_at__lt=at)
    running = Q(project__state__in=[ProjectState.ACTIVE, ProjectState.COMPLETED])
    rows = (
        ProjectTask.objects.for_actor(actor)
        .filter(Q(state=TaskState.DONE, finished_at__gte=at - LOOKS_BACK) | is_under_way, running, is_automatic=False)
        .order_by("-start_at")
        .values_list(*_COLUMNS)[:MOST_OBSERVATIONS]
    )
    for playbook_id, segment, key, kind, side, start_at, due_at, finished_at in rows.iterator(chunk_size=5_000):
        groups = groups_of(playbook_id, key, kind, side, segment)
        found = outlook.observation_of(groups, start_at=start_at, due_at=due_at, finished_at=finished_at, now=at)
        if found is not None:
            yield found


def owners_of(plan: RunningPlan) -> dict[UUID, Owner]:
    """Return who does each task: a person where one is named, else a role, else a side; inside projects only."""
    sides = {Side.VENDOR.value: "Our team", Side.CUSTOMER.value: f"{plan.project.account_name}"}
    found: dict[UUID, Owner] = {}
    for task in plan.tasks.values():
        if task.member_id is not None:
            found[task.id] = Owner(key=f"member:{task.member_id.hex}", name=task.assignee_name)
        elif task.contact_id is not None:
            found[task.id] = Owner(key=f"contact:{task.contact_id.hex}", name=task.assignee_name)
        else:
            role = task.owner_role.replace("_", " ").replace("-", " ")
            found[task.id] = Owner(
                key=f"role:{task.side}:{task.owner_role}", name=role or sides.get(task.side, task.side)
            )
    return found
