"""Rules of jobs: how long a failed job pauses, when a schedule ticks, and how payloads are written down."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import msgspec
from croniter import croniter

from firstwin.jobs.contracts import RetryPolicy

MAX_ERROR_LENGTH = 4000


def pause_ceiling(policy: RetryPolicy, *, attempt: int) -> timedelta:
    """The pause after a failed attempt is at most the first delay, doubled with every attempt, and never above the maximum."""
    factor: int = 2 ** min(attempt - 1, 30)
    return min(policy.first_delay * factor, policy.max_delay)


def pause(policy: RetryPolicy, *, attempt: int, chance: float) -> timedelta:
    """A failed job pauses for a random part of that ceiling ("full jitter"); `chance` is between 0 and 1."""
    return pause_ceiling(policy, attempt=attempt) * chance


def is_exhausted(policy: RetryPolicy, *, attempt: int) -> bool:
    """A job that failed as often as its policy allows is dead until a person retries or drops it."""
    return attempt >= policy.max_attempts


# Schedules that are due together often have the same expression, and to read one takes half a millisecond.
@lru_cache(maxsize=64)
def next_tick(cron: str, *, after: datetime) -> datetime:
    """A schedule ticks at the first instant, in UTC, that its cron expression names after a given one."""
    tick: datetime = croniter(cron, after.astimezone(UTC)).get_next(datetime)
    return tick


def shorten_error(text: str) -> str:
    """Of a long error text the beginning and the end are kept."""
    if len(text) <= MAX_ERROR_LENGTH:
        return text
    half = MAX_ERROR_LENGTH // 2
    return f"{text[:half]}\n[...]\n{text[-half:]}"


def encode_payload(payload: Mapping[str, Any]) -> str:
    """Payloads are JSON; ids, dates and decimals are written as texts."""
    return msgspec.json.encode(payload).decode()


def decode_payload(text: str) -> Mapping[str, Any]:
    """Handlers receive the JSON values."""
    payload: Mapping[str, Any] = msgspec.json.decode(text)
    return payload
