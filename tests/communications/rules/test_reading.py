from datetime import UTC, datetime

from firstwin.communications.rules import reading

AT = datetime(2026, 3, 3, 23, 30, tzinfo=UTC)


def test_days_and_instants_are_said_in_the_readers_zone() -> None:
    assert reading.day_in_words(AT, "UTC") == "Tuesday, 3 March 2026"
    assert reading.day_in_words(AT, "Asia/Kolkata") == "Wednesday, 4 March 2026"
    assert reading.instant_in_words(AT, "Europe/Berlin") == "Wednesday, 4 March 2026, 00:30 (CET)"


def test_an_unknown_zone_is_utc() -> None:
    assert reading.instant_in_words(AT, "Mars/Olympus") == "Tuesday, 3 March 2026, 23:30 (UTC)"
