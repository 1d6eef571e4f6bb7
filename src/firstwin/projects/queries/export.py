"""The portfolio as a table for spreadsheets."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import ProjectSummary
from firstwin.projects.contracts.portfolio import ProjectFilters, ProjectSort
from firstwin.projects.queries import portfolio
from firstwin.shared.pagination import MAX_PAGE_SIZE, Page

HEAD = (
    "id", "account", "project", "playbook", "version", "segment", "industry", "state", "standing", "reason", "owner",
    "stage", "done", "tasks", "late", "stuck", "next milestone", "next milestone at", "signed at", "started at",
    "target end", "planned end", "first value at", "completed at", "last sign of the customer",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def portfolio_csv(*, actor: Actor, at: datetime, filters: ProjectFilters | None = None) -> Iterator[str]:
    """Return the projects that the filters leave as lines of CSV, by account, read a page at a time.

    Cells that a spreadsheet would take for a formula are quoted with an apostrophe.
    """
    read = partial(
        portfolio.list_projects,
        actor=actor,
        at=at,
        filters=filters,
        sort=ProjectSort.ACCOUNT,
        is_descending=False,
        limit=MAX_PAGE_SIZE,
    )
    return _lines(read(cursor=None), read)  # the first page is read at once, so that a refusal is one


def _lines(page: Page[ProjectSummary], read: Callable[..., Page[ProjectSummary]]) -> Iterator[str]:
    yield _line(HEAD)
    while True:
        for project in page.items:
            yield _line(_row(project))
        if page.next_cursor is None:
            return
        page = read(cursor=page.next_cursor)


def _row(project: ProjectSummary) -> tuple[object, ...]:
    return (
        project.id, project.account_name, project.name, project.playbook_name, project.playbook_version,
        project.segment, project.industry, project.state, project.standing, project.standing_reason,
        project.owner.name if project.owner else "", project.current_stage, project.done_count, project.task_count,
        project.late_count, project.stuck_count, project.next_milestone, project.next_milestone_at, project.signed_at,
        project.started_at, project.target_end_at, project.planned_end_at, project.first_value_at,
        project.completed_at, project.last_customer_activity_at,
    )  # fmt: skip


def _line(cells: tuple[object, ...]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return buffer.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
