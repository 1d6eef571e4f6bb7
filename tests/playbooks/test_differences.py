# ruff: noqa: E501
"""Comparing two playbooks: in plain words, and complete enough to rebuild one from the other."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from firstwin.playbooks.contracts import LinkSpec, MeetingSettings, PlaybookDefinition, RoleSpec, Side, TaskKind
from firstwin.playbooks.contracts.comparison import ChangeType
from firstwin.playbooks.contracts.library import PartKind
from firstwin.playbooks.rules import reading, wording
from firstwin.playbooks.rules.differences import differences
from firstwin.scheduling.contracts import LinkType, parse_span
from tests.factories import playbooks as make
from tests.playbooks.strategies import DEFINITIONS
from tests.playbooks.test_linting import CLEAN

OLD = reading.read_yaml(CLEAN).definition
assert OLD is not None


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("name: Clean", "name: Clean and tidy", "Name changed from 'Clean' to 'Clean and tidy'"),
        ("duration: 2wd", "duration: 3wd", "Task 'Set up': duration changed from 2 working days to 3 working days"),
        ("offset: 24h", "offset: 12h", "Task 'Welcome': due changed from 24 hours after signature to 12 hours after signature"),
        ("        due: {anchor: kickoff, offset: 30d}\n", "", "Task 'First win': due removed (was 30 days after kickoff)"),
        ("key: sign\n", "key: sign\n        start: {anchor: kickoff}\n", "Task 'Sign': start set to at kickoff"),
        ("key: sign\n", "key: sign\n        after: [ask]\n", "Task 'Sign': waits for: added 'Ask'"),
        ("owner: csm\n        anchors", "owner: owner\n        anchors", "Task 'Kickoff call': owner changed from 'Success manager' to 'Project owner'"),
        ("minutes: 45", "minutes: 60", "Task 'Kickoff call': length in minutes changed from 45 to 60"),
        ("attendees: [csm, owner]", "attendees: [csm, sponsor]", "Task 'Kickoff call': attendees: added 'Sponsor' and removed 'Project owner'"),
        ("attendees: [csm, owner]", "attendees: [owner, csm]", "Task 'Kickoff call': attendees put into another order"),
        ("usage: {event: report_created, count: 3, window: 7d}", "kind: todo", "Task 'Reports': kind changed from usage to todo"),
        ("event: report_created, count: 3, window: 7d", "goal: {users: 5}, event: report_created, count: 3, window: 7d", "Task 'Reports': goal set to “5 different users were active”"),
        ("key: ask\n", "key: ask\n        visibility: internal\n", "Task 'Ask': visibility changed from shared to internal"),
        ("key: ask\n", f"key: ask\n        description: {'long ' * 20}\n", "Task 'Ask': description was written"),
        ("when: account.segment != 'self_serve'", "when: project.sso", "Stage 'Value': condition changed from 'account.segment != 'self_serve'' to 'project.sso'"),
        ("at_most: 180d", "at_most: 140d", "Duration of segment 'enterprise': at most changed from 180 days to 140 days"),
        ("remove: [files]", "remove: []", "Overlay 'Healthcare': tasks that it removes: removed 'Files'"),
        ("name: HIPAA,", "name: HIPAA training,", "Overlay 'Healthcare': tasks that it adds: changed 'HIPAA training'"),
        ("{every: 7d, times: 3}", "{every: 7d, until: {anchor: project_end}}", "Task 'Set up': repeat changed from every 7 days, 3 times to every 7 days, until at project end"),
        ("label: Size", "label: How large", "Question 'How large': label changed from 'Size' to 'How large'"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_plain_words(old: str, new: str, text: str) -> None:
    assert old in CLEAN
    changed = reading.read_yaml(CLEAN.replace(old, new, 1)).definition
    assert changed is not None
    assert [change.text for change in differences(OLD, changed)] == [text]


def stages(*orders: list[str]) -> PlaybookDefinition:
    return make.definition(
        *(make.stage(f"s{n}", *(make.task(key) for key in keys)) for n, keys in enumerate(orders, start=1))
    )


def test_moves_are_told_apart() -> None:
    old, new = stages(["a", "b", "c", "d"], ["e"]), stages(["b", "c", "a"], ["d", "e"])
    assert [(change.text, change.field, change.before, change.after) for change in differences(old, new)] == [
        ("Task 'D' moved from stage 1 'S1' to stage 2 'S2'", "stage", "s1", "s2"),
        ("Task 'A' moved behind 'C' in stage 'S1'", "position", 0, 2),
    ]


def test_parts_that_come_and_go_carry_their_content() -> None:
    old, new = stages(["a", "b"]), stages(["b", "c"], ["d"])
    found = differences(old, new)
    assert [change.text for change in found] == [
        "Stage 'S2' was added",
        "Task 'A' was removed from stage 'S1'",
        "Task 'C' was added in stage 'S1'",
        "Task 'D' was added in stage 'S2'",
    ]
    assert found[1].before == {"key": "a", "name": "A", "owner": "csm"}
    assert found[2].after == {"key": "c", "name": "C", "owner": "csm"}


def test_stages_in_another_order() -> None:
    old = stages(["a"], ["b"], ["c"])
    new = replace(old, stages=(old.stages[2], *old.stages[:2]))
    assert [change.text for change in differences(old, new)] == ["Stage 'S3' moved to the beginning"]


def test_the_celebration_and_settings_that_begin_are_compared_key_by_key() -> None:
    old = make.definition(make.stage("one", make.task("a", kind=TaskKind.MEETING)))
    role = RoleSpec(key="csm", name="Manager", side=Side.VENDOR)
    new = make.definition(
        make.stage("one", make.task("a", kind=TaskKind.MEETING, settings=MeetingSettings(attendees=("csm",)))),
        roles=(role, old.roles[1]),
    )
    assert [(change.kind, change.field, change.text) for change in differences(old, new)] == [
        (PartKind.ROLE, "name", "Role 'Manager': name changed from 'Success manager' to 'Manager'"),
        (PartKind.TASK, "meeting.attendees", "Task 'A': attendees: added 'Manager'"),
    ]


@given(DEFINITIONS, DEFINITIONS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_nothing_differs_from_itself_and_any_two_can_be_compared(
    one: PlaybookDefinition, two: PlaybookDefinition
) -> None:
    assert differences(one, one) == ()
    for change in differences(one, two):
        assert change.text
        assert change.type in ChangeType


@pytest.mark.parametrize(
    ("link", "text"),
    [
        (LinkSpec(task="a"), "'A task'"),
        (LinkSpec(task="b", type=LinkType.START_TO_START, lag=parse_span("1d")), "'b' to start plus 1 day"),
        (LinkSpec(task="b", type=LinkType.FINISH_TO_FINISH), "'b' to finish before it does"),
    ],
)
def test_links_in_words(link: LinkSpec, text: str) -> None:
    assert wording.say(link, {"a": "A task"}) == text
