"""The pages of playbooks: the library, looking at one, and the editor, where every change is a step."""

import html
from dataclasses import replace
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Member
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookDetail
from tests.desk.test_accounts import signed_in
from tests.desk.test_launch import member as member_with_playbooks  # noqa: F401 - a fixture
from tests.desk.test_launch import playbook_id
from tests.factories.identity import actor_for, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(member_with_playbooks: Member) -> Member:  # noqa: F811
    return make_member(Role.MANAGER, workspace=member_with_playbooks.workspace)


@pytest.fixture
def client(member: Member) -> Client:
    return signed_in(member)


@pytest.fixture
def b2b(member: Member) -> UUID:
    return playbook_id(member)


def detail(member: Member, id: UUID) -> PlaybookDetail:
    actor: Actor = actor_for(member)
    return playbook_queries.get_playbook(actor=actor, playbook_id=id)


def send(client: Client, member: Member, id: UUID, url_name: str, /, **values: str | list[str]) -> str:
    values.setdefault("revision", str(detail(member, id).revision))
    response = client.post(reverse(url_name, kwargs={"playbook_id": id}), values, headers={"HX-Request": "true"})
    assert response.status_code in {200, 204}, response.status_code
    return response.content.decode()


def form_of(client: Client, id: UUID, part: str) -> dict[str, str | list[str]]:
    form = client.get(f"{reverse('edit_playbook', kwargs={'playbook_id': id})}?part={part}").context["form"]
    shown: dict[str, str | list[str]] = {"part": part}
    for name in form.fields:
        value = form[name].value()
        if isinstance(value, bool):
            if value:
                shown[name] = "on"
        elif isinstance(value, list):
            shown[name] = [str(item) for item in value]
        else:
            shown[name] = "" if value is None else str(value)
    return shown


def base_of(client: Client, id: UUID, part: str) -> str:
    return str(client.get(f"{reverse('edit_playbook', kwargs={'playbook_id': id})}?part={part}").context["base"])


def test_the_library_lists_and_searches(client: Client) -> None:
    text = client.get(reverse("playbooks")).content.decode()
    assert "B2B onboarding in seven stages" in text
    assert "Self-serve to the first win" in text
    found = client.get(f"{reverse('playbooks')}?q=agency").content.decode()
    assert "Agency client onboarding" in found
    assert "B2B onboarding in seven stages" not in found
    assert "No playbook fits" in client.get(f"{reverse('playbooks')}?q=zebra").content.decode()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("playbook", "Welcome email"),
        ("playbook_flowchart", "flowchart"),
        ("playbook_timeline", "Plan over time"),
        ("playbook_versions", "Version 1"),
        ("export_playbook", "firstwin: playbook/1"),
        ("export_flowchart", "flowchart"),
        ("edit_playbook", "No problems"),
    ],
)
def test_every_view_of_a_playbook_opens(client: Client, b2b: UUID, name: str, said: str) -> None:
    response = client.get(reverse(name, kwargs={"playbook_id": b2b}))
    assert response.status_code == 200
    assert said in response.content.decode()


def test_showing_a_form_and_saving_it_unchanged_changes_nothing(client: Client, member: Member, b2b: UUID) -> None:
    before = detail(member, b2b)
    parts = ["playbook:", *(f"stage:{stage.key}" for stage in before.draft.stages[:2])]
    parts += [f"task:{task.key}" for stage in before.draft.stages for task in stage.tasks][::5]
    parts += [f"role:{role.key}" for role in before.draft.roles[:2]]
    parts += [f"field:{field.key}" for field in before.draft.fields[:2]]
    parts += [f"overlay:{overlay.key}" for overlay in before.draft.overlays]
    parts += [f"duration:{one.segment.value}" for one in before.draft.durations]
    parts += [f"target:{one.metric}" for one in before.draft.targets]
    parts += [f"criterion:{criterion.key}" for criterion in before.draft.completion[:2]]
    for part in parts:
        send(client, member, b2b, "save_part", **form_of(client, b2b, part))
    assert detail(member, b2b).draft == before.draft


def test_a_task_is_changed_undone_and_redone(client: Client, member: Member, b2b: UUID) -> None:
    typed = {**form_of(client, b2b, "task:welcome-email"), "name": "First greeting", "message.subject": "Hello there"}
    send(client, member, b2b, "save_part", **typed)
    task = detail(member, b2b).draft.stages[0].tasks[0]
    assert (task.name, getattr(task.settings, "subject", "")) == ("First greeting", "Hello there")
    assert getattr(task.settings, "to", ()) != ()

    send(client, member, b2b, "undo_edit", part="task:welcome-email")
    assert detail(member, b2b).draft.stages[0].tasks[0].name == "Welcome email"
    send(client, member, b2b, "redo_edit", part="task:welcome-email")
    assert detail(member, b2b).draft.stages[0].tasks[0].name == "First greeting"


