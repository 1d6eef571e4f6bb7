"""Reading playbooks: every problem with its place, nothing executed, and no loss on the way there and back."""

import pytest
from hypothesis import HealthCheck, given, settings

from firstwin.playbooks.contracts import (
    Anchor,
    LinkSpec,
    MeetingSettings,
    MilestoneSettings,
    Moment,
    PlaybookDefinition,
    TaskKind,
)
from firstwin.playbooks.rules import reading, tree, writing
from firstwin.scheduling.contracts import LinkType, Span, SpanUnit
from tests.playbooks.strategies import DEFINITIONS

KICKOFF = """\
firstwin: playbook/1
key: demo
name: Demo
roles:
  - {key: csm, name: Success manager, side: vendor}
stages:
  - key: kickoff
    name: Kickoff
    tasks:
      - key: call
        name: Kickoff call
        owner: csm
        due: {anchor: signature, offset: 7d}
        meeting: {attendees: [csm], agenda: [Timeline]}
        repeat: {every: 1w, until: {anchor: project_end}}
      - key: plan
        name: Signed plan
        after: [call, {task: call, type: start_to_start, lag: 2wd}]
        milestone: {criterion: Signed, comparison: ">=", target: 80}
"""


def test_a_playbook_is_read_with_its_short_forms() -> None:
    read = reading.read_yaml(KICKOFF, file="demo.yaml")
    assert read.problems == ()
    assert read.definition is not None
    call, plan = read.definition.stages[0].tasks
    assert call.kind is TaskKind.MEETING
    assert call.settings == MeetingSettings(attendees=("csm",), agenda=("Timeline",))
    assert call.due == Moment(anchor=Anchor.SIGNATURE, offset=Span(7, SpanUnit.CALENDAR_DAYS))
    assert call.repeat is not None
    assert call.repeat.until == Moment(anchor=Anchor.PROJECT_END, offset=Span(0, SpanUnit.HOURS))
    assert plan.settings == MilestoneSettings(criterion="Signed", target=80.0)
    assert plan.after == (
        LinkSpec(task="call"),
        LinkSpec(task="call", type=LinkType.START_TO_START, lag=Span(2, SpanUnit.WORKING_DAYS)),
    )
    assert read.places[("stages", 0, "tasks", 1, "after")] == tree.Place(18, 9)


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "word"),
    [
        ("owner: csm", "ownr: csm", "unknown_key", (12, 9), "Did you mean 'owner'?"),
        ("side: vendor", "side: vendr", "unknown_value", (5, 45), "Did you mean 'vendor'?"),
        ("offset: 7d", "offset: soon", "wrong_type", (13, 42), "5wd (working days)"),
        ("attendees: [csm]", "attendees: csm", "wrong_type", (14, 30), "[one, two]"),
        ("name: Kickoff call", "name: [a, b]", "wrong_type", (11, 15), "Write a text"),
        ("        name: Signed plan\n", "", "missing_key", (16, 9), "Add 'name:'"),
        ("name: Demo", "name: Demo\nname: Twice", "duplicate_yaml_key", (4, 1), "Keep one"),
        ("firstwin: playbook/1", "firstwin: playbook/9", "unknown_format", (1, 11), "playbook/1"),
        ("firstwin: playbook/1\n", "", "missing_format", (1, 1), "Begin the file"),
        ('">="', ">=", "invalid_yaml", (19, 52), "quotes"),
        ("        owner: csm", "        owner: csm\n        kind: form", "several_kinds", (15, 9), "kind: meeting"),
        ("target: 80", "target: eighty", "wrong_type", (19, 66), "Write a number"),
        ("name: Demo", 'name: "a\\x07b"', "unfit_text", (3, 7), "shown"),
    ],
)
def test_a_mistake_is_reported_with_place_and_remedy(
    old: str, new: str, code: str, place: tuple[int, int], word: str
) -> None:
    assert old in KICKOFF
    read = reading.read_yaml(KICKOFF.replace(old, new, 1), file="demo.yaml")
    problem = next(problem for problem in read.problems if problem.code == code)
    assert (problem.file, problem.line, problem.column) == ("demo.yaml", *place)
    assert word in problem.remedy


def test_every_mistake_is_reported_at_once() -> None:
    text = KICKOFF.replace("owner: csm", "ownr: csm").replace("7d", "soon").replace("side: vendor", "side: us")
    assert [problem.code for problem in reading.read_yaml(text).problems] == [
        "unknown_value",
        "unknown_key",
        "wrong_type",
    ]


def _laughs(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("# only a comment", "empty"),
        ("just words", "wrong_type"),
        ("- a\n- b", "wrong_type"),
        ("a: [1, 2", "invalid_yaml"),
        ("a: b: c", "invalid_yaml"),
        ("a: 1\n---\na: 2", "invalid_yaml"),
        ("a: *missing", "invalid_yaml"),
        ("a: \x00", "invalid_yaml"),
        ("%YAML 9.9\n---\na: b", "invalid_yaml"),
        ("? [a]\n: b", "invalid_yaml"),
        ("a: &a [*a]", "too_deep"),
        ("a: &a {b: *a}", "too_deep"),
        ("[" * 5_000, "too_deep"),
        ("{a: " * 5_000, "too_deep"),
        ("- " * 5_000, "too_deep"),
        (_laughs(12), "too_large"),
        ("a: &x 1\nb: [" + "*x, " * 600 + "]", "too_large"),
        ("a: " + "x" * 400_001, "too_large"),
        ("a: " + "9" * 5_000, "wrong_type"),
        ("a: .nan", "wrong_type"),
        ("!!python/object/apply:os.system ['true']", "unknown_tag"),
        ("a: !!python/name:os.system x", "unknown_tag"),
        ("a: !!binary aGk=", "unknown_tag"),
        ("a: !Ref b", "unknown_tag"),
        ("a: !!set {b}", "unknown_tag"),
    ],
)
def test_hostile_or_broken_text_is_refused_with_a_clear_problem(text: str, code: str) -> None:
    read = reading.read_yaml(text)
    assert read.definition is None
    assert [problem.code for problem in read.problems] == [code]
    assert read.problems[0].message
    assert read.problems[0].remedy


def test_an_alias_may_repeat_a_value() -> None:
    text = KICKOFF.replace("{anchor: signature, offset: 7d}", "&soon {anchor: signature, offset: 7d}") + (
        "        due: *soon\n"
    )
    read = reading.read_yaml(text)
    assert read.problems == ()
    assert read.definition is not None
    assert read.definition.stages[0].tasks[1].due == read.definition.stages[0].tasks[0].due


@given(DEFINITIONS)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_a_playbook_survives_the_way_through_yaml_and_json(definition: PlaybookDefinition) -> None:
    read = reading.read_yaml(writing.to_yaml(definition))
    assert read.problems == ()
    assert read.definition == definition
    assert reading.definition_from_plain(writing.to_plain(definition)) == definition


def test_a_part_is_read_by_itself() -> None:
    part, problems = reading.read_part(Moment, {"anchor": "kickoff", "offset": "2w"})
    assert problems == ()
    assert part == Moment(anchor=Anchor.KICKOFF, offset=Span(14, SpanUnit.CALENDAR_DAYS))


def test_a_broken_stored_playbook_raises() -> None:
    with pytest.raises(ValueError, match="broken"):
        reading.definition_from_plain({"key": "x"})
