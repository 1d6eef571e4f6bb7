"""Whose days were lost on one project: the ledger line by line, and what it adds up to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from django.db.models import F, QuerySet

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, Visibility
from firstwin.projects import permissions
from firstwin.projects.contracts.ledger import DayEntry, DayFilters, DayLedger, LedgerReason, LedgerSide
from firstwin.projects.models import LedgerEntry, Project, ProjectTask
from firstwin.projects.queries import plans
from firstwin.projects.rules import ledger, ledger_words
from firstwin.shared import pagination
from firstwin.shared.errors import PermissionDeniedError
from firstwin.shared.pagination import Page


def get_ledger(*, actor: Actor, project_id: UUID) -> DayLedger:
    """Return the ledger of a project, days in a row for the same reason told together, in four reads.

    Raises NotFoundError. For members; what a contact may see is a statement that was shared.
    """
    project = plans.project_row(as_member(actor), project_id)
    rows = entries_of(actor).filter(project_id=project_id).order_by("position")
    zone = identity_queries.get_workspace(actor=actor).time_zone
    return ledger_of(project, [entry_of(row) for row in rows], tasks_of(actor, project_id), zone)


def ledger_of(project: Project, entries: Iterable[DayEntry], tasks: Collection[UUID], zone: str) -> DayLedger:
    """Return what the entries of a project say together, by days where the team works; inside projects only."""
    told = [_with_task(entry, tasks) for entry in entries]
    sides = ledger.sums(told)
    end_at = project.current_end_at or project.planned_end_at
    launched_on = ledger.day_of(project.launched_at, zone)
    begun_on = project.counted_from or project.counted_on or launched_on
    return DayLedger(
        project_id=project.id,
        counted_from=begun_on,
        counted_until=project.counted_on or begun_on,
        is_whole=begun_on <= launched_on,
        baseline_end_at=project.baseline_end_at or end_at,
        current_end_at=end_at,
        days=sum(entry.days for entry in told),
        sentence=ledger_words.sentence(sides),
        sides=sides,
        entries=ledger.merged(told),
    )


def list_entries(
    *,
    actor: Actor,
    filters: DayFilters | None = None,
    project_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[DayEntry]:
    """Return single entries, the latest first, in one read; of one project, or of all that the filters leave."""
    rows = filtered(as_member(actor), filters or DayFilters())
    if project_id is not None:
        plans.project_row(actor, project_id)
        rows = rows.filter(project_id=project_id)
    return pagination.page_of(rows, order=["-on", "-position"], cursor=cursor, limit=limit, convert=entry_of)


def entries_of(actor: Actor) -> QuerySet[LedgerEntry]:
    """Return what counts of every ledger: the entries against the present baseline but those put back on their day;
    inside projects only.
    """
    rows = LedgerEntry.objects.for_actor(actor).filter(is_put_back=False)
    return rows.filter(baseline_number=F("project__baseline_number"))


def filtered(actor: Actor, filters: DayFilters) -> QuerySet[LedgerEntry]:
    """Return the entries that filters leave; inside projects only."""
    wanted = {
        "on__gte": filters.since,
        "on__lte": filters.until,
        "counted_side": filters.side,
        "project__segment": filters.segment,
        "project__owner_id": filters.owner_id,
        "project__account_id": filters.account_id,
        "project__playbook_id": filters.playbook_id,
    }
    return entries_of(actor).filter(**{name: value for name, value in wanted.items() if value is not None})


def tasks_of(actor: Actor, project_id: UUID) -> Mapping[UUID, tuple[Side, Visibility]]:
    """Return the tasks that are in a plan, whose each is and who may see it; inside projects only."""
    rows = ProjectTask.objects.for_actor(actor).filter(project_id=project_id)
    return {id: (Side(side), Visibility(shown)) for id, side, shown in rows.values_list("id", "side", "visibility")}


def entry_of(row: LedgerEntry) -> DayEntry:
    """Return a row as it is read; inside projects only."""
    reason = LedgerReason(row.counted_reason)
    return DayEntry(
        id=row.id,
        project_id=row.project_id,
        position=row.position,
        since=row.on,
        on=row.on,
        days=row.days,
        side=LedgerSide(row.counted_side),
        reason=reason,
        words=ledger_words.reason_words(reason, row.days),
        text=row.text,
        task_id=row.task_id,
        task_name=row.task_name,
        is_internal=row.is_internal,
        person=row.person,
        actor_name=row.actor_name,
        first_side=LedgerSide(row.side),
        first_reason=LedgerReason(row.reason),
        note=row.note,
        corrected_by=row.corrected_by,
        corrected_at=row.corrected_at,
    )


def _with_task(entry: DayEntry, tasks: Collection[UUID]) -> DayEntry:
    return replace(entry, has_task=True) if entry.task_id in tasks else entry


def as_member(actor: Actor) -> Actor:
    """Return an actor of the team; raises PermissionDeniedError for anybody else; inside projects only."""
    if permissions.is_contact(actor):
        raise PermissionDeniedError("The ledger of days is for the team.", remedy="Ask for a statement of the days.")
    if not permissions.can_view_portfolio(actor):
        raise PermissionDeniedError("You may not see projects.", remedy="Ask an owner or admin of your workspace.")
    return actor
