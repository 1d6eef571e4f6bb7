"""Whose days were lost over many projects: by project, account, playbook, owner or task."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import ProjectState
from firstwin.projects.contracts.ledger import DayFilters, DaySums, LedgerSide, SideSum, SumsBy
from firstwin.projects.models import LedgerEntry
from firstwin.projects.queries import ledger
from firstwin.shared import pagination
from firstwin.shared.pagination import Page

_KEYS: Mapping[SumsBy, tuple[str, str]] = {
    SumsBy.PROJECT: ("project_id", "project__name"),
    SumsBy.ACCOUNT: ("project__account_id", "project__account_name"),
    SumsBy.PLAYBOOK: ("project__playbook_id", "project__playbook_name"),
    SumsBy.OWNER: ("project__owner_id", "project__owner_name"),
    SumsBy.TASK: ("task_name", "task_name"),
}


def list_sums(
    *,
    actor: Actor,
    by: SumsBy,
    filters: DayFilters | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[DaySums]:
    """Return one page of sums in one read, what lost most days first. Cancelled projects are left out, tasks of
    the same name are one.
    """
    key, name = _KEYS[by]
    rows = _counted(actor, filters)
    if by is SumsBy.TASK:
        rows = rows.exclude(task_name="")
    grouped = rows.values(key=F(key)).annotate(
        name=Max(name), projects=Count("project_id", distinct=True), lost=_days(Q(days__gt=0)), **_by_side()
    )
    return pagination.page_of_groups(
        grouped, order=["-lost", "key"], cursor=cursor, limit=limit, convert=lambda row: _sums(row, by)
    )


def get_totals(*, actor: Actor, filters: DayFilters | None = None) -> DaySums:
    """Return the sums of everything that the filters leave, in one read."""
    found = _counted(actor, filters).aggregate(projects=Count("project_id", distinct=True), **_by_side())
    return _sums({**found, "key": None, "name": ""}, SumsBy.TASK)


def _counted(actor: Actor, filters: DayFilters | None) -> QuerySet[LedgerEntry]:
    """Return the entries that are added up: a cancelled project wins nothing back by what is no longer done."""
    rows = ledger.filtered(ledger.as_member(actor), filters or DayFilters())
    return rows.exclude(project__state=ProjectState.CANCELLED)


def _by_side() -> dict[str, Coalesce]:
    """Return what is added up for each side: the days lost, and those won back."""
    found: dict[str, Coalesce] = {}
    for side in LedgerSide:
        found[f"{side}_lost"] = _days(Q(days__gt=0, counted_side=side))
        found[f"{side}_won"] = _days(Q(days__lt=0, counted_side=side))
    return found


def _days(which: Q) -> Coalesce:
    return Coalesce(Sum("days", filter=which), Value(0))


def _sums(row: Mapping[str, Any], by: SumsBy) -> DaySums:
    sides = tuple(SideSum(side=side, lost=row[f"{side}_lost"], gained=-row[f"{side}_won"]) for side in LedgerSide)
    return DaySums(
        id=None if by is SumsBy.TASK else row["key"],
        name=row["name"] or "",
        projects=row["projects"],
        lost=sum(side.lost for side in sides),
        gained=sum(side.gained for side in sides),
        sides=tuple(side for side in sides if side.lost or side.gained),
    )
