"""Writes on invitations."""

import secrets
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string

from firstwin.identity import permissions, queries, rules
from firstwin.identity.contracts import (
    Actor,
    InvitationInfo,
    InvitationState,
    LinkEndedError,
    MemberInfo,
    NotSignedInError,
    Role,
)
from firstwin.identity.events import InvitationResent, InvitationRevoked, MemberInvited
from firstwin.identity.models import Invitation, Member, User
from firstwin.identity.operations import mail, members, people
from firstwin.jobs import operations as job_operations
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem

SEND_INVITATION = "identity.send_invitation"


def invite_member(*, actor: Actor, email: str, role: Role, at: datetime, name: str = "") -> InvitationInfo:
    """Ask someone by mail to join. Raises ConflictError when they are a member or have an open invitation."""
    if not permissions.can_grant_role(actor, role):
        raise PermissionDeniedError(
            f"You may not invite someone as {role.value}.", remedy="Ask an owner or admin of the workspace."
        )
    address = rules.normal_email(email)
    problems = people.person_problems(email=address, name=name)
    if problems:
        raise InvalidInputError("The invitation was not sent.", problems=tuple(problems))
    with transaction.atomic():
        if Member.objects.for_actor(actor).filter(user__email=address).exists():
            raise ConflictError(f"{address} already belongs to this workspace.", remedy="Look at the members page.")
        open_rows = Invitation.objects.for_actor(actor).filter(
            email=address, accepted_at__isnull=True, revoked_at__isnull=True
        )
        if open_rows.exists():
            raise ConflictError(f"{address} is invited already.", remedy="Send that invitation again, or revoke it.")
        row = Invitation(
            workspace_id=actor.workspace_id,
            email=address,
            name=name.strip(),
            role=role,
            nonce=secrets.token_hex(16),
            invited_by_id=_member_id(actor),
            sent_at=at,
            expires_at=at + rules.INVITATION_LIFE,
            created_at=at,
        )
        row.save(force_insert=True)
        journal_operations.record(
            MemberInvited(invitation_id=row.id, email=address, role=role.value, expires_at=row.expires_at),
            actor=actor,
            at=at,
        )
        _send(row, actor)
        return queries.invitation_info(row, at=at)


def resend_invitation(*, actor: Actor, invitation_id: UUID, at: datetime) -> InvitationInfo:
    """Send an invitation again with a new link and seven new days; the earlier link stops working."""
    with transaction.atomic():
        row = _open_row(actor, invitation_id)
        row.nonce = secrets.token_hex(16)
        row.sent_count += 1
        row.sent_at = at
        row.expires_at = at + rules.INVITATION_LIFE
        row.save(update_fields=["nonce", "sent_count", "sent_at", "expires_at"])
        journal_operations.record(
            InvitationResent(invitation_id=row.id, email=row.email, role=row.role, expires_at=row.expires_at),
            actor=actor,
            at=at,
        )
        _send(row, actor)
        return queries.invitation_info(row, at=at)


def revoke_invitation(*, actor: Actor, invitation_id: UUID, at: datetime) -> InvitationInfo:
    """Take an invitation back; its link stops working at once."""
    with transaction.atomic():
        row = _open_row(actor, invitation_id)
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        journal_operations.record(
            InvitationRevoked(invitation_id=row.id, email=row.email, role=row.role), actor=actor, at=at
        )
        return queries.invitation_info(row, at=at)


