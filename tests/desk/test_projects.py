"""The portfolio: filters, numbers, views, CSV, and what it costs."""

import csv
import io
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from firstwin.desk.models import SavedViewRow
from firstwin.identity.contracts import Role
from firstwin.identity.models import User
from firstwin.projects.models import Project
from firstwin.projects.operations import launch
from tests.desk.browsing import colleague, outsider, owner_of, text_of
from tests.factories.projects import Running, launch_example, make_scene, new_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example(make_scene())


def launch_more(running: Running, count: int) -> None:
    news = [new_project(running.scene, name=f"Number {index}") for index in range(count)]
    launch.launch_projects(actor=running.scene.specialist, news=news, at=running.scene.at)


def test_the_table_and_the_board_show_the_project(running: Running) -> None:
    client = colleague(running, Role.VIEWER)
    for address in ("/projects/", "/projects/?view=board", "/projects/?state=all&q=acorn"):
        assert f"/projects/{running.id}/" in text_of(client.get(address))
    assert f"/projects/{running.id}/" not in text_of(client.get("/projects/?q=nobody+has+this+name"))


def test_a_viewer_is_offered_no_changes(running: Running) -> None:
    page = text_of(colleague(running, Role.VIEWER).get("/projects/"))
    assert "data-select-rows-target" not in page


def test_another_workspace_sees_none_of_it(running: Running) -> None:
    assert running.scene.account.name not in text_of(outsider().get("/projects/?state=all"))


@pytest.mark.parametrize(
    "query", ["standing=splendid", "owner=me", "sort=luck", "segment=huge", "state=lost", "cursor=x"]
)
def test_a_filter_that_does_not_exist_is_told(running: Running, query: str) -> None:
    answer = colleague(running).get(f"/projects/?{query}")
    assert answer.status_code == 422
    page = text_of(answer)
    assert 'href="/projects/"' in page
    assert page.count("is not a filter of this list") <= 1


def test_the_number_of_queries_does_not_grow_with_the_list(
    running: Running, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = colleague(running)
    client.get("/projects/")
    launch_more(running, 12)
    with django_assert_max_num_queries(16):
        client.get("/projects/")
    with django_assert_max_num_queries(16):
        client.get("/projects/?view=board")


def test_the_list_is_sent_as_csv_whole_and_harmless(running: Running) -> None:
    launch.launch_project(
        actor=running.scene.specialist, new=new_project(running.scene, name="=1+1"), at=running.scene.at
    )
    answer = colleague(running).get("/projects/export.csv?sort=account")
    rows = list(csv.DictReader(io.StringIO(text_of(answer))))
    assert sorted(row["Project"] for row in rows) == ["'=1+1", "Acorn Foods"]
    assert "attachment" in answer.headers["Content-Disposition"]
    in_the_night = datetime(2026, 4, 1, 0, 30, tzinfo=UTC)  # of UTC: in California it is the day before
    Project.objects.for_actor(running.scene.manager).update(planned_end_at=in_the_night)
    User.objects.update(time_zone="America/Los_Angeles")
    there = csv.DictReader(io.StringIO(text_of(owner_of(running).get("/projects/export.csv"))))
    assert {row["Planned end"] for row in there} == {"2026-03-31"}


def test_a_view_is_saved_replaced_shared_and_removed(running: Running) -> None:
    client, other = owner_of(running), colleague(running)
    client.post("/projects/views/", {"name": "Late ones", "query": "standing=late"})
    assert "Late ones" not in text_of(other.get("/projects/"))
    client.post("/projects/views/", {"name": "Late ones", "query": "standing=late&q=a", "is_shared": "yes"})
    row = SavedViewRow.objects.for_workspace(running.scene.workspace.id).get()
    assert row.query == "standing=late&q=a"
    assert "Late ones" in text_of(other.get("/projects/"))
    assert other.post(f"/projects/views/{row.id}/remove/").status_code == 404
    assert client.post(f"/projects/views/{row.id}/remove/").status_code == 302
    assert not SavedViewRow.objects.for_workspace(running.scene.workspace.id).exists()


def test_a_view_without_a_name_is_not_saved(running: Running) -> None:
    assert owner_of(running).post("/projects/views/", {"name": "  ", "query": ""}).status_code == 422
    assert not SavedViewRow.objects.for_workspace(running.scene.workspace.id).exists()


def test_columns_and_density_are_kept(running: Running) -> None:
    client = owner_of(running)
    client.post("/projects/columns/", {"columns": ["owner", "nonsense"], "density": "dense", "query": ""})
    page = text_of(client.get("/projects/"))
    assert "fw-dense" in page
    assert ">Progress<" not in page.split("<tbody>")[0].split("<thead>")[1]
