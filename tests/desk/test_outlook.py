"""By when a project is likely done, said without saying the same day three times."""

from datetime import UTC, date, datetime

import pytest

from firstwin.desk.http import outlook
from firstwin.scheduling.contracts.forecasting import Likely

TODAY = date(2026, 3, 2)


def day(number: int) -> datetime:
    return datetime(2026, 3, number, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((5, 9, 20), "Half of plans like this are done by 5 Mar, 4 of 5 by 9 Mar, 19 of 20 by 20 Mar."),
        ((9, 9, 20), "4 of 5 plans like this are done by 9 Mar, 19 of 20 by 20 Mar."),
        ((9, 9, 9), "19 of 20 plans like this are done by 9 Mar."),
    ],
)
def test_each_day_is_said_once(days: tuple[int, int, int], said: str) -> None:
    half, four, most = (day(number) for number in days)
    likely = Likely(p10=half, p50=half, p80=four, p95=most)
    assert outlook.sentence(likely, TODAY, "done") == said
