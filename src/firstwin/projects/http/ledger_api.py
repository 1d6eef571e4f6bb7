"""Whose days were lost, over HTTP: ledgers, single entries, corrections, sums and statements."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from firstwin.customers.contracts import Segment
from firstwin.identity.queries import actor_of
from firstwin.projects.contracts.ledger import (
    DayEntry,
    DayFilters,
    DayLedger,
    DayStatement,
    DaySums,
    LedgerReason,
    LedgerSide,
    SharedStatement,
    SumsBy,
)
from firstwin.projects.operations import day_corrections, statements
from firstwin.projects.queries import day_sums
from firstwin.projects.queries import ledger as ledger_queries
from firstwin.projects.queries import statements as statement_queries
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema

project_days = Router(tags=["days lost"])
days_lost = Router(tags=["days lost"])


class DaysQuery(StrictSchema):
    """Which days: those that passed from `since` to `until`, of the projects that the rest leaves."""

    since: date | None = None
    until: date | None = None
    side: LedgerSide | None = None
    segment: Segment | None = None
    owner_id: UUID | None = None
    account_id: UUID | None = None
    playbook_id: UUID | None = None
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE

    def to_filters(self) -> DayFilters:
        return DayFilters(**self.model_dump(include={name for name in DayFilters.__dataclass_fields__}))


class SumsQuery(DaysQuery):
    by: SumsBy = SumsBy.ACCOUNT


class CorrectionBody(StrictSchema):
    """To whom days belong: an entry, and with `count` those that follow it for the same reason."""

    entry_id: UUID
    count: int = Field(default=1, ge=1, le=day_corrections.MOST_AT_ONCE)
    side: LedgerSide
    reason: LedgerReason
    note: str


class ShareBody(StrictSchema):
    """`mark` is that of the statement that was looked at."""

    mark: str
    message: str = ""


class SharedBody(StrictSchema):
    id: UUID


@project_days.get("/{uuid:project_id}/days", response=DayLedger)
def read_ledger(request: HttpRequest, project_id: UUID) -> DayLedger:
    return ledger_queries.get_ledger(actor=actor_of(request), project_id=project_id)


@project_days.get("/{uuid:project_id}/days/entries", response=Page[DayEntry])
def list_project_days(
    request: HttpRequest, project_id: UUID, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[DayEntry]:
    return ledger_queries.list_entries(actor=actor_of(request), project_id=project_id, cursor=cursor, limit=limit)


@project_days.post("/{uuid:project_id}/days/corrections", response={204: None})
def correct_days(request: HttpRequest, project_id: UUID, body: CorrectionBody) -> None:
    day_corrections.correct_days(
        actor=actor_of(request),
        project_id=project_id,
        entry_id=body.entry_id,
        count=body.count,
        side=body.side,
        reason=body.reason,
        note=body.note,
        at=clock.now(),
    )


@project_days.get("/{uuid:project_id}/days/statement", response=DayStatement)
def read_statement(request: HttpRequest, project_id: UUID) -> DayStatement:
    return statement_queries.get_statement(actor=actor_of(request), project_id=project_id)


@project_days.get("/{uuid:project_id}/days/statement/shared", response=SharedStatement)
def read_shared_statement(request: HttpRequest, project_id: UUID) -> SharedStatement:
    return statement_queries.get_shared_statement(actor=actor_of(request), project_id=project_id)


@project_days.post("/{uuid:project_id}/days/statement/share", response={201: SharedBody})
def share_statement(request: HttpRequest, project_id: UUID, body: ShareBody) -> SharedBody:
    statement_id = statements.share_statement(
        actor=actor_of(request), project_id=project_id, mark=body.mark, message=body.message, at=clock.now()
    )
    return SharedBody(id=statement_id)


@project_days.post("/{uuid:project_id}/days/statement/withdraw", response={204: None})
def withdraw_statement(request: HttpRequest, project_id: UUID) -> None:
    statements.withdraw_statement(actor=actor_of(request), project_id=project_id, at=clock.now())


@days_lost.get("/entries", response=Page[DayEntry])
def list_days(request: HttpRequest, query: Query[DaysQuery]) -> Page[DayEntry]:
    return ledger_queries.list_entries(
        actor=actor_of(request), filters=query.to_filters(), cursor=query.cursor, limit=query.limit
    )


@days_lost.get("/sums", response=Page[DaySums])
def list_sums(request: HttpRequest, query: Query[SumsQuery]) -> Page[DaySums]:
    return day_sums.list_sums(
        actor=actor_of(request), by=query.by, filters=query.to_filters(), cursor=query.cursor, limit=query.limit
    )


@days_lost.get("/totals", response=DaySums)
def read_totals(request: HttpRequest, query: Query[DaysQuery]) -> DaySums:
    return day_sums.get_totals(actor=actor_of(request), filters=query.to_filters())
