"""The drawing of lost days: names of steps cover no step, no line, no other name, and stay inside."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

from hypothesis import example, given
from hypothesis import strategies as st

from firstwin.desk.http import days_chart
from firstwin.desk.http.days_chart import Chart, Label
from firstwin.projects.contracts.ledger import DayEntry, DayLedger, LedgerReason, LedgerSide

FIRST = date(2026, 10, 22)
AT = datetime(2026, 10, 22, 9, tzinfo=UTC)
LETTER = 7.0
"""Pixels, at the size in which they are written."""

Point = tuple[float, float]
Moves = list[tuple[int, int, int, str]]
"""Of each step: days since the one before, how many it took, how far it moved the end, and its name."""


def entry_of(since: date, on: date, days: int, name: str) -> DayEntry:
    return DayEntry(
        id=uuid4(),
        project_id=uuid4(),
        position=0,
        since=since,
        on=on,
        days=days,
        side=LedgerSide.VENDOR,
        reason=LedgerReason.NOT_DONE,
        words="Not begun in time",
        text="",
        task_id=None,
        task_name=name,
        is_internal=False,
        person="",
        actor_name="",
        first_side=LedgerSide.VENDOR,
        first_reason=LedgerReason.NOT_DONE,
        note="",
        corrected_by="",
        corrected_at=None,
    )


def chart_of(moves: Moves, later: int) -> Chart:
    entries, on = [], FIRST
    for pause, length, days, name in moves:
        since = on + timedelta(days=pause)
        on = since + timedelta(days=length)
        entries.append(entry_of(since, on, days, name))
    ledger = DayLedger(
        project_id=uuid4(),
        counted_from=FIRST,
        counted_until=on + timedelta(days=later),
        is_whole=True,
        baseline_end_at=AT,
        current_end_at=AT,
        days=sum(entry.days for entry in entries),
        sentence="",
        sides=(),
        entries=tuple(entries),
    )
    chart = days_chart.chart_of(ledger)
    assert chart is not None
    return chart


def points_of(text: str) -> list[Point]:
    return [(float(x), float(y)) for x, y in (pair.split(",") for pair in text.split())]


def box_of(label: Label) -> tuple[float, float, float, float]:
    """Left, right, top and foot where the drawing is as narrow as names are shown."""
    half = len(label.text) * LETTER / days_chart.NARROWEST * 1000 / 2
    return label.x * 10 - half, label.x * 10 + half, label.y - 12, label.y + 3


def is_in(point: Point, corners: list[Point]) -> bool:
    x, y = point
    is_inside = False
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            is_inside = not is_inside
    return is_inside


def points_in(label: Label) -> Iterable[Point]:
    left, right, top, foot = box_of(label)
    for across in range(41):
        for down in range(6):
            yield left + (right - left) * across / 40, top + (foot - top) * down / 5


def check(chart: Chart) -> None:
    steps = [points_of(step.points) for step in chart.steps]
    levels = [points_of(level) for level in chart.levels]
    boxes = [box_of(label) for label in chart.labels]
    for label, (left, right, top, foot) in zip(chart.labels, boxes, strict=True):
        assert left >= 0
        assert right <= 1000
        assert top >= 0
        assert foot <= chart.foot - 12, "the days of the axis"
        assert not any(is_in(point, corners) for point in points_in(label) for corners in steps)
        for (begin, y), (until, _) in levels:
            assert until <= left or right <= begin or not top < y < foot
    for number, (left, right, top, foot) in enumerate(boxes):
        for others_left, others_right, others_top, others_foot in boxes[number + 1 :]:
            assert right <= others_left or others_right <= left or foot <= others_top or others_foot <= top


MOVE = st.tuples(
    st.integers(0, 40),
    st.integers(0, 40),
    st.integers(-20, 20).filter(bool),
    st.sampled_from(("", "Kickoff call", "Set up workflows across teams and countries")),
)


@given(moves=st.lists(MOVE, min_size=1, max_size=12), later=st.integers(0, 30))
@example(moves=[(18, 1, 4, "Set up workflows across teams"), (3, 13, 14, "Set up workflows across teams")], later=2)
@example(moves=[(10, 0, -14, "")], later=3)
def test_names_cover_no_step_no_line_and_no_other_name(moves: Moves, later: int) -> None:
    check(chart_of(moves, later))


def test_a_step_with_room_is_named_above_it_and_below_it_where_days_were_won() -> None:
    (lost,) = chart_of([(18, 1, 4, "Kickoff call")], later=20).labels
    assert (lost.text, lost.y) == ("Kickoff call +4", 26)
    (won,) = chart_of([(18, 1, -4, "Kickoff call")], later=20).labels
    assert won.text == "Kickoff call −4"
    assert won.y > days_chart.HEIGHT - 48


def test_a_step_that_rises_beside_a_name_moves_it_and_does_not_take_it_away() -> None:
    chart = chart_of([(18, 1, 4, "Set up workflows"), (3, 13, 14, "Import your data")], later=20)
    assert {label.text for label in chart.labels} == {"Set up workflows +4", "Import your data +14"}


def test_a_name_in_wide_letters_takes_more_room() -> None:
    plain, wide = (chart_of([(0, 0, 4, name)], later=90).labels[0] for name in ("a" * 20, "業" * 20))
    assert wide.x > plain.x
