"""Signals over HTTP: what usage says that somebody should act on."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from firstwin.identity.queries import actor_of
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema
from firstwin.usage.contracts.signals import SignalInfo, SignalKind, SignalLimits, SignalState
from firstwin.usage.operations import signals as operations
from firstwin.usage.queries import signals as queries

signals = Router(tags=["signals"])


class DismissalBody(StrictSchema):
    reason: str


class SnoozeBody(StrictSchema):
    until: datetime


class SignalLimitsBody(StrictSchema):
    """What is left out stays."""

    seats_percent: int | None = None
    feature_users: int | None = None
    falling_percent: int | None = None
    falling_events: int | None = None
    silent_days: int | None = None
    win_days: int | None = None
    plan_percent: int | None = None
    quiet_days: int | None = None


@signals.get("", response=Page[SignalInfo])
def list_signals(
    request: HttpRequest,
    state: SignalState = SignalState.OPEN,
    kind: SignalKind | None = None,
    account_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = DEFAULT_PAGE_SIZE,
) -> Page[SignalInfo]:
    return queries.list_signals(
        actor=actor_of(request),
        states=(state,),
        kinds=(kind,) if kind is not None else (),
        account_id=account_id,
        cursor=cursor,
        limit=limit,
    )


@signals.post("/look", response={202: None})
def look_for_signals(request: HttpRequest) -> None:
    operations.ask_for_signals(actor=actor_of(request), at=clock.now())


@signals.get("/limits", response=SignalLimits)
def read_limits(request: HttpRequest) -> SignalLimits:
    return queries.get_limits(actor=actor_of(request))


@signals.patch("/limits", response=SignalLimits)
def change_limits(request: HttpRequest, body: SignalLimitsBody) -> SignalLimits:
    changes = {name: value for name, value in body.model_dump().items() if value is not None}
    return operations.change_limits(actor=actor_of(request), changes=changes, at=clock.now())


@signals.post("/{uuid:signal_id}/dismiss", response={204: None})
def dismiss_signal(request: HttpRequest, signal_id: UUID, body: DismissalBody) -> None:
    operations.dismiss_signal(actor=actor_of(request), signal_id=signal_id, reason=body.reason, at=clock.now())


@signals.post("/{uuid:signal_id}/snooze", response={204: None})
def snooze_signal(request: HttpRequest, signal_id: UUID, body: SnoozeBody) -> None:
    operations.snooze_signal(actor=actor_of(request), signal_id=signal_id, until=body.until, at=clock.now())


@signals.post("/{uuid:signal_id}/reopen", response={204: None})
def reopen_signal(request: HttpRequest, signal_id: UUID) -> None:
    operations.reopen_signal(actor=actor_of(request), signal_id=signal_id, at=clock.now())
