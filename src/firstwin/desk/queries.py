"""Reads that a page of the team composes from several domains."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountFilters, AccountInfo, Segment
from firstwin.desk import rules
from firstwin.desk.contracts import (
    AccountPage,
    BookingChoice,
    ContactRow,
    Fact,
    FirstSteps,
    Found,
    LaunchChoice,
    PreviewOfAccount,
    SavedView,
)
from firstwin.desk.models import SavedViewRow, Taste
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter, EntryInfo
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookStatus, PlaybookSummary
from firstwin.playbooks.contracts.library import PlaybookFilters
from firstwin.projects.contracts import NewProject
from firstwin.projects.contracts.ledger import DayFilters
from firstwin.projects.contracts.portfolio import ProjectFilters
from firstwin.projects.queries import bookings as booking_queries
from firstwin.projects.queries import day_sums
from firstwin.projects.queries import portfolio as portfolio_queries
from firstwin.projects.queries import preview as preview_queries
from firstwin.projects.queries import search as search_queries
from firstwin.shared.errors import NotFoundError
from firstwin.shared.pagination import MAX_PAGE_SIZE, Page
from firstwin.usage.queries import sources as source_queries


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
        projects=portfolio_queries.list_projects(
            actor=actor, at=at, filters=ProjectFilters(account_id=account_id), limit=MAX_PAGE_SIZE
        ).items,
        history=list_timeline(actor=actor, chosen=EntryFilter(account_id=account_id), cursor=cursor),
        days=day_sums.get_totals(actor=actor, filters=DayFilters(account_id=account_id)),
        may=customer_queries.abilities_of(actor),
    )


def find_first_steps(*, actor: Actor, at: datetime) -> FirstSteps | None:
    """Return how far a workspace without any project is; None where there are projects. One read there, four elsewhere."""
    if portfolio_queries.count_projects(actor=actor, at=at).total:
        return None
    return FirstSteps(
        has_account=customer_queries.count_accounts(actor=actor) > 0,
        has_colleague=len(identity_queries.list_members(actor=actor)) > 1,
        is_connected=source_queries.get_connection(actor=actor).sources > 0,
    )


def list_facts(*, actor: Actor, chosen: EntryFilter, cursor: str | None = None, limit: int = 30) -> Page[Fact]:
    """Return a page of a timeline in sentences, the latest first, without what was mailed to the team only."""
    shown = replace(chosen, left_out=rules.NOT_ON_TIMELINES)
    page = journal_queries.list_entries(actor, shown, cursor=cursor, limit=limit)
    return Page(items=tuple(rules.fact_in_words(entry) for entry in page.items), next_cursor=page.next_cursor)


def list_timeline(*, actor: Actor, chosen: EntryFilter, cursor: str | None = None, limit: int = 30) -> Page[Fact]:
    """Return a page of a timeline as `list_facts` does, with what was done in one go told once."""
    page = list_facts(actor=actor, chosen=chosen, cursor=cursor, limit=limit)
    return Page(items=rules.told_together(page.items), next_cursor=page.next_cursor)


def list_journal(*, actor: Actor, chosen: EntryFilter, cursor: str | None = None) -> Page[tuple[EntryInfo, Fact]]:
    """Return a page of the journal, each entry with its sentence; raises JournalDeniedError."""
    page = journal_queries.list_entries(actor, chosen, cursor=cursor)
    return Page(items=tuple((entry, rules.fact_in_words(entry)) for entry in page.items), next_cursor=page.next_cursor)


def stream_journal(*, actor: Actor, chosen: EntryFilter) -> Iterator[tuple[EntryInfo, Fact]]:
    """Yield all that a list would hold, page by page; raises JournalDeniedError before the first one."""
    page = journal_queries.list_entries(actor, chosen, limit=MAX_PAGE_SIZE)
    return _rest_of_journal(actor, chosen, page)


def _rest_of_journal(actor: Actor, chosen: EntryFilter, page: Page[EntryInfo]) -> Iterator[tuple[EntryInfo, Fact]]:
    yield from ((entry, rules.fact_in_words(entry)) for entry in page.items)
    while page.next_cursor:
        page = journal_queries.list_entries(actor, chosen, cursor=page.next_cursor, limit=MAX_PAGE_SIZE)
        yield from ((entry, rules.fact_in_words(entry)) for entry in page.items)


def search(*, actor: Actor, text: str, limit: int = search_queries.EACH) -> Found:
    """Return what holds the text, a few of each kind; nothing for less than two characters. Six reads at most."""
    if len("".join(text.split())) < search_queries.SHORTEST:
        return Found()
    people = customer_queries.search_contacts(actor=actor, search=text, limit=limit).items
    accounts = customer_queries.get_accounts(actor=actor, account_ids={person.account_id for person in people})
    return Found(
        hits=search_queries.search(actor=actor, text=text, limit=limit),
        people=tuple((person, accounts[person.account_id].name) for person in people if person.account_id in accounts),
        playbooks=playbook_queries.list_playbooks(actor=actor, filters=PlaybookFilters(search=text), limit=limit).items,
    )


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


def get_launch_choice(*, actor: Actor, account_ids: Sequence[UUID], playbook_id: UUID | None) -> LaunchChoice:
    """Return what a launch needs to know; raises NotFoundError for an account or a playbook that does not exist."""
    accounts = customer_queries.get_accounts(actor=actor, account_ids=account_ids)
    if len(accounts) < len(account_ids):
        raise NotFoundError("There is no such account.", remedy="Choose it from the list of accounts.")
    library = list_launchable_playbooks(actor=actor)
    chosen = next((playbook for playbook in library if playbook.id == playbook_id), None)
    if playbook_id is not None and chosen is None:
        raise NotFoundError("There is no such published playbook.", remedy="Choose one from the library.")
    single = account_ids[0] if len(account_ids) == 1 else None
    return LaunchChoice(
        accounts=tuple(accounts[account_id] for account_id in account_ids),
        playbooks=library,
        playbook=chosen,
        version=playbook_queries.latest_version(actor=actor, playbook_id=chosen.id) if chosen else None,
        members=tuple(identity_queries.list_members(actor=actor)) if chosen else (),
        contacts=customer_queries.list_contacts(actor=actor, account_id=single) if chosen and single else (),
        bookings=booking_queries.list_launchable(actor=actor, account_id=single, playbook_id=chosen.id)
        if chosen and single
        else (),
    )


def list_launchable_playbooks(*, actor: Actor) -> tuple[PlaybookSummary, ...]:
    """Return the playbooks that a project can run by."""
    filters = PlaybookFilters(status=PlaybookStatus.PUBLISHED)
    return playbook_queries.list_playbooks(actor=actor, filters=filters, limit=MAX_PAGE_SIZE).items


def get_booking_choice(*, actor: Actor, playbook_id: UUID) -> BookingChoice:
    """Return what a booking of a playbook needs to know. Raises NotFoundError."""
    version = playbook_queries.latest_version(actor=actor, playbook_id=playbook_id)
    accounts = customer_queries.list_accounts(actor=actor, limit=MAX_PAGE_SIZE).items
    return BookingChoice(
        definition=version.definition,
        members=identity_queries.list_members(actor=actor),
        account_names=tuple(account.name for account in accounts),
    )


def find_account_by_name(*, actor: Actor, name: str) -> AccountInfo | None:
    """Return the account that is called exactly so, whatever its capitals; None without one."""
    found = customer_queries.list_accounts(actor=actor, filters=AccountFilters(search=name), limit=MAX_PAGE_SIZE)
    wanted = name.strip().casefold()
    return next((account for account in found.items if account.name.casefold() == wanted), None)


def list_account_names(*, actor: Actor) -> tuple[str, ...]:
    """Return the names of accounts for a field that suggests them; the first two hundred or so."""
    accounts = customer_queries.list_accounts(actor=actor, limit=MAX_PAGE_SIZE).items
    return tuple(account.name for account in accounts)


def list_launch_previews(
    *,
    actor: Actor,
    accounts: Sequence[AccountInfo],
    definition: PlaybookDefinition,
    news: Sequence[NewProject],
    at: datetime,
) -> list[PreviewOfAccount]:
    """Return what a launch would create for each account; every stage and task where it is one account."""
    names = {overlay.key: overlay.name for overlay in definition.overlays}
    keys = rules.spec_keys(definition)
    by_id = {account.id: account for account in accounts}
    previews = preview_queries.preview_launches(actor=actor, news=news, at=at)
    return [
        PreviewOfAccount(
            account=by_id[preview.account_id],
            preview=preview,
            overlay_names=tuple(names.get(key, key) for key in preview.overlays),
            task_count=sum(item.is_included for item in preview.items if item.kind is not None),
            stages=rules.stages_of_preview(preview.items, keys) if len(previews) == 1 else (),
        )
        for preview in previews
    ]


def list_sample_bars(
    *, actor: Actor, definition: PlaybookDefinition, segment: Segment, at: datetime
) -> list[dict[str, str]]:
    """Return the bars of a playbook over time, for a made-up customer of a segment who signs now."""
    items = preview_queries.preview_sample(actor=actor, definition=definition, segment=segment, at=at)
    return rules.bars_of(items)
