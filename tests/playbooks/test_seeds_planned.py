"""The built-in playbooks as plans: they end in time for each segment, and keep the promises of their first days."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from firstwin.communications.contracts import MeetingState, MessageKind
from firstwin.customers.contracts import Industry, Segment, StakeholderRole
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.queries import list_builtin_playbooks
from firstwin.projects.queries.launching import PlannedLaunch, plan_launches
from tests.factories.communications import mails, meetings
from tests.factories.customers import make_contact
from tests.factories.projects import SIGNED_AT, Running, launch_example, make_scene, new_project

pytestmark = pytest.mark.django_db
Run = Callable[[datetime], int]

SIMPLE: dict[str, Any] = {"complexity": "standard"}
MODERATE: dict[str, Any] = {"complexity": "moderate", "needs_integrations": True}
COMPLEX: dict[str, Any] = {
    "complexity": "complex",
    "needs_integrations": True,
    "needs_data_migration": True,
    "separate_ongoing_csm": True,
}
LARGE: dict[str, Any] = {"end_user_count": 300, "needs_professional_services": True}
LAUNCHES = [
    ("b2b-seven-stage", Segment.SELF_SERVE, Industry.OTHER, SIMPLE),
    ("b2b-seven-stage", Segment.MID_MARKET, Industry.OTHER, SIMPLE),
    ("b2b-seven-stage", Segment.MID_MARKET, Industry.OTHER, MODERATE),
    ("b2b-seven-stage", Segment.MID_MARKET, Industry.OTHER, COMPLEX),
    ("b2b-seven-stage", Segment.ENTERPRISE, Industry.OTHER, SIMPLE),
    ("b2b-seven-stage", Segment.ENTERPRISE, Industry.OTHER, COMPLEX),
    *[("enterprise-success", Segment.ENTERPRISE, industry, {}) for industry in Industry],
    ("mutual-success", Segment.MID_MARKET, Industry.OTHER, {}),
    ("mutual-success", Segment.ENTERPRISE, Industry.OTHER, LARGE),
    ("agency-campaign", Segment.MID_MARKET, Industry.OTHER, {}),
    ("self-serve", Segment.SELF_SERVE, Industry.SAAS, {"uses_sso": True}),
]


def builtin(key: str) -> PlaybookDefinition:
    return next(definition for definition, _ in list_builtin_playbooks() if definition.key == key)


def planned(key: str, signed_at: datetime, fields: dict[str, Any], **account: Any) -> PlannedLaunch:
    scene = make_scene(builtin(key), contract_signed_at=signed_at, **account)
    return plan_launches(actor=scene.specialist, news=[new_project(scene, fields=fields)], at=signed_at)[0]


@pytest.mark.parametrize(
    ("key", "segment", "industry", "fields"),
    LAUNCHES,
    ids=[f"{row[0]}, {row[1]}, {row[2]}, {row[3]}" for row in LAUNCHES],
)
@pytest.mark.parametrize("weekday", ["Monday", "Thursday", "Saturday"])
def test_every_plan_ends_in_time_and_keeps_its_own_promises(
    key: str, segment: Segment, industry: Industry, fields: dict[str, Any], weekday: str
) -> None:
    signed_at = SIGNED_AT + timedelta(
        days=["Monday", "Thursday", "Saturday"].index(weekday) * 3 - (weekday == "Saturday")
    )
    assert f"{signed_at:%A}" == weekday
    launch = planned(key, signed_at, fields, segment=segment, industry=industry)
    assert launch.dates.end_at <= launch.target_end_at
    assert [dates.conflict for dates in launch.dates.items.values() if dates.conflict] == []
    assert launch.dates.warnings == ()
    shortest = next((target.at_least for target in builtin(key).durations if target.segment is segment), None)
    if shortest is not None:
        assert launch.dates.end_at >= signed_at + timedelta(days=shortest.amount)


@pytest.mark.parametrize(("fields", "weeks"), [(SIMPLE, 2), (MODERATE, 5), (COMPLEX, 8)])
def test_the_implementation_takes_two_to_eight_weeks_depending_on_complexity(
    fields: dict[str, Any], weeks: int
) -> None:
    launch = planned("b2b-seven-stage", SIGNED_AT, fields)
    stage = next(stage for stage in launch.draft.stages if stage.key == "implementation")
    assert abs((stage.due_at - stage.start_at) - timedelta(weeks=weeks)) <= timedelta(days=3)


def launch_builtin(key: str, fields: dict[str, Any], **account: Any) -> Running:
    scene = make_scene(builtin(key), **account)
    for role in StakeholderRole:
        make_contact(scene.account, roles=(role,))
    return launch_example(scene, fields=fields)


def test_the_first_week_of_the_b2b_playbook_really_happens(run_jobs: Run) -> None:
    running = launch_builtin("b2b-seven-stage", SIMPLE)
    run_jobs(SIGNED_AT + timedelta(hours=12))
    welcome = mails(running, kind=MessageKind.PLAN.value)
    assert {mail.subject for mail in welcome} == {"Welcome, Acorn Foods: here is how we start"}
    assert all(mail.sent_at and mail.sent_at < SIGNED_AT + timedelta(hours=24) for mail in welcome)
    [kickoff] = meetings(running)
    assert kickoff.state == MeetingState.INVITED.value
    assert SIGNED_AT + timedelta(days=3) <= kickoff.starts_at <= SIGNED_AT + timedelta(days=7)


def test_the_self_serve_playbook_runs_by_itself(run_jobs: Run) -> None:
    running = launch_builtin("self-serve", {}, segment=Segment.SELF_SERVE)
    for day in range(29):
        run_jobs(SIGNED_AT + timedelta(days=day))
    sent = {mail.subject: mail.sent_at for mail in mails(running, kind=MessageKind.PLAN.value)}
    name = next(iter(sent)).rpartition(", ")[2]
    assert list(sent) == [
        f"Welcome to {running.scene.workspace.name}, {name}",
        "Your next step takes two minutes",
        "A minute that saves you ten",
        "Your first week",
        "Is something in the way?",
        f"One question, {name}",
        "What others do after three weeks",
    ]
    assert meetings(running) == []
