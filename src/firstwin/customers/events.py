"""Facts about accounts, contacts and their way into the portal. The subject of all of them is the account."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEvent(Event):
    """Base of facts about one account and the people in it."""

    subject_type: ClassVar[str] = "account"
    account_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the account's id."""
        return self.account_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountCreated(AccountEvent):
    """A customer company was added; `segment` and `industry` are enum values."""

    name: ClassVar[str] = "account.created"
    title: str
    segment: str
    industry: str
    import_id: UUID | None = None


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChanged(AccountEvent):
    """Facts of the account changed; `changes` holds (field, old, new) as texts."""

    name: ClassVar[str] = "account.changed"
    title: str
    changes: tuple[tuple[str, str, str], ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSigned(AccountEvent):
    """It became known for the first time when the contract was signed."""

    name: ClassVar[str] = "account.contract_signed"
    title: str
    signed_at: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountArchived(AccountEvent):
    """The account left the daily lists; everything about it stays."""

    name: ClassVar[str] = "account.archived"
    title: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRestored(AccountEvent):
    """An archived account came back."""

    name: ClassVar[str] = "account.restored"
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEvent(AccountEvent):
    """Base of facts about one contact."""

    contact_id: UUID
    person_name: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ContactAdded(ContactEvent):
    """A person of the account became known; `roles` are StakeholderRole values."""

    name: ClassVar[str] = "contact.added"
    email: str
    roles: tuple[str, ...]
    import_id: UUID | None = None


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChanged(ContactEvent):
    """Facts of the contact changed; `changes` holds (field, old, new) as texts."""

    name: ClassVar[str] = "contact.changed"
    changes: tuple[tuple[str, str, str], ...]


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ContactArchived(ContactEvent):
    """The contact no longer takes part; their portal link stopped working."""

    name: ClassVar[str] = "contact.archived"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRestored(ContactEvent):
    """An archived contact takes part again."""

    name: ClassVar[str] = "contact.restored"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PortalAccessIssued(ContactEvent):
    """A contact got a way into the portal."""

    name: ClassVar[str] = "portal_access.issued"
    access_id: UUID
    expires_at: datetime | None


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PortalAccessRevoked(ContactEvent):
    """A contact's portal link was revoked."""

    name: ClassVar[str] = "portal_access.revoked"
    access_id: UUID


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PortalLinkOpened(ContactEvent):
    """A contact opened the portal through their link; written at most once an hour."""

    name: ClassVar[str] = "portal_access.opened"
    access_id: UUID


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFinished(Event):
    """A file of accounts or contacts was taken in whole; `kind` is an ImportKind value."""

    name: ClassVar[str] = "import.finished"
    subject_type: ClassVar[str] = "import"
    import_id: UUID
    kind: str
    file_name: str
    created_count: int
    skipped_count: int

    @property
    def subject_id(self) -> UUID:
        """Return the import's id."""
        return self.import_id
