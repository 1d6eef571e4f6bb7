"""Companies and people that the events name: listed, matched with one click, taken back, and kept from others."""

import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.customers.models import Account, Contact
from firstwin.identity.contracts import Role
from firstwin.identity.models import Workspace
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.models import PersonLink, UsageGroup
from tests.desk.browsing import HTMX, signed_in, text_of
from tests.factories.customers import make_contact
from tests.factories.identity import make_member
from tests.factories.usage import track
from tests.factories.usage_people import account_in, drain, group, group_of, identify, person_of, source_in

pytestmark = pytest.mark.django_db


def someone(source: SourceInfo, role: Role = Role.MANAGER) -> Client:
    return signed_in(make_member(role, workspace=Workspace.objects.get(id=source.workspace_id)).user)


@pytest.fixture
def source(now: datetime) -> SourceInfo:
    source = source_in()
    items = [
        group("ada", "acorn", name="Acorn Foods", website="acorn.example"),
        identify("ada", name="Ada Field", email="ada@acorn.example"),
        track(user="ada", anonymousId="phone"),
        group("ben", "oak"),
    ]
    drain(source, *items, at=now)
    return source


def test_companies_wait_visibly_and_find_their_account_with_one_click(source: SourceInfo, away: None) -> None:
    account = account_in(source, name="Acorn Foods")
    client = someone(source)
    page = text_of(client.get(reverse("usage_people")))
    assert "Acorn Foods" in page
    assert "oak" in page
    assert "(same name)" in page
    assert "The event store does not answer" in page
    group_id = group_of(source).id
    found = client.get(reverse("map_group", args=[group_id]), {"q": "acorn"}, headers=HTMX)
    assert str(account.id) in text_of(found)
    done = client.post(reverse("map_group", args=[group_id]), {"account": str(account.id)}, headers=HTMX)
    assert done.headers["HX-Trigger"] == "changed"
    assert "“Acorn Foods” is Acorn Foods now." in text_of(done)
    assert group_of(source).account_id == account.id
    waiting = text_of(client.get(reverse("usage_people"), headers={**HTMX, "HX-Target": "group-rows"}))
    assert "Acorn Foods" not in waiting
    assert "chosen by hand" in text_of(client.get(reverse("usage_people"), {"standing": "mapped"}))
    undo = f"{reverse('undo_group', args=[group_id])}?standing=waiting"
    assert undo in text_of(done)
    client.post(undo, headers=HTMX)
    assert (group_of(source).account_id, group_of(source).matched_by) == (None, "")


def test_an_account_is_made_from_a_company_and_one_is_set_aside_and_back(source: SourceInfo) -> None:
    client = someone(source)
    oak = group_of(source, "oak").id
    url = reverse("create_account_for_group", args=[oak])
    assert 'value="oak"' in text_of(client.get(url, headers=HTMX))
    refused = client.post(url, {"name": "Oak", "segment": "enterprise", "website": "nonsense"}, headers=HTMX)
    assert refused.status_code == 422
    assert not Account.objects.for_workspace(source.workspace_id).exists()
    client.post(url, {"name": "Oak", "segment": "enterprise", "website": ""}, headers=HTMX)
    account = Account.objects.for_workspace(source.workspace_id).get()
    assert (account.external_ids, group_of(source, "oak").account_id) == ({"product": "oak"}, account.id)
    acorn = group_of(source).id
    client.post(reverse("set_group_aside", args=[acorn]), headers=HTMX)
    assert group_of(source).matched_by == "hand"
    assert "Every company has its account" in text_of(client.get(reverse("usage_people")))
    client.post(reverse("release_group", args=[acorn]), headers=HTMX)
    assert group_of(source).matched_by == ""


def test_people_wait_for_a_contact_and_find_one(source: SourceInfo) -> None:
    account = account_in(source, name="Acorn Foods")
    contact = make_contact(account, name="Ada Field", email="a.field@acorn.example")
    client = someone(source)
    client.post(reverse("map_group", args=[group_of(source).id]), {"account": str(account.id)}, headers=HTMX)
    page = text_of(client.get(reverse("usage_persons")))
    assert "(Acorn Foods)" in page
    assert "ben" in page
    ada = person_of(source).id
    assert str(contact.id) in text_of(client.get(reverse("choose_contact", args=[ada]), {"q": "ada"}, headers=HTMX))
    done = client.post(reverse("map_person", args=[ada]), {"contact": str(contact.id)}, headers=HTMX)
    assert person_of(source).contact_id == contact.id
    client.post(f"{reverse('undo_person', args=[ada])}?standing=waiting", headers=HTMX)
    assert person_of(source).contact_id is None
    assert f"{reverse('undo_person', args=[ada])}?standing=waiting" in text_of(done)
    new = {"account_id": str(account.id), "name": "Ada F.", "email": "ada@acorn.example"}
    client.post(reverse("create_contact_for_person", args=[ada]), new, headers=HTMX)
    assert Contact.objects.for_workspace(source.workspace_id).get(id=person_of(source).contact_id).name == "Ada F."
    client.post(reverse("set_person_aside", args=[person_of(source, "ben").id]), headers=HTMX)
    assert "Nobody waits" in text_of(client.get(reverse("usage_persons")))
    of_group = text_of(client.get(reverse("usage_persons"), {"standing": "all", "group": "oak"}))
    assert "ben" in of_group
    assert "Ada Field" not in of_group


