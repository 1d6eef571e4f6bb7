"""The portfolio: lists, numbers and the board over every project of a workspace."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, F, Q, QuerySet, When, Window
from django.db.models.functions import RowNumber

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects.contracts import (
    RUNNING_STATES,
    UNLIKELY,
    ProjectState,
    ProjectSummary,
    ReasonSide,
    Standing,
    TaskState,
)
from firstwin.projects.contracts.portfolio import BoardColumn, ProjectFacets, ProjectFilters, ProjectSort
from firstwin.projects.models import IsOpen, Project, ProjectTask
from firstwin.projects.queries import plans, shown
from firstwin.projects.rules.standing import SILENCE
from firstwin.shared import pagination
from firstwin.shared.pagination import Page

BOARD_CARDS = 20
_NOT_SHOWN = ("fields", "decisions", "completion")
"""Documents that no list shows."""
_COLUMNS = {
    ProjectSort.UPDATED: "updated_at",
    ProjectSort.ACCOUNT: "account_name",
    ProjectSort.PLANNED_END: "planned_end_at",
    ProjectSort.LIKELY_END: "likely_end_at",
    ProjectSort.STARTED: "started_at",
    ProjectSort.STAGE: "current_stage_position",
    ProjectSort.NEXT_MILESTONE: "next_milestone_at",
    ProjectSort.CUSTOMER_ACTIVITY: "last_customer_activity_at",
}


def list_projects(
    *,
    actor: Actor,
    at: datetime,
    filters: ProjectFilters | None = None,
    sort: ProjectSort = ProjectSort.UPDATED,
    is_descending: bool = True,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[ProjectSummary]:
    """Return one page of projects in two reads; raises InvalidInputError for a malformed cursor.

    A contact gets the projects of their own account.
    """
    return pagination.page_with(
        filtered(actor, filters or ProjectFilters(), at).defer(*_NOT_SHOWN),
        order=[("-" if is_descending else "") + _COLUMNS[sort]],
        cursor=cursor,
        limit=limit,
        convert=lambda rows: tuple(summaries(actor, rows, at)),
    )


_NEWEST = Window(
    RowNumber(),
    partition_by=F("account_id"),
    order_by=[
        Case(When(state__in=RUNNING_STATES, then=0), default=1).asc(),
        F("started_at").desc(),
        F("id").desc(),
    ],
)


def latest_by_account(*, actor: Actor, account_ids: Collection[UUID], at: datetime) -> Mapping[UUID, ProjectSummary]:
    """Return the onboarding of each account that runs, or the last one that did; three reads, whatever their number.

    Accounts that never had one are left out.
    """
    ranked = plans.projects_of(actor).filter(account_id__in=account_ids).annotate(rank=_NEWEST)
    latest = list(ranked.filter(rank=1).values_list("id", flat=True))
    rows = plans.projects_of(actor).filter(id__in=latest).defer(*_NOT_SHOWN)
    return {summary.account_id: summary for summary in summaries(actor, rows, at)}


def summaries(actor: Actor, rows: Iterable[Project], at: datetime) -> list[ProjectSummary]:
    """Return project rows as summaries, counting late and waiting tasks of all of them in one read."""
    rows = list(rows)
    counts = _counts(actor, rows, at)
    now = shown.told_to(actor, at)
    return [shown.project_summary(row, counts.get(row.id, shown.Counts()), now) for row in rows]


def _counts(actor: Actor, rows: list[Project], at: datetime) -> dict[UUID, shown.Counts]:
    """Count tasks only of projects whose columns say that something is late or waits."""
    of_interest = [
        row.id
        for row in rows
        if row.state == ProjectState.ACTIVE
        if any(instant is not None and instant <= at for instant in (row.earliest_due_at, row.waiting_since))
    ]
    if not of_interest:
        return {}
    waits = Q(state=TaskState.STUCK, stuck_side=ReasonSide.CUSTOMER) | (
        Q(side=Side.CUSTOMER, is_released=True, is_automatic=False, start_at__lte=at)
        & ~Q(kind=TaskKind.MILESTONE)
        & ~Q(state=TaskState.STUCK)
    )
    tasks = ProjectTask.objects.for_actor(actor).filter(IsOpen(), project_id__in=of_interest)
    counted = tasks.values("project_id").annotate(
        late=Count("id", filter=Q(due_at__lt=at)), waiting=Count("id", filter=waits)
    )
    return {row["project_id"]: shown.Counts(late=row["late"], waiting=row["waiting"]) for row in counted.order_by()}


def filtered(actor: Actor, filters: ProjectFilters, at: datetime) -> QuerySet[Project]:
    """Return the rows that filters leave; inside projects only."""
    rows = plans.projects_of(actor)
    exact = {
        "owner_id": filters.owner_id,
        "account_id": filters.account_id,
        "segment": filters.segment,
        "industry": filters.industry,
        "playbook_id": filters.playbook_id,
        "current_stage": filters.stage or None,
    }
    rows = rows.filter(**{column: value for column, value in exact.items() if value is not None})
    if filters.states:
        rows = rows.filter(state__in=[state.value for state in filters.states])
    if filters.is_running:
        rows = rows.filter(state__in=RUNNING_STATES)
    if filters.standings:
        wanted = Q(pk__in=[])
        for standing in filters.standings:
            wanted |= _standing(standing, at)
        rows = rows.filter(wanted)
    for asked, condition in (
        (filters.is_late, _is_late(at)),
        (filters.is_waiting, _is_waiting(at)),
        (filters.is_stuck, Q(state=ProjectState.ACTIVE, stuck_count__gt=0)),
    ):
        if asked is not None:
            rows = rows.filter(condition) if asked else rows.exclude(condition)
    words = filters.search.replace("\x00", "").split()
    for word in words[:8]:
        rows = rows.filter(Q(account_name__icontains=word) | Q(name__icontains=word))
    return rows


def _is_late(at: datetime) -> Q:
    return Q(state=ProjectState.ACTIVE, earliest_due_at__isnull=False, earliest_due_at__lt=at)


def _is_waiting(at: datetime) -> Q:
    return Q(state=ProjectState.ACTIVE, waiting_since__isnull=False, waiting_since__lte=at)


def _is_silent(at: datetime) -> Q:
    """The customer has had something to do, and has given no sign, for the length of the silence."""
    since = at - SILENCE
    quiet = Q(last_customer_activity_at__isnull=True) | Q(last_customer_activity_at__lte=since)
    return Q(waiting_since__isnull=False, waiting_since__lte=since, launched_at__lte=since) & quiet


_FIXED = {
    Standing.CANCELLED: ProjectState.CANCELLED,
    Standing.DONE: ProjectState.COMPLETED,
    Standing.ON_HOLD: ProjectState.ON_HOLD,
}


def _questions(at: datetime) -> tuple[tuple[Standing, Q], ...]:
    """Return what makes the standing of a running project, in the order of rules.standing.project_standing; the first counts."""
    can_go_on = Q(vendor_ready_at__isnull=False, vendor_ready_at__lte=at)
    return (
        (Standing.NON_RESPONSIVE, _is_silent(at)),
        (Standing.LATE, Q(earliest_due_at__isnull=False, earliest_due_at__lt=at)),
        (
            Standing.AT_RISK,
            Q(stuck_count__gt=0)
            | Q(planned_end_at__gt=F("target_end_at"))
            | Q(likely_chance__isnull=False, likely_chance__lt=UNLIKELY),
        ),
        (Standing.WAITING, Q(waiting_since__isnull=False, waiting_since__lte=at) & ~can_go_on),
    )


def _standing(standing: Standing, at: datetime) -> Q:
    """Return the rows with a standing."""
    if standing in _FIXED:
        return Q(state=_FIXED[standing])
    remaining = Q(state__in=[ProjectState.ACTIVE, ProjectState.DRAFT])
    for candidate, condition in _questions(at):
        if candidate is standing:
            return remaining & condition
        remaining &= ~condition
    return remaining


def count_projects(*, actor: Actor, at: datetime, filters: ProjectFilters | None = None) -> ProjectFacets:
    """Return how many projects the filters leave, in all and by standing and state, in one read."""
    questions, asked = _questions(at), Q(pk__in=[])
    first: dict[str, Q] = {}
    for standing, condition in questions:
        asked |= condition
        first[f"until_{standing.value}"] = asked
    groups: Iterable[Mapping[str, Any]] = (
        filtered(actor, filters or ProjectFilters(), at)
        .values("state")
        .annotate(
            count=Count("id"),
            late=Count("id", filter=_is_late(at)),
            waiting=Count("id", filter=_is_waiting(at)),
            stuck=Count("id", filter=Q(state=ProjectState.ACTIVE, stuck_count__gt=0)),
            first_value=Count("first_value_at"),
            # One standing is what its question adds to those before it: grouping by standing would sort every row.
            **{name: Count("id", filter=condition) for name, condition in first.items()},
        )
        .order_by()
    )
    total: Counter[str] = Counter()
    by_standing, by_state = Counter[Standing](), Counter[ProjectState]()
    fixed = {state: standing for standing, state in _FIXED.items()}
    for group in groups:
        state = ProjectState(group["state"])
        by_state[state] += group["count"]
        total.update({name: group[name] for name in ("count", "late", "waiting", "stuck", "first_value")})
        if state in fixed:
            by_standing[fixed[state]] += group["count"]
            continue
        before = 0
        for standing, _ in questions:
            until = group[f"until_{standing.value}"]
            by_standing[standing] += until - before
            before = until
        by_standing[Standing.ON_TRACK] += group["count"] - before
    return ProjectFacets(
        total=total["count"],
        running=by_state[ProjectState.ACTIVE] + by_state[ProjectState.ON_HOLD],
        by_standing={standing: by_standing[standing] for standing in Standing},
        by_state={state: by_state[state] for state in ProjectState},
        late=total["late"],
        waiting=total["waiting"],
        stuck=total["stuck"],
        first_value=total["first_value"],
    )


_RANK = Window(RowNumber(), partition_by=F("current_stage"), order_by=[F("planned_end_at").asc(), F("id").asc()])
"""The place of a project in its column; ranked by ids alone, before whole rows of the few shown are read."""


def get_board(
    *, actor: Actor, at: datetime, filters: ProjectFilters | None = None, limit: int = BOARD_CARDS
) -> tuple[BoardColumn, ...]:
    """Return the running projects by stage, each column with its count and first cards, earliest end first.

    Stages of the same name are one column, whatever playbook they are from; four reads in all.
    """
    rows = filtered(actor, filters or ProjectFilters(), at).filter(state__in=RUNNING_STATES)
    heads = list(
        rows.values("current_stage").annotate(count=Count("id"), position=F("current_stage_position")).order_by()
    )
    columns: dict[str, tuple[int, int]] = {}
    for head in heads:
        position, count = columns.get(head["current_stage"], (head["position"], 0))
        columns[head["current_stage"]] = (min(position, head["position"]), count + head["count"])
    first = rows.annotate(rank=_RANK).filter(rank__lte=limit).values_list("id", flat=True)
    cards = plans.projects_of(actor).filter(id__in=list(first)).defer(*_NOT_SHOWN).order_by("planned_end_at", "id")
    shown_cards: dict[str, list[ProjectSummary]] = {}
    for summary in summaries(actor, cards, at):
        shown_cards.setdefault(summary.current_stage, []).append(summary)
    return tuple(
        BoardColumn(stage=stage, position=position, count=count, projects=tuple(shown_cards.get(stage, ())))
        for stage, (position, count) in sorted(columns.items(), key=lambda item: (item[1][0], item[0]))
    )
