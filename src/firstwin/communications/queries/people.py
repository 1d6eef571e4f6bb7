"""Who reads what: the people of a project as readers, with the zone they read dates in."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from firstwin.communications.contracts import Reader
from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo, ContactInfo
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, MemberInfo
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import PersonRef
from firstwin.projects.contracts.briefs import ProjectBrief


def readers_of_roles(
    *, actor: Actor, project: ProjectBrief, account: AccountInfo, roles: Collection[str]
) -> tuple[Reader, ...]:
    """Return the people who fill the roles, each once, in the order of the roles; empty roles are left out."""
    by_key = {role.key: role.person for role in project.roles}
    persons = [by_key.get(key) for key in roles]
    return readers_of(actor=actor, account=account, people=[one for one in persons if one is not None])


def customer_readers(*, actor: Actor, project: ProjectBrief, account: AccountInfo) -> tuple[Reader, ...]:
    """Return the customer's people of a project, each once."""
    people = [role.person for role in project.roles if role.person is not None and role.side is Side.CUSTOMER]
    return readers_of(actor=actor, account=account, people=people)


def readers_of(*, actor: Actor, account: AccountInfo, people: Iterable[PersonRef]) -> tuple[Reader, ...]:
    """Return people as readers, each once; those who cannot be written to are dropped. Two queries."""
    wanted = {person.id: person.side for person in people}
    return _readers(actor, account, wanted)


def readers_by_id(*, actor: Actor, account: AccountInfo, ids: Collection[UUID]) -> tuple[Reader, ...]:
    """Return members and this account's contacts with these ids as readers, in the order asked; others are dropped."""
    found = {**_contacts(actor, account, ids), **_members(actor, ids)}
    return tuple(found[id] for id in dict.fromkeys(ids) if id in found)


def _readers(actor: Actor, account: AccountInfo, wanted: Mapping[UUID, Side]) -> tuple[Reader, ...]:
    contact_ids = [id for id, side in wanted.items() if side is Side.CUSTOMER]
    member_ids = [id for id, side in wanted.items() if side is Side.VENDOR]
    found = {
        **(_contacts(actor, account, contact_ids) if contact_ids else {}),
        **(_members(actor, member_ids) if member_ids else {}),
    }
    return tuple(found[id] for id in wanted if id in found)


def _contacts(actor: Actor, account: AccountInfo, ids: Collection[UUID]) -> dict[UUID, Reader]:
    contacts = customer_queries.list_contacts(actor=actor, account_id=account.id)
    return {one.id: contact_reader(one, account) for one in contacts if one.id in ids and is_reachable(one, account)}


def _members(actor: Actor, ids: Collection[UUID]) -> dict[UUID, Reader]:
    members = identity_queries.list_members(actor=actor, ids=list(ids))
    return {one.id: member_reader(one) for one in members}


def is_reachable(contact: ContactInfo, account: AccountInfo) -> bool:
    """Return whether mail may go to a contact: they and their account are not archived, and there is an address."""
    return contact.is_active and bool(contact.email) and account.archived_at is None


def contact_reader(contact: ContactInfo, account: AccountInfo) -> Reader:
    """Return a contact as a reader; without a zone of their own they read in the account's."""
    return Reader(
        side=Side.CUSTOMER,
        id=contact.id,
        name=contact.name,
        email=contact.email,
        time_zone=contact.time_zone or account.time_zone,
    )


def member_reader(member: MemberInfo) -> Reader:
    """Return a member as a reader."""
    return Reader(side=Side.VENDOR, id=member.id, name=member.name, email=member.email, time_zone=member.time_zone)
