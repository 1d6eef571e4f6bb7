"""Starting onboardings from the desk: what is shown before, what is created, and what is refused."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.customers.contracts import StakeholderRole
from firstwin.customers.models import Account
from firstwin.identity.contracts import Role, system_actor
from firstwin.identity.models import Member
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.operations import builtin as builtin_operations
from firstwin.projects.models import Project, ProjectTask
from firstwin.projects.operations import lifecycle
from tests.desk.test_accounts import signed_in
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_member
from tests.factories.projects import launch_example, make_scene

pytestmark = pytest.mark.django_db

SIGNED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def member() -> Member:
    member = make_member(Role.SPECIALIST)
    builtin_operations.install_builtin_playbooks(actor=system_actor(member.workspace_id), at=SIGNED)
    return member


@pytest.fixture
def account(member: Member) -> Account:
    account = make_account(member.workspace, name="Bluebird Logistics", contract_signed_at=SIGNED)
    make_contact(account, name="Ada Byron", roles=(StakeholderRole.PROJECT_OWNER,))
    return account


def playbook_id(member: Member) -> UUID:
    found = playbook_queries.find_playbook_by_key(actor=system_actor(member.workspace_id), key="b2b-seven-stage")
    assert found is not None
    return found.id


def launch_url(member: Member, *accounts: Account) -> str:
    query = "&".join(f"account={account.id}" for account in accounts)
    return f"{reverse('start_project')}?{query}&playbook={playbook_id(member)}"


def typed(client: Client, url: str, **more: str | list[str]) -> dict[str, str | list[str]]:
    form = client.get(url).context["form"]
    shown = {name: "" if form[name].value() is None else str(form[name].value()) for name in form.fields}
    return {**shown, **more}


def test_the_steps_lead_from_account_to_playbook_to_plan(member: Member, account: Account) -> None:
    client = signed_in(member)
    first = client.get(reverse("start_project")).content.decode()
    second = client.get(f"{reverse('start_project')}?account={account.id}").content.decode()
    third = client.get(launch_url(member, account)).content.decode()

    assert "Bluebird Logistics" in first
    assert "B2B onboarding in seven stages" in second
    assert "Welcome email" in third
    assert "Ada Byron" in third
    assert not Project.objects.for_workspace(member.workspace_id).exists()


def test_what_runs_for_an_account_already_is_said_before_another_is_started() -> None:
    run = launch_example(make_scene())
    client = signed_in(make_member(Role.SPECIALIST, workspace=run.scene.workspace))
    page = f"{reverse('start_project')}?account={run.scene.account.id}"
    assert reverse("project", kwargs={"project_id": run.id}) in client.get(page).content.decode()
    lifecycle.cancel_project(actor=run.scene.manager, project_id=run.id, reason="Over", at=run.scene.at)
    assert "runs already" not in client.get(page).content.decode()


def test_an_answer_brings_tasks_in_and_says_why(member: Member, account: Account) -> None:
    client = signed_in(member)
    url = launch_url(member, account)
    preview_url = url.replace(reverse("start_project"), reverse("start_preview"))

    plain = client.post(preview_url, typed(client, url))
    migrating = client.post(preview_url, typed(client, url, **{"field.needs_data_migration": "yes"}))

    def counted(response: object) -> int:
        return int(response.context["previews"][0].task_count)  # type: ignore[attr-defined]

    assert counted(migrating) > counted(plain)
    assert "Needs data migration" in migrating.content.decode()


def test_starting_creates_the_plan_that_was_shown(member: Member, account: Account) -> None:
    client = signed_in(member)
    url = launch_url(member, account)
    page = client.get(url)
    expected = page.context["previews"][0].task_count

    response = client.post(url, typed(client, url))

    project = Project.objects.for_workspace(member.workspace_id).get()
    assert (response.status_code, response["Location"]) == (302, reverse("project", kwargs={"project_id": project.id}))
    assert ProjectTask.objects.for_workspace(member.workspace_id).count() == expected


def test_a_task_left_out_by_hand_stays_out(member: Member, account: Account) -> None:
    client = signed_in(member)
    url = launch_url(member, account)
    client.post(url, typed(client, url, excluded=["welcome-email"]))
    keys = ProjectTask.objects.for_workspace(member.workspace_id).values_list("key", flat=True)
    assert "welcome-email" not in keys
    assert len(keys) > 20


def test_sending_the_same_form_twice_starts_one_project(member: Member, account: Account) -> None:
    client = signed_in(member)
    url = launch_url(member, account)
    form = typed(client, url)
    first, second = client.post(url, form), client.post(url, form)
    assert first["Location"] == second["Location"]
    assert Project.objects.for_workspace(member.workspace_id).count() == 1


def test_many_accounts_start_at_once_or_not_at_all(member: Member, account: Account) -> None:
    client = signed_in(member)
    archived = make_account(member.workspace, name="Gone Ltd")
    Account.objects.for_workspace(member.workspace_id).filter(id=archived.id).update(archived_at=SIGNED)
    refused = client.post(launch_url(member, account, archived), typed(client, launch_url(member, account)))
    assert refused.status_code == 422
    assert "Gone Ltd is archived" in refused.content.decode()
    assert not Project.objects.for_workspace(member.workspace_id).exists()

    other = make_account(member.workspace, name="Acorn Foods", contract_signed_at=SIGNED)
    url = launch_url(member, account, other)
    assert client.post(url, typed(client, url)).status_code == 302
    assert Project.objects.for_workspace(member.workspace_id).count() == 2


def test_a_wrong_answer_is_said_and_nothing_starts(member: Member, account: Account) -> None:
    client = signed_in(member)
    url = launch_url(member, account)
    response = client.post(url, typed(client, url, **{"field.complexity": "gigantic", "start_on": "31-02-2026"}))
    assert response.status_code == 422
    assert "Enter a valid date" in response.content.decode()
    assert not Project.objects.for_workspace(member.workspace_id).exists()


def test_a_reader_starts_nothing(member: Member, account: Account) -> None:
    reader = make_member(Role.VIEWER, workspace=member.workspace)
    form = typed(signed_in(member), launch_url(member, account))
    response = signed_in(reader).post(launch_url(member, account), form)
    assert response.status_code == 403
    assert not Project.objects.for_workspace(member.workspace_id).exists()


def test_accounts_and_playbooks_of_others_do_not_exist_here(member: Member, account: Account) -> None:
    stranger = make_member(Role.OWNER)
    assert signed_in(stranger).get(launch_url(member, account)).status_code == 404
    own = make_account(stranger.workspace)
    assert signed_in(stranger).get(launch_url(member, own)).status_code == 404
