"""What the portal's pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstwin.communications.contracts import MeetingInfo, MessageDetail, MessageInfo, Rsvp
from firstwin.identity.contracts import WorkspaceInfo
from firstwin.projects.contracts import CommentInfo, FileInfo, PersonRef
from firstwin.projects.contracts.ledger import SharedStatement
from firstwin.projects.contracts.portal import PortalProject, PortalTask


@dataclass(frozen=True, slots=True)
class Look:
    """How a task is shown: its tone (a state colour), icon and word."""

    tone: str
    icon: str
    word: str

    @property
    def ink(self) -> str:
        """Return the class that gives the icon the tone's colour."""
        return f"fw-ink-{self.tone}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectChoice:
    """One of the projects of an account."""

    id: UUID
    name: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCard:
    """A task in the plan, with its look."""

    task: PortalTask
    look: Look
    verb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCard:
    """A stage of the plan; `state` is done, current or ahead."""

    name: str
    state: str
    done_count: int
    task_count: int
    start_at: datetime
    due_at: datetime
    tasks: Sequence[TaskCard]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCard:
    """Somebody on the project, the part they play and how to reach them; a phone number only where there is one."""

    name: str
    part: str
    email: str
    phone: str
    is_vendor: bool
    is_reader: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingCard:
    """A meeting and the reader's own answer."""

    meeting: MeetingInfo
    answer: Rsvp


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The first page of a project."""

    workspace: WorkspaceInfo
    project: PortalProject
    projects: tuple[ProjectChoice, ...]
    next_step: TaskCard | None
    coming_up: TaskCard | None
    others_now: tuple[TaskCard, ...]
    percent_words: str
    stages: tuple[StageCard, ...]
    people: tuple[PersonCard, ...]
    meetings: tuple[MeetingCard, ...]
    files: tuple[FileInfo, ...]
    messages: tuple[MessageInfo, ...]
    comments: tuple[CommentInfo, ...]
    progress_words: str
    contact: PersonCard | None
    days: SharedStatement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file that a step asks for; `accept` is what a file chooser may offer, such as .png,.svg."""

    name: str
    label: str
    hint: str
    accept: str
    is_there: bool
    is_several: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskPage:
    """One task with everything that can be done about it."""

    workspace: WorkspaceInfo
    project: PortalProject
    card: TaskCard
    stage_name: str
    comments: tuple[CommentInfo, ...]
    files: tuple[FileInfo, ...]
    meeting: MeetingCard | None
    message: MessageDetail | None
    colleagues: tuple[PersonRef, ...]
    wanted_files: tuple[WantedFile, ...]
    answers: tuple[tuple[str, str], ...]
    finish_word: str
    can_decide: bool
    can_hand_on: bool
    can_say_stuck: bool
    can_reopen: bool
    contact: PersonCard | None
