"""Watches: opened once, met once, checked when events came; and one way from an event to the first win with the real engine."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from firstwin.customers.models import Account
from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.jobs.models import Job
from firstwin.projects.contracts import TaskState
from firstwin.usage import tasks as usage_tasks
from firstwin.usage.contracts.goals import Goal, WantedWatch, WatchState
from firstwin.usage.contracts.store import StoreUnavailableError
from firstwin.usage.models import UsageGroup, Watch
from firstwin.usage.operations import applying, draining, groups, orders, watches
from firstwin.usage.operations.store import ChdbEngine, EventWriter
from firstwin.usage.queries import watches as watch_queries
from tests.factories.customers import make_account
from tests.factories.identity import make_actor, make_workspace, recorded
from tests.factories.projects import launch_example, make_scene
from tests.factories.usage import make_source, take_in, track
from tests.factories.watches import did, place, proved_definition
from tests.usage.oracle import PlainStore

pytestmark = pytest.mark.django_db
KIND = "thing"


@pytest.fixture
def store() -> PlainStore:
    return PlainStore()


@pytest.fixture
def account() -> Account:
    return make_account(make_workspace())


@pytest.fixture
def actor(account: Account) -> Actor:
    return system_actor(account.workspace_id)


def wanted(account: Account, at: datetime, **fields: Any) -> WantedWatch:
    defaults: dict[str, Any] = {"owner_id": uuid4(), "title": "A thing", "goal": Goal(users=2), "since": at}
    return WantedWatch(account_id=account.id, **{**defaults, **fields})


def follow(actor: Actor, *some: WantedWatch, at: datetime, beside: tuple[Any, ...] = ()) -> None:
    watches.follow_watches(actor=actor, owner_kind=KIND, owner_ids=beside, wanted=some, at=at)


def checks(account: Account) -> int:
    return Job.objects.filter(workspace_id=account.workspace_id, kind=watches.CHECK).count()


def row_of(one: WantedWatch, actor: Actor) -> Watch:
    return Watch.objects.for_actor(actor).get(owner_id=one.owner_id)


def test_following_again_changes_nothing_and_what_is_left_out_ends(
    actor: Actor, account: Account, store: PlainStore, now: datetime
) -> None:
    place(store, account, "acorn", at=now)
    one, other = wanted(account, now), wanted(account, now, goal=Goal(days=2))
    follow(actor, one, other, at=now)
    before = list(Watch.objects.for_actor(actor).order_by("id").values())
    follow(actor, one, other, at=now + timedelta(days=1))
    assert list(Watch.objects.for_actor(actor).order_by("id").values()) == before
    assert checks(account) == 1
    follow(actor, one, at=now, beside=(other.owner_id,))
    assert (row_of(one, actor).state, row_of(other, actor).state) == (WatchState.OPEN, WatchState.ENDED)
    follow(actor, wanted(account, now, owner_id=one.owner_id, goal=Goal(users=3)), at=now)
    assert row_of(one, actor).goal == {"users": 3}


def test_a_goal_is_met_once_and_stays_met_whatever_happens_to_the_events(
    actor: Actor, account: Account, store: PlainStore, now: datetime
) -> None:
    place(store, account, "acorn", at=now)
    one = wanted(account, now)
    follow(actor, one, at=now)
    did(store, account, at=now + timedelta(hours=1))
    assert watches.check_account(actor=actor, account_id=account.id, store=store, at=now + timedelta(hours=2)) == 0
    assert row_of(one, actor).progress == "1 of 2 users active"
    did(store, account, at=now + timedelta(hours=3), user="ben")
    for _ in range(2):
        watches.check_account(actor=actor, account_id=account.id, store=store, at=now + timedelta(hours=4))
    row = row_of(one, actor)
    assert (row.state, row.met_at) == (WatchState.MET, now + timedelta(hours=3))
    assert recorded(actor) == ["usage_goal.met"]
    store.events.clear()
    follow(actor, one, at=now + timedelta(hours=5))
    watches.check_account(actor=actor, account_id=account.id, store=store, at=now + timedelta(hours=6))
    assert row_of(one, actor).state == WatchState.MET
    again = wanted(account, now + timedelta(hours=5), owner_id=one.owner_id)
    follow(actor, again, at=now + timedelta(hours=5))
    assert (row_of(one, actor).state, row_of(one, actor).met_at) == (WatchState.OPEN, None)


def test_a_share_of_seats_waits_until_seats_are_known(
    actor: Actor, account: Account, store: PlainStore, now: datetime
) -> None:
    place(store, account, "acorn", at=now)
    one = wanted(account, now, goal=Goal(share_of_seats=50))
    Account.objects.for_actor(actor).filter(id=account.id).update(licensed_seats=None)
    follow(actor, one, at=now)
    for user in ("ada", "ben"):
        did(store, account, at=now, user=user)
    watches.check_account(actor=actor, account_id=account.id, store=store, at=now + timedelta(hours=1))
    assert row_of(one, actor).progress == "2 users active; how many seats are licensed is not known"
    Account.objects.for_actor(actor).filter(id=account.id).update(licensed_seats=4)
    watches.check_account(actor=actor, account_id=account.id, store=store, at=now + timedelta(hours=2))
    assert row_of(one, actor).state == WatchState.MET


def test_events_have_the_accounts_checked_that_somebody_waits_for_once_per_stretch(
    actor: Actor, account: Account, store: PlainStore, now: datetime
) -> None:
    other = make_account(account.workspace)
    place(store, account, "acorn", at=now)
    place(store, other, "oak", at=now)
    follow(actor, wanted(account, now), at=now)
    Job.objects.all().delete()
    source = make_source(make_actor(Role.OWNER, workspace=account.workspace))
    for user, group in (("ada", "acorn"), ("ben", "acorn"), ("cyd", "oak"), ("dee", "elm"), ("eve", "")):
        take_in(source, track(user=user, context={"groupId": group} if group else {}), at=now)
        draining.drain_inbox(store=store, at=now)
    jobs = Job.objects.filter(kind=watches.CHECK)
    assert [job.workspace_id for job in jobs] == [account.workspace_id]
    assert jobs[0].run_at is not None
    assert now < jobs[0].run_at <= now + watches.TOGETHER
    watches.check_soon(workspace_id=actor.workspace_id, account_ids={account.id}, at=now + timedelta(seconds=1))
    assert checks(account) == 2
    watches.check_all(actor=actor, at=now + timedelta(seconds=1, milliseconds=100))
    assert checks(account) == 2


def test_while_the_store_is_away_nothing_changes_and_nothing_fails(
    actor: Actor, account: Account, store: PlainStore, now: datetime, run_jobs: Callable[[datetime], int]
) -> None:
    place(store, account, "acorn", at=now)
    one = wanted(account, now)
    follow(actor, one, at=now)
    run_jobs(now + timedelta(minutes=1))
    assert row_of(one, actor).checked_at is None
    run_jobs(now + timedelta(hours=2))
    assert usage_tasks.CHECK_ALL

    class Away(PlainStore):
        def reach_users(self, *args: Any, **kwargs: Any) -> Any:
            raise StoreUnavailableError("away")

    with pytest.raises(StoreUnavailableError):
        watches.check_account(actor=actor, account_id=account.id, store=Away(), at=now)
    assert row_of(one, actor).state == WatchState.OPEN


def test_watches_are_read_with_their_sentences_by_their_workspace_alone(
    actor: Actor, account: Account, now: datetime
) -> None:
    one = wanted(account, now)
    follow(actor, one, at=now)
    found = watch_queries.get_watches(actor=actor, owner_kind=KIND, owner_ids=[one.owner_id])
    assert found[one.owner_id].sentence == "2 different users were active"
    stranger = make_actor(Role.OWNER)
    assert watch_queries.get_watches(actor=stranger, owner_kind=KIND, owner_ids=[one.owner_id]) == {}


@pytest.fixture
def engine(tmp_path: Any) -> Iterator[ChdbEngine]:
    made = ChdbEngine(tmp_path / "events")
    yield made
    made.close()


def test_from_an_event_to_the_first_win(
    engine: ChdbEngine, run_jobs: Callable[[datetime], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event comes in, is drained into the real engine, and the milestone closes with the first win, all by itself."""
    project = launch_example(make_scene(proved_definition()))
    account, at = project.scene.account, project.scene.at + timedelta(days=2)
    store = EventWriter(engine)
    monkeypatch.setattr(usage_tasks, "event_reader", lambda: store)
    source = make_source(make_actor(Role.OWNER, workspace=project.scene.workspace))
    calls = [
        {"type": "group", "userId": "ada", "groupId": "acorn", "traits": {"name": "Acorn"}},
        track("report_run", user="ada", timestamp=at.isoformat(), sentAt=at.isoformat()),
    ]
    take_in(source, *calls, at=at)
    draining.drain_inbox(store=store, at=at)
    run_jobs(at + timedelta(seconds=2))
    assert project.task("first-win").state == TaskState.OPEN
    assert Watch.objects.for_actor(project.scene.manager).filter(checked_at__isnull=False).count() == 0
    row = UsageGroup.objects.for_actor(project.scene.manager).get(group_id="acorn")
    groups.map_group(actor=project.scene.manager, group_id=row.id, account_id=account.id, at=at)
    keeper: Any = None  # of no use for saying whose a group is
    applying.apply_orders(store=store, keeper=keeper, now=lambda: at + timedelta(seconds=3))
    run_jobs(at + timedelta(seconds=5))
    task = project.task("first-win")
    assert task.state == TaskState.DONE
    assert "“report_run” was done once. Reached on 4 March 2026 at 09:00 UTC." in task.evidence
    assert project.row().first_value_at == at
    assert project.task("active").state == TaskState.OPEN
    found = Watch.objects.for_actor(project.scene.manager).values_list("progress", flat=True)
    assert set(found) == {"done", "1 of 3 users active", "0 of 2 times"}


def test_a_check_waits_for_what_the_store_is_still_to_be_told(
    actor: Actor, account: Account, store: PlainStore, now: datetime, run_jobs: Callable[[datetime], int]
) -> None:
    place(store, account, "acorn", at=now)
    follow(actor, wanted(account, now), at=now)
    orders.order_link(account.workspace_id, anonymous_id="x", user_id="ada", at=now)
    assert watches.must_wait(workspace_id=account.workspace_id, at=now + timedelta(seconds=1))
    assert not watches.must_wait(workspace_id=account.workspace_id, at=now + timedelta(minutes=2))
    assert not watches.must_wait(workspace_id=make_workspace().id, at=now)
