"""What crosses the border of jobs: handlers, their context, retry policy and what a person may see of a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID


class JobState(StrEnum):
    """Where a job stands. Finished jobs are deleted, so there is no state for them."""

    READY = "ready"
    RUNNING = "running"
    DEAD = "dead"


class Effect(StrEnum):
    """What a handler touches: the database (effect and completion commit together) or the outside world."""

    DB = "db"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """Retry with exponential backoff and full jitter; after `max_attempts` the job is dead until a person retries it."""

    max_attempts: int = 8
    first_delay: timedelta = timedelta(seconds=2)
    max_delay: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class JobContext:
    """What a handler receives beside its payload. `idempotency_key` is the same on every attempt of one job."""

    job_id: UUID
    workspace_id: UUID | None
    attempt: int
    idempotency_key: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class JobInfo:
    """A job as a person sees it."""

    id: UUID
    workspace_id: UUID | None
    kind: str
    state: JobState
    queue: str
    priority: int
    attempts: int
    run_at: datetime
    created_at: datetime
    last_error: str
    payload: Mapping[str, Any]


Handler = Callable[[JobContext, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerSpec:
    """A registered handler. `lease` is how long a silent worker keeps the job before another takes it over."""

    kind: str
    run: Handler
    effect: Effect
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    lease: timedelta = timedelta(seconds=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSpec:
    """A cron-like schedule, in UTC, that enqueues a job of `kind` without payload at each tick; missed ticks run once."""

    name: str
    cron: str
    kind: str


_handlers: dict[str, HandlerSpec] = {}
_schedules: dict[str, ScheduleSpec] = {}


def job_handler(
    kind: str, *, effect: Effect, retry: RetryPolicy | None = None, lease: timedelta = timedelta(seconds=10)
) -> Callable[[Handler], Handler]:
    """Register a handler for jobs of `kind` ("communications.send_message"); kinds are unique."""

    def register(function: Handler) -> Handler:
        if kind in _handlers and _handlers[kind].run is not function:
            raise ValueError(f"two handlers for jobs of kind {kind}")
        _handlers[kind] = HandlerSpec(kind=kind, run=function, effect=effect, retry=retry or RetryPolicy(), lease=lease)
        return function

    return register


def schedule(name: str, *, cron: str, kind: str) -> None:
    """Register a cron-like schedule (UTC)."""
    _schedules[name] = ScheduleSpec(name=name, cron=cron, kind=kind)


def handler_of(kind: str) -> HandlerSpec:
    """Return the handler of a kind; raises KeyError when nobody registered one."""
    return _handlers[kind]


def handlers() -> Mapping[str, HandlerSpec]:
    """Return every handler by kind."""
    return dict(_handlers)


def schedules() -> Mapping[str, ScheduleSpec]:
    """Return every schedule by name."""
    return dict(_schedules)
