"""What the pages of the team are made of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstwin.customers.contracts import Abilities, AccountInfo, ContactInfo, PortalAccessInfo
from firstwin.shared.pagination import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A journal entry as a sentence: "Mara Lindqvist finished “Send the data template”". `quote` is what was said."""

    entry_id: UUID
    at: datetime
    author: str
    text: str
    quote: str
    icon: str
    tone: str
    project_id: UUID | None
    task_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactRow:
    """A person of the account and their way into the portal, if they have one."""

    contact: ContactInfo
    access: PortalAccessInfo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """Everything that the page of an account shows."""

    account: AccountInfo
    owner_name: str
    people: tuple[ContactRow, ...]
    former: tuple[ContactInfo, ...]
    history: Page[Fact]
    may: Abilities


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A list with its filters and its order under a name; a shared one is offered to everybody in the workspace."""

    id: UUID
    page: str
    name: str
    query: str
    is_shared: bool
    is_own: bool
