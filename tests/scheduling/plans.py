"""Plans for tests: short ways to write items, and networks at random."""

from datetime import UTC, date, datetime, time
from typing import Any

from hypothesis import strategies as st

from firstwin.scheduling.contracts import (
    CalendarSpec,
    DayRule,
    LinkType,
    PlanItem,
    PlanLink,
    PlanNetwork,
    Timing,
    parse_span,
)

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
OFFICE = ((time(9), time(17)),)
BREAK = ((time(8, 30), time(12)), (time(13), time(17)))
MORNING = ((time(9), time(12)),)


def at(day: int, hour: int = 9) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def item(key: str, *after: str, **fields: Any) -> PlanItem:
    links = tuple(PlanLink(predecessor=other) for other in after)
    duration = fields.pop("takes", "1wd")
    span = parse_span(duration) if duration else None
    return PlanItem(**{"key": key, "name": key.upper(), "links": links, "duration": span, **fields})


def stage(key: str, *after: str, **fields: Any) -> PlanItem:
    links = tuple(PlanLink(predecessor=other, is_soft=True) for other in after)
    return PlanItem(key=key, name=key.upper(), is_stage=True, links=links, **fields)


def link(key: str, type: LinkType, lag: str = "") -> PlanLink:
    return PlanLink(predecessor=key, type=type, lag=parse_span(lag) if lag else None)


def timing(anchor: str, offset: str) -> Timing:
    return Timing(anchor=anchor, offset=parse_span(offset))


def network_of(*items: PlanItem, calendars: dict[str, CalendarSpec] | None = None, **fields: Any) -> PlanNetwork:
    anchors = {"project_start": MONDAY, "signature": MONDAY, **fields.pop("anchors", {})}
    return PlanNetwork(items=items, anchors=anchors, calendars=calendars or {}, **fields)


CALENDARS = st.builds(
    CalendarSpec,
    time_zone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland"]),
    week=st.sampled_from(
        [(OFFICE,) * 5 + ((), ()), (BREAK,) * 4 + (MORNING, (), ()), ((), OFFICE, (), BREAK, (), OFFICE, ())]
    ),
    country=st.sampled_from(["", "DE", "US", "IN"]),
    rules=st.sampled_from(
        [
            (),
            (DayRule(first_on=date(2026, 3, 10), last_on=date(2026, 3, 17), label="Leave"),),
            (DayRule(first_on=date(2026, 1, 2), repeats="FREQ=WEEKLY;BYDAY=FR", hours=MORNING),),
            (DayRule(first_on=date(2026, 1, 1), repeats="FREQ=DAILY;INTERVAL=3", label="Every third day"),),
        ]
    ),
)
SPANS = st.sampled_from(["", "0wd", "1wd", "1wd", "2wd", "5wd", "3wh", "12wh", "5h", "36h", "2d", "9d"])
LAGS = st.sampled_from(["", "", "", "1wd", "3wd", "-1wd", "4h", "-6h", "2wh", "-3wh", "2d", "-1d"])


@st.composite
def links(draw: st.DrawFn, earlier: list[str], most: int = 3) -> tuple[PlanLink, ...]:
    after = draw(st.lists(st.sampled_from(earlier), max_size=most, unique=True)) if earlier else []
    return tuple(link(key, draw(st.sampled_from(LinkType)), draw(LAGS)) for key in after)


@st.composite
def networks(draw: st.DrawFn, most: int = 12, *, has_stages: bool = True) -> PlanNetwork:
    """Plans without contradictions: links of all kinds with lags, three calendars, stages that follow each other."""
    count = draw(st.integers(1, most))
    stages = draw(st.integers(0, 3)) if has_stages else 0
    items: list[PlanItem] = [stage(f"s{n}", *([f"s{n - 1}"] if n else [])) for n in range(stages)]
    level = 0
    for index in range(count):
        level = min(level + draw(st.integers(0, 1)), max(stages - 1, 0))
        earlier = [f"t{n}" for n in range(index)]
        items.append(
            item(
                f"t{index}",
                takes=draw(SPANS),
                links=draw(links(earlier)),
                calendar=draw(st.sampled_from(["", "customer", "third"])),
                stage=f"s{level}" if stages else "",
            )
        )
    start = 15 * draw(st.integers(0, 4 * 24 * 40))
    return network_of(
        *items,
        calendars={key: draw(CALENDARS) for key in ("", "customer", "third")},
        anchors={"project_start": datetime.fromtimestamp(MONDAY.timestamp() + start * 60, UTC)},
    )
