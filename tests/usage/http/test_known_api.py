"""People, groups, events and features over the API: what a program does with them, and who may not."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from firstwin.identity.contracts import Scope
from firstwin.identity.models import Workspace
from firstwin.usage.contracts import SourceInfo
from tests.factories.customers import make_contact
from tests.factories.http import key_client
from tests.factories.usage import track
from tests.factories.usage_people import account_in, drain, group, group_of, identify, source_in

pytestmark = pytest.mark.django_db
BASE = "/api/v1/usage"


@pytest.fixture
def source(now: datetime) -> SourceInfo:
    source = source_in()
    named = group(name="Acorn Foods")
    drain(
        source, named, identify(email="ada@acorn.example"), track(anonymousId="phone", properties={"rows": 1}), at=now
    )
    return source


def program(source: SourceInfo, *scopes: Scope) -> Client:
    return key_client(*scopes or (Scope.ACCOUNTS_WRITE,), workspace=Workspace.objects.get(id=source.workspace_id))


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"{BASE}{path}", body, content_type="application/json")


def test_a_program_maps_groups_and_people(source: SourceInfo) -> None:
    client = program(source)
    account = account_in(source, name="Acorn Foods")
    contact = make_contact(account)
    found = client.get(f"{BASE}/groups?standing=waiting").json()["items"]
    assert [(one["group_id"], one["members"]) for one in found] == [("acorn", 1)]
    one = found[0]["id"]
    assert client.get(f"{BASE}/groups/{one}/suggestions").json()[0]["reason"] == "name"
    assert post(client, f"/groups/{one}/map", account_id=str(account.id)).json()["account_id"] == str(account.id)
    assert post(client, f"/groups/{one}/account", name="Again").status_code == 409
    assert post(client, f"/groups/{one}/set-aside").json()["matched_by"] == "hand"
    assert post(client, f"/groups/{one}/release").json()["matched_by"] == ""
    person = client.get(f"{BASE}/people?search=ADA").json()["items"][0]
    assert client.get(f"{BASE}/people/{person['id']}").json()["groups"] == ["acorn"]
    assert post(client, f"/people/{person['id']}/map", contact_id=str(contact.id)).json()["contact_id"]
    assert post(client, f"/people/{person['id']}/set-aside").json()["contact_id"] is None
    assert post(client, f"/people/{person['id']}/release").json()["matched_by"] == ""
    made = post(client, f"/people/{person['id']}/contact", account_id=str(account.id), name="Ada")
    assert made.status_code == 201
    link = client.get(f"{BASE}/links").json()["items"][0]
    assert post(client, f"/links/{link['id']}/undo").json()["undone_at"]
    assert post(client, f"/links/{link['id']}/redo").json()["undone_at"] is None
    assert post(client, "/links", from_id="phone", is_anonymous=True, user_id="ada").status_code == 409
    assert post(client, "/links", from_id="tablet", is_anonymous=True, user_id="ada").status_code == 201


def test_a_program_keeps_the_catalogue_and_features(source: SourceInfo) -> None:
    client = program(source)
    event = client.get(f"{BASE}/events?kind=track").json()["items"][0]
    changes = '{"description": "Opened a report.", "is_expected": true, "is_blocked": true}'
    changed = client.patch(f"{BASE}/events/{event['id']}", changes, content_type="application/json").json()
    assert (changed["description"], changed["is_expected"], changed["is_blocked"]) == ("Opened a report.", True, True)
    assert client.get(f"{BASE}/events/{event['id']}/properties").json()[0]["types"] == ["number"]
    plan = SimpleUploadedFile("plan.csv", b"event,property,type\nReport Viewed,rows,number\nNew,,\n")
    assert client.post(f"{BASE}/tracking-plan", {"file": plan}).json() == {"added": 1, "changed": 1, "unchanged": 0}
    bad = client.post(f"{BASE}/tracking-plan", {"file": SimpleUploadedFile("plan.yaml", b"a: &x [*x]")})
    assert bad.status_code == 422
    assert client.get(f"{BASE}/drifts").json() == []
    made = post(client, "/features", name="Reports", events=["Report *"], products=["Suite"])
    assert made.status_code == 201
    feature = made.json()["id"]
    edited = client.patch(f"{BASE}/features/{feature}", '{"name": "Reporting"}', content_type="application/json").json()
    assert (edited["key"], edited["name"], edited["events"]) == ("reports", "Reporting", ["Report *"])
    assert post(client, "/features", name="REPORTING", events=["A"]).status_code == 409
    account = account_in(source, products=("Core",))
    path = f"{BASE}/accounts/{account.id}/features"
    assert client.get(path).json()[0]["reason"] == "other_product"
    granted = client.put(f"{path}/{feature}", '{"is_granted": true, "note": "Trial"}', content_type="application/json")
    assert (granted.json()[0]["is_licensed"], granted.json()[0]["note"]) == (True, "Trial")
    assert client.put(f"{path}/{feature}", '{"is_granted": null}', content_type="application/json").status_code == 200
    assert post(client, f"/features/{feature}/archive").json()["archived_at"]
    assert client.get(f"{BASE}/features").json() == []
    assert post(client, f"/features/{feature}/restore").json()["archived_at"] is None


def test_keys_that_only_read_and_keys_of_others_change_nothing(source: SourceInfo) -> None:
    one = group_of(source)
    account = account_in(source)
    reader, other = program(source, Scope.READ), program(source_in())
    assert reader.get(f"{BASE}/groups/{one.id}").status_code == 200
    assert other.get(f"{BASE}/groups/{one.id}").status_code == 404
    assert post(reader, f"/groups/{one.id}/map", account_id=str(account.id)).status_code == 403
    assert post(other, f"/groups/{one.id}/map", account_id=str(account.id)).status_code == 404
    mine = account_in(source_in())
    assert post(program(source), f"/groups/{one.id}/map", account_id=str(mine.id)).status_code == 404
    assert group_of(source).account_id is None