def accept_invitation(
    *, token: str, signed_in_user_id: UUID | None, at: datetime, name: str = "", password: str | None = None
) -> MemberInfo:
    """Make the invited person a member, through the link in their mail.

    A person who has an account already must be signed in with the invited address, since a link alone must not open
    an account that may be guarded by a second factor; someone new is created, the link having proved the address.
    Raises NotFoundError, LinkEndedError, NotSignedInError, ConflictError and InvalidInputError.
    """
    with transaction.atomic():
        seen = queries.get_open_invitation(token=token, at=at)
        row = Invitation.objects.for_workspace(seen.workspace_id).select_for_update().get(id=seen.id)
        if row.accepted_at or row.revoked_at:
            raise LinkEndedError("This invitation was used or revoked a moment ago.", remedy="Sign in, or ask again.")
        user = User.objects.filter(email=row.email).first()
        if user is None:
            _refuse_other_person(signed_in_user_id, row.email)
            _check_new_person(name or row.name, password, row.email)
            user = people.find_or_create_user(email=row.email, name=name or row.name, password=password, at=at)
        elif signed_in_user_id != user.id:
            _refuse_other_person(signed_in_user_id, row.email)
            raise NotSignedInError(
                f"{row.email} has an account already.", remedy="Sign in with it, then open the invitation again."
            )
        actor = Actor(
            workspace_id=row.workspace_id,
            kind=AuthorKind.MEMBER,
            id=None,
            name=user.name or user.email,
            role=Role(row.role),
        )
        member = members.join(actor=actor, user=user, role=Role(row.role), title="", at=at)
        row.accepted_at = at
        row.save(update_fields=["accepted_at"])
        return queries.get_member(actor=actor, member_id=member.id)


def send_invitation(
    *, workspace_id: UUID, invitation_id: UUID, sent_count: int, invited_by: str, message_id: str, at: datetime
) -> None:
    """Send the mail of an invitation; does nothing for one that ended or went out again meanwhile."""
    rows = Invitation.objects.for_workspace(workspace_id).select_related("workspace")
    row = rows.filter(id=invitation_id).first()
    if row is None or row.sent_count != sent_count:
        return
    info = queries.invitation_info(row, at=at)
    if info.state is not InvitationState.PENDING:
        return
    facts = {
        "invitation": info,
        "invited_by": invited_by,
        "url": queries.invitation_url(workspace_id=workspace_id, invitation_id=invitation_id),
    }
    mail.send(
        mail.SealedMail(
            to=info.email,
            subject=f"{invited_by} invites you to {info.workspace_name} on Firstwin",
            text=render_to_string("identity/mail/invitation.txt", facts),
            workspace_id=workspace_id,
        ),
        message_id=message_id,
    )


def _check_new_person(name: str, password: str | None, email: str) -> None:
    problems = people.person_problems(email=email, name=name)
    if not name.strip():
        problems.append(Problem("name", "Your name is missing.", "Enter the name that others shall see."))
    if password is not None:
        problems += people.password_problems(password, email=email, name=name)
    if problems:
        raise InvalidInputError("You have not joined yet.", problems=tuple(problems))


def _refuse_other_person(signed_in_user_id: UUID | None, email: str) -> None:
    if signed_in_user_id is not None:
        raise ConflictError(
            f"This invitation is for {email}, and you are signed in as someone else.",
            remedy="Sign out, then open the invitation again.",
        )


def _open_row(actor: Actor, invitation_id: UUID) -> Invitation:
    if not permissions.can_manage_members(actor):
        raise PermissionDeniedError("Only owners and admins change invitations.", remedy="Ask an owner or admin.")
    rows = Invitation.objects.for_actor(actor).select_related("workspace").select_for_update(of=("self",))
    row = rows.filter(id=invitation_id).first()
    if row is None:
        raise NotFoundError("There is no such invitation.")
    if not permissions.can_grant_role(actor, Role(row.role)):
        raise PermissionDeniedError("Only an owner changes an owner's invitation.", remedy="Ask an owner.")
    if row.accepted_at or row.revoked_at:
        raise ConflictError("This invitation is accepted or revoked already.", remedy="Invite the person again.")
    return row


def _member_id(actor: Actor) -> UUID | None:
    return actor.id if actor.kind is AuthorKind.MEMBER else None


def _send(row: Invitation, actor: Actor) -> None:
    job_operations.enqueue(
        SEND_INVITATION,
        {
            "workspace_id": str(row.workspace_id),
            "invitation_id": str(row.id),
            "sent_count": row.sent_count,
            "invited_by": actor.name,
        },
        workspace_id=row.workspace_id,
        key=f"{SEND_INVITATION}:{row.id}:{row.sent_count}",
        priority=5,
    )
