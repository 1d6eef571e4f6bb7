"""Signals: found once a day and when somebody asks, kept until they are dealt with or no longer so."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.journal import operations as journal_operations
from firstwin.shared import bulk
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem
from firstwin.usage import permissions
from firstwin.usage.contracts.signals import FoundSignal, SignalLimits, SignalState
from firstwin.usage.events import (
    SignalDismissed,
    SignalEnded,
    SignalRaised,
    SignalSettingsChanged,
    SignalSnoozed,
)
from firstwin.usage.models import Signal, SignalSettings
from firstwin.usage.queries import signal_facts
from firstwin.usage.queries import signals as signal_queries
from firstwin.usage.rules import signals

FIND = "usage.find_signals"
LONGEST_SNOOZE = timedelta(days=180)

Key = tuple[UUID, str, str]


def ask_for_signals(*, actor: Actor, at: datetime, after: timedelta = timedelta()) -> None:
    """Have signals looked for now, or a while later; asking twice looks once."""
    if not permissions.can_see_usage(actor):
        raise PermissionDeniedError("Signals are for the team only.")
    with transaction.atomic():
        start = at + after if after else None
        key = f"{int((start or at).timestamp()) // 10}"
        job_operations.enqueue(FIND, {}, workspace_id=actor.workspace_id, key=key, run_at=start)


def find_signals(*, actor: Actor, store: signal_facts.SignalQuestions, at: datetime) -> int:
    """Look at every account that uses the product, raise what is new, end what is no longer so; return how many are new.

    Repeating it changes nothing but the figures. What was dismissed stays quiet for the time of the limits. Raises
    StoreUnavailableError, and then nothing changed.
    """
    limits = signal_queries.get_limits(actor=actor)
    facts = signal_facts.gather(actor=actor, store=store, at=at)
    told_at = at.astimezone(ZoneInfo(identity_queries.get_workspace(actor=actor).time_zone))
    found = {
        (one.account_id, one.kind.value, one.subject): one
        for account in facts
        for one in signals.find(account, limits=limits, at=told_at)
    }
    with transaction.atomic():
        rows = Signal.objects.for_actor(actor).select_for_update().filter(settled_at=None)
        present = {(row.account_id, row.kind, row.subject): row for row in rows.order_by("id")}
        quiet = _quiet(actor, limits, at)
        _go_on(present, found, actor, at)
        fresh = [one for key, one in found.items() if key not in present and key not in quiet]
        _raise(actor, fresh, at)
    return len(fresh)


def _quiet(actor: Actor, limits: SignalLimits, at: datetime) -> set[Key]:
    since = at - timedelta(days=limits.quiet_days)
    rows = Signal.objects.for_actor(actor).filter(state=SignalState.DISMISSED, settled_at__gt=since)
    return {
        (account_id, kind, subject) for account_id, kind, subject in rows.values_list("account_id", "kind", "subject")
    }


def _go_on(present: Mapping[Key, Signal], found: Mapping[Key, FoundSignal], actor: Actor, at: datetime) -> None:
    """Keep the figures of signals that are still so, wake those that were put off until now, and end the others."""
    ended: list[SignalEnded] = []
    for key, row in present.items():
        one = found.get(key)
        if one is None:
            row.state, row.settled_at = SignalState.ENDED, at
            ended.append(SignalEnded(account_id=row.account_id, signal_id=row.id, kind=row.kind, title=row.reason))
        else:
            row.reason, row.todo, row.figures, row.seen_at = one.reason[:500], one.todo[:300], dict(one.figures), at
            if row.state == SignalState.SNOOZED and row.snoozed_until is not None and row.snoozed_until <= at:
                row.state, row.snoozed_until = SignalState.OPEN, None
    bulk.update_rows(
        list(present.values()), ["state", "settled_at", "reason", "todo", "figures", "seen_at", "snoozed_until"]
    )
    journal_operations.record_many(ended, actor=actor, at=at)


def _raise(actor: Actor, fresh: Sequence[FoundSignal], at: datetime) -> None:
    rows = [
        Signal(
            workspace_id=actor.workspace_id,
            account_id=one.account_id,
            kind=one.kind.value,
            subject=one.subject,
            reason=one.reason[:500],
            todo=one.todo[:300],
            figures=dict(one.figures),
            state=SignalState.OPEN,
            raised_at=at,
            seen_at=at,
        )
        for one in fresh
    ]
    bulk.insert_rows(rows)
    facts = [
        SignalRaised(account_id=row.account_id, signal_id=row.id, kind=row.kind, title=row.reason, todo=row.todo)
        for row in rows
    ]
    journal_operations.record_many(facts, actor=actor, at=at)


def dismiss_signal(*, actor: Actor, signal_id: UUID, reason: str, at: datetime) -> None:
    """Say that a signal was dealt with or does not matter, and why. Dismissed already: nothing happens."""
    said = reason.strip()[:500]
    if not said:
        problem = Problem(
            "reason", "The reason is missing.", "Say in a few words what you did, or why it does not matter."
        )
        raise InvalidInputError("Please say why.", problems=(problem,))
    with transaction.atomic():
        row = _locked(actor, signal_id)
        if row.state == SignalState.DISMISSED:
            return
        _require_open(row)
        row.state, row.settled_at, row.settled_by, row.settled_why = SignalState.DISMISSED, at, actor.name[:200], said
        row.save()
        fact = SignalDismissed(
            account_id=row.account_id, signal_id=row.id, kind=row.kind, title=row.reason, reason=said
        )
        journal_operations.record(fact, actor=actor, at=at)


def snooze_signal(*, actor: Actor, signal_id: UUID, until: datetime, at: datetime) -> None:
    """Put a signal off; it comes back when it is still so then. Raises InvalidInputError for a time that is none."""
    with transaction.atomic():
        row = _locked(actor, signal_id)
        if until.tzinfo is None or not at < until <= at + LONGEST_SNOOZE:
            problem = Problem("until", "A signal can be put off by 1 to 180 days.", "Choose a day within half a year.")
            raise InvalidInputError(problem.message, problems=(problem,))
        _require_open(row)
        if row.state == SignalState.SNOOZED and row.snoozed_until == until:
            return
        row.state, row.snoozed_until = SignalState.SNOOZED, until
        row.save()
        fact = SignalSnoozed(account_id=row.account_id, signal_id=row.id, kind=row.kind, title=row.reason, until=until)
        journal_operations.record(fact, actor=actor, at=at)


def reopen_signal(*, actor: Actor, signal_id: UUID, at: datetime) -> None:
    """Take a dismissal or a pause back; one that is open stays so. Raises ConflictError where another one took its place."""
    with transaction.atomic():
        row = _locked(actor, signal_id)
        if row.state == SignalState.OPEN:
            return
        if row.state == SignalState.ENDED:
            raise ConflictError("What this was about is no longer so.")
        others = Signal.objects.for_actor(actor).filter(settled_at=None, kind=row.kind, subject=row.subject)
        if others.filter(account_id=row.account_id).exclude(id=row.id).exists():
            raise ConflictError("This was noticed anew meanwhile.", remedy="Look at the newer one.")
        row.state, row.snoozed_until, row.settled_at, row.settled_by, row.settled_why = (
            SignalState.OPEN,
            None,
            None,
            "",
            "",
        )
        row.save()
        fact = SignalRaised(account_id=row.account_id, signal_id=row.id, kind=row.kind, title=row.reason, todo=row.todo)
        journal_operations.record(fact, actor=actor, at=at)


def change_limits(*, actor: Actor, changes: Mapping[str, int], at: datetime) -> SignalLimits:
    """Change from when on a workspace hears of signals. Raises InvalidInputError that names every limit that cannot be."""
    if not permissions.can_define_first_value(actor):
        raise PermissionDeniedError("You may not change these limits.", remedy="Ask an owner, admin or manager.")
    problems = tuple(problem for name, value in changes.items() if (problem := _limit_problem(name, value)))
    if problems:
        raise InvalidInputError(problems[0].message, problems=problems)
    with transaction.atomic():
        row = SignalSettings.objects.for_actor(actor).select_for_update().first()
        if row is None:
            row = SignalSettings(workspace_id=actor.workspace_id, changed_at=at)
        before = asdict(signals.limits_of(row.limits))
        changed = {name: value for name, value in changes.items() if before[name] != value}
        if changed:
            row.limits, row.changed_at = {**row.limits, **changed}, at
            row.save()
            fact = SignalSettingsChanged(
                workspace_id=actor.workspace_id,
                changes=tuple((name, str(before[name]), str(value)) for name, value in changed.items()),
            )
            journal_operations.record(fact, actor=actor, at=at)
    return signals.limits_of(row.limits)


def _limit_problem(name: str, value: int) -> Problem | None:
    if name not in signals.LIMITS:
        return Problem(name[:60], "There is no such limit.", f"There are: {', '.join(signals.LIMITS)}.")
    low, high, _ = signals.LIMITS[name]
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        return Problem(name, f"This cannot be {value}.", f"Write a whole number from {low} to {high}.")
    return None


def _locked(actor: Actor, signal_id: UUID) -> Signal:
    if not permissions.can_settle_signals(actor):
        raise PermissionDeniedError("You may not change signals.", remedy="Ask somebody who works with the account.")
    row = Signal.objects.for_actor(actor).select_for_update().filter(id=signal_id).first()
    if row is None:
        raise NotFoundError("There is no such signal.", remedy="Look at the list under Usage, Signals.")
    return row


def _require_open(row: Signal) -> None:
    if row.settled_at is not None:
        raise ConflictError("This signal was settled already.", remedy="Open it again first.")
