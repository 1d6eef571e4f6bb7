"""Writes on portal access: a lasting, revocable link per contact."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from firstwin.customers import permissions, queries
from firstwin.customers.contracts import PortalAccessInfo, PortalLinkEndedError
from firstwin.customers.events import PortalAccessIssued, PortalAccessRevoked, PortalLinkOpened
from firstwin.customers.models import Contact, PortalAccess
from firstwin.customers.rules import facts as rules
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.shared import signed_links
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem


def issue(*, actor: Actor, contact_id: UUID, at: datetime, expires_at: datetime | None = None) -> str:
    """Return the contact's link to the portal, giving them access where they have none.

    Asking again gives the same link, so that every mail can hold it; `expires_at`, when given, replaces the moment
    set before. Raises ConflictError for an archived contact.
    """
    _require(actor)
    if expires_at is not None and expires_at <= at:
        problem = Problem("expires_at", "The link would be expired already.", "Choose a moment to come.")
        raise InvalidInputError(problem.message, problems=(problem,))
    with transaction.atomic():
        contact = _locked_contact(actor, contact_id)
        row = _open_access(actor, contact)
        if row is not None and row.expires_at is not None and row.expires_at <= at:
            _end(row, contact, actor=actor, at=at)
            row = None
        if row is None:
            row = PortalAccess(
                workspace_id=actor.workspace_id,
                contact=contact,
                nonce=secrets.token_hex(16),
                created_at=at,
                expires_at=expires_at,
            )
            row.save(force_insert=True)
            _record_issue(row, contact, actor=actor, at=at)
        elif expires_at is not None and row.expires_at != expires_at:
            row.expires_at = expires_at
            row.save(update_fields=["expires_at"])
            _record_issue(row, contact, actor=actor, at=at)
        return queries.portal_url(row)


def revoke(*, actor: Actor, contact_id: UUID, at: datetime) -> PortalAccessInfo:
    """Make the contact's link useless at once. Raises NotFoundError when they have none."""
    _require(actor)
    with transaction.atomic():
        contact = _find_contact(actor, contact_id)
        row = end_access(actor=actor, contact=contact, at=at)
        if row is None:
            raise NotFoundError("This contact has no portal link.")
        return queries.portal_access_info(row)


def reissue(*, actor: Actor, contact_id: UUID, at: datetime, expires_at: datetime | None = None) -> str:
    """Revoke the contact's link, if there is one, and return a new one (a link fell into wrong hands)."""
    with transaction.atomic():
        _require(actor)
        end_access(actor=actor, contact=_locked_contact(actor, contact_id), at=at)
        return issue(actor=actor, contact_id=contact_id, at=at, expires_at=expires_at)


def open_portal_link(*, token: str, at: datetime) -> Actor:
    """Return the contact behind a link as an actor; cheap enough to call in every request of the portal.

    Raises NotFoundError for a link that never was, PortalLinkEndedError for one that is revoked or expired. The
    journal hears of it at most once an hour per contact.
    """
    id = signed_links.read_id(token)
    rows = PortalAccess.objects.across_workspaces(reason="a portal link is opened before anyone is known")
    row = rows.select_related("contact", "contact__account").filter(id=id).first() if id else None
    if row is None or not signed_links.is_genuine(token, queries.PORTAL_PURPOSE, row.id, row.nonce):
        raise NotFoundError("This link is not valid.", remedy="Use the link of the latest mail you got.")
    contact = row.contact
    if (
        row.revoked_at is not None
        or (row.expires_at is not None and row.expires_at <= at)
        or contact.archived_at is not None
        or contact.account.archived_at is not None
    ):
        raise PortalLinkEndedError(
            "This link was valid once and has ended.", remedy="Ask the person you work with for a new one."
        )
    actor = Actor(
        workspace_id=row.workspace_id,
        kind=AuthorKind.CONTACT,
        id=contact.id,
        name=contact.name,
        account_id=contact.account_id,
        time_zone=contact.time_zone or contact.account.time_zone,
    )
    if rules.is_news(last_opened_at=row.last_opened_at, at=at):
        _record_opening(row, actor, at)
    return actor


def end_access(*, actor: Actor, contact: Contact, at: datetime) -> PortalAccess | None:
    """Revoke the open access of a contact row, if any, inside the caller's transaction; inside customers only."""
    row = _open_access(actor, contact)
    if row is not None:
        _end(row, contact, actor=actor, at=at)
    return row


def _record_opening(row: PortalAccess, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        hour_ago = at - rules.PORTAL_OPENING_IS_NEWS_AFTER
        fresh = PortalAccess.objects.for_actor(actor).filter(
            Q(last_opened_at__isnull=True) | Q(last_opened_at__lte=hour_ago), id=row.id
        )
        if fresh.update(last_opened_at=at):  # of two visits at the same moment, one writes
            journal_operations.record(
                PortalLinkOpened(
                    account_id=row.contact.account_id,
                    contact_id=row.contact_id,
                    person_name=row.contact.name,
                    access_id=row.id,
                ),
                actor=actor,
                at=at,
            )


def _end(row: PortalAccess, contact: Contact, *, actor: Actor, at: datetime) -> None:
    row.revoked_at = at
    row.save(update_fields=["revoked_at"])
    journal_operations.record(
        PortalAccessRevoked(
            account_id=contact.account_id, contact_id=contact.id, person_name=contact.name, access_id=row.id
        ),
        actor=actor,
        at=at,
    )


def _record_issue(row: PortalAccess, contact: Contact, *, actor: Actor, at: datetime) -> None:
    journal_operations.record(
        PortalAccessIssued(
            account_id=contact.account_id,
            contact_id=contact.id,
            person_name=contact.name,
            access_id=row.id,
            expires_at=row.expires_at,
        ),
        actor=actor,
        at=at,
    )


def _open_access(actor: Actor, contact: Contact) -> PortalAccess | None:
    rows = PortalAccess.objects.for_actor(actor).select_related("contact")
    return rows.filter(contact_id=contact.id, revoked_at__isnull=True).first()


def _locked_contact(actor: Actor, contact_id: UUID) -> Contact:
    rows = Contact.objects.for_actor(actor).select_related("account").select_for_update(of=("self",))
    contact = rows.filter(id=contact_id).first()
    if contact is None:
        raise NotFoundError("There is no such contact.", remedy="Look at the people of the account.")
    if contact.archived_at is not None or contact.account.archived_at is not None:
        raise ConflictError("The contact or the account is archived.", remedy="Restore it first.")
    return contact


def _find_contact(actor: Actor, contact_id: UUID) -> Contact:
    contact = Contact.objects.for_actor(actor).filter(id=contact_id).first()
    if contact is None:
        raise NotFoundError("There is no such contact.", remedy="Look at the people of the account.")
    return contact


def _require(actor: Actor) -> None:
    if not permissions.can_issue_portal_access(actor):
        raise PermissionDeniedError(
            "You may not let contacts into the portal.", remedy="Ask someone who works on the project."
        )
