"""What somebody says by hand about people: which contact one is, that it is none, or that it is matched by itself again."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import NewContact
from firstwin.customers.operations import contacts as contact_operations
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import ConflictError, NotFoundError
from firstwin.usage.contracts.people import ANONYMOUS, MatchedBy, PersonInfo
from firstwin.usage.events import PersonMapped, PersonReleased, PersonSetAside
from firstwin.usage.models import Membership, PersonLink, UsagePerson
from firstwin.usage.operations import matching, noting
from firstwin.usage.operations.access import require_shaper
from firstwin.usage.queries import people as people_queries


def map_person(*, actor: Actor, person_id: UUID, contact_id: UUID, at: datetime) -> PersonInfo:
    """Say which contact a user is. Raises NotFoundError, also for the contact."""
    require_shaper(actor=actor)
    with transaction.atomic():
        _map(actor, _locked(actor, person_id), contact_id, at=at)
    return people_queries.get_person(actor=actor, person_id=person_id)


def add_contact_for_person(
    *, actor: Actor, person_id: UUID, account_id: UUID, new: NewContact, at: datetime
) -> PersonInfo:
    """Add a contact to an account for a user who is none yet."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, person_id)
        if row.contact_id is not None:
            raise ConflictError("This person is a contact already.", remedy="Open that contact.")
        contact = contact_operations.add_contact(actor=actor, account_id=account_id, new=new, at=at)
        _map(actor, row, contact.id, at=at)
    return people_queries.get_person(actor=actor, person_id=person_id)


def set_person_aside(*, actor: Actor, person_id: UUID, at: datetime) -> PersonInfo:
    """Say that a user is none of the contacts: they wait no longer."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, person_id)
        if row.contact_id is not None or row.matched_by != MatchedBy.HAND:
            row.contact_id, row.matched_by = None, MatchedBy.HAND.value
            row.save(update_fields=["contact", "matched_by"])
            journal_operations.record(PersonSetAside(person_id=row.id), actor=actor, at=at)
    return people_queries.get_person(actor=actor, person_id=person_id)


def release_person(*, actor: Actor, person_id: UUID, at: datetime) -> PersonInfo:
    """Let a user be matched by themselves again: they become the contact with the same address, or wait."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, person_id)
        if row.matched_by == MatchedBy.HAND:
            row.matched_by = MatchedBy.NOBODY.value
            row.save(update_fields=["matched_by"])
            journal_operations.record(PersonReleased(person_id=row.id), actor=actor, at=at)
            matching.match_people(workspace_id=actor.workspace_id, user_ids=[row.user_id], at=at)
    return people_queries.get_person(actor=actor, person_id=person_id)


def forget_people(*, workspace_id: UUID, people: Collection[str]) -> int:
    """Delete what is known of people as the event store names them, and return how many rows that were; for erasures."""
    users = [one for one in people if not one.startswith(ANONYMOUS)]
    anonymous = [one.removeprefix(ANONYMOUS) for one in people if one.startswith(ANONYMOUS)]
    named = Q(user_id__in=users) | Q(from_id__in=users, is_anonymous=False) | Q(from_id__in=anonymous)
    deleted = 0
    for rows in (
        UsagePerson.objects.for_workspace(workspace_id).filter(user_id__in=users),
        Membership.objects.for_workspace(workspace_id).filter(user_id__in=users),
        PersonLink.objects.for_workspace(workspace_id).filter(named),
    ):
        deleted += rows.delete()[0]
    noting.forget_known(workspace_id=workspace_id)
    return deleted


def _map(actor: Actor, row: UsagePerson, contact_id: UUID, *, at: datetime) -> None:
    contact = customer_queries.get_contact(actor=actor, contact_id=contact_id)
    if (row.contact_id, row.matched_by) == (contact_id, MatchedBy.HAND):
        return
    row.contact_id, row.matched_by = contact_id, MatchedBy.HAND.value
    row.save(update_fields=["contact", "matched_by"])
    fact = PersonMapped(
        person_id=row.id, account_id=contact.account_id, contact_id=contact_id, contact_name=contact.name
    )
    journal_operations.record(fact, actor=actor, at=at)


def _locked(actor: Actor, person_id: UUID) -> UsagePerson:
    row = UsagePerson.objects.for_actor(actor).select_for_update().filter(id=person_id).first()
    if row is None:
        raise NotFoundError("There is no such person.", remedy="Look at the list of people.")
    return row
