"""Reads that a page of the team composes from several domains."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from firstwin.customers import queries as customer_queries
from firstwin.desk import rules
from firstwin.desk.contracts import AccountPage, ContactRow, Fact, SavedView
from firstwin.desk.models import SavedViewRow, Taste
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter
from firstwin.shared.pagination import Page


def get_account_page(*, actor: Actor, account_id: UUID, cursor: str | None, at: datetime) -> AccountPage:
    """Return what the page of an account shows. Raises NotFoundError."""
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    owner = identity_queries.find_member(actor=actor, member_id=account.owner_id) if account.owner_id else None
    contacts = customer_queries.list_contacts(actor=actor, account_id=account_id, is_active=None)
    open_accesses = {
        access.contact_id: access
        for access in customer_queries.list_portal_accesses(actor=actor, account_id=account_id)
        if access.revoked_at is None and (access.expires_at is None or access.expires_at > at)
    }
    return AccountPage(
        account=account,
        owner_name=owner.name if owner else "",
        people=tuple(
            ContactRow(contact=contact, access=open_accesses.get(contact.id))
            for contact in contacts
            if contact.is_active
        ),
        former=tuple(contact for contact in contacts if not contact.is_active),
        history=list_facts(actor=actor, chosen=EntryFilter(account_id=account_id), cursor=cursor),
        may=customer_queries.abilities_of(actor),
    )


def list_facts(*, actor: Actor, chosen: EntryFilter, cursor: str | None = None, limit: int = 30) -> Page[Fact]:
    """Return a page of what happened, in sentences, the latest first."""
    page = journal_queries.list_entries(actor, chosen, cursor=cursor, limit=limit)
    return Page(items=tuple(rules.fact_in_words(entry) for entry in page.items), next_cursor=page.next_cursor)


def list_views(*, actor: Actor, page: str) -> tuple[SavedView, ...]:
    """Return the saved views of a page: one's own and those that others share, by name."""
    rows = SavedViewRow.objects.for_actor(actor).filter(Q(member_id=actor.id) | Q(is_shared=True), page=page)
    return tuple(view_info(row, actor) for row in rows.order_by("name", "id"))


def view_info(row: SavedViewRow, actor: Actor) -> SavedView:
    """Return a row as others see it; inside desk only."""
    return SavedView(
        id=row.id,
        page=row.page,
        name=row.name,
        query=row.query,
        is_shared=row.is_shared,
        is_own=row.member_id == actor.id,
    )


def get_taste(*, actor: Actor) -> dict[str, Any]:
    """Return how the actor likes lists to look; empty while nothing was chosen."""
    row = Taste.objects.for_actor(actor).filter(member=actor.id).first() if actor.id else None
    return dict(row.choices) if row else {}
