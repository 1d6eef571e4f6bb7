"""Times and numbers read as people say them."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from firstwin.shared import wording

NOW = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("away", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=12), "in 12 min"),
        (timedelta(minutes=-12), "12 min ago"),
        (timedelta(hours=5), "today 15:30"),
        (timedelta(hours=-12), "yesterday 22:30"),
        (timedelta(hours=20), "tomorrow 06:30"),
        (timedelta(days=3), "in 3 days"),
        (timedelta(days=-9), "9 days ago"),
        (timedelta(days=40), "13 April"),
        (timedelta(days=400), "8 April 2027"),
    ],
)
def test_relative_times(away: timedelta, words: str) -> None:
    at, today = (NOW + away).astimezone(BERLIN), NOW.astimezone(BERLIN).date()
    assert (wording.near(NOW + away, now=NOW) or wording.far(at, today=today)) == words


def test_the_exact_time_names_its_zone() -> None:
    assert wording.exact(NOW, BERLIN) == "Wednesday 4 March 2026, 10:30 (CET)"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Mara Lindqvist", "ML"), ("Li", "L"), ("ana@acme.example", "AA"), ("", "?"), ("J. R. Diaz", "JD")],
)
def test_initials(name: str, letters: str) -> None:
    assert wording.initials(name) == letters


@pytest.mark.parametrize(("count", "words"), [(340, "340 bytes"), (2400, "2 kB"), (2_400_000, "2.4 MB")])
def test_sizes(count: int, words: str) -> None:
    assert wording.size(count) == words
