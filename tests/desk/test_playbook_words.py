"""An outline says times and targets as people would."""

import pytest

from firstwin.customers.contracts import Segment
from firstwin.desk.http.playbooks import spoken
from firstwin.playbooks.contracts import (
    Anchor,
    Moment,
    PlaybookDefinition,
    RepeatSpec,
    RoleSpec,
    SegmentTarget,
    Side,
    StageSpec,
    TaskKind,
    TaskSpec,
)
from firstwin.scheduling.contracts import parse_span


def moment(anchor: Anchor, offset: str) -> Moment:
    return Moment(anchor=anchor, offset=parse_span(offset))


def task(key: str = "one", **more: object) -> TaskSpec:
    return TaskSpec(key=key, name="One", kind=TaskKind.TODO, owner="csm", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"due": moment(Anchor.SIGNATURE, "24h")}, "Due 24 hours after signature"),
        ({"due": moment(Anchor.GO_LIVE, "-5wd")}, "Due 5 working days before go-live"),
        ({"due": moment(Anchor.KICKOFF, "0d")}, "Due at the kickoff"),
        ({"start": moment(Anchor.FIRST_VALUE, "1d")}, "Starts 1 day after the first win"),
        ({"duration": parse_span("2wd")}, "Takes 2 working days"),
        (
            {"duration": parse_span("1wd"), "repeat": RepeatSpec(every=parse_span("7d"), times=3)},
            "Takes 1 working day, every 7 days",
        ),
        ({"repeat": RepeatSpec(every=parse_span("7d"), times=3)}, "Every 7 days"),
        ({}, ""),
    ],
)
def test_times_are_said_in_words(given: dict[str, object], words: str) -> None:
    assert spoken.when(task(**given)) == words


def test_every_anchor_has_words() -> None:
    assert set(spoken.ANCHORS) == set(Anchor)


def test_an_outline_names_who_does_each_task_and_what_it_is_judged_by() -> None:
    definition = PlaybookDefinition(
        key="small",
        name="Small",
        roles=(RoleSpec(key="csm", name="Success manager", side=Side.VENDOR),),
        stages=(StageSpec(key="first", name="First", tasks=(task(), task("two", duration=parse_span("3wd")))),),
        durations=(
            SegmentTarget(segment=Segment.SELF_SERVE, at_least=None, at_most=parse_span("30d")),
            SegmentTarget(segment=Segment.ENTERPRISE, at_least=parse_span("90d"), at_most=parse_span("180d")),
        ),
    )
    [(stage, tasks)] = spoken.outline(definition)
    assert stage.name == "First"
    assert [(owner, when) for _, owner, when in tasks] == [
        ("Success manager", ""),
        ("Success manager", "Takes 3 working days"),
    ]
    assert spoken.durations(definition) == [("self_serve", "up to 30 days"), ("enterprise", "90 days to 180 days")]
    assert spoken.targets(definition) == []
