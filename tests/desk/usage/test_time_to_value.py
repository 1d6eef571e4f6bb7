"""How long until the first win, and the comparison below it: the page, its groups, and the event store being away."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse

from firstwin.identity.contracts import Role
from firstwin.projects.contracts import ProjectState
from firstwin.projects.models import Project
from firstwin.shared import clock
from firstwin.usage.operations.store import EventWriter
from tests.desk.browsing import colleague, outsider, text_of
from tests.factories.customers import make_account
from tests.factories.event_store import away, done
from tests.factories.identity import actor_for, make_member
from tests.factories.projects import Running, launch_example, make_scene
from tests.factories.usage import make_source, take_in, track

pytestmark = pytest.mark.django_db
ADDRESS = "/usage/time-to-first-win/"


@pytest.fixture
def running() -> Running:
    return launch_example(make_scene())


def began(running: Running, days_ago: float, *, took: float | None = None, **more: object) -> Project:
    """Another onboarding of another account, which began so long ago and took so many days to its first win."""
    row = running.row()
    now = clock.now()
    account = make_account(running.scene.workspace)
    row.pk, row.account_id, row.account_name, row.launch_key = None, account.id, account.name, None
    row.signed_at = now - timedelta(days=days_ago)
    row.first_value_at = None if took is None else row.signed_at + timedelta(days=took)
    for name, value in more.items():
        setattr(row, name, value)
    copied = [field.attname for field in Project._meta.concrete_fields if not field.primary_key]
    copy = Project(**{name: getattr(row, name) for name in copied})
    copy.save(force_insert=True)
    return copy


@pytest.fixture
def some(running: Running) -> list[Project]:
    Project.objects.for_workspace(running.scene.workspace.id).update(state=ProjectState.CANCELLED)
    return [
        *(began(running, 60, took=took, state=ProjectState.ACTIVE) for took in (5, 10, 20, 25, 40)),
        *(began(running, days, state=ProjectState.ACTIVE, segment="enterprise") for days in (50, 10)),
    ]


def test_those_who_wait_are_counted_and_the_young_set_apart(running: Running, some: list[Project]) -> None:
    client = colleague(running, Role.VIEWER)
    text = text_of(client.get(ADDRESS))
    assert "5 of 7 accounts have had their first win" in text
    assert "67 % of 6 accounts that signed at least 30 days ago had their first win within 30 days" in text
    assert "the target is 85 %" in text
    assert "Once your product sends events" in text
    rows = text_of(client.get(f"{ADDRESS}?csv=time_to_value&by=segment")).splitlines()
    assert [row.split(",")[:3] for row in rows[1:]] == [["Mid-market", "5", "5"], ["Enterprise", "2", "0"]]
    assert "Group" in rows[0]
    for by in ("industry", "playbook", "version"):
        assert client.get(f"{ADDRESS}?by={by}").status_code == 200
    narrowed = text_of(client.get(f"{ADDRESS}?playbook={some[0].playbook_id}:1&csv=activation")).splitlines()
    assert len(narrowed) > 1
    assert "No onboarding began in this period" in text_of(client.get(f"{ADDRESS}?playbook={some[0].playbook_id}:9"))
    assert client.get(f"{ADDRESS}?by=colour").status_code == 422


def test_another_workspace_sees_none_of_it(running: Running, some: list[Project]) -> None:
    assert "No onboarding began in this period" in text_of(outsider().get(ADDRESS))


def test_what_those_who_got_there_did_counts_before_their_first_win_only(
    running: Running, some: list[Project], events: EventWriter
) -> None:
    workspace_id = running.scene.workspace.id
    happened = []
    for number, row in enumerate(some):
        events.place(workspace_id, group_id=f"g{number}", account_id=row.account_id)
        assert row.signed_at is not None
        days = {"Data imported": 1, "Late idea": 26 if number < 4 else 2}
        for name, day in days.items():
            if name != "Data imported" or number < 4:
                at: datetime = row.signed_at + timedelta(days=day)
                happened.append(done(workspace_id, name, user=f"u{number}", group=f"g{number}", at=at))
    events.append(happened)
    client = colleague(running)
    address = reverse("usage_differences")
    text = text_of(client.get(address))
    assert "4 accounts with a first win within 30 days beside 2 others" in text
    assert "small numbers" in text
    lines = [line.split(",") for line in text_of(client.get(f"{address}?csv=differences")).splitlines()]
    told = {line[0]: line[1:5] for line in lines}
    assert told["Data imported"] == ["1.0", "4", "0.0", "2"]
    assert told["Late idea"] == ["0.0", "4", "1.0", "2"]
    assert all(line[-1] == "too few" for line in lines[1:])


def test_while_the_store_is_away_pages_say_so_and_the_curves_stay(running: Running, some: list[Project]) -> None:
    owner = make_member(Role.OWNER, workspace=running.scene.workspace)
    take_in(make_source(actor_for(owner)), track(), at=clock.now())
    client = colleague(running)
    with away():
        for name in ("usage", "usage_adoption", "usage_funnel", "usage_retention"):
            answer = client.get(reverse(name))
            assert answer.status_code == 503
            assert "The event store does not answer" in text_of(answer)
            assert "Retry-After" in answer.headers
        account = client.get(reverse("account_usage", kwargs={"account_id": some[0].account_id}))
        assert account.status_code == 503
        assert some[0].account_name in text_of(account)
        assert client.get(ADDRESS).status_code == 200
        fragment = client.get(reverse("usage_differences"))
        assert fragment.status_code == 200
        assert "The event store does not answer" in text_of(fragment)
