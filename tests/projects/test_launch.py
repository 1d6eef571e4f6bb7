"""Launching."""

import pytest

from firstwin.projects.contracts import TaskStanding
from tests.factories.projects import launch_example

pytestmark = pytest.mark.django_db


def test_a_launch_lays_out_the_plan_with_dates_and_people() -> None:
    project = launch_example()
    detail = project.detail()
    assert [stage.name for stage in detail.stages] == ["Welcome", "Set-up", "First win"]
    kickoff = project.info("kickoff")
    assert kickoff.standing is TaskStanding.BLOCKED
    assert kickoff.standing_reason == "Comes after Talk to sales"
