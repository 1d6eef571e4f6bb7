"""Writes on members."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity import permissions, queries, rules
from firstwin.identity.contracts import Actor, LastOwnerError, MemberInfo, Role
from firstwin.identity.events import MemberChanged, MemberDeactivated, MemberJoined, MemberReactivated, RoleChanged
from firstwin.identity.models import Member, User, Workspace
from firstwin.identity.operations import people
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem

PROFILE_FIELDS = ("name", "title", "time_zone")


def add_member(
    *,
    actor: Actor,
    email: str,
    name: str,
    role: Role,
    at: datetime,
    title: str = "",
    time_zone: str = "UTC",
    password: str | None = None,
) -> MemberInfo:
    """Make a person a member at once, without an invitation (set-up, demo, command line, provisioning).

    Raises ConflictError when they already belong to the workspace. An existing person keeps name and password.
    """
    _require(permissions.can_grant_role(actor, role), f"You may not add someone as {role.value}.")
    problems = people.person_problems(email=email, name=name, time_zone=time_zone)
    if problems:
        raise InvalidInputError("The member was not added.", problems=tuple(problems))
    with transaction.atomic():
        user = people.find_or_create_user(email=email, name=name, time_zone=time_zone, password=password, at=at)
        member = join(actor=actor, user=user, role=role, title=title, at=at)
        return queries.get_member(actor=actor, member_id=member.id)


def join(*, actor: Actor, user: User, role: Role, title: str, at: datetime) -> Member:
    """Tie a person to the actor's workspace and record it; inside the caller's transaction and permission."""
    if Member.objects.for_actor(actor).filter(user=user).exists():
        raise ConflictError(
            f"{user.email} already belongs to this workspace.",
            remedy="Change their role, or reactivate them, on the members page.",
        )
    member = Member(workspace_id=actor.workspace_id, user=user, role=role, title=title.strip(), joined_at=at)
    member.save(force_insert=True)
    journal_operations.record(
        MemberJoined(member_id=member.id, person_name=user.name, email=user.email, role=role.value), actor=actor, at=at
    )
    return member


def change_role(*, actor: Actor, member_id: UUID, role: Role, at: datetime) -> MemberInfo:
    """Give a member another role. Raises LastOwnerError when nobody would be owner any more."""
    with transaction.atomic():
        member = _locked_member(actor, member_id)
        old = Role(member.role)
        allowed = permissions.can_change_member(actor, role=old) and permissions.can_grant_role(actor, role)
        _require(allowed, f"You may not change {old.value} to {role.value}.")
        if old is not role:
            if old is Role.OWNER:
                _refuse_last_owner(actor, member)
            Member.objects.for_actor(actor).filter(id=member.id).update(role=role)
            journal_operations.record(
                RoleChanged(member_id=member.id, old_role=old.value, new_role=role.value), actor=actor, at=at
            )
    return queries.get_member(actor=actor, member_id=member_id)


def deactivate_member(*, actor: Actor, member_id: UUID, at: datetime) -> MemberInfo:
    """Take a member's access away at once, ending their sessions; what they did stays. Never the last owner."""
    with transaction.atomic():
        member = _locked_member(actor, member_id)
        _require(permissions.can_change_member(actor, role=Role(member.role)), "You may not deactivate this member.")
        if member.is_active:
            if member.role == Role.OWNER:
                _refuse_last_owner(actor, member)
            Member.objects.for_actor(actor).filter(id=member.id).update(is_active=False)
            if not queries.list_memberships(user_id=member.user_id):
                people.end_sessions(member.user)
            journal_operations.record(MemberDeactivated(member_id=member.id), actor=actor, at=at)
    return queries.get_member(actor=actor, member_id=member_id)


def reactivate_member(*, actor: Actor, member_id: UUID, at: datetime) -> MemberInfo:
    """Give a deactivated member access again, in their former role."""
    with transaction.atomic():
        member = _locked_member(actor, member_id)
        _require(permissions.can_change_member(actor, role=Role(member.role)), "You may not reactivate this member.")
        if not member.is_active:
            Member.objects.for_actor(actor).filter(id=member.id).update(is_active=True)
            journal_operations.record(MemberReactivated(member_id=member.id), actor=actor, at=at)
    return queries.get_member(actor=actor, member_id=member_id)


def edit_member(*, actor: Actor, member_id: UUID, changes: dict[str, str], at: datetime) -> MemberInfo:
    """Change name, title or time_zone: one's own, or anyone's for owners and admins.

    The name and time zone belong to the person and so hold in each of their workspaces: nobody but the person
    changes them for someone who belongs to another workspace too.
    """
    _require(permissions.can_edit_profile(actor, member_id=member_id), "You may only edit your own profile.")
    problems = _profile_problems(changes)
    if problems:
        raise InvalidInputError("The profile was not changed.", problems=tuple(problems))
    with transaction.atomic():
        member = _locked_member(actor, member_id)
        user = member.user
        before = {"name": user.name, "title": member.title, "time_zone": user.time_zone}
        changed = tuple((f, before[f], new.strip()) for f, new in changes.items() if before[f] != new.strip())
        personal = {field: new for field, _, new in changed if field != "title"}
        if personal and actor.id != member.id and len(queries.list_memberships(user_id=user.id)) > 1:
            raise PermissionDeniedError("This person belongs to other workspaces too.", remedy="Ask them to change it.")
        if changed:
            Member.objects.for_actor(actor).filter(id=member.id).update(**{f: n for f, _, n in changed if f == "title"})
            User.objects.filter(id=user.id).update(**personal)
            journal_operations.record(MemberChanged(member_id=member.id, changes=changed), actor=actor, at=at)
    return queries.get_member(actor=actor, member_id=member_id)


def _profile_problems(changes: dict[str, str]) -> list[Problem]:
    problems = [
        Problem(field, f"“{field}” cannot be changed.", f"Possible are {', '.join(PROFILE_FIELDS)}.")
        for field in changes
        if field not in PROFILE_FIELDS
    ]
    if "name" in changes and not 1 <= len(changes["name"].strip()) <= 200:
        problems.append(Problem("name", "The name is empty or too long.", "Use 1 to 200 characters."))
    if len(changes.get("title", "").strip()) > 120:
        problems.append(Problem("title", "The title is too long.", "Use at most 120 characters."))
    if "time_zone" in changes and not rules.is_time_zone(changes["time_zone"].strip()):
        problems.append(Problem("time_zone", "That is not a time zone.", "Choose one such as Europe/Berlin."))
    return problems


def _locked_member(actor: Actor, member_id: UUID) -> Member:
    """Return the member; changes of members of one workspace wait for one another, so that an owner always remains."""
    Workspace.objects.select_for_update().get(id=actor.workspace_id)
    member = Member.objects.for_actor(actor).select_related("user").filter(id=member_id).first()
    if member is None or not permissions.can_list_members(actor):
        raise NotFoundError("There is no such member.", remedy="Look at the members page.")
    return member


def _refuse_last_owner(actor: Actor, member: Member) -> None:
    others = Member.objects.for_actor(actor).filter(role=Role.OWNER, is_active=True).exclude(id=member.id)
    if member.is_active and not others.exists():
        raise LastOwnerError(
            f"{member.user} is the only owner of this workspace.", remedy="Make someone else an owner first."
        )


def _require(allowed: bool, detail: str) -> None:
    if not allowed:
        raise PermissionDeniedError(detail, remedy="Ask an owner or admin of the workspace.")
