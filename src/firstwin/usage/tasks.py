"""Jobs of usage: daily tidying, goals that are looked after, and signals."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import system_actor
from firstwin.jobs.contracts import Effect, JobContext, RetryPolicy, job_handler, schedule
from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.operations import history, rejected, retention, signals, watches
from firstwin.usage.queries import known_features
from firstwin.usage.queries.store import event_reader

TIDY = "usage.tidy"
TIDY_HISTORY = "usage.tidy_history"
DROP_OLD = "usage.drop_old_events"
HISTORY_RETRY = RetryPolicy(max_attempts=5)
CHECK_ALL = "usage.check_all_watches"
FIND_ALL = "usage.find_all_signals"
log = structlog.get_logger("firstwin.usage")


@job_handler(TIDY, effect=Effect.DB)
def tidy(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Forget rejected events that nobody looked after."""
    rejected.forget_old_rejected(at=context.now)


@job_handler(DROP_OLD, effect=Effect.DB)
def drop_old_events(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Have events deleted that are older than their workspace wants to keep."""
    retention.order_drops(at=context.now)


@job_handler(history.IMPORT_HISTORY, effect=Effect.EXTERNAL, retry=HISTORY_RETRY, lease=timedelta(seconds=60))
def import_history(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Take the next pieces of a file in; the pieces are transactions of their own, so that progress is seen."""
    workspace_id, history_id = UUID(payload["workspace_id"]), UUID(payload["history_id"])
    try:
        history.take_history_in(workspace_id=workspace_id, history_id=history_id, at=context.now)
    except Exception:
        if context.attempt >= HISTORY_RETRY.max_attempts:
            why = "Something broke on our side."
            history.fail_history(workspace_id=workspace_id, history_id=history_id, at=context.now, why=why)
        raise


@job_handler(TIDY_HISTORY, effect=Effect.EXTERNAL)
def tidy_history(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Delete files of past events that nobody started to import."""
    history.delete_old_files(at=context.now)


@job_handler(watches.CHECK, effect=Effect.EXTERNAL, lease=timedelta(minutes=2))
def check_watches(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Ask how an account stands with the goals that are looked after for it; nobody waits to write while the store answers."""
    if context.workspace_id is None:
        return
    actor = system_actor(context.workspace_id)
    if watches.must_wait(workspace_id=context.workspace_id, at=context.now):
        watches.check_soon(workspace_id=context.workspace_id, account_ids={UUID(payload["account_id"])}, at=context.now)
        return
    try:
        watches.check_account(actor=actor, account_id=UUID(payload["account_id"]), store=event_reader(), at=context.now)
    except StoreUnavailableError:
        log.warning("goals wait for the event store; they are looked at again with the next events and every hour")


@job_handler(CHECK_ALL, effect=Effect.DB)
def check_all_watches(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Look at every open goal: windows move on though nothing comes, and nothing that was missed stays so."""
    for workspace in identity_queries.list_workspaces():
        watches.check_all(actor=system_actor(workspace.id), at=context.now)


@job_handler(signals.FIND, effect=Effect.EXTERNAL, lease=timedelta(minutes=10))
def find_signals(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Look at what customers of a workspace do, and say what somebody should act on."""
    if context.workspace_id is None:
        return
    try:
        signals.find_signals(actor=system_actor(context.workspace_id), store=event_reader(), at=context.now)
    except StoreUnavailableError:
        log.warning("signals wait for the event store; they are looked for again tomorrow")


@job_handler(FIND_ALL, effect=Effect.DB)
def find_all_signals(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Look for signals once a day, where the product was ever heard of a customer."""
    for workspace_id in known_features.workspaces_with_accounts():
        signals.ask_for_signals(actor=system_actor(workspace_id), at=context.now)


schedule("usage.tidy", cron="41 * * * *", kind=TIDY)
schedule("usage.check_watches", cron="17 * * * *", kind=CHECK_ALL)
schedule("usage.tidy_history", cron="53 3 * * *", kind=TIDY_HISTORY)
schedule("usage.drop_old_events", cron="23 3 * * *", kind=DROP_OLD)
schedule("usage.find_signals", cron="7 4 * * *", kind=FIND_ALL)
