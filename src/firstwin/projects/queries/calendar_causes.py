"""Why the calendars of a plan are no longer those that it was dated by, as far as the journal tells. Inside projects only."""

from datetime import datetime, timedelta
from uuid import UUID

from firstwin.calendars.events import (
    CalendarChanged,
    CalendarDayAdded,
    CalendarDayChanged,
    CalendarDayRemoved,
    CalendarImported,
    CalendarImportUndone,
)
from firstwin.customers.events import AccountChanged, ContactChanged
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.identity.events import MemberChanged, WorkspaceChanged
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter, EntryInfo
from firstwin.projects.queries.plans import RunningPlan
from firstwin.projects.rules import ledger, owners
from firstwin.shared.pagination import MAX_PAGE_SIZE

_OF_CALENDARS = frozenset(
    fact.name
    for fact in (
        CalendarChanged,
        CalendarDayAdded,
        CalendarDayChanged,
        CalendarDayRemoved,
        CalendarImported,
        CalendarImportUndone,
    )
)
_OF_PLACES = {
    WorkspaceChanged.name: "workspace_id",
    AccountChanged.name: "account_id",
    MemberChanged.name: "member_id",
    ContactChanged.name: "contact_id",
}
UNKNOWN = "a working calendar changed"


def find_cause(plan: RunningPlan) -> tuple[str, datetime]:
    """Return the latest change of a calendar in which a plan counts, in words, and when it was.

    Looks back to the day before the plan was settled last. A plan whose calendars differ without a fact that says so is
    told that one changed, at the time of its own last change.
    """
    project = plan.project
    actor = system_actor(project.workspace_id)
    members, contacts = plan.owner_ids()
    holders = {project.workspace_id, project.account_id} | members | contacts
    day = project.counted_on or project.launched_at.date()
    since = ledger.morning_of(day - timedelta(days=1), "UTC")
    chosen = EntryFilter(event_names=(*sorted(_OF_CALENDARS), *_OF_PLACES), since=since)
    for entry in journal_queries.list_entries(actor, chosen, limit=MAX_PAGE_SIZE).items:
        if why := _why(actor, entry, holders):
            return why, entry.at
    return UNKNOWN, project.updated_at


def _why(actor: Actor, entry: EntryInfo, holders: set[UUID]) -> str:
    """What an entry says of the calendar of one of the holders; empty when it is of another, or of something else."""
    data = entry.data
    if entry.event_name in _OF_CALENDARS:
        return str(data["why"]) if UUID(data["holder_id"]) in holders else ""
    holder_id = UUID(data[_OF_PLACES[entry.event_name]])
    if holder_id not in holders:
        return ""
    name = data.get("person_name") or data.get("title") or ""
    if entry.event_name == WorkspaceChanged.name:
        name = owners.THE_WORKSPACE
    if entry.event_name == MemberChanged.name:
        member = identity_queries.find_member(actor=actor, member_id=holder_id)
        name = member.name if member is not None else ""
    return owners.place_in_words(data["changes"], name)
