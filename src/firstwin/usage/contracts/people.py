"""Who is behind the events: people, the groups they belong to, and how both map to contacts and accounts.

A *person* is named as the event store names one: the user id, or "anonymous:" and the anonymous id while nobody knows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from firstwin.shared.errors import ConflictError

ANONYMOUS = "anonymous:"


class MatchedBy(StrEnum):
    """Why a group belongs to an account, or a person to a contact. `hand` without one: set aside, not to be matched."""

    NOBODY = ""
    EXTERNAL_ID = "external_id"
    ACCOUNT_ID = "account_id"
    DOMAIN = "domain"
    EMAIL = "email"
    HAND = "hand"


class Standing(StrEnum):
    """Where a group or a person stands."""

    WAITING = "waiting"
    MAPPED = "mapped"
    SET_ASIDE = "set_aside"


class MadeBy(StrEnum):
    """Who said that two ids are one person."""

    EVENT = "event"
    ALIAS = "alias"
    HAND = "hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupInfo:
    """A customer company as the vendor's product names it. `members` counts the people seen in it."""

    id: UUID
    workspace_id: UUID
    group_id: str
    name: str
    domain: str
    traits: Mapping[str, Any] = field(default_factory=dict)
    account_id: UUID | None
    matched_by: MatchedBy
    members: int
    first_seen_at: datetime

    @property
    def title(self) -> str:
        """Return what to call it."""
        return self.name or self.group_id

    @property
    def standing(self) -> Standing:
        """Return whether it has an account, waits for one, or was set aside."""
        return standing_of(self.account_id, self.matched_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonInfo:
    """Somebody with a user id. `merged_into` is the user id that an alias made it one with, "" where there is none."""

    id: UUID
    workspace_id: UUID
    user_id: str
    name: str
    email: str
    traits: Mapping[str, Any] = field(default_factory=dict)
    contact_id: UUID | None
    matched_by: MatchedBy
    merged_into: str
    groups: tuple[str, ...]
    first_seen_at: datetime

    @property
    def title(self) -> str:
        """Return what to call somebody."""
        return self.name or self.email or self.user_id

    @property
    def standing(self) -> Standing:
        """Return whether a contact was found, is waited for, or was given up."""
        return standing_of(self.contact_id, self.matched_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """How to show a person of the event store: `title` is their name, address or id, in this order."""

    person: str
    title: str
    email: str
    contact_id: UUID | None
    is_anonymous: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkInfo:
    """That an anonymous id (or, for a merge, another user id) is a user; `undone_at` says that it was taken back."""

    id: UUID
    from_id: str
    is_anonymous: bool
    user_id: str
    made_by: MadeBy
    made_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSuggestion:
    """An account that a waiting group may be; `reason` is external_id, domain or name."""

    account_id: UUID
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSuggestion:
    """A contact that a waiting person may be; `reason` is email or name."""

    contact_id: UUID
    name: str
    account_name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFilters:
    """Which groups a list shows. `search` looks into name, id and domain."""

    search: str = ""
    standing: Standing | None = None
    account_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFilters:
    """Which people a list shows. `search` looks into name, address and user id; `group_id` is the vendor's id."""

    search: str = ""
    standing: Standing | None = None
    group_id: str = ""


class AlreadyLinkedError(ConflictError):
    """The id belongs to another user already."""

    code: ClassVar[str] = "already_linked"
    title: ClassVar[str] = "This id belongs to somebody else"


def standing_of(target_id: UUID | None, matched_by: MatchedBy) -> Standing:
    """Say where a group or a person stands."""
    if target_id is not None:
        return Standing.MAPPED
    return Standing.SET_ASIDE if matched_by is MatchedBy.HAND else Standing.WAITING
