"""Reads of people: who they are, which ids they go by, and how to show somebody whom the event store names."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet

from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Actor
from firstwin.shared import pagination
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page
from firstwin.usage import permissions
from firstwin.usage.contracts.people import (
    ANONYMOUS,
    ContactSuggestion,
    LinkInfo,
    MadeBy,
    MatchedBy,
    PersonFilters,
    PersonInfo,
    PersonName,
    Standing,
)
from firstwin.usage.models import Membership, PersonLink, UsageGroup, UsagePerson
from firstwin.usage.rules import identities

MOST_SUGGESTED = 3


def get_person(*, actor: Actor, person_id: UUID) -> PersonInfo:
    """Return a user by our own id. Raises NotFoundError."""
    require_seeing(actor=actor)
    found = _infos(actor, list(UsagePerson.objects.for_actor(actor).filter(id=person_id)))
    if not found:
        raise NotFoundError("There is no such person.", remedy="Look at the list of people.")
    return found[0]


def list_people(
    *,
    actor: Actor,
    filters: PersonFilters | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[PersonInfo]:
    """Return one page of users, those who were seen first last; two queries."""
    require_seeing(actor=actor)
    return pagination.page_with(
        _filtered(actor, filters or PersonFilters()),
        order=["-first_seen_at"],
        cursor=cursor,
        limit=limit,
        convert=lambda rows: _infos(actor, rows),
    )


def count_people(*, actor: Actor, filters: PersonFilters | None = None) -> int:
    """Return how many users the filters leave."""
    require_seeing(actor=actor)
    return _filtered(actor, filters or PersonFilters()).count()


def find_names(*, actor: Actor, people: Collection[str]) -> Mapping[str, PersonName]:
    """Return how to show each of these people of the event store, whether or not anything is known of them; one query.

    Without a user behind it an anonymous id is shown by its beginning.
    """
    require_seeing(actor=actor)
    users = {one for one in people if not one.startswith(ANONYMOUS)}
    rows = {row.user_id: row for row in UsagePerson.objects.for_actor(actor).filter(user_id__in=users)}
    return {one: _name(one, rows.get(one)) for one in people}


def list_links(
    *,
    actor: Actor,
    search: str = "",
    is_undone: bool | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[LinkInfo]:
    """Return one page of ids that are one person, latest first; `search` is a whole id. One query."""
    require_seeing(actor=actor)
    rows = PersonLink.objects.for_actor(actor)
    if search:
        wanted = search.replace("\x00", "")
        rows = rows.filter(Q(from_id=wanted) | Q(user_id=wanted))
    if is_undone is not None:
        rows = rows.filter(undone_at__isnull=not is_undone)
    return pagination.page_of(rows, order=["-made_at"], cursor=cursor, limit=limit, convert=link_info)


def find_contact_suggestions(
    *, actor: Actor, people: Sequence[PersonInfo]
) -> Mapping[UUID, tuple[ContactSuggestion, ...]]:
    """Return contacts whom waiting people may be: those of their accounts with the same address or name; three queries."""
    require_seeing(actor=actor)
    waiting = [one for one in people if one.standing is Standing.WAITING]
    groups = UsageGroup.objects.for_actor(actor).filter(group_id__in={id for one in waiting for id in one.groups})
    account_of = {id: account for id, account in groups.values_list("group_id", "account_id") if account}
    if not account_of:
        return {}
    accounts = customer_queries.get_accounts(actor=actor, account_ids=set(account_of.values()))
    contacts = customer_queries.list_contacts_of(actor=actor, account_ids=set(account_of.values()))
    found: dict[UUID, tuple[ContactSuggestion, ...]] = {}
    for one in waiting:
        fitting = [
            ContactSuggestion(
                contact_id=contact.id, name=contact.name, account_name=accounts[account_id].name, reason=reason
            )
            for account_id in dict.fromkeys(account_of[id] for id in one.groups if id in account_of)
            for contact in contacts.get(account_id, ())
            if (reason := _fits(one, contact.email, contact.name))
        ]
        if fitting:
            found[one.id] = tuple(fitting[:MOST_SUGGESTED])
    return found


def _fits(person: PersonInfo, email: str, name: str) -> str:
    if person.email and person.email == email:
        return "email"
    return "name" if person.name and identities.comparable(person.name) == identities.comparable(name) else ""


def require_seeing(*, actor: Actor) -> None:
    """Raise PermissionDeniedError unless the actor may see usage; inside usage only."""
    if not permissions.can_see_usage(actor):
        raise PermissionDeniedError("Only members of the team see usage.")


def link_info(row: PersonLink) -> LinkInfo:
    """Return a link as others see it; inside usage only."""
    return LinkInfo(
        id=row.id,
        from_id=row.from_id,
        is_anonymous=row.is_anonymous,
        user_id=row.user_id,
        made_by=MadeBy(row.made_by),
        made_at=row.made_at,
        undone_at=row.undone_at,
    )


def _filtered(actor: Actor, filters: PersonFilters) -> QuerySet[UsagePerson]:
    rows = UsagePerson.objects.for_actor(actor)
    key = identities.comparable(filters.search).replace("\x00", "")
    if key:
        rows = rows.filter(search_key__contains=key)
    if filters.standing is Standing.MAPPED:
        rows = rows.filter(contact__isnull=False)
    elif filters.standing is not None:
        rows = rows.filter(contact__isnull=True)
        by_hand = Q(matched_by=MatchedBy.HAND.value)
        rows = rows.filter(by_hand if filters.standing is Standing.SET_ASIDE else ~by_hand)
        rows = rows.filter(merged_into="") if filters.standing is Standing.WAITING else rows
    if filters.group_id:
        members = Membership.objects.for_actor(actor).filter(group_id=filters.group_id.replace("\x00", ""))
        rows = rows.filter(user_id__in=members.values("user_id"))
    return rows


def _infos(actor: Actor, rows: Sequence[UsagePerson]) -> tuple[PersonInfo, ...]:
    groups: dict[str, list[str]] = {}
    if rows:
        members = Membership.objects.for_actor(actor).filter(user_id__in=[row.user_id for row in rows])
        for user, group in members.order_by("first_seen_at", "id").values_list("user_id", "group_id"):
            groups.setdefault(user, []).append(group)
    return tuple(
        PersonInfo(
            id=row.id,
            workspace_id=row.workspace_id,
            user_id=row.user_id,
            name=row.name,
            email=row.email,
            traits=dict(row.traits),
            contact_id=row.contact_id,
            matched_by=MatchedBy(row.matched_by),
            merged_into=row.merged_into,
            groups=tuple(groups.get(row.user_id, ())),
            first_seen_at=row.first_seen_at,
        )
        for row in rows
    )


def _name(person: str, row: UsagePerson | None) -> PersonName:
    is_anonymous = person.startswith(ANONYMOUS)
    shown = f"Anonymous {person.removeprefix(ANONYMOUS)[:8]}" if is_anonymous else person
    if row is None:
        return PersonName(person=person, title=shown, email="", contact_id=None, is_anonymous=is_anonymous)
    title = row.name or row.email or row.user_id
    return PersonName(person=person, title=title, email=row.email, contact_id=row.contact_id, is_anonymous=is_anonymous)
