"""Who waits for whom: a side is waited for only with what it can do."""

from datetime import timedelta

import pytest

from firstwin.desk.http import waiting
from tests.factories.projects import launch_example

pytestmark = pytest.mark.django_db


def test_nobody_waits_for_what_waits_itself() -> None:
    running = launch_example()
    at = running.scene.at + timedelta(days=60)
    found = {side.sentence: [task.name for task in side.tasks] for side in waiting.sides(running.detail(at), at)}
    assert found == {
        "Waiting for Acorn Foods": ["Tell us about your company", "Import your data"],
        "Acorn Foods waits for us": ["Talk to sales"],
    }
