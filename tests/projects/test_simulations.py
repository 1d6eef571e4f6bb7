"""A playbook played through before it is used."""

import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from firstwin.customers.contracts import Segment
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.projects.contracts import TaskState
from firstwin.projects.contracts.simulations import PlaybookSimulation
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.queries import simulations
from firstwin.projects.rules import rehearsing
from firstwin.scheduling.contracts import parse_span
from firstwin.shared.errors import PermissionDeniedError
from tests.factories.projects import Scene, example_definition, launch_example, make_scene
from tests.factories.updates import with_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return make_scene()


def simulate(scene: Scene, definition: PlaybookDefinition | None = None) -> PlaybookSimulation:
    return simulations.simulate_playbook(
        actor=scene.specialist,
        definition=definition or example_definition(),
        segments=[Segment.MID_MARKET],
        at=scene.at,
    )[0]


def test_length_messages_and_what_decides_are_told_and_nothing_is_written(scene: Scene) -> None:
    one = simulate(scene)
    assert one.length.p10 <= one.length.p50 <= one.length.p80 <= one.length.p95
    assert not one.length.has_history
    assert (one.length.target, one.length.chance) == (89, 1.0)  # the last working day within 90 days
    assert one.critical
    assert [(message.day, message.subject, message.to) for message in one.messages] == [
        (0, "Welcome", ("Sponsor",)),
        (2, "Invitation: Kickoff call", ("Sponsor",)),
    ]
    assert Project.objects.for_actor(scene.manager).count() == 0
    assert simulate(scene) == one


def test_hours_are_spread_over_the_weeks_of_their_role(scene: Scene) -> None:
    definition = with_task(example_definition(), "first-import", estimate_hours=12.0, duration=parse_span("20wd"))
    loads = {load.role: load for load in simulate(scene, definition).loads}
    # and one hour of kickoff, half an hour each for a form and an approval, a quarter for files
    assert loads["sponsor"].total == pytest.approx(14.25)
    assert len([hours for hours in loads["sponsor"].hours if hours > 0]) >= 4
    assert loads["sponsor"].missing == 3


def test_lengths_are_learned_as_for_a_forecast(scene: Scene) -> None:
    """From the planned start on, however late somebody said that they began, and of projects that run as well."""
    actor = scene.manager
    finished = 0
    while finished < 35:
        running = launch_example(scene, name=f"Acorn Foods {finished}")
        for row in ProjectTask.objects.for_actor(actor).filter(project_id=running.id, is_automatic=False):
            row.state, row.finished_at = TaskState.DONE, row.start_at + 3 * (row.due_at - row.start_at)
            row.started_at = row.finished_at
            row.save()
            finished += 1
    at = scene.at + timedelta(days=400)
    now = replace(scene, at=at)
    one = simulate(now)
    assert (one.length.has_history, one.length.finished) == (True, finished)
    assert one.length.p50 > 2 * one.length.planned
    opened = ProjectTask.objects.for_actor(actor).order_by("start_at", "id").filter(is_automatic=False)[:5]
    for row in opened:
        row.state, row.finished_at, row.is_released = TaskState.OPEN, None, True
        row.save()
    assert simulate(now).length.p50 > one.length.p50


def test_best_and_worst_cases_make_the_length_wider(scene: Scene) -> None:
    long = with_task(example_definition(), "first-import", duration=parse_span("20wd"))
    sharp = with_task(long, "first-import", duration_min=parse_span("19wd"), duration_max=parse_span("21wd"))
    wide = with_task(long, "first-import", duration_min=parse_span("5wd"), duration_max=parse_span("60wd"))
    spreads = [one.length.p95 - one.length.p10 for one in (simulate(scene, sharp), simulate(scene, wide))]
    assert spreads[0] < spreads[1]


def test_three_points_lie_around_their_middle() -> None:
    assert rehearsing.three_points(5.0, None, None) is None
    for best, worst in ((2.0, None), (None, 20.0), (2.0, 20.0), (5.0, 5.0)):
        group = rehearsing.three_points(5.0, best, worst)
        assert group is not None
        assert group.spread > 0


def test_contacts_see_no_simulation(scene: Scene) -> None:
    with pytest.raises(PermissionDeniedError):
        simulations.simulate_playbook(
            actor=scene.contact, definition=example_definition(), segments=[Segment.ENTERPRISE], at=scene.at
        )


def test_the_command_tells_it_in_lines_and_as_json(scene: Scene) -> None:
    slug = scene.workspace.slug
    out = StringIO()
    call_command("simulate_playbook", "example", "--workspace", slug, stdout=out)
    for words in ("Mid market: 9 tasks", "too little history", "What decides the length", "Invitation: Kickoff call"):
        assert words in out.getvalue()
    out = StringIO()
    call_command("simulate_playbook", "example", "--segment", "enterprise", "--json", "--workspace", slug, stdout=out)
    assert json.loads(out.getvalue())[0]["segment"] == "enterprise"
    with pytest.raises(CommandError, match="There is no playbook"):
        call_command("simulate_playbook", "nothing", "--workspace", slug)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("simulate_playbook", "nothing.yaml", "--workspace", slug)


def test_a_playbook_without_a_target_is_simulated_without_one(scene: Scene) -> None:
    one = simulate(scene, replace(example_definition(), durations=()))
    assert (one.length.target, one.length.chance) == (None, None)
