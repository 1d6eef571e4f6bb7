"""What crosses the border of jobs: handlers, their context, retry policy and what a person may see of a job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from firstwin.shared.errors import ConflictError, NotFoundError, PermissionDeniedError

QUEUES = ("default", "bulk")
"""The queues there are: `bulk` is for long imports and the like, and never starves `default` nor is starved by it."""


class JobNotFoundError(NotFoundError):
    """There is no such job in this workspace."""

    code = "job_not_found"


class JobNotDeadError(ConflictError):
    """Only a dead job can be retried or dropped."""

    code = "job_not_dead"


class JobsDeniedError(PermissionDeniedError):
    """Only owners and admins look after jobs."""

    code = "jobs_denied"


class JobsFailedError(ExceptionGroup[Exception]):
    """Jobs failed while `run_due` drained them; every one is kept and will be tried again."""


class Caretaker(Protocol):
    """An actor, as far as jobs need to know one."""

    @property
    def workspace_id(self) -> UUID | None:
        """Return the workspace acted in; None is the installation itself, open to those who run the machine."""
        ...

    @property
    def role(self) -> str | None:
        """Return the role, "owner" or "admin" being able to look after jobs."""
        ...


class JobState(StrEnum):
    """Where a job stands. Finished jobs are deleted, so there is no state for them.

    Waiting: its time has not come (a later start, or the pause before another attempt). Held: an earlier job with the
    same `order_key` pauses after a failure.
    """

    WAITING = "waiting"
    HELD = "held"
    READY = "ready"
    RUNNING = "running"
    DEAD = "dead"


class Effect(StrEnum):
    """What a handler touches: the database (effect and completion commit together) or the outside world, at least once.

    Work that takes more than a moment is EXTERNAL too, and opens transactions of its own for what it writes: on SQLite a
    transaction keeps all other writers waiting.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class MachineOperator:
    """Whoever may type commands on the machine; they own everything there anyway."""

    workspace_id: UUID | None
    role: str | None = "owner"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to enqueue. `payload` holds JSON values; ids and dates arrive as texts.

    `key`: while an unfinished job of this workspace and kind has the same key, this one is not added (a running one
    counts). `order_key`: jobs with the same one run one at a time, in order of creation; a failing one holds its successors
    until it succeeds or is dead. `run_at`: not before that instant. Higher `priority` first, within a workspace.
    """

    kind: str
    payload: Mapping[str, Any]
    workspace_id: UUID | None
    key: str | None = None
    priority: int = 0
    run_at: datetime | None = None
    queue: str = "default"
    order_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTimer:
    """Something to come: at `at` it becomes a job of `kind`. (owner, name) is unique: setting it again moves it."""

    owner: str
    name: str
    at: datetime
    kind: str
    payload: Mapping[str, Any]
    workspace_id: UUID | None
    queue: str = "default"
    priority: int = 0
    order_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStats:
    """The state of the engine, for metrics. `oldest_ready_at` is when the job that is ready longest became due."""

    ready: int
    waiting: int
    held: int
    running: int
    dead: int
    timers: int
    oldest_ready_at: datetime | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class DutySpec:
    """A short chore that every worker repeats, such as sealing the journal. `run` returns whether more is left to do."""

    name: str
    every: timedelta
    run: Callable[[datetime], bool]


_handlers: dict[str, HandlerSpec] = {}
_duties: dict[str, DutySpec] = {}
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


def duty(name: str, *, every: timedelta) -> Callable[[Callable[[datetime], bool]], Callable[[datetime], bool]]:
    """Register a chore that every worker repeats; it must bear running in several workers at once."""

    def register(function: Callable[[datetime], bool]) -> Callable[[datetime], bool]:
        _duties[name] = DutySpec(name=name, every=every, run=function)
        return function

    return register


def duties() -> Mapping[str, DutySpec]:
    """Return every duty by name."""
    return dict(_duties)
