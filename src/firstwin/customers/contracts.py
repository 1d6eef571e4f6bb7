"""What crosses the border of customers: accounts and contacts as others see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from firstwin.shared.errors import ConflictError, FirstwinError


class Segment(StrEnum):
    """How large and how served a customer is."""

    SELF_SERVE = "self_serve"
    MID_MARKET = "mid_market"
    ENTERPRISE = "enterprise"


class Industry(StrEnum):
    """Industries with considerations of their own; anything else is `other`."""

    HEALTHCARE = "healthcare"
    FINANCIAL_SERVICES = "financial_services"
    ECOMMERCE = "ecommerce"
    PROFESSIONAL_SERVICES = "professional_services"
    SAAS = "saas"
    OTHER = "other"


class StakeholderRole(StrEnum):
    """The part a contact plays in an onboarding."""

    PROJECT_OWNER = "project_owner"
    EXECUTIVE_SPONSOR = "executive_sponsor"
    ADMIN_CHAMPION = "admin_champion"
    TECHNICAL_LEAD = "technical_lead"
    END_USER = "end_user"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountInfo:
    """A customer company. `contract_value` is in `currency` (ISO 4217); `country` is ISO 3166 alpha-2 or empty."""

    id: UUID
    workspace_id: UUID
    name: str
    segment: Segment
    industry: Industry
    products: tuple[str, ...]
    contract_signed_at: datetime | None
    contract_value: Decimal | None
    currency: str
    licensed_seats: int | None
    country: str
    time_zone: str
    website: str
    owner_id: UUID | None
    external_ids: Mapping[str, str] = field(default_factory=dict)
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactInfo:
    """A person of an account. An empty `time_zone` means the account's."""

    id: UUID
    workspace_id: UUID
    account_id: UUID
    name: str
    email: str
    title: str
    phone: str
    time_zone: str
    roles: tuple[StakeholderRole, ...]
    is_active: bool
    created_at: datetime
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """What is known of an account when it is created."""

    name: str
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
    external_ids: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContact:
    """What is known of a contact when it is created. The email address may be missing."""

    name: str
    email: str = ""
    title: str = ""
    phone: str = ""
    time_zone: str = ""
    roles: tuple[StakeholderRole, ...] = ()


class AccountSort(StrEnum):
    """Orders of the list of accounts."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    NEWEST = "-created_at"
    OLDEST = "created_at"
    SIGNED_FIRST = "contract_signed_at"
    SIGNED_LAST = "-contract_signed_at"
    VALUE_HIGHEST = "-contract_value"
    VALUE_LOWEST = "contract_value"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFilters:
    """Which accounts a list shows; an empty field does not filter. `search` looks into name, domain and external ids."""

    search: str = ""
    segments: tuple[Segment, ...] = ()
    industries: tuple[Industry, ...] = ()
    products: tuple[str, ...] = ()
    owner_ids: tuple[UUID, ...] = ()
    is_archived: bool | None = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What figures over many accounts need to know of each."""

    id: UUID
    name: str
    segment: Segment
    industry: Industry
    products: tuple[str, ...]
    licensed_seats: int | None
    contract_signed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleDuplicate:
    """An account that may be the same company; `reason` is external_id, domain or name."""

    account_id: UUID
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAs:
    """One way in which an account is known; `key` is what was asked for (a name in small letters), `system` is that of an id."""

    key: str
    account_id: UUID
    name: str
    system: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownAccounts:
    """Accounts, not archived ones, by what they are known as elsewhere; each tuple is by account name."""

    external_ids: tuple[KnownAs, ...]
    domains: tuple[KnownAs, ...]
    names: tuple[KnownAs, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Abilities:
    """What an actor may do with customers, for pages that show a button only where it works."""

    edit: bool
    archive: bool
    import_many: bool
    issue_portal_access: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PortalAccessInfo:
    """A contact's lasting link to the portal. The link itself is made anew whenever it is needed, never stored."""

    id: UUID
    workspace_id: UUID
    account_id: UUID
    contact_id: UUID
    contact_name: str
    contact_email: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_opened_at: datetime | None


class DuplicateAccountError(ConflictError):
    """Another account has the same external id."""

    code: ClassVar[str] = "duplicate_account"
    title: ClassVar[str] = "This account exists already"


class PortalLinkEndedError(FirstwinError):
    """A portal link was genuine, and is revoked or expired now."""

    status: ClassVar[int] = 410
    code: ClassVar[str] = "portal_link_ended"
    title: ClassVar[str] = "This link no longer works"


EXTERNAL = "external_ids."
"""Before the name of a system: the column of an account file that holds its id there."""


class ImportKind(StrEnum):
    """What the rows of a file are."""

    ACCOUNTS = "accounts"
    CONTACTS = "contacts"


class ImportState(StrEnum):
    """Where an import stands. Nothing is written before `done`, and then everything."""

    CHECKING = "checking"
    READY = "ready"
    FAULTY = "faulty"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A fault in a row: the line of the file, the column's heading, what is wrong and the remedy."""

    line: int
    column: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportInfo:
    """An import of a CSV file.

    `mapping` says for each column of `headers` which of the `fields` it is ("" is left out), or by EXTERNAL an id;
    `preview` holds the first rows.
    `checked_rows` of `row_count` is the progress while checking or running; `problem_count` counts every fault, of
    which the first are listed.
    """

    id: UUID
    workspace_id: UUID
    kind: ImportKind
    state: ImportState
    file_name: str
    encoding: str
    delimiter: str
    headers: tuple[str, ...]
    fields: tuple[str, ...]
    mapping: tuple[str, ...]
    skips_existing: bool
    preview: tuple[tuple[str, ...], ...]
    row_count: int
    checked_rows: int
    problem_count: int
    existing_count: int
    created_count: int
    failure: str
    created_by: str
    created_at: datetime
    finished_at: datetime | None
