"""Facts about signals: what usage says that somebody should act on. The subject is the account."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalEvent(Event):
    """Base of facts about one signal; `title` is its reason in a sentence."""

    subject_type: ClassVar[str] = "account"
    account_id: UUID
    signal_id: UUID
    kind: str
    title: str

    @property
    def subject_id(self) -> UUID:
        """Return the account's id."""
        return self.account_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRaised(SignalEvent):
    """Usage shows a chance or a risk that somebody should look at."""

    name: ClassVar[str] = "usage_signal.raised"
    todo: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalEnded(SignalEvent):
    """What a signal was about is no longer so."""

    name: ClassVar[str] = "usage_signal.ended"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalDismissed(SignalEvent):
    """Somebody dealt with a signal, or said why it does not matter."""

    name: ClassVar[str] = "usage_signal.dismissed"
    reason: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSnoozed(SignalEvent):
    """Somebody put a signal off until a day."""

    name: ClassVar[str] = "usage_signal.snoozed"
    until: datetime


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class SignalSettingsChanged(Event):
    """Somebody changed from when on the workspace hears of signals; `changes` holds (limit, old, new) as texts."""

    name: ClassVar[str] = "usage_signal.settings_changed"
    subject_type: ClassVar[str] = "workspace"
    workspace_id: UUID
    changes: tuple[tuple[str, str, str], ...]

    @property
    def subject_id(self) -> UUID:
        """Return the workspace's id."""
        return self.workspace_id
