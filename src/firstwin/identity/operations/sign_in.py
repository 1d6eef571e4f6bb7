"""Writes around signing in: one-time links, set-up, sessions, and the record of who signed in."""

import json
import secrets
from datetime import datetime
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction

from firstwin.identity import queries, rules
from firstwin.identity.contracts import CreatedWorkspace, LinkEndedError, NewWorkspace, system_actor
from firstwin.identity.events import SignedIn, SignInFailed, SignInLinkIssued
from firstwin.identity.models import OneTimeLink, User
from firstwin.identity.operations import people, sealing, workspaces
from firstwin.jobs import operations as job_operations
from firstwin.journal import operations as journal_operations
from firstwin.shared import signed_links
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError

NOTE_FAILED_SIGN_IN = "identity.note_failed_sign_in"


def issue_sign_in_link(*, email: str, at: datetime) -> str:
    """Return an address that signs the person in once, within half an hour. Only for whoever runs the server.

    Raises NotFoundError for an unknown or inactive person, or one who belongs to no workspace.
    """
    user = User.objects.filter(email=rules.normal_email(email), is_active=True).first()
    memberships = queries.list_memberships(user_id=user.id) if user else ()
    if user is None or not memberships:
        raise NotFoundError(
            f"Nobody signs in as {email}.", remedy="Create a workspace: firstwin workspace create --help."
        )
    with transaction.atomic():
        row = _issue(user=user, at=at)
        for member, workspace in memberships:
            journal_operations.record(
                SignInLinkIssued(member_id=member.id, expires_at=row.expires_at),
                actor=system_actor(workspace.id, name="Command line"),
                at=at,
            )
    return f"{settings.BASE_URL}/sign-in/{signed_links.make_token(queries.SIGN_IN_PURPOSE, row.id, row.nonce)}/"


def issue_setup_link(*, at: datetime) -> str:
    """Return an address where the first workspace of an empty installation is made, once, within half an hour.

    It keeps a stranger from claiming a fresh installation. Raises ConflictError once there is a workspace.
    """
    _refuse_second_setup()
    row = _issue(user=None, at=at)
    return f"{settings.BASE_URL}/setup/{signed_links.make_token(queries.SIGN_IN_PURPOSE, row.id, row.nonce)}/"


def use_sign_in_link(*, token: str, at: datetime) -> UUID:
    """Use a sign-in link up and return the person's user id. Raises NotFoundError and LinkEndedError."""
    with transaction.atomic():
        row = _use(token, at)
        if row.user is None:
            raise NotFoundError("This is a link for setting up, not for signing in.")
        if not row.user.is_active:
            raise LinkEndedError("This person may not sign in any more.")
        return row.user.id


def set_up(*, token: str, new: NewWorkspace, at: datetime) -> CreatedWorkspace:
    """Make the first workspace and its owner through a set-up link; the link is used up only when that worked."""
    problems = (
        people.password_problems(new.password, email=new.owner_email, name=new.owner_name) if new.password else []
    )
    if problems:
        raise InvalidInputError("The workspace was not created.", problems=tuple(problems))
    with transaction.atomic():
        row = _use(token, at)
        if row.user is not None:
            raise NotFoundError("This is a link for signing in, not for setting up.")
        _refuse_second_setup()
        return workspaces.create_workspace(new=new, at=at)


def record_sign_in(*, user_id: UUID, method: str, ip: str, at: datetime) -> None:
    """Write down that a person signed in, in the journal of each workspace they belong to."""
    with transaction.atomic():
        for member, workspace in queries.list_memberships(user_id=user_id):
            actor = queries.get_member_actor(workspace_id=workspace.id, member_id=member.id)
            journal_operations.record(SignedIn(member_id=member.id, method=method, ip=ip), actor=actor, at=at)


def note_failed_sign_in(*, email: str, method: str, ip: str) -> None:
    """Hand a refused sign-in to the worker, the same way whether or not the address is known.

    So the answer takes as long for a stranger as for a member, and tells nobody who has an account.
    """
    sealed = sealing.seal(json.dumps({"email": email[:254], "method": method, "ip": ip}))
    job_operations.enqueue(NOTE_FAILED_SIGN_IN, {"sealed": sealed}, workspace_id=None)


def record_failed_sign_in(*, sealed: str, at: datetime) -> None:
    """Write a refused sign-in down in the journal of each workspace that the person belongs to; strangers leave no trace."""
    said = json.loads(sealing.unseal(sealed))
    user_id = queries.find_user_id(email=rules.normal_email(said["email"]))
    with transaction.atomic():
        for member, workspace in queries.list_memberships(user_id=user_id) if user_id else ():
            failed = SignInFailed(member_id=member.id, email=member.email, method=said["method"], ip=said["ip"])
            journal_operations.record(failed, actor=system_actor(workspace.id), at=at)


def end_session(*, user_id: UUID, session_id: int) -> None:
    """End one of the person's own sessions. Raises NotFoundError."""
    session = UserSession.objects.filter(user_id=user_id, pk=session_id).first()
    if session is None:
        raise NotFoundError("There is no such session.", remedy="It may have ended already.")
    session.end()


def delete_ended_links(*, at: datetime) -> int:
    """Delete one-time links that expired; returns how many."""
    return OneTimeLink.objects.filter(expires_at__lt=at).delete()[0]


def delete_ended_sessions(*, at: datetime) -> int:
    """Delete sessions that ran out, and what is known of them; returns how many."""
    Session.objects.filter(expire_date__lt=at).delete()
    alive = Session.objects.values("session_key")
    return UserSession.objects.exclude(session_key__in=alive).delete()[0]


def _issue(*, user: User | None, at: datetime) -> OneTimeLink:
    row = OneTimeLink(user=user, nonce=secrets.token_hex(16), created_at=at, expires_at=at + rules.SIGN_IN_LINK_LIFE)
    row.save(force_insert=True)
    return row


def _use(token: str, at: datetime) -> OneTimeLink:
    row = queries.find_link_row(token)
    if row is None:
        raise NotFoundError("This link is not valid.", remedy="Copy the whole address, or make a new link.")
    used = OneTimeLink.objects.filter(id=row.id, used_at__isnull=True, expires_at__gt=at).update(used_at=at)
    if not used:
        raise LinkEndedError(
            "This link was used before or is too old.", remedy="Make a new one: firstwin sign-in-link EMAIL."
        )
    return row


def _refuse_second_setup() -> None:
    if queries.has_workspace():
        raise ConflictError("This installation is set up already.", remedy="Sign in, or ask for an invitation.")
