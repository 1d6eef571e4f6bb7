"""People's time over HTTP."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router

from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Role
from firstwin.identity.queries import actor_of
from firstwin.projects.contracts.workload import (
    USUAL_WEEKS,
    SuggestedOwner,
    SuggestedRelief,
    SuggestedRole,
    WeekTasks,
    Workload,
    WorkloadFilters,
)
from firstwin.projects.queries import suggestions
from firstwin.projects.queries import workload as workload_queries
from firstwin.shared import clock
from firstwin.shared.schemas import StrictSchema

workload = Router(tags=["people's time"])


class WorkloadQuery(StrictSchema):
    weeks: int = USUAL_WEEKS
    role: Role | None = None
    skill: str = ""
    time_zone: str = ""
    segment: Segment | None = None


@workload.get("", response=Workload)
def read_workload(request: HttpRequest, query: Query[WorkloadQuery]) -> Workload:
    filters = WorkloadFilters(role=query.role, skill=query.skill, time_zone=query.time_zone, segment=query.segment)
    return workload_queries.get_workload(actor=actor_of(request), at=clock.now(), filters=filters, weeks=query.weeks)


@workload.get("/{uuid:member_id}", response=WeekTasks)
def read_week(request: HttpRequest, member_id: UUID, monday: date | None = None) -> WeekTasks:
    return workload_queries.get_week_tasks(actor=actor_of(request), member_id=member_id, monday=monday, at=clock.now())


@workload.get("/{uuid:member_id}/relief", response=list[SuggestedRelief])
def suggest_relief(request: HttpRequest, member_id: UUID, monday: date | None = None) -> list[SuggestedRelief]:
    at = clock.now()
    return list(suggestions.suggest_relief(actor=actor_of(request), member_id=member_id, monday=monday, at=at))


@workload.get("/roles", response=list[SuggestedRole])
def suggest_roles(request: HttpRequest, playbook_id: UUID, account_id: UUID, start_on: date) -> list[SuggestedRole]:
    return list(
        suggestions.suggest_roles(
            actor=actor_of(request), playbook_id=playbook_id, account_id=account_id, start_on=start_on, at=clock.now()
        )
    )


@workload.get("/suggestions/{uuid:task_id}", response=list[SuggestedOwner])
def suggest_owners(request: HttpRequest, task_id: UUID) -> list[SuggestedOwner]:
    return list(suggestions.suggest_owners(actor=actor_of(request), task_id=task_id, at=clock.now()))
