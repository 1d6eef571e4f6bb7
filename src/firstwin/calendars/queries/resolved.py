"""Calendars with what they inherit, read in a constant number of queries. Inside calendars only."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from firstwin.calendars.contracts import DayKind, Holder, HolderKind
from firstwin.calendars.models import Calendar, CalendarDay
from firstwin.calendars.rules import hours, resolving
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.resolving import NOTHING, OwnFacts, Resolved
from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo, ContactInfo
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, MemberInfo, WorkspaceInfo, system_actor
from firstwin.shared import bulk
from firstwin.shared.bulk import Question, Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """People and accounts that somebody has read already. The account of every contact is among the accounts."""

    workspace: WorkspaceInfo
    accounts: Mapping[UUID, AccountInfo] = field(default_factory=dict)
    members: Mapping[UUID, MemberInfo] = field(default_factory=dict)
    contacts: Mapping[UUID, ContactInfo] = field(default_factory=dict)


Own = Mapping[UUID, OwnFacts]
"""What each holder has of its own, by its id; who has nothing is left out."""


def known_of(
    actor: Actor,
    *,
    account_ids: Collection[UUID] = (),
    member_ids: Collection[UUID] = (),
    contact_ids: Collection[UUID] = (),
) -> tuple[Known, Own]:
    """Return people and accounts by id with what each has of their own, asked for together, at most eight reads.

    Working time does not depend on who asks for it.
    """
    reader = system_actor(actor.workspace_id)
    (workspace, members), accounts, contacts, rows = bulk.ask(
        identity_queries.about_workspace_with(actor=reader, member_ids=member_ids),
        customer_queries.about_accounts(actor=reader, account_ids=account_ids),
        customer_queries.about_contacts(actor=reader, contact_ids=contact_ids),
        _about_rows(reader, [reader.workspace_id, *account_ids, *member_ids, *contact_ids]),
    )
    others = {contact.account_id for contact in contacts.values()} - accounts.keys()
    if others:
        more, more_rows = bulk.ask(
            customer_queries.about_accounts(actor=reader, account_ids=others), _about_rows(reader, others)
        )
        accounts, rows = {**accounts, **more}, [*rows, *more_rows]
    known = Known(workspace=workspace, accounts=accounts, members=members, contacts=contacts)
    return known, _with_days(reader, rows)


def known_with_heirs(actor: Actor, holder: Holder) -> tuple[Known, Own]:
    """Return a holder and everybody active who inherits from its calendar and has something of their own, with that, in at
    most nine reads: whoever has nothing of their own works as the holder does.
    """
    ids: dict[HolderKind, list[UUID]] = {kind: [] for kind in HolderKind}
    ids[holder.kind].append(holder.id)
    reader = system_actor(actor.workspace_id)
    if holder.kind is HolderKind.WORKSPACE:
        for kind, holder_id in Calendar.objects.for_actor(reader).values_list("holder_kind", "holder_id"):
            ids[HolderKind(kind)].append(holder_id)
    elif holder.kind is HolderKind.ACCOUNT:
        contacts = customer_queries.list_contacts_of(actor=reader, account_ids=[holder.id]).get(holder.id, ())
        ids[HolderKind.CONTACT] += [contact.id for contact in contacts]
    known, own = known_of(
        actor,
        account_ids=ids[HolderKind.ACCOUNT],
        member_ids=ids[HolderKind.MEMBER],
        contact_ids=ids[HolderKind.CONTACT],
    )

    def counts(one: AccountInfo | ContactInfo | MemberInfo) -> bool:
        is_gone = not one.is_active if isinstance(one, MemberInfo) else one.archived_at is not None
        return one.id == holder.id or not is_gone

    left = replace(
        known,
        members={id: member for id, member in known.members.items() if counts(member)},
        contacts={
            id: contact
            for id, contact in known.contacts.items()
            if counts(contact) and (contact.id == holder.id or counts(known.accounts[contact.account_id]))
        },
    )
    return left, own


def own_facts_of(known: Known) -> Own:
    """Return what everybody known has of their own, in two reads."""
    workspace_id = known.workspace.id
    return own_facts(workspace_id, [workspace_id, *known.accounts, *known.members, *known.contacts])


def resolved_of(known: Known) -> Mapping[UUID, Resolved]:
    """Return the calendars of everybody known, by the id of their holder, in two reads."""
    return resolved_with(known, own_facts_of(known))


def resolved_with(known: Known, own: Own) -> Mapping[UUID, Resolved]:
    """Return the calendars of everybody known, by the id of their holder, from what each has of their own."""
    workspace = known.workspace
    top = resolving.base(
        Holder(kind=HolderKind.WORKSPACE, id=workspace.id),
        workspace.name,
        own.get(workspace.id, NOTHING),
        time_zone=workspace.time_zone,
        country=workspace.country,
    )
    found = {workspace.id: top}
    for account in known.accounts.values():
        found[account.id] = resolving.account(
            Holder(kind=HolderKind.ACCOUNT, id=account.id),
            account.name,
            own.get(account.id, NOTHING),
            top,
            time_zone=account.time_zone,
            country=account.country,
        )
    for member in known.members.values():
        found[member.id] = resolving.person(
            Holder(kind=HolderKind.MEMBER, id=member.id),
            member.name,
            own.get(member.id, NOTHING),
            top,
            time_zone=resolving.member_zone(member.time_zone),
        )
    for contact in known.contacts.values():
        found[contact.id] = resolving.person(
            Holder(kind=HolderKind.CONTACT, id=contact.id),
            contact.name,
            own.get(contact.id, NOTHING),
            found[contact.account_id],
            time_zone=contact.time_zone,
        )
    return found


def own_facts(workspace_id: UUID, holder_ids: Collection[UUID]) -> Own:
    """Return what each holder has of their own, in two reads."""
    reader = system_actor(workspace_id)
    return _with_days(reader, bulk.ask(_about_rows(reader, holder_ids))[0])


def _about_rows(reader: Actor, holder_ids: Collection[UUID]) -> Question[list[Calendar]]:
    readings = (Reading(model=Calendar, where={"holder_id": holder_ids}),)
    return Question(within=reader, readings=readings, answer=list)


def _with_days(reader: Actor, rows: Collection[Calendar]) -> Own:
    days: dict[UUID, list[CalendarDay]] = {row.id: [] for row in rows if row.day_count}
    if days:
        for day in bulk.read_rows(CalendarDay, reader, {"calendar_id": days}, order_by=("id",)):
            days[day.calendar_id].append(day)
    return {row.holder_id: own_of(row, facts_of(days.get(row.id, ()))) for row in rows}


def own_of(row: Calendar, days: tuple[DayFact, ...]) -> OwnFacts:
    """Return what a holder has of its own, from its row and its exceptions."""
    return OwnFacts(
        week=tuple(hours.loaded(day) for day in row.week) if row.week else None,
        country=row.country,
        subdivision=row.subdivision,
        days=days,
    )


def facts_of(rows: Iterable[CalendarDay]) -> tuple[DayFact, ...]:
    """Return rows of exceptions as facts."""
    return tuple(fact_of(row) for row in rows)


def fact_of(row: CalendarDay) -> DayFact:
    """Return a row of an exception as a fact."""
    return DayFact(
        id=row.id,
        kind=DayKind(row.kind),
        first_on=row.first_on,
        last_on=row.last_on,
        hours=hours.loaded(row.hours),
        repeats=row.repeats,
        label=row.label,
        is_imported=row.import_run_id is not None,
    )
