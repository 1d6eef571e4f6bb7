"""Facts about working calendars. The subject is the calendar."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarEvent(Event):
    """Base of facts about one calendar; `holder_kind` is a HolderKind value, `holder_id` its id.

    `why` says for plans that move what it was, without anything private: "Ada's leave 3–14 August".
    """

    subject_type: ClassVar[str] = "calendar"
    calendar_id: UUID
    holder_kind: str
    holder_id: UUID
    holder_name: str
    account_id: UUID | None
    why: str

    @property
    def subject_id(self) -> UUID:
        """Return the calendar's id."""
        return self.calendar_id


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged(CalendarEvent):
    """Hours, country or region of a calendar changed; `changes` holds (field, old, new) as texts."""

    name: ClassVar[str] = "calendar.changed"
    changes: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDayEvent(CalendarEvent):
    """Base of facts about one exception; `kind` is a DayKind value."""

    day_id: UUID
    kind: str
    first_on: date
    last_on: date
    repeats: str


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDayAdded(CalendarDayEvent):
    """Leave, a day off, a part day or an extra working day was entered."""

    name: ClassVar[str] = "calendar.day_added"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDayChanged(CalendarDayEvent):
    """An exception was changed."""

    name: ClassVar[str] = "calendar.day_changed"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDayRemoved(CalendarDayEvent):
    """An exception was taken out again."""

    name: ClassVar[str] = "calendar.day_removed"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarImported(CalendarEvent):
    """A calendar file was taken over."""

    name: ClassVar[str] = "calendar.imported"
    import_id: UUID
    file_name: str
    added: int
    changed: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarImportUndone(CalendarEvent):
    """What an import brought in was taken out again."""

    name: ClassVar[str] = "calendar.import_undone"
    import_id: UUID
    file_name: str
    removed: int
    restored: int


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityChanged(Event):
    """A member's weekly hours or skills changed; `weekly_hours` is a number as text, empty when it follows the calendar."""

    name: ClassVar[str] = "member.capacity_changed"
    subject_type: ClassVar[str] = "member"
    member_id: UUID
    person_name: str
    weekly_hours: str
    skills: tuple[str, ...]

    @property
    def subject_id(self) -> UUID:
        """Return the member's id."""
        return self.member_id
