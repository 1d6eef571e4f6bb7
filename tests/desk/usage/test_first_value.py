"""The pages of what counts as the first win, and the same over the API."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from firstwin.identity.contracts import Role, Scope
from firstwin.projects.operations import proving
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.models import FirstValueRule, Watch
from firstwin.usage.operations.store import EventWriter
from firstwin.usage.queries import first_value as queries
from tests.desk.browsing import HTMX, colleague, outsider, text_of
from tests.factories.event_store import done
from tests.factories.http import key_client, problem_of
from tests.factories.projects import Running, launch_example, make_scene
from tests.factories.watches import proved_definition

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example(make_scene(proved_definition(), contract_signed_at=timezone.now() - timedelta(days=90)))


def form_of(**fields: object) -> dict[str, object]:
    return {
        "playbook": "",
        "segment": "",
        "account": "",
        "goal.0.kind": "users",
        "goal.0.number": "4",
        "goal.0.within": "30d",
        "goal.join": "all",
        "do": "save",
        **fields,
    }


def save(client: Client, **fields: object) -> int:
    return client.post(reverse("new_first_value"), form_of(**fields)).status_code


def rules_of(running: Running) -> list[FirstValueRule]:
    return list(FirstValueRule.objects.for_actor(running.scene.manager).order_by("changed_at"))


def test_the_way_from_the_empty_list_to_a_rule_and_back(running: Running) -> None:
    client = colleague(running, Role.MANAGER)
    text = text_of(client.get(reverse("usage_first_value")))
    assert "No rule yet" in text
    assert "“report_run” was done once" in text
    assert save(client) == 302
    rule = rules_of(running)[0]
    assert rule.goal == {"users": 4, "within": "30d"}
    assert "4 different users were active within 30 days" in text_of(client.get(reverse("usage_first_value")))
    page = reverse("usage_first_value_rule", kwargs={"rule_id": rule.id})
    changed = {"goal.0.kind": "events", "goal.0.events": "a\nb", "goal.0.number": "2", "do": "save", "version": "1"}
    assert client.post(page, changed).status_code == 302
    assert rules_of(running)[0].goal == {"events": ["a", "b"], "times": 2}
    assert "Somebody changed this rule meanwhile" in text_of(client.post(page, {**changed, "goal.0.number": "3"}))
    for name, goal in (("undo_first_value", {"users": 4, "within": "30d"}), ("remove_first_value", None)):
        client.post(reverse(name, kwargs={"rule_id": rule.id}))
        assert rules_of(running)[0].goal == goal
    client.post(reverse("restore_first_value", kwargs={"rule_id": rule.id, "number": 2}))
    assert rules_of(running)[0].goal == {"events": ["a", "b"], "times": 2}
    text = text_of(client.get(page))
    assert text.count("Use again") == 4
    assert "Taken away" in text


def test_several_conditions_become_one_goal_for_one_account(running: Running) -> None:
    client = colleague(running, Role.MANAGER)
    more = {
        "account": running.scene.account.name.lower(),
        "goal.1.kind": "sequence",
        "goal.1.events": "invited\njoined",
        "goal.2.kind": "metric",
        "goal.2.events": "deal",
        "goal.2.metric": "amount",
        "goal.2.number": "1000",
        "goal.join": "any",
    }
    assert save(client, **more) == 302
    rule = rules_of(running)[0]
    assert rule.account_id == running.scene.account.id
    assert rule.goal == {
        "any": [
            {"users": 4, "within": "30d"},
            {"sequence": ["invited", "joined"]},
            {"events": ["deal"], "metric": "amount", "target": 1000},
        ]
    }
    page = text_of(client.get(reverse("usage_first_value_rule", kwargs={"rule_id": rule.id})))
    assert "or one user did “invited”, then “joined” within 30 days" in page
    project = running.row()
    proving.follow_rule(
        actor=running.scene.manager, account_id=project.account_id, playbook_id=None, segment="", at=timezone.now()
    )
    watch = Watch.objects.for_actor(running.scene.manager).get(owner_id=running.task("first-win").id)
    assert watch.goal == rule.goal


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"goal.0.kind": ""}, "asks for nothing"),
        ({"goal.0.number": ""}, "cannot be 0"),
        ({"goal.0.within": "soon"}, "no length of time"),
        ({"account": "Nobody"}, "No account is called so"),
        ({"account": "Acorn Foods", "segment": "enterprise"}, "names nothing else"),
        ({"goal.0.kind": "metric", "goal.0.metric": "amount"}, "read from one event"),
    ],
)
def test_what_cannot_be_comes_back_with_what_was_typed(running: Running, fields: dict[str, object], said: str) -> None:
    client = colleague(running, Role.MANAGER)
    response = client.post(reverse("new_first_value"), form_of(**fields))
    assert response.status_code == 422
    assert said in text_of(response)
    assert rules_of(running) == []


def test_the_sentence_is_told_while_one_types(running: Running) -> None:
    client = colleague(running)
    check = reverse("check_first_value")
    assert "4 different users were active within 30 days" in text_of(client.post(check, form_of(), headers=HTMX))
    assert "asks for nothing" in text_of(client.post(check, form_of(**{"goal.0.kind": ""}), headers=HTMX))


def test_engagement_is_filled_in_and_comes_back_as_it_was(running: Running) -> None:
    client = colleague(running, Role.MANAGER)
    typed = {
        "goal.0.kind": "features", "goal.0.number": "5",
        "goal.1.kind": "stays", "goal.1.number": "21",
        "goal.2.kind": "days", "goal.2.number": "6", "goal.2.within": "28d",
    }  # fmt: skip
    assert save(client, **typed) == 302
    (rule,) = rules_of(running)
    assert rule.goal == {"all": [{"features": 5}, {"stays": "21d"}, {"days": 6, "within": "28d"}]}
    page = client.get(reverse("usage_first_value_rule", kwargs={"rule_id": rule.id})).content.decode()
    assert [page.count(f'value="{number}"') > 0 for number in ("5", "21", "6", "28d")] == [True] * 4
    empty = {"goal.0.kind": "stays", "goal.0.number": ""}
    assert "makes no sense" in text_of(client.post(reverse("check_first_value"), form_of(**empty), headers=HTMX))


def test_a_goal_is_tried_on_the_past_before_it_is_saved(running: Running, events: EventWriter) -> None:
    scene, begun = running.scene, timezone.now() - timedelta(days=90)
    events.place(scene.workspace.id, group_id="acorn", account_id=scene.account.id)
    events.append(
        [done(scene.workspace.id, "report_run", user="ada", group="acorn", at=begun + timedelta(days=5, hours=1))]
    )
    client = colleague(running, Role.MANAGER)
    wanted = {"goal.0.kind": "events", "goal.0.events": "report_run", "goal.0.number": "1", "do": "preview"}
    text = text_of(client.post(reverse("new_first_value"), form_of(**wanted)))
    assert "Would have been reached by 100 % of 1 account, median day 5." in text
    assert "Few accounts" in text
    assert "1 from day 5" in text or "From day 5: 1" in text
    assert rules_of(running) == []
    save(client, **{**wanted, "do": "save"})
    here = reverse("usage_first_value_rule", kwargs={"rule_id": rules_of(running)[0].id})
    assert "Would have been reached by 100 % of 1 account, median day 5." in text_of(client.get(here))
    past = reverse("first_value_past", kwargs={"rule_id": rules_of(running)[0].id})
    assert past in client.get(reverse("usage_first_value")).content.decode()
    assert client.get(past).content.decode() == "Would have been reached by 100 % of 1 account, median day 5."
    assert outsider().get(past).status_code == 404


def test_while_the_event_store_is_away_the_past_waits_and_saving_works(
    running: Running, away: None, events: EventWriter
) -> None:
    client = colleague(running, Role.MANAGER)
    response = client.post(reverse("new_first_value"), form_of(do="preview"))
    assert response.status_code == 200
    assert "The event store does not answer" in text_of(response)
    assert rules_of(running) == []
    preview = {"goal": {"days": 2}}
    program = key_client(workspace=running.scene.workspace)
    problem_of(program.post("/api/v1/usage/first-values/preview", preview, content_type="application/json"), 503)
    assert save(client) == 302


def test_only_who_shapes_changes_and_strangers_find_nothing(running: Running) -> None:
    assert save(colleague(running, Role.SPECIALIST)) == 403
    assert rules_of(running) == []
    save(colleague(running, Role.MANAGER))
    rule = rules_of(running)[0]
    assert outsider().get(reverse("usage_first_value_rule", kwargs={"rule_id": rule.id})).status_code == 404
    assert "Say what counts" not in text_of(colleague(running).get(reverse("usage_first_value"))).split("<main")[1]


def test_the_same_over_the_api(running: Running) -> None:
    client = key_client(Scope.PLAYBOOKS_WRITE, workspace=running.scene.workspace)
    path = "/api/v1/usage/first-values"
    body = {"goal": {"users": 3}, "playbook_id": str(running.row().playbook_id), "segment": "enterprise"}
    made = client.put(path, body, content_type="application/json").json()
    assert (made["sentence"], made["version"]) == ("3 different users were active", 1)
    assert made["title"] == "Example onboarding, Enterprise customers"
    assert client.get(path).json()[0]["goal"] == {"users": 3}
    rule_id = UUID(made["id"])
    assert client.get(f"{path}/{rule_id}/versions").json()[0]["number"] == 1
    assert client.delete(f"{path}/{rule_id}").status_code == 204
    assert queries.get_rule(actor=running.scene.manager, rule_id=rule_id).goal is None
    assert client.post(f"{path}/{rule_id}/versions/1/restore").status_code == 204
    assert queries.get_rule(actor=running.scene.manager, rule_id=rule_id).goal == Goal(users=3)
    said = client.post(f"{path}/meaning", {"goal": {"days": 2}}, content_type="application/json").json()
    assert said["sentence"] == "somebody was active on 2 days"
    wrong = client.put(path, {"goal": {"users": 0}}, content_type="application/json")
    assert problem_of(wrong, 422)["errors"][0]["place"] == "users"
    reader = key_client(Scope.READ, workspace=running.scene.workspace)
    assert reader.put(path, body, content_type="application/json").status_code == 403
