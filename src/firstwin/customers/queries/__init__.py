"""Reads of accounts, contacts and their way into the portal."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from firstwin.customers import permissions
from firstwin.customers.contracts import (
    Abilities,
    AccountFacts,
    AccountFilters,
    AccountInfo,
    AccountSort,
    ContactInfo,
    Industry,
    KnownAccounts,
    KnownAs,
    PortalAccessInfo,
    PossibleDuplicate,
    Segment,
    StakeholderRole,
)
from firstwin.customers.models import (
    Account,
    AccountExternalId,
    AccountProduct,
    Contact,
    PortalAccess,
)
from firstwin.customers.rules import facts as rules
from firstwin.identity.contracts import Actor
from firstwin.shared import bulk, pagination, signed_links
from firstwin.shared.bulk import Question, Reading
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page

PORTAL_PURPOSE = "portal"
PORTAL_PATH = "p"
_SORT_COLUMNS = {"name": "name_key"}


def get_account(*, actor: Actor, account_id: UUID) -> AccountInfo:
    """Return an account, archived or not. Raises NotFoundError, also for a contact of another account."""
    account = find_account(actor=actor, account_id=account_id)
    if account is None:
        raise NotFoundError("There is no such account.", remedy="Look for it in the list of accounts.")
    return account


def find_account(*, actor: Actor, account_id: UUID) -> AccountInfo | None:
    """Return an account, archived or not, or None."""
    if not permissions.can_see_account(actor, account_id):
        return None
    row = Account.objects.for_actor(actor).filter(id=account_id).first()
    return account_info(row) if row else None


def get_account_by_external_id(*, actor: Actor, system: str, value: str) -> AccountInfo:
    """Return the account, archived or not, that has exactly this id in another system. Raises NotFoundError."""
    _require_listing(actor)
    found = AccountExternalId.objects.for_actor(actor).filter(system=system, value=value)
    row = Account.objects.for_actor(actor).filter(id__in=found.values("account_id")).first()
    if row is None:
        raise NotFoundError(
            f"No account has the id “{value}” in “{system}”.", remedy="Add it to the account's ids in other systems."
        )
    return account_info(row)


def get_accounts(*, actor: Actor, account_ids: Collection[UUID]) -> Mapping[UUID, AccountInfo]:
    """Return several accounts by id in one query; ids that the actor may not see are left out."""
    return bulk.ask(about_accounts(actor=actor, account_ids=account_ids))[0]


def about_accounts(*, actor: Actor, account_ids: Collection[UUID]) -> Question[Mapping[UUID, AccountInfo]]:
    """Return the question that `get_accounts` asks, for who asks more at once."""
    wanted = [id for id in set(account_ids) if permissions.can_see_account(actor, id)]
    return Question(
        within=actor,
        readings=(Reading(model=Account, where={"id": wanted}),) if wanted else (),
        answer=lambda rows=(): {row.id: account_info(row) for row in rows},
    )


def list_accounts(
    *,
    actor: Actor,
    filters: AccountFilters | None = None,
    sort: AccountSort = AccountSort.NAME,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[AccountInfo]:
    """Return one page of accounts. Raises InvalidInputError for a malformed cursor."""
    _require_listing(actor)
    column = sort.value.removeprefix("-")
    order = ("-" if sort.value.startswith("-") else "") + _SORT_COLUMNS.get(column, column)
    rows = filtered_accounts(actor, filters or AccountFilters())
    return pagination.page_of(rows, order=[order], cursor=cursor, limit=limit, convert=account_info)


def count_accounts(*, actor: Actor, filters: AccountFilters | None = None) -> int:
    """Return how many accounts the filters leave."""
    _require_listing(actor)
    return filtered_accounts(actor, filters or AccountFilters()).count()


def list_account_facts(*, actor: Actor, filters: AccountFilters | None = None) -> tuple[AccountFacts, ...]:
    """Return the main facts of every account that the filters leave, by name: one read, for figures over all of them."""
    _require_listing(actor)
    rows = filtered_accounts(actor, filters or AccountFilters()).order_by("name_key", "id")
    columns = ("id", "name", "segment", "industry", "products", "licensed_seats", "contract_signed_at")
    return tuple(
        AccountFacts(
            id=id,
            name=name,
            segment=Segment(segment),
            industry=Industry(industry),
            products=tuple(products),
            licensed_seats=seats,
            contract_signed_at=signed_at,
        )
        for id, name, segment, industry, products, seats, signed_at in rows.values_list(*columns)
    )


def list_products(*, actor: Actor) -> tuple[str, ...]:
    """Return every product that some account bought, for filters and suggestions, in their comparable spelling."""
    _require_listing(actor)
    keys = AccountProduct.objects.for_actor(actor).values_list("product_key", flat=True).distinct()
    return tuple(keys.order_by("product_key")[:500])


def filtered_accounts(actor: Actor, filters: AccountFilters) -> QuerySet[Account]:
    """Return the accounts that the filters leave; inside customers only."""
    rows = Account.objects.for_actor(actor)
    if filters.is_archived is not None:
        rows = rows.filter(archived_at__isnull=not filters.is_archived)
    if filters.segments:
        rows = rows.filter(segment__in=[segment.value for segment in filters.segments])
    if filters.industries:
        rows = rows.filter(industry__in=[industry.value for industry in filters.industries])
    if filters.owner_ids:
        rows = rows.filter(owner_id__in=filters.owner_ids)
    if filters.products:
        keys = [rules.comparable(product) for product in filters.products]
        bought = AccountProduct.objects.for_actor(actor).filter(account=OuterRef("id"), product_key__in=keys)
        rows = rows.filter(Exists(bought))
    key = rules.comparable(filters.search).replace("\x00", "")
    if key:
        known = AccountExternalId.objects.for_actor(actor).filter(account=OuterRef("id"), value__iexact=key)
        rows = rows.filter(Q(name_key__contains=key) | Q(domain_key__contains=key) | Exists(known))
    return rows


def find_possible_duplicates(
    *,
    actor: Actor,
    name: str = "",
    website: str = "",
    external_ids: Mapping[str, str] | None = None,
    except_account_id: UUID | None = None,
) -> tuple[PossibleDuplicate, ...]:
    """Return accounts that may be the same company: same external id, then same domain, then same name; at most 20."""
    _require_listing(actor)
    rows = Account.objects.for_actor(actor).order_by("name_key", "id")
    if except_account_id is not None:
        rows = rows.exclude(id=except_account_id)
    found: dict[UUID, PossibleDuplicate] = {}
    for system, value in (external_ids or {}).items():
        ids = AccountExternalId.objects.for_actor(actor).filter(system=system, value=value.strip())
        _remember(found, rows.filter(id__in=ids.values("account_id")), "external_id")
    if domain := rules.domain_of(website):
        _remember(found, rows.filter(domain_key=domain), "domain")
    if key := rules.comparable(name):
        _remember(found, rows.filter(name_key=key), "name")
    return tuple(found.values())[:20]


def _remember(found: dict[UUID, PossibleDuplicate], rows: QuerySet[Account], reason: str) -> None:
    for row in rows[:20]:
        found.setdefault(row.id, PossibleDuplicate(account_id=row.id, name=row.name, reason=reason))


def find_known_accounts(
    *, actor: Actor, external_ids: Collection[str] = (), domains: Collection[str] = (), names: Collection[str] = ()
) -> KnownAccounts:
    """Return the accounts that have one of these external ids in any system, domains or names; three queries at most."""
    _require_listing(actor)
    rows = Account.objects.for_actor(actor).filter(archived_at__isnull=True).order_by("name_key", "id")
    ids = AccountExternalId.objects.for_actor(actor).filter(value__in=set(external_ids)).select_related("account")
    keys = {rules.comparable(name) for name in names}
    return KnownAccounts(
        external_ids=tuple(
            KnownAs(key=row.value, system=row.system, account_id=row.account_id, name=row.account.name)
            for row in (ids.order_by("account__name_key", "id") if external_ids else ())
            if row.account.archived_at is None and not row.account.is_staged
        ),
        domains=tuple(
            KnownAs(key=row.domain_key, account_id=row.id, name=row.name)
            for row in (rows.filter(domain_key__in=set(domains)).exclude(domain_key="") if domains else ())
        ),
        names=tuple(
            KnownAs(key=row.name_key, account_id=row.id, name=row.name)
            for row in (rows.filter(name_key__in=keys) if names else ())
        ),
    )


def find_domain(*, website: str) -> str:
    """Return the domain by which accounts are compared, or "" where the text is no website. Asks nothing of the database."""
    return rules.domain_of(website)


def account_info(row: Account) -> AccountInfo:
    """Return an account row as others see it; inside customers only."""
    return AccountInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        segment=Segment(row.segment),
        industry=Industry(row.industry),
        products=tuple(row.products),
        contract_signed_at=row.contract_signed_at,
        contract_value=row.contract_value,
        currency=row.currency,
        licensed_seats=row.licensed_seats,
        country=row.country,
        time_zone=row.time_zone,
        website=row.website,
        owner_id=row.owner_id,
        external_ids=dict(row.external_ids),
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
    )


def list_contacts(
    *,
    actor: Actor,
    account_id: UUID,
    role: StakeholderRole | None = None,
    is_active: bool | None = True,
) -> tuple[ContactInfo, ...]:
    """Return the contacts of an account by name; raises NotFoundError where the actor may not see the account."""
    get_account(actor=actor, account_id=account_id)
    rows = Contact.objects.for_actor(actor).filter(account_id=account_id).order_by("name_key", "id")
    if is_active is not None:
        rows = rows.filter(archived_at__isnull=is_active)
    contacts = [contact_info(row) for row in rows]
    return tuple(contact for contact in contacts if role is None or role in contact.roles)


def list_contacts_of(
    *, actor: Actor, account_ids: Collection[UUID], has_archived: bool = False
) -> Mapping[UUID, tuple[ContactInfo, ...]]:
    """Return the contacts of several accounts, archived ones only where asked for, by account and by name, in one query."""
    wanted = [id for id in set(account_ids) if permissions.can_see_account(actor, id)]
    found: dict[UUID, list[ContactInfo]] = {id: [] for id in wanted}
    where = {"account_id": wanted} if has_archived else {"account_id": wanted, "archived_at": None}
    for row in bulk.read_rows(Contact, actor, where, order_by=("name_key", "id")):
        found[row.account_id].append(contact_info(row))
    return {id: tuple(contacts) for id, contacts in found.items()}


def search_contacts(
    *, actor: Actor, search: str, cursor: str | None = None, limit: int = pagination.DEFAULT_PAGE_SIZE
) -> Page[ContactInfo]:
    """Return active contacts of every account whose name or address holds the text, by name."""
    _require_listing(actor)
    key = rules.comparable(search).replace("\x00", "")
    rows = Contact.objects.for_actor(actor).filter(archived_at__isnull=True)
    if key:
        rows = rows.filter(Q(name_key__contains=key) | Q(email__contains=key))
    return pagination.page_of(rows, order=["name_key"], cursor=cursor, limit=limit, convert=contact_info)


def get_contact(*, actor: Actor, contact_id: UUID) -> ContactInfo:
    """Return a contact, archived or not. Raises NotFoundError, also for a contact of another account."""
    contact = find_contact(actor=actor, contact_id=contact_id)
    if contact is None:
        raise NotFoundError("There is no such contact.", remedy="Look at the people of the account.")
    return contact


def find_contact(*, actor: Actor, contact_id: UUID) -> ContactInfo | None:
    """Return a contact, archived or not, or None."""
    return get_contacts(actor=actor, contact_ids=[contact_id]).get(contact_id)


def get_contacts(*, actor: Actor, contact_ids: Collection[UUID]) -> Mapping[UUID, ContactInfo]:
    """Return several contacts by id in one query; those that the actor may not see are left out."""
    return bulk.ask(about_contacts(actor=actor, contact_ids=contact_ids))[0]


def about_contacts(*, actor: Actor, contact_ids: Collection[UUID]) -> Question[Mapping[UUID, ContactInfo]]:
    """Return the question that `get_contacts` asks, for who asks more at once."""
    wanted = set(contact_ids)
    return Question(
        within=actor,
        readings=(Reading(model=Contact, where={"id": wanted}),) if wanted else (),
        answer=lambda rows=(): {
            row.id: contact_info(row) for row in rows if permissions.can_see_account(actor, row.account_id)
        },
    )


def find_contacts_by_email(*, actor: Actor, email: str) -> tuple[ContactInfo, ...]:
    """Return the active contacts with this address, one per account at most (for mail that comes in)."""
    _require_listing(actor)
    rows = Contact.objects.for_actor(actor).filter(email=rules.normal_email(email), archived_at__isnull=True)
    return tuple(contact_info(row) for row in rows.order_by("created_at", "id") if row.email)


def contact_info(row: Contact) -> ContactInfo:
    """Return a contact row as others see it; inside customers only."""
    return ContactInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        account_id=row.account_id,
        name=row.name,
        email=row.email,
        title=row.title,
        phone=row.phone,
        time_zone=row.time_zone,
        roles=tuple(role for role in StakeholderRole if role.value in row.roles),
        is_active=row.archived_at is None,
        created_at=row.created_at,
        archived_at=row.archived_at,
    )


def abilities_of(actor: Actor) -> Abilities:
    """Return what the actor may do with customers."""
    return Abilities(
        edit=permissions.can_edit_account(actor),
        archive=permissions.can_archive_account(actor),
        import_many=permissions.can_import_accounts(actor),
        issue_portal_access=permissions.can_issue_portal_access(actor),
    )


def list_portal_accesses(*, actor: Actor, account_id: UUID) -> tuple[PortalAccessInfo, ...]:
    """Return the ways into the portal of an account's contacts, latest first, revoked ones too."""
    _require_listing(actor)
    get_account(actor=actor, account_id=account_id)
    rows = PortalAccess.objects.for_actor(actor).filter(contact__account_id=account_id).select_related("contact")
    return tuple(portal_access_info(row) for row in rows.order_by("-created_at", "-id"))


def portal_url(row: PortalAccess) -> str:
    """Return the link of an access row; inside customers only."""
    return f"{settings.BASE_URL}/{PORTAL_PATH}/{signed_links.make_token(PORTAL_PURPOSE, row.id, row.nonce)}/"


def portal_access_info(row: PortalAccess) -> PortalAccessInfo:
    """Return an access row (with its contact loaded) as others see it; inside customers only."""
    return PortalAccessInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        account_id=row.contact.account_id,
        contact_id=row.contact_id,
        contact_name=row.contact.name,
        contact_email=row.contact.email,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_opened_at=row.last_opened_at,
    )


def _require_listing(actor: Actor) -> None:
    if not permissions.can_list_accounts(actor):
        raise PermissionDeniedError("You may not list accounts.")
