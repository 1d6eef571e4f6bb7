"""The statement of a project's days: as it would be shared, as it is shared, and on paper."""

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import typst

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.ledger import DayStatement, SharedStatement, StatementSide
from firstwin.projects.models import DayStatementRow
from firstwin.projects.queries import ledger, plans
from firstwin.projects.rules import ledger_words, statements
from firstwin.shared.errors import NotFoundError

PAPER = Path(__file__).parent.parent / "templates" / "projects" / "day_statement.typ"


def get_statement(*, actor: Actor, project_id: UUID) -> DayStatement:
    """Return the statement of a project as it would be shared now. For members; raises NotFoundError."""
    project = plans.project_row(ledger.as_member(actor), project_id)
    tasks = ledger.tasks_of(actor, project_id)
    rows = ledger.entries_of(actor).filter(project_id=project_id).order_by("position")
    workspace = identity_queries.get_workspace(actor=actor)
    found = ledger.ledger_of(project, [ledger.entry_of(row) for row in rows], tasks, workspace.time_zone)
    zone = ZoneInfo(workspace.time_zone)
    places = ledger_words.of_names(workspace.name, project.account_name)
    names = ledger_words.headings(workspace.name, project.account_name)
    statement = DayStatement(
        project_id=project.id,
        project_name=project.name,
        account_name=project.account_name,
        vendor_name=workspace.name,
        as_of=found.counted_until,
        counted_from=found.counted_from,
        planned_end_on=found.baseline_end_at.astimezone(zone).date(),
        end_on=found.current_end_at.astimezone(zone).date(),
        days=found.days,
        sentence=ledger_words.sentence(found.sides, places),
        sides=tuple(
            StatementSide(side=one.side, name=names[one.side], lost=one.lost, gained=one.gained) for one in found.sides
        ),
        lines=statements.lines(found.entries, tasks, names),
        mark="",
    )
    return replace(statement, mark=hashlib.sha256(msgspec.json.encode(statement)).hexdigest()[:32])


def find_shared_statement(*, actor: Actor, project_id: UUID) -> SharedStatement | None:
    """Return the statement that the customer can read, if one is shared, in one read."""
    own = DayStatementRow.objects.for_actor(actor).filter(project__in=plans.projects_of(actor))
    row = own.filter(project_id=project_id, withdrawn_at__isnull=True).first()
    if row is None:
        return None
    return SharedStatement(
        id=row.id,
        statement=msgspec.convert(row.content, DayStatement),
        message=row.message,
        shared_at=row.shared_at,
        shared_by=row.shared_by,
    )


def get_shared_statement(*, actor: Actor, project_id: UUID) -> SharedStatement:
    """Return the statement that is shared; raises NotFoundError when there is none."""
    found = find_shared_statement(actor=actor, project_id=project_id)
    if found is None:
        raise NotFoundError("No statement is shared.", remedy="Ask the people of your onboarding for one.")
    return found


def paper_of(statement: DayStatement, message: str = "") -> bytes:
    """Return a statement as a PDF of one or, with very many lines, of more pages."""
    content = {
        "project": statement.project_name,
        "account": statement.account_name,
        "vendor": statement.vendor_name,
        "sentence": statement.sentence,
        "message": message,
        "as_of": _day(statement.as_of),
        "counted_from": _day(statement.counted_from),
        "planned": _day(statement.planned_end_on),
        "end": _day(statement.end_on),
        "whole": statement.days,
        "sides": [
            {"name": side.name, "lost": side.lost, "won": side.gained, "days": side.days} for side in statement.sides
        ],
        "lines": [
            {
                "when": _days(line.since, line.on),
                "days": line.days,
                "side": line.side_name,
                "why": line.words,
                "what": line.what,
                "said": line.said,
            }
            for line in statement.lines
        ],
    }
    made_at = datetime.combine(statement.as_of, time(), tzinfo=UTC)
    given = {"content": msgspec.json.encode(content).decode()}
    return typst.compile(PAPER, sys_inputs=given, timestamp=made_at)


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"


def _days(since: date, until: date) -> str:
    return f"{until.day} {until:%b %Y}" if since == until else f"{since.day} {since:%b} to {until.day} {until:%b %Y}"
