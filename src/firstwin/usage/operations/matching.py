"""Groups become accounts, and people contacts, wherever that can be told; what a person said by hand is left alone."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import models, transaction
from django.db.models import Q

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo
from firstwin.identity.contracts import system_actor
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import Event
from firstwin.shared import bulk
from firstwin.usage.contracts.people import MatchedBy
from firstwin.usage.events import GroupMapped, GroupUnmapped
from firstwin.usage.models import Membership, UsageGroup, UsagePerson
from firstwin.usage.operations import orders
from firstwin.usage.rules import identities, matching

IN_A_QUERY = 5000
Match = tuple[UUID | None, MatchedBy]


def match_groups(*, workspace_id: UUID, groups: Sequence[UsageGroup], at: datetime) -> set[str]:
    """Find the accounts of groups anew, in the caller's transaction; return the groups whose account changed.

    The rows must be locked or new. A group that lost its match waits again, unless its account is only archived.
    """
    open_groups = [row for row in groups if row.matched_by != MatchedBy.HAND]
    if not open_groups:
        return set()
    actor = system_actor(workspace_id)
    known = customer_queries.find_known_accounts(
        actor=actor,
        external_ids=[row.group_id for row in open_groups],
        domains=[row.domain_key for row in open_groups if row.domain_key],
    )
    own_ids = {row.group_id: id for row in open_groups if (id := _as_id(row.group_id)) is not None}
    wanted = {row.account_id for row in open_groups if row.account_id} | set(own_ids.values())
    accounts = dict(customer_queries.get_accounts(actor=actor, account_ids=wanted)) if wanted else {}
    living = {text: id for text, id in own_ids.items() if id in accounts and accounts[id].archived_at is None}
    changed: dict[str, tuple[UsageGroup, Match]] = {}
    for row in open_groups:
        found = matching.account_of_group(group_id=row.group_id, domain=row.domain_key, known=known, account_ids=living)
        now: Match = found or (None, MatchedBy.NOBODY)
        here = accounts.get(row.account_id) if row.account_id else None
        is_resting = found is None and here is not None and here.archived_at is not None
        if now[0] != row.account_id and not is_resting:
            changed[row.group_id] = row, now
    move_groups(workspace_id=workspace_id, moves=list(changed.values()), at=at)
    return set(changed)


def move_groups(*, workspace_id: UUID, moves: Sequence[tuple[UsageGroup, Match]], at: datetime) -> None:
    """Give groups other accounts: rows, the store, and the journal as the system tells it. Inside usage only."""
    actor = system_actor(workspace_id)
    ids = {id for row, (new, _) in moves for id in (row.account_id, new) if id}
    names = customer_queries.get_accounts(actor=actor, account_ids=ids) if ids else {}
    facts: list[Event] = []
    for row, (account_id, matched_by) in moves:
        facts += moved_facts(row, account_id, matched_by, names)
        row.account_id, row.matched_by = account_id, matched_by.value
        orders.order_account(workspace_id, group_id=row.group_id, account_id=account_id, at=at)
    bulk.update_rows([row for row, _ in moves], ["account_id", "matched_by"])
    journal_operations.record_many(facts, actor=actor, at=at)


def moved_facts(
    row: UsageGroup, account_id: UUID | None, matched_by: MatchedBy, accounts: Mapping[UUID, AccountInfo]
) -> list[Event]:
    """Return what the journal says about a group that gets another account; inside usage only."""
    title = row.name or row.group_id
    if account_id is not None:
        name = accounts[account_id].name
        return [
            GroupMapped(
                group_id=row.id, title=title, account_id=account_id, account_name=name, matched_by=matched_by.value
            )
        ]
    if row.account_id is None:
        return []
    old = accounts.get(row.account_id)
    return [
        GroupUnmapped(
            group_id=row.id, title=title, account_id=row.account_id, account_name=old.name if old else "an account"
        )
    ]


def match_members(*, workspace_id: UUID, group_ids: Collection[str], at: datetime) -> None:
    """Find the contacts of everybody who was seen in one of these groups."""
    rows = Membership.objects.for_workspace(workspace_id).filter(group_id__in=group_ids)
    match_people(workspace_id=workspace_id, user_ids=set(rows.values_list("user_id", flat=True)), at=at)


def match_people(*, workspace_id: UUID, user_ids: Collection[str], at: datetime) -> int:
    """Find the contacts of people anew, in the caller's transaction, and return how many changed."""
    del at
    wanted = sorted(user_ids)
    return sum(
        _match_some(workspace_id, wanted[start : start + IN_A_QUERY]) for start in range(0, len(wanted), IN_A_QUERY)
    )


