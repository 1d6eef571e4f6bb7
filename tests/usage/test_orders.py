"""Orders to the owner of the store: in their order, again after a kill, and none that holds up the others for ever."""

import json
from datetime import datetime
from uuid import UUID

import pytest
from django.db import transaction

from firstwin.identity.contracts import system_actor
from firstwin.jobs.models import Job
from firstwin.shared import ids
from firstwin.usage.contracts.goals import Goal, WantedWatch
from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.models import StoreOrder
from firstwin.usage.operations import applying, orders, watches
from tests.factories.customers import make_account
from tests.factories.identity import make_workspace
from tests.usage.oracle import PlainStore
from tests.usage.plain_keeper import PlainKeeper, PlainTaker

pytestmark = pytest.mark.django_db


def apply(taker: PlainTaker, now: datetime, *, keeper: PlainKeeper | None = None) -> applying.Applied:
    return applying.apply_orders(store=taker, keeper=keeper or PlainKeeper(PlainStore()), now=lambda: now)


def ordered(now: datetime) -> UUID:
    """Orders that say several things about the same ids, and last: x is ada's, ben is nobody else, acorn is at `account`."""
    workspace_id, account = make_workspace().id, ids.new_id()
    orders.order_link(workspace_id, anonymous_id="x", user_id="ben", at=now)
    orders.order_merge(workspace_id, user_id="ben", into="ada", at=now)
    orders.order_account(workspace_id, group_id="acorn", account_id=ids.new_id(), at=now)
    orders.order_unlink(workspace_id, anonymous_id="x", at=now)
    orders.order_link(workspace_id, anonymous_id="x", user_id="ada", at=now)
    orders.order_merge(workspace_id, user_id="ben", into=None, at=now)
    orders.order_account(workspace_id, group_id="acorn", account_id=None, at=now)
    orders.order_account(workspace_id, group_id="acorn", account_id=account, at=now)
    return account


def test_orders_are_done_in_their_order_and_then_gone(now: datetime) -> None:
    account = ordered(now)
    taker = PlainTaker()
    assert applying.has_orders()
    assert apply(taker, now).done == 8
    assert (taker.links, taker.merged, taker.places) == ({"x": "ada"}, {}, {"acorn": account})
    assert not applying.has_orders()
    assert apply(taker, now) == applying.Applied(done=0, has_more=False)


def test_an_order_of_a_transaction_that_is_rolled_back_was_never_given(now: datetime) -> None:
    with transaction.atomic():
        ordered(now)
        transaction.set_rollback(True)
    assert not applying.has_orders()


@pytest.mark.parametrize("breaks_at", range(1, 9))
def test_a_store_that_breaks_at_any_order_ends_where_it_would_have(breaks_at: int, now: datetime) -> None:
    account = ordered(now)
    taker = PlainTaker()
    taker.breaks_at = breaks_at
    with pytest.raises(StoreUnavailableError):
        apply(taker, now)
    assert StoreOrder.objects.across_workspaces(reason="test").count() == 9 - breaks_at
    apply(taker, now)
    assert (taker.links, taker.merged, taker.places) == ({"x": "ada"}, {}, {"acorn": account})
    assert not applying.has_orders()


def test_whoever_is_killed_before_the_orders_are_deleted_does_them_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = ordered(now)
    taker = PlainTaker()
    with monkeypatch.context() as patch:
        patch.setattr(applying, "_delete", lambda _done: None)
        apply(taker, now)
    assert apply(taker, now).done == 8
    assert (taker.links, taker.merged, taker.places) == ({"x": "ada"}, {}, {"acorn": account})


def test_an_order_that_fails_five_times_while_the_store_works_holds_up_nothing_any_more(now: datetime) -> None:
    workspace_id = make_workspace().id
    orders.order_link(workspace_id, anonymous_id="x", user_id="bad", at=now)
    orders.order_link(workspace_id, anonymous_id="y", user_id="ada", at=now)

    class Refusing(PlainTaker):
        def link(self, workspace_id: UUID, *, anonymous_id: str, user_id: str) -> None:
            if user_id == "bad":
                raise StoreUnavailableError("this id is refused")
            super().link(workspace_id, anonymous_id=anonymous_id, user_id=user_id)

    taker, away = Refusing(), PlainKeeper(PlainStore())
    away.answers = False
    for keeper in [away] * 7 + [None] * applying.MOST_FAILURES:
        with pytest.raises(StoreUnavailableError):
            apply(taker, now, keeper=keeper)
    assert apply(taker, now).done == 1
    assert taker.links == {"y": "ada"}
    assert [row.problem for row in StoreOrder.objects.for_workspace(workspace_id)] == ["this id is refused"]


def test_an_order_that_makes_no_sense_is_kept_with_its_problem(now: datetime) -> None:
    workspace_id = make_workspace().id
    StoreOrder(workspace_id=workspace_id, kind="dance", created_at=now).save(force_insert=True)
    StoreOrder(workspace_id=workspace_id, kind="link", details={"user_id": "a"}, created_at=now).save(force_insert=True)
    assert apply(PlainTaker(), now).done == 0
    problems = [row.problem for row in StoreOrder.objects.for_workspace(workspace_id).order_by("id")]
    assert problems == ["ValueError: 'dance' is not a valid OrderKind", "KeyError: 'anonymous_id'"]
    assert not applying.has_orders()


def test_many_orders_of_one_kind_are_told_at_once_and_alone_only_if_that_fails(now: datetime) -> None:
    workspace_id, account = make_workspace().id, UUID(int=5)
    for number in range(20):
        orders.order_link(workspace_id, anonymous_id=f"x{number % 18}", user_id=f"user {number}", at=now)
    orders.order_unlink(workspace_id, anonymous_id="x3", at=now)
    for number in range(20):
        orders.order_account(workspace_id, group_id=f"g{number}", account_id=account if number else None, at=now)
    taker = PlainTaker()
    taker.breaks_at = 2
    assert apply(taker, now).done == 41
    assert taker.calls == 1 + 1 + 20
    assert taker.links == {f"x{number % 18}": f"user {number}" for number in range(20) if number % 18 != 3}
    assert set(taker.places) == {f"g{number}" for number in range(1, 20)}


def test_accounts_of_many_places_are_checked_as_those_of_single_ones_are(now: datetime) -> None:
    workspace = make_workspace()
    accounts = [make_account(workspace, name=f"Acorn {number}") for number in range(applying.MANY_ORDERS)]
    wanted = [
        WantedWatch(owner_id=ids.new_id(), account_id=account.id, title="A thing", goal=Goal(users=2), since=now)
        for account in accounts
    ]
    actor = system_actor(workspace.id)
    watches.follow_watches(actor=actor, owner_kind="test", owner_ids=(), wanted=wanted, at=now)
    for number, account in enumerate(accounts):
        orders.order_account(workspace.id, group_id=f"g{number}", account_id=account.id, at=now)
    taker = PlainTaker()
    assert apply(taker, now).done == len(accounts)
    assert taker.calls == 1
    asked = Job.objects.filter(kind=watches.CHECK).values_list("payload", flat=True)
    assert {json.loads(payload)["account_id"] for payload in asked} == {str(account.id) for account in accounts}