def test_what_is_wrong_is_said_and_what_was_typed_stays(client: Client, member: Member, b2b: UUID) -> None:
    before = detail(member, b2b).draft
    typed = {**form_of(client, b2b, "task:welcome-email"), "duration": "three days", "name": "First greeting"}
    text = send(client, member, b2b, "save_part", **typed)
    assert "three days" in text
    assert "First greeting" in text
    assert detail(member, b2b).draft == before


def test_waiting_in_a_circle_is_refused_and_spelled_out(client: Client, member: Member, b2b: UUID) -> None:
    one, two = detail(member, b2b).draft.stages[0].tasks[:2]
    waits = {**form_of(client, b2b, f"task:{two.key}"), "after.0.task": one.key, "after.0.lag": "2wd"}
    send(client, member, b2b, "save_part", **waits)
    changed = detail(member, b2b).draft
    assert [(link.task, str(link.lag)) for link in changed.stages[0].tasks[1].after] == [(one.key, "2wd")]
    circle = {**form_of(client, b2b, f"task:{one.key}"), "after.0.task": two.key}
    for url_name in ("check_part", "save_part"):
        text = html.unescape(send(client, member, b2b, url_name, **circle))
        assert f"“{one.name}” → “{two.name}” → “{one.name}”" in text
    assert detail(member, b2b).draft == changed


def test_a_link_is_changed_beside_others_and_taken_out(client: Client, member: Member, b2b: UUID) -> None:
    part = "task:signed-plan"
    typed = {**form_of(client, b2b, part), "after.1.type": "start_to_start", "after.2.task": "pre-onboarding"}
    send(client, member, b2b, "save_part", **typed)
    task = next(task for stage in detail(member, b2b).draft.stages for task in stage.tasks if task.key == "signed-plan")
    assert [(link.task, link.type.value) for link in task.after] == [
        ("success-criteria", "finish_to_start"),
        ("communication-norms", "start_to_start"),
        ("pre-onboarding", "finish_to_start"),
    ]
    send(client, member, b2b, "save_part", **{**form_of(client, b2b, part), "after.0.task": ""})
    task = next(task for stage in detail(member, b2b).draft.stages for task in stage.tasks if task.key == "signed-plan")
    assert [link.task for link in task.after] == ["communication-norms", "pre-onboarding"]


def test_durations_targets_and_overlays_are_edited_one_by_one(client: Client, member: Member, b2b: UUID) -> None:
    send(client, member, b2b, "save_part", **{**form_of(client, b2b, "duration:enterprise"), "at_most": "200d"})
    send(client, member, b2b, "add_part", kind="target", name="Days to go live")
    send(client, member, b2b, "save_part", **{**form_of(client, b2b, "target:days_to_go_live"), "target": "45"})
    send(client, member, b2b, "add_part", kind="overlay", name="Banks")
    overlay = {**form_of(client, b2b, "overlay:banks"), "industry": "financial_services", "remove": ["expansion"]}
    send(client, member, b2b, "save_part", **overlay)
    send(client, member, b2b, "add_part", kind="task", overlay="banks", stage="kickoff", name="Know your customer")
    task = {**form_of(client, b2b, "task:know-your-customer"), "duration": "3wd"}
    send(client, member, b2b, "save_part", **task)
    send(
        client,
        member,
        b2b,
        "save_part",
        **{**form_of(client, b2b, "overlay:banks"), "add.0.after_task": "kickoff-call"},
    )

    draft = detail(member, b2b).draft
    assert {str(one.at_most) for one in draft.durations if one.segment.value == "enterprise"} == {"200d"}
    assert next(one for one in draft.targets if one.metric == "days_to_go_live").target == 45
    banks = next(one for one in draft.overlays if one.key == "banks")
    assert (banks.industry, banks.remove) == ("financial_services", ("expansion",))
    assert (banks.add[0].stage, banks.add[0].after_task) == ("kickoff", "kickoff-call")
    assert str(banks.add[0].tasks[0].duration) == "3wd"
    for _ in range(8):
        send(client, member, b2b, "undo_edit", part="playbook:")
    assert not detail(member, b2b).summary.has_draft_changes


