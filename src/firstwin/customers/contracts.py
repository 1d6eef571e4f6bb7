"""What crosses the border of customers: accounts and contacts as others see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


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
