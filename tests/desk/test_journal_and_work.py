"""The journal for auditors, and the background work for those who govern."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.identity.operations import members
from firstwin.jobs.contracts import JobState
from firstwin.jobs.models import Job
from firstwin.journal import operations as journal_operations
from firstwin.journal import queries as journal_queries
from tests.factories.http import member_client
from tests.factories.identity import actor_for, make_member

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NEXT_DAY = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner() -> Member:
    return make_member(Role.OWNER)


def change(member: Member, title: str, at: datetime = AT) -> None:
    members.edit_member(actor=actor_for(member), member_id=member.id, changes={"title": title}, at=at)


def body(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def rows(client: Client, query: str = "") -> list[Mapping[str, str]]:
    text = body(client.get(reverse("export_journal_table") + query)).decode()
    return list(csv.DictReader(io.StringIO(text)))


def dead_job(workspace_id: UUID) -> Job:
    return Job.objects.create(
        workspace_id=workspace_id,
        kind="communications.send_message",
        state=JobState.DEAD.value,
        attempts=8,
        run_at=AT,
        created_at=AT,
        last_error="The mail server refused <everything>",
    )


def test_an_auditor_searches_by_event_person_and_day(owner: Member) -> None:
    auditor = make_member(Role.AUDITOR, workspace=owner.workspace)
    change(owner, "Head")
    change(auditor, "Auditor", NEXT_DAY)
    client = member_client(member=auditor)

    assert len(rows(client)) == 2
    assert [row["By"] for row in rows(client, "?to=2026-03-02")] == [owner.user.name]
    assert [row["By"] for row in rows(client, f"?person={auditor.id}")] == [auditor.user.name]
    assert rows(client, "?event=member.joined") == []
    assert len(rows(client, "?event=nonsense&person=nonsense&from=nonsense&to=9999-12-31")) == 2
    shown = client.get(reverse("settings_journal"), {"person": str(owner.id)}).content.decode()
    assert "member.changed" in shown
    assert "No entry fits" in client.get(reverse("settings_journal"), {"from": "2030-01-01"}).content.decode()


def test_the_export_in_lines_can_be_verified_without_the_server(owner: Member) -> None:
    change(owner, "Head")
    journal_operations.seal_entries()
    content = body(member_client(member=owner).get(reverse("export_journal_lines")))
    assert journal_queries.verify_lines(content.splitlines(keepends=True)).is_intact
    assert json.loads(content.splitlines()[0])


def test_verifying_tells_the_verdict(owner: Member) -> None:
    change(owner, "Head")
    journal_operations.seal_entries()
    client = member_client(member=owner)
    text = client.post(reverse("verify_journal"), headers=HTMX).content.decode()
    assert "The journal is intact" in text
    assert "All 1 sealed entries" in text
    assert client.post(reverse("verify_journal"))["Location"] == reverse("settings_journal")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SPECIALIST, Role.VIEWER])
def test_others_read_nothing_of_the_whole_journal(role: Role, owner: Member) -> None:
    client = member_client(role, workspace=owner.workspace)
    for name in ("settings_journal", "export_journal_lines", "export_journal_table"):
        assert client.get(reverse(name)).status_code == 403
    assert client.post(reverse("verify_journal"), headers=HTMX).status_code == 403


def test_the_journal_holds_nothing_of_another_workspace(owner: Member) -> None:
    change(make_member(Role.OWNER), "Somebody else")
    journal_operations.seal_entries()
    client = member_client(member=owner)
    assert rows(client) == []
    assert b"Somebody else" not in body(client.get(reverse("export_journal_lines")))


def test_the_journal_costs_the_same_for_many(
    owner: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(30):
        change(owner, f"Title {number}")
    client = member_client(member=owner)
    client.get(reverse("settings_journal"))
    with django_assert_max_num_queries(12):
        client.get(reverse("settings_journal"))


def test_a_job_that_was_given_up_is_shown_and_tried_again(owner: Member) -> None:
    job = dead_job(owner.workspace_id)
    client = member_client(Role.ADMIN, workspace=owner.workspace)
    text = client.get(reverse("settings_work")).content.decode()
    assert "The mail server refused &lt;everything&gt;" in text

    assert client.post(reverse("retry_job", kwargs={"job_id": job.uid})).status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.READY.value, 0)
    assert client.post(reverse("retry_job", kwargs={"job_id": job.uid})).status_code == 404


def test_dropping_a_job_asks_first(owner: Member) -> None:
    job = dead_job(owner.workspace_id)
    client = member_client(member=owner)
    url = reverse("drop_job", kwargs={"job_id": job.uid})
    assert "cannot be undone" in client.get(url, headers=HTMX).content.decode()
    assert Job.objects.filter(id=job.id).exists()
    client.post(url, headers=HTMX)
    assert not Job.objects.filter(id=job.id).exists()


def test_jobs_of_others_are_neither_seen_nor_touched(owner: Member) -> None:
    foreign = dead_job(uuid4())
    own = dead_job(owner.workspace_id)
    client = member_client(member=owner)
    for name in ("retry_job", "drop_job"):
        assert client.post(reverse(name, kwargs={"job_id": foreign.uid})).status_code == 404
    manager = member_client(Role.MANAGER, workspace=owner.workspace)
    for name in ("retry_job", "drop_job"):
        assert manager.post(reverse(name, kwargs={"job_id": own.uid})).status_code == 403
    assert manager.get(reverse("settings_work")).status_code == 403
    assert set(Job.objects.filter(state=JobState.DEAD.value)) == {foreign, own}
