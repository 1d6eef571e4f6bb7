"""Sharing the statement of a project's days with its customer, and taking it back."""

from datetime import datetime
from uuid import UUID

import msgspec
from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.projects import events
from firstwin.projects.models import DayStatementRow
from firstwin.projects.operations import settling
from firstwin.projects.queries import plans
from firstwin.projects.queries import statements as statement_queries
from firstwin.shared.errors import ConflictError, NotFoundError

LONGEST_MESSAGE = 2000


def share_statement(*, actor: Actor, project_id: UUID, mark: str, message: str = "", at: datetime) -> UUID:
    """Let the customer read the statement exactly as it was looked at (`mark`), in place of an earlier one.

    Raises ConflictError when the ledger changed since, so that nobody shares what they have not seen.
    """
    settling.require_editor(actor=actor)
    with transaction.atomic():
        project = plans.project_row(actor, project_id, is_locked=True)
        statement = statement_queries.get_statement(actor=actor, project_id=project_id)
        if statement.mark != mark:
            raise ConflictError(
                "The days changed since you looked.", remedy="Look at the statement again, then share it."
            )
        _withdraw(actor, project_id, at)
        row = DayStatementRow(
            workspace_id=project.workspace_id,
            project_id=project.id,
            content=msgspec.to_builtins(statement),
            message=message.strip()[:LONGEST_MESSAGE],
            shared_at=at,
            shared_by=actor.name[:200],
        )
        row.save(force_insert=True)
        fact = events.DayStatementShared(
            project_id=project.id, account_id=project.account_id, statement_id=row.id, mark=mark, days=statement.days
        )
        journal_operations.record(fact, actor=actor, at=at)
    return row.id


def withdraw_statement(*, actor: Actor, project_id: UUID, at: datetime) -> None:
    """Take a shared statement back: the customer can no longer read it. Raises NotFoundError when none is shared."""
    settling.require_editor(actor=actor)
    with transaction.atomic():
        project = plans.project_row(actor, project_id, is_locked=True)
        shared = statement_queries.find_shared_statement(actor=actor, project_id=project_id)
        if shared is None:
            raise NotFoundError("No statement is shared.", remedy="Somebody may have withdrawn it already.")
        _withdraw(actor, project_id, at)
        fact = events.DayStatementWithdrawn(
            project_id=project.id, account_id=project.account_id, statement_id=shared.id
        )
        journal_operations.record(fact, actor=actor, at=at)


def _withdraw(actor: Actor, project_id: UUID, at: datetime) -> None:
    shared = DayStatementRow.objects.for_actor(actor).filter(project_id=project_id, withdrawn_at__isnull=True)
    shared.update(withdrawn_at=at, withdrawn_by=actor.name[:200])