def test_while_somebody_types_it_is_said_what_saving_would_come_to(client: Client, member: Member, b2b: UUID) -> None:
    before = detail(member, b2b).draft
    form = form_of(client, b2b, "task:welcome-email")
    assert "would not be saved" in send(client, member, b2b, "check_part", **{**form, "duration": "soon"})
    assert "would not be saved" in send(client, member, b2b, "check_part", **{**form, "name": ""})
    warned = send(client, member, b2b, "check_part", **{**form, "when": 'account.segment == "self_serv"'})
    assert "self_serv" in warned
    assert "Not saved yet" in send(client, member, b2b, "check_part", **{**form, "name": "First greeting"})
    assert send(client, member, b2b, "check_part", **form).strip() == ""
    assert detail(member, b2b).draft == before


def test_two_people_edit_the_same_part_and_nothing_is_lost(client: Client, member: Member, b2b: UUID) -> None:
    part = "task:welcome-email"
    mine, base = form_of(client, b2b, part), base_of(client, b2b, part)
    old = str(detail(member, b2b).revision)
    send(client, member, b2b, "save_part", **{**form_of(client, b2b, part), "name": "Greeting", "duration": "1wd"})

    beside = {**mine, "description": "A first hello", "base": base, "revision": old}
    assert "What others changed meanwhile is kept" in send(client, member, b2b, "save_part", **beside)
    task = detail(member, b2b).draft.stages[0].tasks[0]
    assert (task.name, str(task.duration), task.description) == ("Greeting", "1wd", "A first hello")

    same = {**mine, "name": "Welcome aboard", "base": base, "revision": old}
    text = html.unescape(send(client, member, b2b, "save_part", **same))
    assert "changed the same meanwhile: name" in text
    assert 'value="Welcome aboard"' in text
    assert detail(member, b2b).draft.stages[0].tasks[0].name == "Greeting"
    again = {**form_of(client, b2b, part), "name": "Welcome aboard", "base": base_of(client, b2b, part)}
    send(client, member, b2b, "save_part", **again)
    task = detail(member, b2b).draft.stages[0].tasks[0]
    assert (task.name, task.description) == ("Welcome aboard", "A first hello")