def test_links_are_taken_back_and_made_by_hand(source: SourceInfo) -> None:
    client = someone(source)
    assert "phone" in text_of(client.get(reverse("usage_links")))
    link = PersonLink.objects.for_workspace(source.workspace_id).get()
    done = client.post(reverse("undo_link", args=[link.id]), headers=HTMX)
    assert reverse("redo_link", args=[link.id]) in text_of(done)
    assert "Taken back" in text_of(client.get(reverse("usage_links"), {"q": "phone"}))
    client.post(reverse("redo_link", args=[link.id]), headers=HTMX)
    wrong = {"from_id": "ben", "kind": "user", "user_id": "nobody-knows"}
    refused = client.post(reverse("link_ids"), wrong, headers=HTMX)
    assert refused.status_code == 422
    assert "No user with this id was seen yet." in text_of(refused)
    client.post(reverse("link_ids"), {**wrong, "user_id": "ada"}, headers=HTMX)
    assert person_of(source, "ben").merged_into == "ada"


POSTS = {
    "map_group": "group",
    "create_account_for_group": "group",
    "set_group_aside": "group",
    "release_group": "group",
    "undo_group": "group",
    "map_person": "person",
    "create_contact_for_person": "person",
    "set_person_aside": "person",
    "release_person": "person",
    "undo_person": "person",
    "undo_link": "link",
    "redo_link": "link",
}


@pytest.mark.parametrize("who", [Role.SPECIALIST, Role.VIEWER, None])
def test_only_managers_change_who_is_who_and_nobody_from_elsewhere(source: SourceInfo, who: Role | None) -> None:
    account = account_in(source)
    contact = make_contact(account)
    client = someone(source, who) if who else someone(source_in())
    ids: dict[str, Any] = {
        "group": group_of(source).id,
        "person": person_of(source).id,
        "link": PersonLink.objects.for_workspace(source.workspace_id).get().id,
    }
    before = list(UsageGroup.objects.for_workspace(source.workspace_id).order_by("id").values())
    body = {
        "account": str(account.id),
        "contact": str(contact.id),
        "account_id": str(account.id),
        "name": "X",
        "segment": "enterprise",
    }
    for name, kind in POSTS.items():
        answer = client.post(reverse(name, args=[ids[kind]]), body, headers=HTMX)
        is_refused = answer.status_code in {403, 404, 422} or "changed" not in answer.headers.get("HX-Trigger", "")
        assert is_refused, name
    assert list(UsageGroup.objects.for_workspace(source.workspace_id).order_by("id").values()) == before
    assert person_of(source).contact_id is None
    assert PersonLink.objects.for_workspace(source.workspace_id).get().undone_at is None
    assert Account.objects.for_workspace(source.workspace_id).count() == 1
    for name in ("usage_people", "usage_persons", "usage_links"):
        page = client.get(reverse(name), {"standing": "all"})
        assert page.status_code == 200
        assert ("ada" in text_of(page)) is bool(who and name != "usage_people")


def test_people_stand_beside_their_companies_by_name(source: SourceInfo) -> None:
    client = someone(source)
    address = reverse("usage_persons")
    page = text_of(client.get(address, {"standing": "all"}))
    assert 'class="fw-tag">Acorn Foods<' in page  # as the events named it
    assert 'class="fw-tag">oak<' in page  # never named
    account = account_in(source, name="Acorn Holding")
    client.post(reverse("map_group", args=[group_of(source).id]), {"account": str(account.id)}, headers=HTMX)
    of_group = text_of(client.get(address, {"standing": "all", "group": "acorn"}))
    assert "Company: Acorn Holding" in of_group
    assert 'class="fw-tag">Acorn Holding<' in of_group


def test_lists_take_a_pinned_number_of_queries(
    source: SourceInfo, now: datetime, django_assert_max_num_queries: Any
) -> None:
    drain(source, *[group(f"user-{number}", f"group-{number}", name=f"G{number}") for number in range(30)], at=now)
    client = someone(source)
    for name in ("usage_people", "usage_persons"):
        client.get(reverse(name))
        with django_assert_max_num_queries(20):
            page = client.get(reverse(name))
        assert "25 of 32" in text_of(page)
        assert "Next page" in text_of(page)


def test_hostile_words_find_nothing_and_break_nothing(source: SourceInfo) -> None:
    client = someone(source)
    for name in ("usage_people", "usage_persons", "usage_links", "usage_events"):
        for text in ("%", "'; --", "a" * 5000, "\U0001f600", json.dumps({"a": 1})):
            assert (
                client.get(reverse(name), {"q": text, "standing": text, "state": text, "group": text}).status_code
                == 200
            )
