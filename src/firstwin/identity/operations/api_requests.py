"""Writes around requests to the API: idempotency keys and rate limits."""

import threading
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from firstwin.identity.contracts import (
    Actor,
    IdempotencyKeyReusedError,
    RequestClaim,
    RequestInProgressError,
    StoredAnswer,
    TooManyRequestsError,
)
from firstwin.identity.models import ApiWindow, IdempotentRequest
from firstwin.identity.operations import sealing
from firstwin.shared import ids

CLAIM_LIFE = timedelta(seconds=60)
ANSWER_LIFE = timedelta(hours=24)
WINDOW_LIFE = timedelta(minutes=10)
LOT = 20
"""Permits that a process draws from the shared count at once: one write for twenty requests."""

_drawn: dict[UUID, tuple[datetime, int]] = {}
_lock = threading.Lock()


def claim_request(*, actor: Actor, key: str, fingerprint: str, at: datetime) -> RequestClaim | StoredAnswer:
    """Claim the right to carry out a request once, or return the answer it got before.

    Raises IdempotencyKeyReusedError when the key came with another request, and RequestInProgressError while the
    first one is still running; a claim whose process died is free again after a minute.
    """
    claim = RequestClaim(id=ids.new_id(), token=ids.new_id())
    row = IdempotentRequest(
        id=claim.id,
        workspace_id=actor.workspace_id,
        caller_id=_caller(actor),
        key=key,
        fingerprint=fingerprint,
        token=claim.token,
        locked_until=at + CLAIM_LIFE,
        created_at=at,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return _known_request(actor, key, fingerprint, at)
    return claim


def _known_request(actor: Actor, key: str, fingerprint: str, at: datetime) -> RequestClaim | StoredAnswer:
    rows = IdempotentRequest.objects.for_actor(actor).filter(caller_id=_caller(actor), key=key)
    with transaction.atomic():
        row = rows.select_for_update().first()
        if row is None or (row.status is None and row.locked_until > at and row.fingerprint == fingerprint):
            raise RequestInProgressError(
                "A request with this idempotency key is being carried out right now.",
                remedy="Wait a moment and send the same request again.",
            )
        if row.fingerprint != fingerprint:
            raise IdempotencyKeyReusedError(
                "This idempotency key was used for another request.", remedy="Use a new key for each new request."
            )
        if row.status is not None:
            return StoredAnswer(
                status=row.status, content_type=row.content_type, body=sealing.unseal_bytes(bytes(row.body))
            )
        row.token, row.locked_until = ids.new_id(), at + CLAIM_LIFE
        row.save(update_fields=["token", "locked_until"])
        return RequestClaim(id=row.id, token=row.token)


def keep_answer(*, actor: Actor, claim: RequestClaim, answer: StoredAnswer) -> None:
    """Keep the answer, in the transaction of what the request did, so that both happen or neither does.

    Raises RequestInProgressError when the claim went to another process meanwhile; the caller must roll back.
    """
    rows = IdempotentRequest.objects.for_actor(actor).filter(id=claim.id, token=claim.token, status__isnull=True)
    sealed = sealing.seal_bytes(answer.body)  # an answer may hold a new API key or a portal link
    if not rows.update(status=answer.status, content_type=answer.content_type, body=sealed):
        raise RequestInProgressError("Another process took this request over.", remedy="Send the same request again.")


def drop_claim(*, actor: Actor, claim: RequestClaim) -> None:
    """Forget a request that did nothing, so that the same key may be tried again."""
    IdempotentRequest.objects.for_actor(actor).filter(id=claim.id, token=claim.token, status__isnull=True).delete()


def take_permit(*, actor: Actor, per_minute: int, at: datetime) -> None:
    """Count a request of this caller. Raises TooManyRequestsError beyond `per_minute`, over all processes together."""
    caller, window = _caller(actor), at.replace(second=0, microsecond=0)
    with _lock:
        drawn_at, left = _drawn.get(caller, (window, 0))
        if drawn_at == window and left > 0:
            _drawn[caller] = (window, left - 1)
            return
    lot = _draw(actor, caller, window, per_minute)
    if lot == 0:
        raise TooManyRequestsError(
            f"More than {per_minute} requests in one minute.",
            retry_after=60 - at.second,
            remedy="Wait as long as Retry-After says, and spread requests over time.",
        )
    with _lock:
        if len(_drawn) > 10_000:
            _drawn.clear()
        drawn_at, left = _drawn.get(caller, (window, 0))
        _drawn[caller] = (window, lot - 1 + (left if drawn_at == window else 0))


def _draw(actor: Actor, caller: UUID, window: datetime, per_minute: int) -> int:
    """Take up to a lot of permits from the shared count with one conditional update, never beyond the limit."""
    rows = ApiWindow.objects.for_actor(actor).filter(caller_id=caller, started_at=window)
    for _ in range(5):
        lot = min(LOT, per_minute)
        if rows.filter(granted__lte=per_minute - lot).update(granted=F("granted") + lot):
            return lot
        granted = rows.values_list("granted", flat=True).first()
        if granted is None:
            ApiWindow.objects.for_actor(actor).bulk_create(
                [ApiWindow(workspace_id=actor.workspace_id, caller_id=caller, started_at=window)],
                ignore_conflicts=True,
            )
        elif granted >= per_minute:
            return 0
        elif rows.filter(granted=granted).update(granted=per_minute):
            return per_minute - granted
    return 1


def delete_old_requests(*, at: datetime) -> int:
    """Delete answers older than a day and counts older than ten minutes; returns how many rows went."""
    reason = "housekeeping of the engine"
    answers = IdempotentRequest.objects.across_workspaces(reason=reason).filter(created_at__lt=at - ANSWER_LIFE)
    windows = ApiWindow.objects.across_workspaces(reason=reason).filter(started_at__lt=at - WINDOW_LIFE)
    return answers.delete()[0] + windows.delete()[0]


def _caller(actor: Actor) -> UUID:
    return actor.id or actor.workspace_id