def follow_account(*, workspace_id: UUID, account_id: UUID, at: datetime) -> None:
    """Match anew what an account that was added, changed or restored may concern: its groups, and those that wait for it."""
    actor = system_actor(workspace_id)
    account = customer_queries.find_account(actor=actor, account_id=account_id)
    if account is None:
        return
    with transaction.atomic():
        rows = _concerned(workspace_id, account)
        changed = match_groups(workspace_id=workspace_id, groups=rows, at=at)
        if changed:
            match_members(workspace_id=workspace_id, group_ids=changed, at=at)


def follow_contact(*, workspace_id: UUID, contact_id: UUID, at: datetime) -> None:
    """Match anew whom a contact that was added, changed or restored may be."""
    contact = customer_queries.find_contact(actor=system_actor(workspace_id), contact_id=contact_id)
    if contact is None:
        return
    people = UsagePerson.objects.for_workspace(workspace_id)
    with transaction.atomic():
        mine = Q(contact_id=contact_id)
        if contact.email:
            mine |= Q(email=identities.email_of({"email": contact.email}, ""))
        ids = set(people.filter(mine).exclude(matched_by=MatchedBy.HAND.value).values_list("user_id", flat=True))
        match_people(workspace_id=workspace_id, user_ids=ids, at=at)


def _concerned(workspace_id: UUID, account: AccountInfo) -> list[UsageGroup]:
    mine = Q(account_id=account.id) | Q(group_id__in=[*account.external_ids.values(), str(account.id)])
    if domain := customer_queries.find_domain(website=account.website):
        mine |= Q(domain_key=domain)
    groups = UsageGroup.objects.for_workspace(workspace_id).exclude(matched_by=MatchedBy.HAND.value)
    return list(groups.filter(mine).select_for_update().order_by("id"))


def _match_some(workspace_id: UUID, user_ids: Sequence[str]) -> int:
    rows = list(
        UsagePerson.objects.for_workspace(workspace_id)
        .filter(user_id__in=user_ids)
        .exclude(matched_by=MatchedBy.HAND.value)
        .select_for_update()
        .order_by("id")
    )
    accounts = _accounts_of(workspace_id, [row.user_id for row in rows if row.email])
    every = {id for ids in accounts.values() for id in ids}
    found = customer_queries.list_contacts_of(actor=system_actor(workspace_id), account_ids=every) if every else {}
    contacts = {(account_id, contact.email): contact.id for account_id, people in found.items() for contact in people}
    moves = [
        (row, contact_id)
        for row in rows
        if (
            contact_id := matching.contact_of_person(
                email=row.email, account_ids=accounts.get(row.user_id, ()), contacts=contacts
            )
        )
        != row.contact_id
    ]
    resting = _resting(workspace_id, {row.contact_id for row, found in moves if found is None and row.contact_id})
    changed = []
    for row, contact_id in moves:
        if contact_id is not None or row.contact_id not in resting:
            row.contact_id = contact_id
            row.matched_by = MatchedBy.EMAIL.value if contact_id else MatchedBy.NOBODY.value
            changed.append(row)
    bulk.update_rows(changed, ["contact_id", "matched_by"])
    return len(changed)


def _resting(workspace_id: UUID, contact_ids: set[UUID]) -> set[UUID]:
    """Return the contacts that are archived: whoever was one of them stays it."""
    actor = system_actor(workspace_id)
    found = customer_queries.get_contacts(actor=actor, contact_ids=contact_ids) if contact_ids else {}
    return {id for id, contact in found.items() if not contact.is_active}


def _accounts_of(workspace_id: UUID, user_ids: Sequence[str]) -> dict[str, list[UUID]]:
    """Return the accounts of users by their groups, the group first in which they were seen first."""
    if not user_ids:
        return {}
    members = Membership.objects.for_workspace(workspace_id).filter(user_id__in=user_ids)
    places = list(members.order_by("first_seen_at", "id").values_list("user_id", "group_id"))
    groups = _groups(workspace_id).filter(group_id__in={group for _, group in places}, account_id__isnull=False)
    account_of = dict(groups.values_list("group_id", "account_id"))
    found: dict[str, list[UUID]] = {}
    for user, group in places:
        if group in account_of:
            found.setdefault(user, []).append(account_of[group])
    return found


def _groups(workspace_id: UUID) -> "models.QuerySet[UsageGroup]":
    return UsageGroup.objects.for_workspace(workspace_id)


def _as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
