"""Erase a person: asked for here, carried out by the owner of the event store."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared import ids
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem
from firstwin.usage import permissions
from firstwin.usage.contracts.keeping import ErasureInfo, ErasureRunningError
from firstwin.usage.events import PersonErasureAsked, RefusalEnded
from firstwin.usage.models import Erasure
from firstwin.usage.operations import erasing, orders
from firstwin.usage.queries.keeping import erasure_info

LONGEST_NAME = 1000
LONGEST_REFERENCE = 200


def erase_person(*, actor: Actor, person: str, reference: str, refuses_later: bool, at: datetime) -> ErasureInfo:
    """Ask that everything a person did be deleted: a user id, or "anonymous:" and an anonymous id.

    Events that arrived until now go from the store, the inbox and what was rejected, together with those of every id that
    is known to be the same person. The proof keeps hashes only. Raises ErasureRunningError.
    """
    _require(actor)
    person, reference = _checked(person, reference)
    mark = erasing.mark_of(person, workspace_id=actor.workspace_id)
    with transaction.atomic():
        running = Erasure.objects.for_actor(actor).filter(mark=mark, gone_at=None)
        if running.exists():
            raise ErasureRunningError(
                "This person is being erased already.", remedy="The list of erasures says how far it is."
            )
        row = Erasure(
            id=ids.new_id(),
            workspace_id=actor.workspace_id,
            mark=mark,
            marks=[mark],
            asked_at=at,
            asked_by=actor.name[:200],
            reference=reference,
            refuses_later=refuses_later,
        )
        row.save(force_insert=True)
        orders.order_erasure(actor.workspace_id, erasure_id=row.id, people=(person,), at=at)
        fact = PersonErasureAsked(erasure_id=row.id, title=mark[:12], reference=reference, refuses_later=refuses_later)
        journal_operations.record(fact, actor=actor, at=at)
    return erasure_info(row)


def end_refusal(*, actor: Actor, erasure_id: UUID, at: datetime) -> None:
    """Take events of a person who was erased in again; what was erased stays gone."""
    _require(actor)
    with transaction.atomic():
        row = Erasure.objects.for_actor(actor).select_for_update().filter(id=erasure_id).first()
        if row is None:
            raise NotFoundError("There is no such erasure.")
        if row.refuses_later:
            row.refuses_later = False
            row.save(update_fields=["refuses_later"])
            journal_operations.record(RefusalEnded(erasure_id=row.id, title=row.mark[:12]), actor=actor, at=at)


def _checked(person: str, reference: str) -> tuple[str, str]:
    person, reference = person.strip(), " ".join(reference.replace("\x00", " ").split())
    problem = None
    if not person or person == "anonymous:" or "\x00" in person or len(person) > LONGEST_NAME:
        problem = Problem(
            "person", "This is not the id of a person.", "Give the user id as your product sends it, or anonymous:<id>."
        )
    elif len(reference) > LONGEST_REFERENCE:
        problem = Problem("reference", "The reference is very long.", "200 characters at most.")
    if problem is not None:
        raise InvalidInputError(problem.message, problems=(problem,))
    return person, reference


def _require(actor: Actor) -> None:
    if not permissions.can_erase_people(actor):
        raise PermissionDeniedError(
            "Only owners and admins erase people.", remedy="Ask an owner or admin of the workspace."
        )
