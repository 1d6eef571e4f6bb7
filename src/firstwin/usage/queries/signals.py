"""Reads of signals and of the limits from which on they are raised."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from django.db.models import QuerySet

from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Actor
from firstwin.shared import pagination
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page
from firstwin.usage import permissions
from firstwin.usage.contracts.signals import CHANCES, SignalInfo, SignalKind, SignalLimits, SignalState
from firstwin.usage.models import Signal, SignalSettings
from firstwin.usage.rules import signals

MOST_AT_ONCE = 50


def list_signals(
    *,
    actor: Actor,
    states: Collection[SignalState] = (SignalState.OPEN,),
    kinds: Collection[SignalKind] = (),
    account_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = pagination.DEFAULT_PAGE_SIZE,
) -> Page[SignalInfo]:
    """Return one page of signals, latest first; two queries."""
    rows = _rows(actor).filter(state__in=[state.value for state in states])
    if kinds:
        rows = rows.filter(kind__in=[kind.value for kind in kinds])
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    return pagination.page_with(
        rows, order=["-raised_at"], cursor=cursor, limit=limit, convert=lambda found: _infos(actor, found)
    )


def list_my_signals(*, actor: Actor) -> tuple[SignalInfo, ...]:
    """Return the open signals of the accounts that the actor owns, and of those that nobody does, risks first."""
    if not permissions.can_see_usage(actor):
        return ()
    rows = _rows(actor).filter(state=SignalState.OPEN, account__archived_at=None)
    mine = rows.filter(account__owner_id=actor.id).order_by("-raised_at", "id")[:MOST_AT_ONCE]
    found = _infos(actor, list(mine))
    return tuple(sorted(found, key=lambda one: one.is_chance))


def get_signal(*, actor: Actor, signal_id: UUID) -> SignalInfo:
    """Return one signal. Raises NotFoundError."""
    found = _infos(actor, list(_rows(actor).filter(id=signal_id)))
    if not found:
        raise NotFoundError("There is no such signal.", remedy="Look at the list under Usage, Signals.")
    return found[0]


def get_limits(*, actor: Actor) -> SignalLimits:
    """Return from when on the workspace hears of signals."""
    stored = SignalSettings.objects.for_actor(actor).values_list("limits", flat=True).first()
    return signals.limits_of(stored or {})


def list_limits() -> Mapping[str, tuple[int, int, str]]:
    """Return the lowest and highest value of each limit, and what it says."""
    return signals.LIMITS


def _rows(actor: Actor) -> QuerySet[Signal]:
    if not permissions.can_see_usage(actor):
        raise PermissionDeniedError("Signals are for the team only.", remedy="Ask somebody of the workspace.")
    return Signal.objects.for_actor(actor)


def _infos(actor: Actor, rows: Sequence[Signal]) -> tuple[SignalInfo, ...]:
    ids = {row.account_id for row in rows}
    accounts = customer_queries.get_accounts(actor=actor, account_ids=ids) if ids else {}
    return tuple(
        SignalInfo(
            id=row.id,
            account_id=row.account_id,
            account_name=accounts[row.account_id].name if row.account_id in accounts else "",
            kind=SignalKind(row.kind),
            is_chance=SignalKind(row.kind) in CHANCES,
            reason=row.reason,
            todo=row.todo,
            figures=row.figures,
            state=SignalState(row.state),
            raised_at=row.raised_at,
            seen_at=row.seen_at,
            snoozed_until=row.snoozed_until,
            settled_at=row.settled_at,
            settled_by=row.settled_by,
            settled_why=row.settled_why,
        )
        for row in rows
    )
