"""Facts about who is behind the events.

People are named by ids of ours alone: the journal keeps what it holds for ever, and a person may be erased.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupEvent(Event):
    """Base of facts about one group; `title` is its name."""

    subject_type: ClassVar[str] = "usage_group"
    group_id: UUID
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the id of the group, ours and not the vendor's."""
        return self.group_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMapped(GroupEvent):
    """It became known which account a group is; `matched_by` is a MatchedBy value. Its past events count for the account."""

    name: ClassVar[str] = "usage_group.mapped"
    account_id: UUID
    account_name: str
    matched_by: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUnmapped(GroupEvent):
    """A group no longer is the account: its events do not count for it any more."""

    name: ClassVar[str] = "usage_group.unmapped"
    account_id: UUID
    account_name: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSetAside(GroupEvent):
    """Somebody said that a group is no customer."""

    name: ClassVar[str] = "usage_group.set_aside"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReleased(GroupEvent):
    """A group is matched by itself again, after it was mapped or set aside by hand."""

    name: ClassVar[str] = "usage_group.released"


@dataclass(frozen=True, slots=True, kw_only=True)
class UsagePersonEvent(Event):
    """Base of facts about one user of the vendor's product."""

    subject_type: ClassVar[str] = "usage_person"
    person_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the id of the person, ours and not the vendor's."""
        return self.person_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMapped(UsagePersonEvent):
    """Somebody said which contact a user is."""

    name: ClassVar[str] = "usage_person.mapped"
    account_id: UUID
    contact_id: UUID
    contact_name: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonSetAside(UsagePersonEvent):
    """Somebody said that a user is none of the contacts."""

    name: ClassVar[str] = "usage_person.set_aside"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReleased(UsagePersonEvent):
    """A user is matched by itself again, after it was mapped or set aside by hand."""

    name: ClassVar[str] = "usage_person.released"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkEvent(Event):
    """Base of facts about two ids that are one person."""

    subject_type: ClassVar[str] = "usage_link"
    link_id: UUID

    @property
    def subject_id(self) -> UUID:
        """Return the link's id."""
        return self.link_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class IdsLinked(LinkEvent):
    """Somebody said that two ids are one person."""

    name: ClassVar[str] = "usage_link.made"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class LinkUndone(LinkEvent):
    """Somebody said that two ids are not one person."""

    name: ClassVar[str] = "usage_link.undone"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRedone(LinkEvent):
    """Two ids are one person again, after that was undone."""

    name: ClassVar[str] = "usage_link.redone"
