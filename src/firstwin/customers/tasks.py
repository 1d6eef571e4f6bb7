"""Jobs of customers: imports."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstwin.customers.operations import imports
from firstwin.jobs.contracts import Effect, JobContext, RetryPolicy, job_handler, schedule

TIDY = "customers.tidy"
RETRY = RetryPolicy(max_attempts=3)
LEASE = timedelta(seconds=60)


@job_handler(imports.CHECK_IMPORT, effect=Effect.EXTERNAL, retry=RETRY, lease=LEASE)
def check_import(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Check the rows of an import; progress is seen while it works, hence no transaction around it."""
    _or_fail(
        context,
        payload,
        lambda workspace_id, import_id: imports.check_import(
            workspace_id=workspace_id, import_id=import_id, round=payload["round"]
        ),
    )


@job_handler(imports.RUN_IMPORT, effect=Effect.EXTERNAL, retry=RETRY, lease=LEASE)
def run_import(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Take an import in, all or nothing; its transactions are its own, so that its progress is seen."""
    _or_fail(
        context,
        payload,
        lambda workspace_id, import_id: imports.run_import(
            workspace_id=workspace_id, import_id=import_id, at=context.now
        ),
    )


@job_handler(imports.TELL_IMPORT, effect=Effect.EXTERNAL, lease=LEASE)
def tell_import(context: JobContext, payload: Mapping[str, Any]) -> None:
    """Record what an import created, in small transactions; a broken attempt goes on where the last one stopped."""
    workspace_id, import_id = UUID(payload["workspace_id"]), UUID(payload["import_id"])
    while imports.tell_import(workspace_id=workspace_id, import_id=import_id, at=context.now):
        pass


@job_handler(TIDY, effect=Effect.EXTERNAL)
def tidy(context: JobContext, _payload: Mapping[str, Any]) -> None:
    """Delete the files of old imports."""
    imports.delete_old_files(at=context.now)


schedule("customers.tidy", cron="27 3 * * *", kind=TIDY)


def _or_fail(context: JobContext, payload: Mapping[str, Any], work: Callable[[UUID, UUID], None]) -> None:
    """Do the work; when the last attempt breaks, the import says so instead of running for ever."""
    workspace_id, import_id = UUID(payload["workspace_id"]), UUID(payload["import_id"])
    try:
        work(workspace_id, import_id)
    except Exception:
        if context.attempt >= RETRY.max_attempts:
            imports.fail_import(workspace_id=workspace_id, import_id=import_id, at=context.now)
        raise
