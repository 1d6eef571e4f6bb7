"""What the pages of the team are made of."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstwin.customers.contracts import Abilities, AccountInfo, ContactInfo, PortalAccessInfo
from firstwin.identity.contracts import MemberInfo
from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookSummary, PlaybookVersionInfo
from firstwin.projects.contracts import RUNNING_STATES, LaunchPreview, PreviewItem, ProjectSummary
from firstwin.projects.contracts.bookings import BookingInfo
from firstwin.projects.contracts.ledger import DaySums
from firstwin.projects.contracts.portfolio import SearchHit
from firstwin.shared.pagination import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A journal entry as a sentence: "Mara Lindqvist finished “Send the data template”". `quote` is what was said.

    `more` are the sentences of others like it that are told with it.
    """

    entry_id: UUID
    kind: str
    at: datetime
    author: str
    text: str
    quote: str
    icon: str
    tone: str
    project_id: UUID | None
    task_id: UUID | None
    more: tuple[str, ...] = ()


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
    projects: tuple[ProjectSummary, ...]
    history: Page[Fact]
    days: DaySums
    may: Abilities

    @property
    def running(self) -> tuple[ProjectSummary, ...]:
        """The onboardings that are neither complete nor cancelled: their work comes before another one."""
        return tuple(one for one in self.projects if one.state in RUNNING_STATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A list with its filters and its order under a name; a shared one is offered to everybody in the workspace."""

    id: UUID
    page: str
    name: str
    query: str
    is_shared: bool
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchChoice:
    """What has been chosen for a launch so far, and what there is to choose from."""

    accounts: tuple[AccountInfo, ...]
    playbooks: tuple[PlaybookSummary, ...]
    playbook: PlaybookSummary | None
    version: PlaybookVersionInfo | None
    members: tuple[MemberInfo, ...]
    contacts: tuple[ContactInfo, ...]
    bookings: tuple[BookingInfo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingChoice:
    """What there is to choose from for a booking of a playbook."""

    definition: PlaybookDefinition
    members: tuple[MemberInfo, ...]
    account_names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewTask:
    """A task of a preview; one that repeats stands there once, with how often it comes. `spec_key` names it to the launch."""

    item: PreviewItem
    spec_key: str
    why: str
    times: int
    last_due_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewStage:
    """A stage of a preview with its tasks."""

    item: PreviewItem
    tasks: tuple[PreviewTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewOfAccount:
    """What a launch would create for one account; `stages` only where one account is looked at."""

    account: AccountInfo
    preview: LaunchPreview
    overlay_names: tuple[str, ...]
    task_count: int
    stages: tuple[PreviewStage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstSteps:
    """How far a workspace is in which no project runs yet."""

    has_account: bool
    has_colleague: bool
    is_connected: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search found: accounts, projects and tasks; people at customers with their account's name; playbooks."""

    hits: tuple[SearchHit, ...] = ()
    people: tuple[tuple[ContactInfo, str], ...] = ()
    playbooks: tuple[PlaybookSummary, ...] = ()
