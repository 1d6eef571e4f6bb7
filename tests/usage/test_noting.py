"""What the drain learns from events: people, groups, ids that are one, and groups of events that name none."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from firstwin.journal.models import Entry
from firstwin.usage.contracts.people import MatchedBy
from firstwin.usage.contracts.store import StoredEvent, StoreUnavailableError
from firstwin.usage.models import InboxBatch, Membership, PersonLink, UsageGroup, UsagePerson
from firstwin.usage.operations import draining, noting
from firstwin.usage.operations.noting.known import KNOWN
from tests.factories.customers import make_contact
from tests.factories.usage import take_in, track
from tests.factories.usage_people import account_in, drain, group, group_of, identify, orders_of, person_of, source_in
from tests.usage.oracle import PlainStore

pytestmark = pytest.mark.django_db


def page(anonymous: str, **more: Any) -> dict[str, Any]:
    return {"type": "page", "name": "Home", "anonymousId": anonymous, **more}


def test_traits_make_a_person_and_nulls_take_away(now: datetime) -> None:
    source = source_in()
    drain(source, identify(name="Ada Field", email=" Ada@Example.com", plan="pro", address={"city": "X"}), at=now)
    person = person_of(source)
    assert (person.name, person.email, person.told_at) == ("Ada Field", "ada@example.com", now)
    assert person.traits == {"name": "Ada Field", "email": " Ada@Example.com", "plan": "pro"}
    later = now + timedelta(hours=1)
    drain(source, identify(PLAN=None, first_name="Ada", Seats=3, bad="a\x00b"), at=later)
    person = person_of(source)
    assert person.traits == {
        "name": "Ada Field",
        "email": " Ada@Example.com",
        "first_name": "Ada",
        "Seats": 3,
        "bad": "a b",
    }
    old = {**identify(name="Old Name", team="blue"), "timestamp": (now - timedelta(days=3)).isoformat()}
    drain(source, old, at=later)
    person = person_of(source)
    assert (person.name, person.traits["team"], person.told_at) == ("Ada Field", "blue", later)


def test_an_anonymous_id_becomes_the_first_users_and_a_shared_device_merges_nobody(now: datetime) -> None:
    source = source_in()
    drain(source, page("phone"), at=now)
    assert not UsagePerson.objects.for_workspace(source.workspace_id).exists()
    drain(source, track(user="ada", anonymousId="phone"), track(user="ada", anonymousId="laptop"), at=now)
    drain(source, track(user="ben", anonymousId="phone"), at=now)
    found = (
        PersonLink.objects.for_workspace(source.workspace_id)
        .order_by("id")
        .values_list("from_id", "user_id", "made_by")
    )
    assert list(found) == [("phone", "ada", "event"), ("laptop", "ada", "event")]
    assert orders_of(source) == [
        ("link", {"anonymous_id": "phone", "user_id": "ada"}),
        ("link", {"anonymous_id": "laptop", "user_id": "ada"}),
    ]
    assert not person_of(source, "ada").merged_into
    assert not person_of(source, "ben").merged_into


@pytest.mark.parametrize(
    "nobody", ["null", "undefined", "0", "00000000-0000-0000-0000-000000000000", "-1", "Anonymous"]
)
def test_ids_that_name_nobody_make_nobody_one(nobody: str, now: datetime) -> None:
    source = source_in()
    drain(source, track(anonymousId=nobody), {"type": "alias", "userId": "ada", "previousId": nobody}, at=now)
    assert not PersonLink.objects.for_workspace(source.workspace_id).exists()
    assert orders_of(source) == []


def test_alias_joins_known_users_and_anonymous_ids_whichever_came_first(now: datetime) -> None:
    source = source_in()
    drain(source, track(user="old"), track(user="ada"), at=now)
    drain(source, {"type": "alias", "userId": "ada", "previousId": "old"}, at=now)
    assert person_of(source, "old").merged_into == "ada"
    drain(source, {"type": "alias", "userId": "ada", "previousId": "older"}, at=now)
    drain(source, track(user="older"), at=now)
    assert person_of(source, "older").merged_into == "ada"
    assert orders_of(source) == [
        ("merge", {"user_id": "old", "into": "ada"}),
        ("link", {"anonymous_id": "older", "user_id": "ada"}),
        ("merge", {"user_id": "older", "into": "ada"}),
    ]
    # The other way round would be a circle, and a chain leads to its end.
    drain(source, {"type": "alias", "userId": "old", "previousId": "ada"}, at=now)
    drain(source, {"type": "alias", "userId": "new", "previousId": "ada"}, at=now)
    assert [person_of(source, one).merged_into for one in ("old", "older", "ada", "new")] == ["new", "new", "new", ""]


def test_events_without_a_group_get_the_only_group_of_their_user(now: datetime) -> None:
    source, other = source_in(), source_in()
    take_in(other, track(user="ada"), at=now)
    store = drain(source, page("phone"), track("A", anonymousId="phone"), group(), track("B"), page("phone"), at=now)
    assert [event.group_id for event in store.events] == ["", "acorn", "acorn", "acorn", "acorn", "acorn"]
    assert {event.workspace_id for event in store.events if not event.group_id} == {other.workspace_id}
    store = drain(source, page("phone"), track("C"), track("D", context={"groupId": "oak"}), at=now)
    assert [event.group_id for event in store.events] == ["", "", "oak"]
    store = drain(source, track("E"), track("F", user="ben"), at=now)
    assert [event.group_id for event in store.events] == ["", ""]
    members = Membership.objects.for_workspace(source.workspace_id).order_by("group_id")
    assert list(members.values_list("user_id", "group_id")) == [("ada", "acorn"), ("ada", "oak")]


def test_a_group_is_the_account_with_its_id_and_people_its_contacts(now: datetime) -> None:
    source = source_in()
    account = account_in(source, external_ids={"product": "acorn", "crm": "oak"}, website="https://www.acorn.example")
    contact = make_contact(account, email="ada@acorn.example")
    rival = account_in(source, external_ids={"crm": "acorn"}, website="elm.example")
    drain(
        source,
        group(group_id="acorn", name="Acorn Foods"),
        identify(email="ADA@acorn.example"),
        group("ben", str(account.id)),
        group("cem", "pine", website="http://www.elm.example/about"),
        group("dan", "birch", name="Birch"),
        at=now,
    )
    found = {
        one.group_id: (one.account_id, one.matched_by) for one in UsageGroup.objects.for_workspace(source.workspace_id)
    }
    assert found == {
        "acorn": (account.id, MatchedBy.EXTERNAL_ID),
        str(account.id): (account.id, MatchedBy.ACCOUNT_ID),
        "pine": (rival.id, MatchedBy.DOMAIN),
        "birch": (None, MatchedBy.NOBODY),
    }
    assert (person_of(source).contact_id, person_of(source).matched_by) == (contact.id, MatchedBy.EMAIL)
    places = {(one["group_id"], one["account_id"]) for kind, one in orders_of(source) if kind == "place"}
    assert places == {("acorn", str(account.id)), (str(account.id), str(account.id)), ("pine", str(rival.id))}
    entries = Entry.objects.filter(workspace_id=source.workspace_id, event_name="usage_group.mapped")
    assert entries.filter(account_id=account.id).count() == 2


def test_two_accounts_that_fit_equally_leave_a_group_waiting(now: datetime) -> None:
    source = source_in()
    for _ in range(2):
        account_in(source, website="acorn.example")
    drain(source, group(domain="acorn.example"), at=now)
    assert group_of(source).account_id is None


class BreakingStore(PlainStore):
    def append(self, events: Any) -> int:
        raise StoreUnavailableError("the power went")


def test_what_breaks_halfway_is_learned_again(now: datetime) -> None:
    source = source_in()
    take_in(source, group(), track("A", anonymousId="phone"), at=now)
    with pytest.raises(StoreUnavailableError):
        draining.drain_inbox(store=BreakingStore(), at=now)
    assert not UsagePerson.objects.for_workspace(source.workspace_id).exists()

    with transaction.atomic():
        draining.drain_inbox(store=PlainStore(), at=now)
        transaction.set_rollback(True)
    assert not UsagePerson.objects.for_workspace(source.workspace_id).exists()
    store = PlainStore()
    draining.drain_inbox(store=store, at=now)
    assert [event.group_id for event in store.events] == ["acorn", "acorn"]
    assert person_of(source).user_id == "ada"
    assert group_of(source).account_id is None
    assert PersonLink.objects.for_workspace(source.workspace_id).count() == 1
    assert not InboxBatch.objects.for_workspace(source.workspace_id).exists()


def test_what_is_known_costs_one_question_however_many_events(now: datetime, django_assert_num_queries: Any) -> None:
    source = source_in()
    items = [group(), identify(name="Ada"), *[track(f"E{number}", anonymousId="phone") for number in range(20)]]
    store = drain(source, *items, at=now)
    events: list[StoredEvent] = list(store.events)
    with django_assert_num_queries(1):
        prepared = noting.prepare_events(events=events, at=now + timedelta(minutes=1))
    with transaction.atomic(), django_assert_num_queries(0):
        noting.note_events(prepared=prepared, at=now + timedelta(minutes=1))
    KNOWN.freshen(now + timedelta(minutes=6))
    assert not KNOWN.of(source.workspace_id).users
