"""Writes of desk. Personal settings are no facts about the business, so the journal does not hear of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.desk.models import SavedViewRow, Taste
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem

MOST_CHOICES = 50


def save_view(*, actor: Actor, page: str, name: str, query: str, is_shared: bool, at: datetime) -> UUID:
    """Keep a list with its filters under a name, and return its id; the same name again replaces it.

    Raises InvalidInputError for an empty or too long name.
    """
    member_id = _member_id(actor)
    name = " ".join(name.split())
    if not name or len(name) > 80 or len(query) > 2000:
        problem = Problem("name", "A view needs a name of at most 80 characters.", "Give it a short name.")
        raise InvalidInputError("The view was not saved.", problems=(problem,))
    with transaction.atomic():
        row, _ = SavedViewRow.objects.for_actor(actor).update_or_create(
            workspace_id=actor.workspace_id,
            member_id=member_id,
            page=page,
            name=name,
            defaults={"query": query, "is_shared": is_shared},
            create_defaults={"query": query, "is_shared": is_shared, "created_at": at},
        )
    return row.id


def remove_view(*, actor: Actor, view_id: UUID) -> None:
    """Forget one of the actor's own views. Raises NotFoundError."""
    removed, _ = SavedViewRow.objects.for_actor(actor).filter(id=view_id, member_id=_member_id(actor)).delete()
    if not removed:
        raise NotFoundError("There is no such view of yours.", remedy="Only whoever saved a view removes it.")


def keep_taste(*, actor: Actor, key: str, value: Any) -> None:
    """Remember how the actor likes something to look."""
    member_id = _member_id(actor)
    with transaction.atomic():
        rows = Taste.objects.for_actor(actor)
        row, _ = rows.get_or_create(workspace_id=actor.workspace_id, member_id=member_id)
        row = rows.select_for_update().get(id=row.id)
        row.choices = dict(list({**row.choices, key: value}.items())[-MOST_CHOICES:])
        row.save(update_fields=["choices"])


def _member_id(actor: Actor) -> UUID:
    if actor.kind is not AuthorKind.MEMBER or actor.id is None:
        raise PermissionDeniedError("Only a member keeps views and columns.")
    return actor.id
