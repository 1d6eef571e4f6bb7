"""Facts about playbooks. Ids and plain values only; the subject of all of them is the playbook."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookEvent(Event):
    """Base of facts about one playbook; `title` is its name."""

    subject_type: ClassVar[str] = "playbook"
    playbook_id: UUID
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the playbook's id."""
        return self.playbook_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookCreated(PlaybookEvent):
    """A playbook came into the library: written, imported, copied or built in (`origin`)."""

    name: ClassVar[str] = "playbook.created"
    key: str
    origin: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookDraftEdited(PlaybookEvent):
    """The draft was edited, undone, redone, replaced or discarded; `summary` says what, `revision` counts the edits."""

    name: ClassVar[str] = "playbook.draft_edited"
    summary: str
    revision: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookPublished(PlaybookEvent):
    """A numbered version was published and will not change any more."""

    name: ClassVar[str] = "playbook.published"
    version_id: UUID
    number: int
    notes: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookArchived(PlaybookEvent):
    """A playbook was taken out of use; running projects go on."""

    name: ClassVar[str] = "playbook.archived"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookRestored(PlaybookEvent):
    """An archived playbook came back into use."""

    name: ClassVar[str] = "playbook.restored"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookOwnerChanged(PlaybookEvent):
    """Another member answers for the playbook, or nobody."""

    name: ClassVar[str] = "playbook.owner_changed"
    owner_id: UUID | None
    owner_name: str
