"""Groups and people find accounts and contacts that come later; what was said by hand stays; ids are parted again."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from firstwin.customers.contracts import NewAccount, NewContact
from firstwin.customers.operations import accounts, contacts
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Workspace
from firstwin.journal.models import Entry
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.contracts.people import MatchedBy
from firstwin.usage.models import Membership, PersonLink, UsagePerson
from firstwin.usage.operations import groups, links, people
from tests.factories.identity import make_actor
from tests.factories.usage import track
from tests.factories.usage_people import drain, group, group_of, identify, orders_of, person_of, source_in

pytestmark = pytest.mark.django_db
RunJobs = Callable[[datetime], int]


def manager(source: SourceInfo) -> Actor:
    return make_actor(Role.MANAGER, workspace=Workspace.objects.get(id=source.workspace_id))


def test_what_waited_finds_the_account_and_the_contact_that_come_later(now: datetime, run_jobs: RunJobs) -> None:
    source = source_in()
    drain(source, group(website="acorn.example"), identify(email="ada@acorn.example"), at=now)
    actor = manager(source)
    account = accounts.create_account(actor=actor, new=NewAccount(name="Acorn", website="www.acorn.example"), at=now)
    run_jobs(now)
    assert (group_of(source).account_id, group_of(source).matched_by) == (account.id, MatchedBy.DOMAIN)
    assert orders_of(source)[-1] == ("place", {"group_id": "acorn", "account_id": str(account.id)})
    new = NewContact(name="Ada", email="ADA@acorn.example")
    contact = contacts.add_contact(actor=actor, account_id=account.id, new=new, at=now)
    run_jobs(now)
    assert person_of(source).contact_id == contact.id
    changes = {"email": "other@acorn.example"}
    contacts.edit_contact(actor=actor, contact_id=contact.id, changes=changes, at=now)
    run_jobs(now)
    assert (person_of(source).contact_id, person_of(source).matched_by) == (None, "")


def test_an_id_that_was_wrong_is_corrected_and_the_group_moves(now: datetime, run_jobs: RunJobs) -> None:
    source = source_in()
    actor = manager(source)
    wrong = accounts.create_account(
        actor=actor, new=NewAccount(name="Wrong", external_ids={"product": "acorn"}), at=now
    )
    right = accounts.create_account(actor=actor, new=NewAccount(name="Right"), at=now)
    drain(source, group(), at=now)
    assert group_of(source).account_id == wrong.id
    accounts.edit_account(actor=actor, account_id=wrong.id, changes={"external_ids": {}}, at=now)
    accounts.edit_account(actor=actor, account_id=right.id, changes={"external_ids": {"product": "acorn"}}, at=now)
    run_jobs(now)
    assert group_of(source).account_id == right.id
    names = Entry.objects.filter(workspace_id=source.workspace_id, event_name__startswith="usage_group.")
    assert names.order_by("id").values_list("event_name", flat=True).first() == "usage_group.mapped"
    accounts.archive_account(actor=actor, account_id=right.id, at=now)
    drain(source, group(name="Acorn again"), at=now + timedelta(hours=1))
    assert group_of(source).account_id == right.id


def test_what_was_said_by_hand_is_left_alone(now: datetime, run_jobs: RunJobs) -> None:
    source = source_in()
    drain(source, group(), identify(email="ada@acorn.example"), at=now)
    actor = manager(source)
    groups.set_group_aside(actor=actor, group_id=group_of(source).id, at=now)
    account = accounts.create_account(
        actor=actor, new=NewAccount(name="Acorn", external_ids={"product": "acorn"}), at=now
    )
    run_jobs(now)
    assert group_of(source).account_id is None
    groups.release_group(actor=actor, group_id=group_of(source).id, at=now)
    assert (group_of(source).account_id, group_of(source).matched_by) == (account.id, MatchedBy.EXTERNAL_ID)


def test_a_link_that_was_taken_back_is_not_made_again_by_events(now: datetime) -> None:
    source = source_in()
    drain(source, track(user="ada", anonymousId="phone"), at=now)
    link = PersonLink.objects.for_workspace(source.workspace_id).get()
    links.undo_link(actor=manager(source), link_id=link.id, at=now)
    assert orders_of(source)[-1] == ("unlink", {"anonymous_id": "phone"})
    drain(source, track(user="ada", anonymousId="phone"), at=now + timedelta(minutes=9))
    assert PersonLink.objects.for_workspace(source.workspace_id).get().undone_at == now
    drain(source, track(user="ben", anonymousId="phone"), at=now + timedelta(minutes=18))
    live = PersonLink.objects.for_workspace(source.workspace_id).get(undone_at=None)
    assert (live.from_id, live.user_id) == ("phone", "ben")


def test_a_chain_of_users_is_parted_where_one_link_is_taken_back(now: datetime) -> None:
    source = source_in()
    drain(source, *[track(user=user) for user in "abc"], at=now)
    actor = manager(source)
    first = links.link_ids(actor=actor, from_id="a", is_anonymous=False, user_id="b", at=now)
    second = links.link_ids(actor=actor, from_id="b", is_anonymous=False, user_id="c", at=now)
    assert [person_of(source, one).merged_into for one in "abc"] == ["c", "c", ""]
    links.undo_link(actor=actor, link_id=second.id, at=now)
    assert [person_of(source, one).merged_into for one in "abc"] == ["b", "", ""]
    links.redo_link(actor=actor, link_id=second.id, at=now)
    links.undo_link(actor=actor, link_id=first.id, at=now)
    assert [person_of(source, one).merged_into for one in "abc"] == ["", "c", ""]


def test_whoever_is_forgotten_leaves_nothing_and_can_come_back(now: datetime) -> None:
    source = source_in()
    drain(source, group(), track(user="ada", anonymousId="phone"), group("ben"), at=now)
    gone = people.forget_people(workspace_id=source.workspace_id, people=["ada", "anonymous:phone"])
    assert gone == 3
    rows = UsagePerson.objects.for_workspace(source.workspace_id)
    assert list(rows.values_list("user_id", flat=True)) == ["ben"]
    assert Membership.objects.for_workspace(source.workspace_id).count() == 1
    assert not PersonLink.objects.for_workspace(source.workspace_id).exists()
    drain(source, track(user="ada"), at=now + timedelta(seconds=1))
    assert rows.count() == 2