def test_a_new_edition_of_a_changed_builtin_is_compared_and_taken_over(
    client: Client, member: Member, b2b: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = reverse("playbook", kwargs={"playbook_id": b2b})
    assert client.get(reverse("new_edition", kwargs={"playbook_id": b2b})).status_code == 404
    send(client, member, b2b, "add_part", kind="stage", name="Extra")
    shipped = playbook_queries.find_builtin_playbook("b2b-seven-stage")
    assert shipped is not None
    renewed = (replace(shipped[0], summary="Renewed"), "another")
    monkeypatch.setattr(playbook_queries, "find_builtin_playbook", {"b2b-seven-stage": renewed}.get)
    assert "A new edition of this built-in playbook is out" in client.get(address).content.decode()
    assert "Extra" in client.get(reverse("new_edition", kwargs={"playbook_id": b2b})).content.decode()
    taking = reverse("take_edition_over", kwargs={"playbook_id": b2b})
    assert client.post(taking, {"revision": "1"}).status_code == 409
    assert client.post(taking, {"revision": str(detail(member, b2b).revision)}).status_code == 302
    assert (detail(member, b2b).draft.summary, detail(member, b2b).summary.latest_version) == ("Renewed", 1)


def test_of_two_editors_the_second_is_told(client: Client, member: Member, b2b: UUID) -> None:
    old = str(detail(member, b2b).revision)
    send(client, member, b2b, "add_part", kind="stage", name="Extra")
    text = send(client, member, b2b, "add_part", kind="stage", name="Another", revision=old)
    assert "That did not work" in text
    assert [stage.name for stage in detail(member, b2b).draft.stages].count("Another") == 0


def test_parts_are_added_moved_copied_and_removed(client: Client, member: Member, b2b: UUID) -> None:
    stages = [stage.key for stage in detail(member, b2b).draft.stages]
    send(client, member, b2b, "add_part", kind="task", stage=stages[1], name="Say thank you")
    added = detail(member, b2b).draft.stages[1].tasks[-1]
    assert added.name == "Say thank you"

    send(client, member, b2b, "move_part", part=f"task:{added.key}", stage=stages[0], position="0")
    assert detail(member, b2b).draft.stages[0].tasks[0].key == added.key

    send(client, member, b2b, "copy_part", part=f"task:{added.key}")
    assert [task.name for task in detail(member, b2b).draft.stages[0].tasks[:2]].count("Say thank you") >= 1
    count = len(detail(member, b2b).draft.stages[0].tasks)

    send(client, member, b2b, "remove_part", part=f"task:{added.key}")
    assert len(detail(member, b2b).draft.stages[0].tasks) == count - 1

    send(client, member, b2b, "move_part", part=f"stage:{stages[0]}", position="1")
    assert [stage.key for stage in detail(member, b2b).draft.stages][:2] == [stages[1], stages[0]]


def test_publishing_makes_a_version_and_says_what_changed(client: Client, member: Member, b2b: UUID) -> None:
    send(
        client,
        member,
        b2b,
        "add_part",
        kind="task",
        stage=detail(member, b2b).draft.stages[0].key,
        name="Say thank you",
    )
    refused = send(client, member, b2b, "publish_playbook", notes=" ")
    assert "That did not work" in refused
    assert detail(member, b2b).summary.latest_version == 1

    send(client, member, b2b, "publish_playbook", notes="We say thank you")
    assert detail(member, b2b).summary.latest_version == 2
    text = client.get(reverse("playbook_versions", kwargs={"playbook_id": b2b})).content.decode()
    assert "We say thank you" in text
    assert "Say thank you" in text


def test_a_new_playbook_a_copy_and_the_archive(client: Client, member: Member, b2b: UUID) -> None:
    response = client.post(reverse("new_playbook"), {"name": "Pilot", "summary": "For pilots"})
    assert response.status_code == 302
    assert client.post(reverse("new_playbook"), {"name": ""}).status_code == 422

    copy = client.post(reverse("duplicate_playbook", kwargs={"playbook_id": b2b}))
    assert copy.status_code == 302

    client.post(reverse("archive_playbook", kwargs={"playbook_id": b2b}))
    assert "This playbook is archived" in client.get(reverse("playbook", kwargs={"playbook_id": b2b})).content.decode()
    client.post(reverse("restore_playbook", kwargs={"playbook_id": b2b}))
    assert detail(member, b2b).summary.status.value == "published"


def test_a_flowchart_becomes_a_draft(client: Client) -> None:
    text = "flowchart TD\n  A[Meet] --> B[Build]\n  A --> A1[Say hello]\n  B --> B1[Set up]\n"
    response = client.post(reverse("import_playbook"), {"text": text}, follow=True)
    assert "Say hello" in response.content.decode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Choose a file, or paste a text."),
        ("sequenceDiagram\n  A->>B: hello", "flowchart"),
        ("firstwin: playbook/1\nkey: x\nname: [1, 2\n", "This is not YAML"),
        ("firstwin: playbook/1\nkey: pilot\nname: Pilot\nstagez: []\n", "stagez"),
    ],
)
def test_what_cannot_be_read_is_explained_and_nothing_is_created(client: Client, text: str, said: str) -> None:
    count = client.get(reverse("playbooks")).context["page"]
    response = client.post(reverse("import_playbook"), {"text": text})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert len(client.get(reverse("playbooks")).context["page"].items) == len(count.items)


def test_a_specialist_looks_and_changes_nothing(member: Member, b2b: UUID) -> None:
    specialist = signed_in(make_member(Role.SPECIALIST, workspace=member.workspace))
    assert "Edit draft" not in specialist.get(reverse("playbook", kwargs={"playbook_id": b2b})).content.decode()
    before = detail(member, b2b)
    values = {"kind": "stage", "name": "Extra", "revision": str(before.revision)}
    assert specialist.post(reverse("add_part", kwargs={"playbook_id": b2b}), values).status_code == 403
    assert specialist.post(reverse("archive_playbook", kwargs={"playbook_id": b2b})).status_code == 403
    assert detail(member, b2b) == before


def test_another_workspace_finds_nothing(b2b: UUID) -> None:
    stranger = signed_in(make_member(Role.OWNER))
    for name in ("playbook", "playbook_flowchart", "playbook_timeline", "playbook_versions", "edit_playbook"):
        assert stranger.get(reverse(name, kwargs={"playbook_id": b2b})).status_code == 404
    for name in ("save_part", "add_part", "move_part", "undo_edit", "publish_playbook", "duplicate_playbook"):
        url = reverse(name, kwargs={"playbook_id": b2b})
        assert stranger.post(url, {"revision": "1", "kind": "stage", "position": "0"}).status_code == 404
