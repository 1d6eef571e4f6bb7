"""Calendar invitations (RFC 5545, 5546) and reading one back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress, vText

from firstwin.communications.contracts import AttendeeInfo, CalendarEntry, InvitationMethod, Rsvp

_PARTSTAT = {
    Rsvp.NEEDS_ACTION: "NEEDS-ACTION",
    Rsvp.ACCEPTED: "ACCEPTED",
    Rsvp.TENTATIVE: "TENTATIVE",
    Rsvp.DECLINED: "DECLINED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What an invitation says. The same `uid` with a higher `sequence` replaces the entry in the reader's calendar."""

    uid: str
    sequence: int
    method: InvitationMethod
    title: str
    starts_at: datetime
    minutes: int
    description: str
    location: str
    organizer_name: str
    organizer_email: str
    attendees: tuple[AttendeeInfo, ...]
    stamped_at: datetime


def to_calendar(invitation: Invitation) -> str:
    """Return the text of the calendar attachment, in UTC, so that every program shows it in the reader's zone."""
    calendar = Calendar()
    calendar.add("prodid", "-//Firstwin//Onboarding//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", invitation.method.value)
    entry = Event()
    entry.add("uid", invitation.uid)
    entry.add("sequence", invitation.sequence)
    entry.add("dtstamp", invitation.stamped_at.astimezone(UTC))
    start = invitation.starts_at.astimezone(UTC)
    entry.add("dtstart", start)
    entry.add("dtend", start + timedelta(minutes=invitation.minutes))
    entry.add("summary", invitation.title)
    if invitation.description:
        entry.add("description", invitation.description)
    if invitation.location:
        entry.add("location", invitation.location)
    is_cancelled = invitation.method is InvitationMethod.CANCEL
    entry.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    organizer = vCalAddress(f"mailto:{invitation.organizer_email}")
    organizer.params["CN"] = vText(invitation.organizer_name)
    entry.add("organizer", organizer)
    for attendee in invitation.attendees:
        entry.add("attendee", _address_of(attendee), encode=False)
    calendar.add_component(entry)
    text: str = calendar.to_ical().decode()
    return text


def read_calendar(text: str) -> CalendarEntry | None:
    """Return what a calendar attachment says, or None where it holds no entry that can be read."""
    try:
        calendar = Calendar.from_ical(text)
    except (ValueError, IndexError):
        return None
    for entry in calendar.walk("VEVENT"):
        start, end = entry.get("dtstart"), entry.get("dtend")
        if start is None or end is None or not isinstance(start.dt, datetime) or not isinstance(end.dt, datetime):
            continue
        return CalendarEntry(
            method=str(calendar.get("method", "")),
            title=str(entry.get("summary", "")),
            starts_at=start.dt,
            ends_at=end.dt,
            organizer=_name_of(entry.get("organizer")),
            attendees=tuple(_name_of(one) for one in _as_list(entry.get("attendee"))),
            location=str(entry.get("location", "")),
            description=str(entry.get("description", "")),
            sequence=int(entry.get("sequence", 0)),
        )
    return None


def _address_of(attendee: AttendeeInfo) -> vCalAddress:
    address = vCalAddress(f"mailto:{attendee.email}")
    address.params["CN"] = vText(attendee.name)
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText(_PARTSTAT[attendee.rsvp])
    address.params["RSVP"] = vText("TRUE" if attendee.rsvp is Rsvp.NEEDS_ACTION else "FALSE")
    return address


def _as_list(value: object) -> Sequence[object]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _name_of(address: object) -> str:
    if address is None:
        return ""
    name = getattr(address, "params", {}).get("CN", "")
    plain = str(address).removeprefix("mailto:").removeprefix("MAILTO:")
    return f"{name} <{plain}>" if name else plain
