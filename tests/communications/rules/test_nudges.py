from datetime import UTC, datetime, timedelta

from firstwin.communications.rules import nudges

NOW = datetime(2026, 3, 10, tzinfo=UTC)


def test_the_first_nudge_is_free() -> None:
    assert nudges.nudge_state([], NOW).is_allowed


def test_two_within_three_days_are_not() -> None:
    state = nudges.nudge_state([NOW - timedelta(days=2)], NOW)
    assert not state.is_allowed
    assert "3 days" in state.reason


def test_the_fourth_is_refused_for_good() -> None:
    state = nudges.nudge_state([NOW - timedelta(days=days) for days in (30, 20, 10)], NOW)
    assert not state.is_allowed
    assert "call" in state.reason
