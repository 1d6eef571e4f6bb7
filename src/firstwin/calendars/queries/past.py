"""How working calendars changed, one change after the other, and what they were before each."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.calendars import events
from firstwin.calendars.contracts import Specs, SpecsChange
from firstwin.calendars.models import Calendar, CalendarChange
from firstwin.calendars.queries import resolved, specs
from firstwin.calendars.queries.resolved import Known
from firstwin.calendars.rules import past
from firstwin.calendars.rules.resolving import NOTHING, OwnFacts
from firstwin.customers.events import AccountChanged, ContactChanged
from firstwin.identity.contracts import Actor, system_actor
from firstwin.identity.events import MemberChanged, WorkspaceChanged
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter, EntryInfo
from firstwin.shared.pagination import MAX_PAGE_SIZE

_OF_CALENDARS = (
    events.CalendarChanged.name,
    events.CalendarDayAdded.name,
    events.CalendarDayChanged.name,
    events.CalendarDayRemoved.name,
    events.CalendarImported.name,
    events.CalendarImportUndone.name,
)
_OF_PLACES = {
    WorkspaceChanged.name: "workspace_id",
    AccountChanged.name: "account_id",
    MemberChanged.name: "member_id",
    ContactChanged.name: "contact_id",
}
THE_WORKSPACE = "the workspace"


def list_changes(
    *,
    actor: Actor,
    since: datetime,
    account_ids: Collection[UUID] = (),
    member_ids: Collection[UUID] = (),
    contact_ids: Collection[UUID] = (),
) -> Iterator[SpecsChange]:
    """Return how the calendars of the workspace and of whom is named changed, the latest change first, in at most ten reads.

    Goes back to an instant, through the latest 200 facts about them, or to the first change of which is not known what it
    replaced: its `before` is None.
    """
    # What changes while this is read is in the journal and not in the calendars, never the other way round: to take back
    # what is not there yet changes nothing.
    reader = system_actor(actor.workspace_id)
    known, own = resolved.known_of(reader, account_ids=account_ids, member_ids=member_ids, contact_ids=contact_ids)
    holders = {known.workspace.id, *known.accounts, *known.members, *known.contacts}
    calendars = Calendar.objects.for_actor(reader).filter(holder_id__in=holders).values_list("id", flat=True)
    chosen = EntryFilter(
        subject_ids=frozenset(holders.union(calendars)), event_names=(*_OF_CALENDARS, *_OF_PLACES), since=since
    )
    entries = journal_queries.list_entries(reader, chosen, limit=MAX_PAGE_SIZE).items
    rows = CalendarChange.objects.for_actor(reader).filter(id__in=[entry.id for entry in entries])
    return _walked_back(known, own, entries, dict(rows.values_list("id", "replaced")))


def _walked_back(
    known: Known, own: Mapping[UUID, OwnFacts], entries: Collection[EntryInfo], kept: Mapping[UUID, Any]
) -> Iterator[SpecsChange]:
    after = specs.specs_with(known, own)
    names = _names(known)
    for entry in entries:
        holder_id = UUID(entry.data[_OF_PLACES.get(entry.event_name, "holder_id")])
        if holder_id not in names:
            continue
        before: Specs | None = None
        if entry.event_name in _OF_PLACES:
            place = past.place_before(entry.data["changes"])
            if not place:
                continue
            why = past.place_in_words(entry.data["changes"], names[holder_id])
            known = _placed(known, holder_id, place)
            before = specs.specs_with(known, own)
        else:
            why = str(entry.data["why"])
            if entry.id in kept:
                own = {**own, holder_id: past.before_change(own.get(holder_id, NOTHING), kept[entry.id])}
                before = specs.specs_with(known, own)
        yield SpecsChange(at=entry.at, why=why, before=before, after=after)
        if before is None:
            return
        after = before


def _names(known: Known) -> Mapping[UUID, str]:
    return {
        known.workspace.id: THE_WORKSPACE,
        **{id: account.name for id, account in known.accounts.items()},
        **{id: member.name for id, member in known.members.items()},
        **{id: contact.name for id, contact in known.contacts.items()},
    }


def _placed(known: Known, holder_id: UUID, place: Mapping[str, Any]) -> Known:
    """Everybody, with one of them where they were before they moved."""
    if holder_id == known.workspace.id:
        return replace(known, workspace=replace(known.workspace, **place))
    if holder_id in known.accounts:
        account = replace(known.accounts[holder_id], **place)
        return replace(known, accounts={**known.accounts, holder_id: account})
    if holder_id in known.members:
        member = replace(known.members[holder_id], **place)
        return replace(known, members={**known.members, holder_id: member})
    contact = replace(known.contacts[holder_id], **place)
    return replace(known, contacts={**known.contacts, holder_id: contact})
