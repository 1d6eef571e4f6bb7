"""Customers over HTTP: accounts, contacts and their portal links.

How a router looks, here and in every domain: a `Router` with a tag, mounted in config/api.py with the scopes it needs;
bodies are StrictSchema, answers are contracts; `{uuid:...}` in paths; the actor comes from `actor_of(request)`, the
instant from `clock.now()`; one call to one operation or query; errors are raised, never returned; a list answers
Page[...] and takes `cursor` and `limit`; creating answers 201; PATCH hands on `model_dump(exclude_unset=True)`.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from ninja import File, Form, Query, Router
from ninja.files import UploadedFile

from firstwin.customers import queries
from firstwin.customers.contracts import (
    AccountFilters,
    AccountInfo,
    AccountSort,
    ContactInfo,
    ImportInfo,
    ImportKind,
    Industry,
    NewAccount,
    NewContact,
    PortalAccessInfo,
    PossibleDuplicate,
    RowProblem,
    Segment,
    StakeholderRole,
)
from firstwin.customers.operations import accounts as account_operations
from firstwin.customers.operations import contacts as contact_operations
from firstwin.customers.operations import imports as import_operations
from firstwin.customers.operations import portal_access
from firstwin.customers.queries import imports as import_queries
from firstwin.identity.queries import actor_of
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema

accounts = Router(tags=["accounts"])
contacts = Router(tags=["contacts"])
imports = Router(tags=["imports"])


class AccountChanges(StrictSchema):
    """Fields of an account; in a PATCH what is not sent stays."""

    name: str = ""
    segment: Segment = Segment.MID_MARKET
    industry: Industry = Industry.OTHER
    products: tuple[str, ...] = ()
    contract_signed_at: datetime | None = None
    contract_value: Decimal | None = None
    currency: str = "USD"
    licensed_seats: int | None = None
    country: str = ""
    time_zone: str = "UTC"
    website: str = ""
    owner_id: UUID | None = None
    external_ids: dict[str, str] = {}


class AccountBody(AccountChanges):
    name: str


class ContactChanges(StrictSchema):
    """Fields of a contact; in a PATCH what is not sent stays."""

    name: str = ""
    email: str = ""
    title: str = ""
    phone: str = ""
    time_zone: str = ""
    roles: tuple[StakeholderRole, ...] = ()


class ContactBody(ContactChanges):
    name: str


class AccountQuery(StrictSchema):
    search: str = ""
    segment: list[Segment] = []
    industry: list[Industry] = []
    product: list[str] = []
    owner_id: list[UUID] = []
    is_archived: bool | None = False
    sort: AccountSort = AccountSort.NAME
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class DuplicateQuery(StrictSchema):
    name: str = ""
    website: str = ""


class ExternalIdQuery(StrictSchema):
    system: str
    value: str


class PortalLinkBody(StrictSchema):
    expires_at: datetime | None = None


class PortalLink(StrictSchema):
    """The address that lets the contact in; whoever holds it acts as the contact."""

    url: str


class ImportForm(StrictSchema):
    kind: ImportKind
    skips_existing: bool = False


class ImportChanges(StrictSchema):
    """`mapping` names a field for each column, "" for none: `external_ids.salesforce` is the id in that system."""

    mapping: list[str] | None = None
    skips_existing: bool | None = None


def _filters(query: AccountQuery) -> AccountFilters:
    return AccountFilters(
        search=query.search,
        segments=tuple(query.segment),
        industries=tuple(query.industry),
        products=tuple(query.product),
        owner_ids=tuple(query.owner_id),
        is_archived=query.is_archived,
    )


def _csv(lines: Iterator[str], file_name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@accounts.get("", response=Page[AccountInfo])
def list_accounts(request: HttpRequest, query: Query[AccountQuery]) -> Page[AccountInfo]:
    return queries.list_accounts(
        actor=actor_of(request), filters=_filters(query), sort=query.sort, cursor=query.cursor, limit=query.limit
    )


@accounts.post("", response={201: AccountInfo})
def create_account(request: HttpRequest, new: AccountBody) -> AccountInfo:
    return account_operations.create_account(
        actor=actor_of(request), new=NewAccount(**new.model_dump()), at=clock.now()
    )


@accounts.get("/export")
def export_accounts(request: HttpRequest, query: Query[AccountQuery]) -> StreamingHttpResponse:
    return _csv(import_queries.export_accounts(actor=actor_of(request), filters=_filters(query)), "accounts.csv")


@accounts.get("/lookup", response=AccountInfo)
def look_up_account(request: HttpRequest, query: Query[ExternalIdQuery]) -> AccountInfo:
    return queries.get_account_by_external_id(actor=actor_of(request), system=query.system, value=query.value)


@accounts.get("/duplicates", response=list[PossibleDuplicate])
def list_possible_duplicates(request: HttpRequest, query: Query[DuplicateQuery]) -> tuple[PossibleDuplicate, ...]:
    return queries.find_possible_duplicates(actor=actor_of(request), name=query.name, website=query.website)


@accounts.get("/{uuid:account_id}", response=AccountInfo)
def read_account(request: HttpRequest, account_id: UUID) -> AccountInfo:
    return queries.get_account(actor=actor_of(request), account_id=account_id)


@accounts.patch("/{uuid:account_id}", response=AccountInfo)
def edit_account(request: HttpRequest, account_id: UUID, changes: AccountChanges) -> AccountInfo:
    return account_operations.edit_account(
        actor=actor_of(request),
        account_id=account_id,
        changes=changes.model_dump(exclude_unset=True),
        at=clock.now(),
    )


@accounts.post("/{uuid:account_id}/archive", response=AccountInfo)
def archive_account(request: HttpRequest, account_id: UUID) -> AccountInfo:
    return account_operations.archive_account(actor=actor_of(request), account_id=account_id, at=clock.now())


@accounts.post("/{uuid:account_id}/restore", response=AccountInfo)
def restore_account(request: HttpRequest, account_id: UUID) -> AccountInfo:
    return account_operations.restore_account(actor=actor_of(request), account_id=account_id, at=clock.now())


@accounts.get("/{uuid:account_id}/contacts", response=list[ContactInfo])
def list_contacts(
    request: HttpRequest, account_id: UUID, role: StakeholderRole | None = None, is_active: bool | None = True
) -> tuple[ContactInfo, ...]:
    return queries.list_contacts(actor=actor_of(request), account_id=account_id, role=role, is_active=is_active)


@accounts.post("/{uuid:account_id}/contacts", response={201: ContactInfo})
def add_contact(request: HttpRequest, account_id: UUID, new: ContactBody) -> ContactInfo:
    return contact_operations.add_contact(
        actor=actor_of(request), account_id=account_id, new=NewContact(**new.model_dump()), at=clock.now()
    )


@accounts.get("/{uuid:account_id}/portal-accesses", response=list[PortalAccessInfo])
def list_portal_accesses(request: HttpRequest, account_id: UUID) -> tuple[PortalAccessInfo, ...]:
    return queries.list_portal_accesses(actor=actor_of(request), account_id=account_id)


@contacts.get("", response=Page[ContactInfo])
def search_contacts(
    request: HttpRequest, search: str = "", cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[ContactInfo]:
    return queries.search_contacts(actor=actor_of(request), search=search, cursor=cursor, limit=limit)


@contacts.get("/{uuid:contact_id}", response=ContactInfo)
def read_contact(request: HttpRequest, contact_id: UUID) -> ContactInfo:
    return queries.get_contact(actor=actor_of(request), contact_id=contact_id)


@contacts.patch("/{uuid:contact_id}", response=ContactInfo)
def edit_contact(request: HttpRequest, contact_id: UUID, changes: ContactChanges) -> ContactInfo:
    return contact_operations.edit_contact(
        actor=actor_of(request),
        contact_id=contact_id,
        changes=changes.model_dump(exclude_unset=True),
        at=clock.now(),
    )


@contacts.post("/{uuid:contact_id}/archive", response=ContactInfo)
def archive_contact(request: HttpRequest, contact_id: UUID) -> ContactInfo:
    return contact_operations.archive_contact(actor=actor_of(request), contact_id=contact_id, at=clock.now())


@contacts.post("/{uuid:contact_id}/restore", response=ContactInfo)
def restore_contact(request: HttpRequest, contact_id: UUID) -> ContactInfo:
    return contact_operations.restore_contact(actor=actor_of(request), contact_id=contact_id, at=clock.now())


@contacts.post("/{uuid:contact_id}/portal-link", response=PortalLink)
def issue_portal_link(request: HttpRequest, contact_id: UUID, body: PortalLinkBody) -> PortalLink:
    url = portal_access.issue(
        actor=actor_of(request), contact_id=contact_id, expires_at=body.expires_at, at=clock.now()
    )
    return PortalLink(url=url)


@contacts.post("/{uuid:contact_id}/portal-link/reissue", response=PortalLink)
def reissue_portal_link(request: HttpRequest, contact_id: UUID, body: PortalLinkBody) -> PortalLink:
    url = portal_access.reissue(
        actor=actor_of(request), contact_id=contact_id, expires_at=body.expires_at, at=clock.now()
    )
    return PortalLink(url=url)


@contacts.post("/{uuid:contact_id}/portal-link/revoke", response=PortalAccessInfo)
def revoke_portal_link(request: HttpRequest, contact_id: UUID) -> PortalAccessInfo:
    return portal_access.revoke(actor=actor_of(request), contact_id=contact_id, at=clock.now())


@imports.get("", response=Page[ImportInfo])
def list_imports(request: HttpRequest, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE) -> Page[ImportInfo]:
    return import_queries.list_imports(actor=actor_of(request), cursor=cursor, limit=limit)


@imports.post("", response={201: ImportInfo})
def upload_import(request: HttpRequest, new: Form[ImportForm], file: File[UploadedFile]) -> ImportInfo:
    return import_operations.upload_import(
        actor=actor_of(request),
        kind=new.kind,
        skips_existing=new.skips_existing,
        file_name=file.name or "",
        content=file.read(import_operations.LARGEST_FILE + 1),
        at=clock.now(),
    )


@imports.get("/{uuid:import_id}", response=ImportInfo)
def read_import(request: HttpRequest, import_id: UUID) -> ImportInfo:
    return import_queries.get_import(actor=actor_of(request), import_id=import_id)


@imports.patch("/{uuid:import_id}", response=ImportInfo)
def change_import(request: HttpRequest, import_id: UUID, changes: ImportChanges) -> ImportInfo:
    return import_operations.change_import(
        actor=actor_of(request),
        import_id=import_id,
        mapping=changes.mapping,
        skips_existing=changes.skips_existing,
    )


@imports.get("/{uuid:import_id}/problems", response=Page[RowProblem])
def list_import_problems(
    request: HttpRequest, import_id: UUID, cursor: str | None = None, limit: int = DEFAULT_PAGE_SIZE
) -> Page[RowProblem]:
    return import_queries.list_import_problems(actor=actor_of(request), import_id=import_id, cursor=cursor, limit=limit)


@imports.get("/{uuid:import_id}/result")
def read_import_result(request: HttpRequest, import_id: UUID) -> StreamingHttpResponse:
    return _csv(import_queries.read_import_result(actor=actor_of(request), import_id=import_id), "import.csv")


@imports.post("/{uuid:import_id}/start", response=ImportInfo)
def start_import(request: HttpRequest, import_id: UUID) -> ImportInfo:
    return import_operations.start_import(actor=actor_of(request), import_id=import_id)


@imports.post("/{uuid:import_id}/cancel", response=ImportInfo)
def cancel_import(request: HttpRequest, import_id: UUID) -> ImportInfo:
    return import_operations.cancel_import(actor=actor_of(request), import_id=import_id, at=clock.now())
