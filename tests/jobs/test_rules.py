"""Pauses, ticks and texts."""

from datetime import datetime, timedelta, timezone
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from firstwin.jobs import rules
from firstwin.jobs.contracts import RetryPolicy

POLICY = RetryPolicy(max_attempts=5, first_delay=timedelta(seconds=2), max_delay=timedelta(minutes=1))


def test_the_pause_doubles_up_to_its_maximum() -> None:
    pauses = [rules.pause_ceiling(POLICY, attempt=attempt).total_seconds() for attempt in range(1, 8)]
    assert pauses == [2, 4, 8, 16, 32, 60, 60]


@given(attempt=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_a_pause_is_never_negative_and_never_above_the_ceiling(attempt: int, chance: float) -> None:
    pause = rules.pause(POLICY, attempt=attempt, chance=chance)
    assert timedelta() <= pause <= rules.pause_ceiling(POLICY, attempt=attempt) <= POLICY.max_delay


def test_the_last_attempt_is_the_last() -> None:
    assert [rules.is_exhausted(POLICY, attempt=attempt) for attempt in (4, 5, 6)] == [False, True, True]


def test_a_schedule_ticks_after_not_at(now: datetime) -> None:
    assert rules.next_tick("0 9 * * *", after=now) == now + timedelta(days=1)
    assert rules.next_tick("5 * * * *", after=now) == now + timedelta(minutes=5)


def test_a_schedule_ticks_by_the_clock_of_utc_wherever_the_instant_was_read(now: datetime) -> None:
    elsewhere = now.astimezone(timezone(timedelta(hours=2)))
    assert rules.next_tick("30 9 * * *", after=elsewhere) == now + timedelta(minutes=30)


def test_long_errors_keep_both_ends() -> None:
    short = rules.shorten_error("begin" + "x" * 10_000 + "end")
    assert short.startswith("begin")
    assert short.endswith("end")
    assert len(short) < 4100
    assert rules.shorten_error("brief") == "brief"


def test_payloads_arrive_as_json_values(now: datetime) -> None:
    text = rules.encode_payload({"id": UUID(int=1), "at": now, "n": [1, 2.5, None]})
    assert rules.decode_payload(text) == {
        "id": "00000000-0000-0000-0000-000000000001",
        "at": "2026-03-02T09:00:00Z",
        "n": [1, 2.5, None],
    }
