"""The pages of signals: the list, My day, the account; and the same over the API."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from firstwin.identity.contracts import Role, Scope
from firstwin.usage.models import Signal
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.http import key_client, problem_of
from tests.factories.projects import Running, launch_example

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example()


@pytest.fixture
def signal(running: Running) -> Signal:
    row = Signal(
        workspace_id=running.scene.workspace.id,
        account=running.scene.account,
        kind="usage_falling",
        reason="Usage fell by 60 %.",
        todo="Ask the project owner what changed.",
        state="open",
        raised_at=timezone.now() - timedelta(hours=2),
        seen_at=timezone.now(),
    )
    row.save(force_insert=True)
    return row


def state_of(signal: Signal) -> str:
    return Signal.objects.for_workspace(signal.workspace_id).get(id=signal.id).state


def test_a_signal_says_what_to_do_first_and_names_its_account_once(running: Running, signal: Signal) -> None:
    page = text_of(owner_of(running).get(reverse("usage_signals")))
    row = page[page.index("Ask the project owner") : page.index("Settle</button>")]
    seen = re.sub(r'<span class="fw-hidden-text">.*?</span>', "", row)
    assert seen.count(signal.account.name) == 1
    assert f"{signal.account.name} · {signal.reason} ·" in seen


def test_a_signal_stands_on_the_list_on_my_day_and_on_the_account(running: Running, signal: Signal) -> None:
    owner = owner_of(running)
    pages = [reverse("usage_signals"), reverse("my_day"), reverse("account", kwargs={"account_id": signal.account_id})]
    for page in pages:
        text = text_of(owner.get(page))
        assert "Ask the project owner what changed." in text
        assert "Usage fell by 60 %." in text
        assert "Settle" in text
    other = colleague(running, Role.VIEWER)
    assert "Ask the project owner" not in text_of(other.get(reverse("my_day")))
    assert reverse("dismiss_signal", kwargs={"signal_id": signal.id}) not in text_of(
        other.get(reverse("usage_signals"))
    )
    assert "Ask the project owner" not in text_of(outsider().get(reverse("usage_signals")))
    for chosen, is_there in (("?kind=chances", False), ("?kind=risks", True), ("?show=settled", False)):
        assert ("Usage fell by 60 %." in text_of(owner.get(reverse("usage_signals") + chosen))) is is_there


def test_it_is_settled_put_off_and_opened_again(running: Running, signal: Signal) -> None:
    client, ids = colleague(running), {"signal_id": signal.id}
    assert "Put this signal off" in text_of(client.get(reverse("snooze_signal", kwargs=ids), headers=HTMX))
    client.post(reverse("snooze_signal", kwargs=ids), {"days": "7"}, headers=HTMX)
    assert state_of(signal) == "snoozed"
    client.post(reverse("reopen_signal", kwargs=ids), headers=HTMX)
    assert state_of(signal) == "open"
    empty = client.post(reverse("dismiss_signal", kwargs=ids), {"reason": " "}, headers=HTMX)
    assert (empty.status_code, state_of(signal)) == (422, "open")
    client.post(reverse("dismiss_signal", kwargs=ids), {"reason": "Called them"}, headers=HTMX)
    assert state_of(signal) == "dismissed"
    assert "Called them" in text_of(client.get(f"{reverse('usage_signals')}?show=settled"))
    viewer = colleague(running, Role.VIEWER)
    assert viewer.post(reverse("reopen_signal", kwargs=ids), headers=HTMX).status_code == 403
    assert outsider().post(reverse("reopen_signal", kwargs=ids), headers=HTMX).status_code == 404
    assert state_of(signal) == "dismissed"


def test_managers_say_when_to_speak_up_and_anybody_looks_now(running: Running) -> None:
    client, page = colleague(running, Role.MANAGER), reverse("signal_limits")
    assert "When to speak up" in text_of(client.get(page, headers=HTMX))
    values = {
        "seats_percent": 80, "feature_users": 2, "falling_percent": 50, "falling_events": 20,
        "silent_days": 14, "win_days": 14, "plan_percent": 30, "quiet_days": 60,
    }  # fmt: skip
    assert client.post(page, {**values, "seats_percent": 5}, headers=HTMX).status_code == 422
    assert "Saved" in text_of(client.post(page, values, headers=HTMX))
    assert '<dd class="fw-number">80</dd>' in text_of(client.get(reverse("usage_signals")))
    assert colleague(running).post(page, values, headers=HTMX).status_code == 403
    assert "Looking now" in text_of(colleague(running).post(reverse("look_for_signals"), headers=HTMX))


def test_the_same_over_the_api(running: Running, signal: Signal) -> None:
    client = key_client(Scope.ACCOUNTS_WRITE, workspace=running.scene.workspace)
    path = "/api/v1/usage/signals"
    found = client.get(path).json()
    assert [one["reason"] for one in found["items"]] == ["Usage fell by 60 %."]
    until = (timezone.now() + timedelta(days=3)).isoformat()
    assert (
        client.post(f"{path}/{signal.id}/snooze", {"until": until}, content_type="application/json").status_code == 204
    )
    assert client.get(f"{path}?state=snoozed").json()["items"][0]["id"] == str(signal.id)
    assert client.post(f"{path}/{signal.id}/reopen").status_code == 204
    problem_of(client.post(f"{path}/{signal.id}/dismiss", {"reason": ""}, content_type="application/json"), 422)
    assert (
        client.post(f"{path}/{signal.id}/dismiss", {"reason": "ok"}, content_type="application/json").status_code == 204
    )
    assert state_of(signal) == "dismissed"
    assert client.get(f"{path}/limits").json()["silent_days"] == 14
    assert client.post(f"{path}/look").status_code == 202
    reader = key_client(Scope.READ, workspace=running.scene.workspace)
    assert reader.post(f"{path}/{signal.id}/reopen").status_code == 403
    assert state_of(signal) == "dismissed"
