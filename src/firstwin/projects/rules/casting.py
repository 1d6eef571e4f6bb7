"""Who plays which role of a playbook in a project."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from firstwin.customers.contracts import AccountInfo, ContactInfo
from firstwin.identity.contracts import MemberInfo
from firstwin.playbooks.contracts import RoleSpec, Side, TaskSpec
from firstwin.projects.contracts import PersonRef, ProjectRole
from firstwin.projects.rules import owners
from firstwin.shared.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who there is: members, contacts by account, and the member who launches."""

    members: Mapping[UUID, MemberInfo]
    contacts: Mapping[UUID, tuple[ContactInfo, ...]]
    launcher_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Roles with their people, the owner of the project, and what was wrong with the wishes."""

    roles: tuple[ProjectRole, ...]
    owner: MemberInfo | None
    problems: tuple[Problem, ...]


def member_ref(member: MemberInfo) -> PersonRef:
    """A member as a person on a project."""
    return PersonRef(side=Side.VENDOR, id=member.id, name=member.name, email=member.email)


def contact_ref(contact: ContactInfo) -> PersonRef:
    """A contact as a person on a project."""
    return PersonRef(side=Side.CUSTOMER, id=contact.id, name=contact.name, email=contact.email)


def cast_roles(roles: Iterable[RoleSpec], wishes: Mapping[str, UUID], people: People, account: AccountInfo) -> Cast:
    """Everybody in their role: as wished, else by stakeholder role or account owner, else whoever the role falls back to.

    A vendor role without a fallback goes to the account's owner, or to whoever launches when there is none.
    """
    specs = list(roles)
    known = {role.key for role in specs}
    problems = [
        Problem(f"role_map.{key}", f"This playbook has no role {key}.", "Take the roles from the preview.")
        for key in wishes
        if key not in known
    ]
    contacts = {contact.id: contact for contact in people.contacts.get(account.id, ()) if contact.is_active}
    owner = _default_owner(people, account)
    chosen: dict[str, PersonRef | None] = {}
    for role in specs:
        person_id = wishes.get(role.key)
        if person_id is not None:
            chosen[role.key] = _person(role, person_id, people, contacts)
            if chosen[role.key] is None:
                problems.append(_nobody(role, account))
        else:
            chosen[role.key] = _preselected(role, contacts.values(), owner)
    filled = {role.key: _with_fallback(role.key, specs, chosen) for role in specs}
    first_vendor = next((filled[r.key] for r in specs if r.side is Side.VENDOR and filled[r.key] is not None), None)
    return Cast(
        roles=tuple(ProjectRole(key=r.key, name=r.name, side=r.side, person=filled[r.key]) for r in specs),
        owner=people.members.get(first_vendor.id) if first_vendor else owner,
        problems=tuple(problems),
    )


def _default_owner(people: People, account: AccountInfo) -> MemberInfo | None:
    for person_id in (account.owner_id, people.launcher_id):
        member = people.members.get(person_id) if person_id else None
        if member is not None and member.is_active:
            return member
    return None


def _person(role: RoleSpec, person_id: UUID, people: People, contacts: Mapping[UUID, ContactInfo]) -> PersonRef | None:
    if role.side is Side.VENDOR:
        member = people.members.get(person_id)
        return member_ref(member) if member is not None and member.is_active else None
    contact = contacts.get(person_id)
    return contact_ref(contact) if contact is not None else None


def _nobody(role: RoleSpec, account: AccountInfo) -> Problem:
    who = "an active member of your team" if role.side is Side.VENDOR else f"an active contact of {account.name}"
    return Problem(f"role_map.{role.key}", f"{role.name} is not {who}.", f"Choose {who}.")


def _preselected(role: RoleSpec, contacts: Iterable[ContactInfo], owner: MemberInfo | None) -> PersonRef | None:
    if role.side is Side.VENDOR:
        return member_ref(owner) if owner is not None and not role.fallback else None
    if role.stakeholder is None:
        return None
    return next((contact_ref(contact) for contact in contacts if role.stakeholder in contact.roles), None)


def _with_fallback(key: str, specs: Iterable[RoleSpec], chosen: Mapping[str, PersonRef | None]) -> PersonRef | None:
    fallbacks = {role.key: role.fallback for role in specs}
    seen: set[str] = set()
    while key and key not in seen:
        if (person := chosen.get(key)) is not None:
            return person
        seen.add(key)
        key = fallbacks.get(key, "")
    return None


def calendar_keys(roles: Iterable[ProjectRole]) -> Mapping[str, str]:
    """Whose calendar counts for the tasks of each role; none for a role that nobody fills."""
    return {
        role.key: owners.calendar_key(
            member_id=role.person.id if role.side is Side.VENDOR else None,
            contact_id=role.person.id if role.side is Side.CUSTOMER else None,
        )
        for role in roles
        if role.person is not None
    }


def warnings(roles: Iterable[ProjectRole], specs: Iterable[TaskSpec]) -> list[str]:
    """Sentences about roles that own tasks and that nobody fills."""
    counts: dict[str, int] = {}
    for spec in specs:
        counts[spec.owner] = counts.get(spec.owner, 0) + 1
    return [
        f"Nobody fills {role.name}, who owns {counts[role.key]} task{'s' if counts[role.key] != 1 else ''}."
        for role in roles
        if role.person is None and counts.get(role.key)
    ]
