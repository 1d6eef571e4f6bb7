"""What holds for the whole API: who may call, errors, idempotency, limits, paging, the reference."""

import json
import re
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from firstwin.customers.models import Account
from firstwin.identity.contracts import Role, Scope, TooManyRequestsError
from firstwin.identity.models import ApiWindow, IdempotentRequest, Workspace
from firstwin.identity.operations import api_requests
from tests.factories.customers import make_account
from tests.factories.http import key_client, member_client, problem_of
from tests.factories.identity import make_key_actor, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db
NEW = {"name": "Acorn Foods", "segment": "enterprise", "contract_value": "12000.50"}


def count(workspace: Workspace) -> int:
    return Account.objects.for_workspace(workspace.id).count()


def test_a_key_and_a_session_call_the_same_api() -> None:
    workspace = make_workspace()
    assert key_client(workspace=workspace).post("/api/v1/accounts", NEW, "application/json").status_code == 201
    listed = member_client(Role.VIEWER, workspace=workspace).get("/api/v1/accounts").json()
    assert [item["name"] for item in listed["items"]] == ["Acorn Foods"]
    assert (listed["items"][0]["contract_value"], listed["next_cursor"]) == ("12000.50", None)


@pytest.mark.parametrize("authorization", ["Bearer", "Bearer nonsense", "Bearer fw_" + "a" * 12 + "_" + "b" * 43])
def test_a_bad_key_is_refused_even_beside_a_session(authorization: str) -> None:
    answer = member_client().get("/api/v1/me", headers={"Authorization": authorization})
    assert problem_of(answer, 401)["code"] == "not_signed_in"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_nobody_is_asked_to_sign_in() -> None:
    assert problem_of(Client().get("/api/v1/me"), 401)["remedy"]
    assert problem_of(Client(enforce_csrf_checks=True).post("/api/v1/accounts", NEW, "application/json"), 401)


def test_a_person_without_a_workspace_is_told_so() -> None:
    client = Client()
    client.force_login(make_user())
    assert problem_of(client.get("/api/v1/me"), 403)["code"] == "no_workspace"


def test_a_deactivated_member_is_out_at_once() -> None:
    member = make_member()
    client = member_client(member=member)
    assert client.get("/api/v1/me").status_code == 200
    member.is_active = False
    member.save()
    assert problem_of(client.get("/api/v1/me"), 403)["code"] == "no_workspace"


def test_a_session_writes_only_with_its_csrf_token() -> None:
    member = make_member()
    client = Client(enforce_csrf_checks=True)
    client.force_login(member.user)
    problem_of(client.post("/api/v1/accounts", NEW, "application/json"), 403)
    problem_of(client.post("/api/v1/accounts", NEW, "application/json", headers={"Idempotency-Key": "k"}), 403)
    assert count(member.workspace) == 0
    client.get(reverse("account_login"))
    client.get(reverse("api-reference"))
    token = client.cookies["csrftoken"].value
    sent = client.post("/api/v1/accounts", NEW, "application/json", headers={"X-CSRFToken": token})
    assert sent.status_code == 201


@pytest.mark.parametrize(
    ("scopes", "reads", "writes"),
    [
        ([Scope.READ], 200, 403),
        ([Scope.ACCOUNTS_WRITE], 200, 201),
        ([Scope.PROJECTS_WRITE], 403, 403),
        ([Scope.JOURNAL_READ], 403, 403),
        ([Scope.ADMIN], 200, 201),
    ],
)
def test_a_key_does_what_its_scopes_say(scopes: list[Scope], reads: int, writes: int) -> None:
    workspace = make_workspace()
    client = key_client(*scopes, workspace=workspace)
    assert client.get("/api/v1/accounts").status_code == reads
    assert client.post("/api/v1/accounts", NEW, "application/json").status_code == writes
    assert count(workspace) == (1 if writes == 201 else 0)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("get", "/api/v1/nothing", 404),
        ("get", "/api/nothing", 404),
        ("get", "/api/v1/accounts/not-a-uuid", 404),
        ("delete", "/api/v1/accounts", 405),
        ("get", "/api/v1/accounts/01a20000-0000-7000-8000-000000000000", 404),
    ],
)
def test_every_error_is_problem_json(method: str, path: str, status: int) -> None:
    assert problem_of(getattr(key_client(), method)(path), status)["detail"]


