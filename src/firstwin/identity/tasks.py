"""Jobs of identity: mails of sign-in and invitations, and daily tidying."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from firstwin.identity.operations import invitations, mail, sign_in
from firstwin.identity.operations.api_requests import delete_old_requests
from firstwin.jobs.contracts import Effect, JobContext, job_handler, schedule

TIDY = "identity.tidy"


@job_handler(invitations.SEND_INVITATION, effect=Effect.EXTERNAL)
def send_invitation(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Send an invitation, unless it ended or went out again meanwhile."""
    invitations.send_invitation(
        workspace_id=UUID(payload["workspace_id"]),
        invitation_id=UUID(payload["invitation_id"]),
        sent_count=payload["sent_count"],
        invited_by=payload["invited_by"],
        message_id=context.idempotency_key,
        at=context.now,
    )


@job_handler(mail.SEND_MAIL, effect=Effect.EXTERNAL)
def send_mail(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Send a mail of sign-in."""
    mail.send_sealed_mail(sealed=payload["sealed"], message_id=context.idempotency_key)


@job_handler(sign_in.NOTE_FAILED_SIGN_IN, effect=Effect.DB)
def record_failed_sign_in(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Write a refused sign-in down, if it was about somebody who is known."""
    sign_in.record_failed_sign_in(sealed=payload["sealed"], at=context.now)


@job_handler(TIDY, effect=Effect.DB)
def tidy(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Delete what has ended: one-time links, sessions, kept answers of the API."""
    delete_old_requests(at=context.now)
    sign_in.delete_ended_links(at=context.now)
    sign_in.delete_ended_sessions(at=context.now)


schedule("identity.tidy", cron="17 3 * * *", kind=TIDY)
