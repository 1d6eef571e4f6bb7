"""Handlers that write down what they ran, and fail where the payload says so."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from firstwin.jobs import contracts
from firstwin.jobs.contracts import Effect, JobContext, RetryPolicy, job_handler

SPACE = UUID(int=7)
RETRY = RetryPolicy(max_attempts=3, first_delay=timedelta(minutes=1))


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the jobs that ran, of the kinds "probe.note" (database) and "probe.send" (outside)."""
    monkeypatch.setattr(contracts, "_handlers", dict(contracts.handlers()))
    monkeypatch.setattr(contracts, "_schedules", {})
    names: list[str] = []

    def note(context: JobContext, payload: Mapping[str, Any]) -> None:
        if context.attempt <= payload.get("failures", 0):
            raise RuntimeError(f"failure {context.attempt} of {payload['name']}")
        names.append(payload.get("name", context.idempotency_key))

    def send(context: JobContext, payload: Mapping[str, Any]) -> None:
        note(context, payload)

    job_handler("probe.note", effect=Effect.DB, retry=RETRY, lease=timedelta(seconds=20))(note)
    job_handler("probe.send", effect=Effect.EXTERNAL, retry=RETRY)(send)
    return names
