"""Writes on contacts."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.customers import queries
from firstwin.customers.contracts import ContactInfo, NewContact, StakeholderRole
from firstwin.customers.events import ContactAdded, ContactArchived, ContactChanged, ContactRestored
from firstwin.customers.models import Contact
from firstwin.customers.operations import accounts, portal_access
from firstwin.customers.rules import facts as rules
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, NotFoundError, Problem

EDITABLE_FIELDS = frozenset(field.name for field in fields(NewContact))


def add_contact(*, actor: Actor, account_id: UUID, new: NewContact, at: datetime) -> ContactInfo:
    """Add a person to an account. Raises ConflictError when the account knows the address already."""
    accounts.require_editor(actor=actor)
    contact = tidy(new)
    accounts.refuse_problems(rules.contact_problems(contact), "The contact was not added.")
    with transaction.atomic():
        account = accounts.locked_account(actor=actor, account_id=account_id)
        _refuse_known_address(actor, account.id, contact.email)
        row = contact_row(actor.workspace_id, account.id, contact, at=at)
        row.save(force_insert=True)
        journal_operations.record(added_event(row), actor=actor, at=at)
    return queries.contact_info(row)


def edit_contact(*, actor: Actor, contact_id: UUID, changes: Mapping[str, Any], at: datetime) -> ContactInfo:
    """Change facts of a contact: `changes` maps fields of NewContact to new values; what is not named stays.

    A new address ends the portal link, since the link may sit in the mailbox of the person before.
    """
    accounts.require_editor(actor=actor)
    unknown = [Problem(name, f"“{name}” cannot be changed.") for name in changes if name not in EDITABLE_FIELDS]
    accounts.refuse_problems(unknown, "The contact was not changed.")
    with transaction.atomic():
        row = _locked_contact(actor, contact_id)
        before = _as_new(row)
        after = tidy(replace(before, **changes))
        changed = tuple(
            (name, _text(getattr(before, name)), _text(getattr(after, name)))
            for name in sorted(EDITABLE_FIELDS)
            if getattr(before, name) != getattr(after, name)
        )
        if not changed:
            return queries.contact_info(row)
        accounts.refuse_problems(rules.contact_problems(after), "The contact was not changed.")
        if after.email != before.email:
            _refuse_known_address(actor, row.account_id, after.email, except_contact_id=row.id)
            if before.email:
                portal_access.end_access(actor=actor, contact=row, at=at)
        fresh = contact_row(actor.workspace_id, row.account_id, after, at=at, id=row.id)
        fresh.created_at, fresh.archived_at = row.created_at, row.archived_at
        fresh.save(force_update=True)
        journal_operations.record(
            ContactChanged(account_id=row.account_id, contact_id=row.id, person_name=fresh.name, changes=changed),
            actor=actor,
            at=at,
        )
    return queries.contact_info(fresh)


def archive_contact(*, actor: Actor, contact_id: UUID, at: datetime) -> ContactInfo:
    """Note that a person no longer takes part; their portal link stops working, nothing is erased."""
    accounts.require_editor(actor=actor)
    with transaction.atomic():
        row = _locked_contact(actor, contact_id)
        if row.archived_at is None:
            portal_access.end_access(actor=actor, contact=row, at=at)
            row.archived_at = row.updated_at = at
            row.save(update_fields=["archived_at", "updated_at"])
            journal_operations.record(
                ContactArchived(account_id=row.account_id, contact_id=row.id, person_name=row.name), actor=actor, at=at
            )
    return queries.contact_info(row)


def restore_contact(*, actor: Actor, contact_id: UUID, at: datetime) -> ContactInfo:
    """Let an archived contact take part again; they need a new portal link."""
    accounts.require_editor(actor=actor)
    with transaction.atomic():
        row = _locked_contact(actor, contact_id)
        if row.archived_at is not None:
            row.archived_at, row.updated_at = None, at
            row.save(update_fields=["archived_at", "updated_at"])
            journal_operations.record(
                ContactRestored(account_id=row.account_id, contact_id=row.id, person_name=row.name), actor=actor, at=at
            )
    return queries.contact_info(row)


def tidy(contact: NewContact) -> NewContact:
    """Return the contact with spaces trimmed, the address in small letters and roles once each; inside customers."""
    return replace(
        contact,
        name=contact.name.strip(),
        email=rules.normal_email(contact.email),
        title=contact.title.strip(),
        phone=contact.phone.strip(),
        time_zone=contact.time_zone.strip(),
        roles=tuple(role for role in StakeholderRole if role in contact.roles),
    )


def contact_row(
    workspace_id: UUID, account_id: UUID, contact: NewContact, *, at: datetime, id: UUID | None = None
) -> Contact:
    """Return the unsaved row of a tidy, valid contact; inside customers only."""
    return Contact(
        id=id or ids.new_id(),
        workspace_id=workspace_id,
        account_id=account_id,
        name=contact.name,
        name_key=rules.comparable(contact.name),
        email=contact.email,
        title=contact.title,
        phone=contact.phone,
        time_zone=contact.time_zone,
        roles=[role.value for role in contact.roles],
        created_at=at,
        updated_at=at,
    )


def added_event(row: Contact, *, import_id: UUID | None = None) -> ContactAdded:
    """Return what the journal says about a new contact; inside customers only."""
    return ContactAdded(
        account_id=row.account_id,
        contact_id=row.id,
        person_name=row.name,
        email=row.email,
        roles=tuple(row.roles),
        import_id=import_id,
    )


def _locked_contact(actor: Actor, contact_id: UUID) -> Contact:
    row = Contact.objects.for_actor(actor).select_for_update().filter(id=contact_id).first()
    if row is None:
        raise NotFoundError("There is no such contact.", remedy="Look at the people of the account.")
    return row


def _refuse_known_address(actor: Actor, account_id: UUID, email: str, *, except_contact_id: UUID | None = None) -> None:
    if not email:
        return
    known = Contact.objects.for_actor(actor).filter(account_id=account_id, email=email).first()
    if known is not None and known.id != except_contact_id:
        archived = " as an archived contact" if known.archived_at else ""
        raise ConflictError(
            f"The account knows {email} already{archived}.",
            remedy="Edit or restore that contact instead.",
            problems=(Problem("email", "The account knows this address already.", "Edit that contact instead."),),
        )


def _as_new(row: Contact) -> NewContact:
    info = queries.contact_info(row)
    return NewContact(**{field.name: getattr(info, field.name) for field in fields(NewContact)})


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)