def test_what_is_wrong_is_named_by_its_place() -> None:
    workspace = make_workspace()
    client = key_client(workspace=workspace)
    wrong = {"name": "", "segment": "huge", "surprise": 1, "licensed_seats": "many"}
    problem = problem_of(client.post("/api/v1/accounts", wrong, "application/json"), 422)
    assert {error["place"] for error in problem["errors"]} == {"segment", "surprise", "licensed_seats"}
    problem = problem_of(client.post("/api/v1/accounts", {"name": ""}, "application/json"), 422)
    assert [(error["place"], error["remedy"]) for error in problem["errors"]] == [("name", "Enter a name.")]
    problem_of(client.post("/api/v1/accounts", "{", "application/json"), 400)
    problem_of(client.post("/api/v1/accounts", b"\xff\xfe", "application/json"), 400)
    problem_of(client.patch(f"/api/v1/accounts/{make_account(workspace).id}", {"name": None}, "application/json"), 422)
    assert count(workspace) == 1


def test_an_unexpected_error_says_nothing_of_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("firstwin.customers.queries.list_accounts", broken)
    answer = key_client().get("/api/v1/accounts")
    assert "secret" not in str(problem_of(answer, 500))


def test_the_same_key_and_body_are_carried_out_once() -> None:
    workspace = make_workspace()
    client = key_client(workspace=workspace)
    headers = {"Idempotency-Key": "launch-1"}
    first = client.post("/api/v1/accounts", NEW, "application/json", headers=headers)
    again = client.post("/api/v1/accounts", NEW, "application/json", headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (first.headers.get("Idempotent-Replayed"), again.headers["Idempotent-Replayed"]) == (None, "true")
    assert count(workspace) == 1


def test_the_same_key_with_another_body_or_address_is_refused() -> None:
    workspace = make_workspace()
    client = key_client(workspace=workspace)
    headers = {"Idempotency-Key": "launch-1"}
    made = client.post("/api/v1/accounts", NEW, "application/json", headers=headers).json()
    other = client.post("/api/v1/accounts", {**NEW, "name": "Birch"}, "application/json", headers=headers)
    assert problem_of(other, 422)["code"] == "idempotency_key_reused"
    moved = client.post(f"/api/v1/accounts/{made['id']}/archive", headers=headers)
    assert problem_of(moved, 422)["code"] == "idempotency_key_reused"
    assert count(workspace) == 1


def test_a_key_belongs_to_its_caller() -> None:
    workspace = make_workspace()
    headers = {"Idempotency-Key": "launch-1"}
    for client in (key_client(workspace=workspace), key_client(workspace=workspace), key_client()):
        answer = client.post("/api/v1/accounts", NEW, "application/json", headers=headers)
        assert "Idempotent-Replayed" not in answer.headers
    assert count(workspace) == 2


def test_a_request_that_failed_may_be_tried_again_with_its_key() -> None:
    workspace = make_workspace()
    client = key_client(workspace=workspace)
    headers = {"Idempotency-Key": "launch-1"}
    problem_of(client.post("/api/v1/accounts", {"name": ""}, "application/json", headers=headers), 422)
    assert client.post("/api/v1/accounts", NEW, "application/json", headers=headers).status_code == 201
    assert count(workspace) == 1


def test_a_request_that_is_under_way_is_not_begun_again(now: datetime) -> None:
    workspace = make_workspace()
    actor = make_key_actor(workspace=workspace)
    claim = api_requests.claim_request(actor=actor, key="k", fingerprint="f", at=now)
    with pytest.raises(api_requests.RequestInProgressError):
        api_requests.claim_request(actor=actor, key="k", fingerprint="f", at=now + timedelta(seconds=59))
    taken_over = api_requests.claim_request(actor=actor, key="k", fingerprint="f", at=now + timedelta(seconds=60))
    answer = api_requests.StoredAnswer(status=201, content_type="application/json", body=b"{}")
    with pytest.raises(api_requests.RequestInProgressError):
        api_requests.keep_answer(actor=actor, claim=claim, answer=answer)  # type: ignore[arg-type]
    api_requests.keep_answer(actor=actor, claim=taken_over, answer=answer)  # type: ignore[arg-type]
    assert api_requests.claim_request(actor=actor, key="k", fingerprint="f", at=now) == answer


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_an_odd_idempotency_key_is_refused(key: str) -> None:
    workspace = make_workspace()
    answer = key_client(workspace=workspace).post(
        "/api/v1/accounts", NEW, "application/json", headers={"Idempotency-Key": key}
    )
    assert problem_of(answer, 422)
    assert count(workspace) == 0


def test_old_answers_and_counts_are_deleted(now: datetime) -> None:
    actor = make_key_actor()
    api_requests.claim_request(actor=actor, key="k", fingerprint="f", at=now)
    api_requests.take_permit(actor=actor, per_minute=10, at=now)
    api_requests.delete_old_requests(at=now + timedelta(hours=23))
    assert IdempotentRequest.objects.for_actor(actor).count() == 1
    api_requests.delete_old_requests(at=now + timedelta(hours=25))
    assert IdempotentRequest.objects.for_actor(actor).count() == 0
    assert ApiWindow.objects.for_actor(actor).count() == 0


def test_a_caller_who_asks_too_fast_waits(settings: object) -> None:
    settings.API_REQUESTS_PER_MINUTE = 3  # type: ignore[attr-defined]
    client, other = key_client(), key_client()
    answers = [client.get("/api/v1/me").status_code for _ in range(3)]
    refused = client.get("/api/v1/me")
    if answers == [200, 200, 200] and refused.status_code == 200:
        pytest.fail("the minute turned during the test; run it again")
    assert problem_of(refused, 429)["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert other.get("/api/v1/me").status_code == 200


def test_permits_are_exact_over_processes_and_minutes(now: datetime) -> None:
    actor = make_key_actor()
    granted = 0
    for _ in range(60):
        api_requests._drawn.clear()  # as if another process asked; each draws a lot of its own
        with suppress(TooManyRequestsError):
            api_requests.take_permit(actor=actor, per_minute=50, at=now)
            granted += 1
    with pytest.raises(TooManyRequestsError) as refused:
        api_requests.take_permit(actor=actor, per_minute=50, at=now + timedelta(seconds=20))
    assert refused.value.retry_after == 40
    assert granted == 3
    row = ApiWindow.objects.for_actor(actor).get()
    assert row.granted == 50
    api_requests.take_permit(actor=actor, per_minute=50, at=now + timedelta(minutes=1))


def test_the_reference_needs_no_other_host() -> None:
    page = Client().get("/api/docs")
    assert page.status_code == 200
    links = re.findall(r'(?:src|href)="([^"]+)"', page.content.decode())
    assert links
    assert all(link.startswith("/") for link in links)
    bundled = [link.removeprefix("/static/") for link in links if link.startswith("/static/")]
    assert all(finders.find(name) for name in bundled)
    assert "http" not in page.headers["Content-Security-Policy"]


def test_the_description_is_openapi_with_an_id_for_each_operation() -> None:
    description = json.loads(Client().get("/api/v1/openapi.json").content)
    assert description["openapi"].startswith("3.1")
    ids = [operation["operationId"] for path in description["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))
    assert "/api/v1/accounts/{account_id}" in description["paths"]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_list_of_any_length_is_a_list(count: int) -> None:
    workspace = make_workspace()
    members = [make_member(Role.OWNER, workspace=workspace) for _ in range(count)]
    listed = member_client(member=members[0]).get("/api/v1/members").json()
    assert {item["id"] for item in listed} == {str(member.id) for member in members}


def test_a_kept_answer_does_not_lie_open_in_the_database() -> None:
    workspace = make_workspace()
    client = member_client(workspace=workspace)
    new = {"name": "Sync", "scopes": ["read"]}
    made = client.post("/api/v1/api-keys", new, "application/json", headers={"Idempotency-Key": "k"})
    row = IdempotentRequest.objects.for_workspace(workspace.id).get()
    assert made.json()["secret"].encode() not in bytes(row.body)
    again = client.post("/api/v1/api-keys", new, "application/json", headers={"Idempotency-Key": "k"})
    assert again.json() == made.json()


def test_a_form_that_cannot_be_read_is_the_senders_fault() -> None:
    client = key_client(workspace=make_workspace())
    answer = client.generic("POST", "/api/v1/imports", b"no form", content_type="multipart/form-data")
    assert problem_of(answer, 400)["detail"] == "The request could not be read."
