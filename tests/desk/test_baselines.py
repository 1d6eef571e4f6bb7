"""Baselines on the Gantt tab: kept, compared, sent as CSV, removed."""

import csv
import io

import pytest

from firstwin.identity.contracts import Role
from firstwin.projects.models import Baseline
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example()


def kept(running: Running) -> str:
    """Keep a baseline in the dialog, and return where that leads."""
    address = f"/projects/{running.id}/baselines/"
    client = owner_of(running)
    assert "Plan of" in text_of(client.get(address, headers=HTMX))
    return str(client.post(address, {"name": "Agreed on Monday"}, headers=HTMX).headers["HX-Redirect"])


def test_the_plan_is_compared_with_what_was_kept(running: Running) -> None:
    client = owner_of(running)
    client.post(f"/tasks/{running.task('kickoff').id}/drag/", {"start": "7", "end": "7"}, headers=HTMX)
    there = kept(running).removesuffix("#compared")
    client.post(f"/tasks/{running.task('kickoff').id}/drag/", {"start": "14", "end": "14"}, headers=HTMX)
    page = text_of(client.get(there))
    assert "As kept in “Agreed on Monday”" in page
    assert "14 days later" in page
    assert "21 days later" not in page
    launch = text_of(client.get(f"/projects/{running.id}/?view=gantt"))
    assert "21 days later" in launch
    assert "Agreed on Monday" in launch


def test_the_comparison_comes_as_csv(running: Running) -> None:
    there = kept(running)
    baseline_id = there.split("baseline=")[1].removesuffix("#compared")
    client = owner_of(running)
    client.post(f"/tasks/{running.task('kickoff').id}/drag/", {"start": "14", "end": "14"}, headers=HTMX)
    answer = client.get(f"/projects/{running.id}/plan/export.csv?baseline={baseline_id}")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = {row["Task"]: row for row in csv.DictReader(io.StringIO(text_of(answer)))}
    assert rows["Kickoff call"]["Slip in days"] == "14"
    assert rows["Kickoff call"]["Baseline"] == "Agreed on Monday"
    assert rows["Import your data"]["Decides the end"] == "yes"
    assert len(rows) == len([task for stage in running.detail().stages for task in stage.tasks])
    assert "At the launch" in text_of(client.get(f"/projects/{running.id}/plan/export.csv?baseline=none"))


def test_a_name_in_use_is_told_beside_the_field(running: Running) -> None:
    kept(running)
    answer = owner_of(running).post(f"/projects/{running.id}/baselines/", {"name": "Agreed on Monday"}, headers=HTMX)
    assert answer.status_code == 422
    assert "already" in text_of(answer)


def test_a_baseline_is_removed_after_a_question(running: Running) -> None:
    kept(running)
    row = Baseline.objects.for_actor(running.scene.manager).get()
    address = f"/projects/{running.id}/baselines/{row.id}/remove/"
    client = owner_of(running)
    assert "Remove the baseline “Agreed on Monday”" in text_of(client.get(address, headers=HTMX))
    assert client.post(address, headers=HTMX).status_code == 204
    assert client.get(address, headers=HTMX).status_code == 404


def test_viewers_compare_but_keep_and_remove_nothing_and_strangers_see_nothing(running: Running) -> None:
    there = kept(running)
    row = Baseline.objects.for_actor(running.scene.manager).get()
    remove = f"/projects/{running.id}/baselines/{row.id}/remove/"
    viewer = colleague(running, Role.VIEWER)
    page = text_of(viewer.get(there.removesuffix("#compared")))
    assert "Agreed on Monday" in page
    assert remove not in page
    assert viewer.post(remove, headers=HTMX).status_code == 403
    assert viewer.post(f"/projects/{running.id}/baselines/", {"name": "Mine"}, headers=HTMX).status_code == 403
    for address in (remove, f"/projects/{running.id}/baselines/", f"/projects/{running.id}/plan/export.csv"):
        assert outsider().get(address, headers=HTMX).status_code == 404
    assert Baseline.objects.for_actor(running.scene.manager).count() == 1
