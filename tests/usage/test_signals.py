"""Signals: found in figures, raised once, dealt with by people, over when what they were about is over."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.customers.contracts import StakeholderRole
from firstwin.customers.models import Account, Contact
from firstwin.customers.operations import contacts
from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.identity.models import Workspace
from firstwin.jobs.contracts import JobContext
from firstwin.jobs.models import Job
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from firstwin.usage import tasks
from firstwin.usage.contracts.catalogue import NewFeature
from firstwin.usage.contracts.signals import SignalKind, SignalLimits, SignalState
from firstwin.usage.models import Signal, UsagePerson, Watch
from firstwin.usage.operations import features, signals
from firstwin.usage.queries import signal_facts
from firstwin.usage.queries import signals as queries
from firstwin.usage.rules import signals as rules
from firstwin.usage.rules.signals import AccountFacts, Champion, Leaver, OpenGoal, WantedFeature
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_actor, make_workspace, recorded
from tests.factories.usage import make_source
from tests.factories.watches import did, place
from tests.usage.oracle import PlainStore

AT = datetime.fromisoformat("2026-03-30T09:00:00+00:00")
CALM = AccountFacts(
    account_id=UUID(int=1), seats=20, now_users=10, now_events=100, then_users=10, then_events=100, last_at=AT
)


def kinds(**changes: Any) -> set[SignalKind]:
    return {one.kind for one in rules.find(replace(CALM, **changes), limits=SignalLimits(), at=AT)}


def goal(*, share: float, begun: int, due: int) -> OpenGoal:
    since, due_at = AT - timedelta(days=begun), AT + timedelta(days=due)
    return OpenGoal(key="g", title="Adoption", share=share, progress="4 of 10", since=since, due_at=due_at)


def test_the_day_of_a_goal_is_told_where_the_workspace_is() -> None:
    late = replace(goal(share=0.6, begun=20, due=-1), due_at=datetime(2026, 3, 3, 1, tzinfo=UTC))
    for zone, said in (("America/Los_Angeles", "2 March"), ("Europe/Berlin", "3 March")):
        at = AT.astimezone(ZoneInfo(zone))
        (found,) = rules.find(replace(CALM, goals=[late]), limits=SignalLimits(), at=at)
        assert f"on {said} and" in found.reason


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"now_users": 18}, SignalKind.SEATS_NEARLY_FULL),
        ({"wanted": [WantedFeature(key="x", name="X", users=2)]}, SignalKind.FEATURE_WANTED),
        ({"now_events": 50}, SignalKind.USAGE_FALLING),
        ({"champions": [Champion(name="Nia", key="n", last_at=None, known_since=AT - timedelta(days=15))]},
         SignalKind.CHAMPION_SILENT),
        ({"left": Leaver(name="Nia", key="n")}, SignalKind.CHAMPION_LEFT),
        ({"left": Leaver(name="Nia", key="n"), "last_at": None, "has_open_goals": True}, SignalKind.CHAMPION_LEFT),
        ({"won_at": AT - timedelta(days=20), "last_at": AT - timedelta(days=20)}, SignalKind.NOTHING_SINCE_WIN),
        ({"goals": [goal(share=0.2, begun=20, due=10)]}, SignalKind.BEHIND_PLAN),
        ({"goals": [goal(share=0.6, begun=20, due=-1)]}, SignalKind.BEHIND_PLAN),
    ],
)  # fmt: skip
def test_what_stands_out_is_found_with_its_reason(changes: dict[str, Any], kind: SignalKind) -> None:
    found = rules.find(replace(CALM, **changes), limits=SignalLimits(), at=AT)
    assert [one.kind for one in found] == [kind]
    assert found[0].reason.endswith(".")
    assert found[0].todo.endswith(".")


def test_falling_usage_says_what_it_counts() -> None:
    (found,) = rules.find(replace(CALM, now_events=40, now_users=3), limits=SignalLimits(), at=AT)
    assert found.reason == (
        "Usage fell by 60 %, counted in events: 40 events by 3 people in four weeks, "
        "after 100 events by 10 people in the four before."
    )


def test_an_account_that_is_behind_with_several_goals_is_told_of_once() -> None:
    late, later = (
        goal(share=0.2, begun=20, due=-3),
        replace(goal(share=0.0, begun=20, due=9), key="h", title="Training"),
    )
    for goals, said in (
        ([later, late], "1 other goal is behind as well."),
        ([later, late, later], "2 other goals are"),
    ):
        (found,) = rules.find(replace(CALM, goals=goals), limits=SignalLimits(), at=AT)
        assert found.reason.startswith("“Adoption” was due on 27 March")
        assert said in found.reason
        assert (found.subject, found.figures["goals"]) == ("", len(goals))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"now_users": 17},
        {"seats": None, "now_users": 500},
        {"wanted": [WantedFeature(key="x", name="X", users=1)]},
        {"now_events": 51},
        {"now_events": 0, "then_events": 19},
        {"champions": [Champion(name="Nia", key="n", last_at=AT - timedelta(days=13), known_since=AT)]},
        {"left": Leaver(name="Nia", key="n"), "last_at": None},
        {"won_at": AT - timedelta(days=20)},
        {"won_at": AT - timedelta(days=5), "last_at": None},
        {"goals": [goal(share=0.0, begun=4, due=10)]},
        {"goals": [goal(share=0.6, begun=20, due=10)]},
    ],
)
def test_what_does_not_stand_out_is_left_alone(changes: dict[str, Any]) -> None:
    assert kinds(**changes) == set()


@settings(max_examples=60)
@given(st.integers(0, 400), st.integers(1, 400), st.integers(50, 100))
def test_more_users_never_make_seats_emptier(users: int, seats: int, percent: int) -> None:
    limits = SignalLimits(seats_percent=percent)
    found = [rules.find(replace(CALM, now_users=users + more, seats=seats), limits=limits, at=AT) for more in (0, 1)]
    assert len(found[0]) <= len(found[1])


@pytest.fixture
def account() -> Account:
    return make_account(make_workspace(), licensed_seats=2, products=["Basic"])


@pytest.fixture
def actor(account: Account) -> Actor:
    return system_actor(account.workspace_id)


@pytest.fixture
def store(account: Account) -> PlainStore:
    store = PlainStore()
    place(store, account, "acorn", at=AT)
    for user in ("ada", "ben"):
        did(store, account, at=AT - timedelta(days=3), user=user)
    return store


def member(account: Account, role: Role = Role.SPECIALIST) -> Actor:
    return make_actor(role, workspace=Workspace.objects.get(id=account.workspace_id))


def only(actor: Actor) -> Signal:
    return Signal.objects.for_actor(actor).get()


@pytest.mark.django_db
def test_a_signal_is_raised_once_and_ends_when_it_is_over(actor: Actor, account: Account, store: PlainStore) -> None:
    assert signals.find_signals(actor=actor, store=store, at=AT) == 1
    assert signals.find_signals(actor=actor, store=store, at=AT + timedelta(hours=1)) == 0
    row = only(actor)
    assert (row.kind, row.state, row.raised_at) == (SignalKind.SEATS_NEARLY_FULL, SignalState.OPEN, AT)
    assert row.reason == "2 of 2 licensed seats were used in four weeks (100 %)."
    assert recorded(actor) == ["usage_signal.raised"]
    Account.objects.for_actor(actor).update(licensed_seats=50)
    signals.find_signals(actor=actor, store=store, at=AT + timedelta(hours=2))
    assert only(actor).state == SignalState.ENDED
    assert recorded(actor) == ["usage_signal.raised", "usage_signal.ended"]


@pytest.mark.django_db
def test_many_signals_are_kept_and_ended_with_as_many_statements_as_one(
    actor: Actor, account: Account, store: PlainStore
) -> None:
    def looked_at(hours: int, seats: int) -> int:
        Account.objects.for_actor(actor).update(licensed_seats=seats)
        with CaptureQueriesContext(connection) as seen:
            signals.find_signals(actor=actor, store=store, at=AT + timedelta(hours=hours))
        return len(seen)

    looked_at(0, 2)
    kept, ended = looked_at(1, 2), looked_at(2, 50)
    for number in range(3):
        other = make_account(account.workspace, name=f"Birch {number}", licensed_seats=2)
        place(store, other, f"birch-{number}", at=AT)
        for user in ("ada", "ben"):
            did(store, other, at=AT - timedelta(days=3), user=f"{user}-{number}", group_id=f"birch-{number}")
    looked_at(3, 2)
    assert Signal.objects.for_actor(actor).filter(state=SignalState.OPEN).count() == 4
    assert (looked_at(4, 2), looked_at(5, 50)) == (kept, ended)
    assert not Signal.objects.for_actor(actor).filter(state=SignalState.OPEN).exists()
    assert recorded(actor).count("usage_signal.ended") == 5


@pytest.mark.django_db
def test_people_settle_and_put_off_signals(actor: Actor, account: Account, store: PlainStore) -> None:
    signals.find_signals(actor=actor, store=store, at=AT)
    someone, row = member(account), only(actor)
    signals.snooze_signal(actor=someone, signal_id=row.id, until=AT + timedelta(days=7), at=AT)
    signals.find_signals(actor=actor, store=store, at=AT + timedelta(days=1))
    assert only(actor).state == SignalState.SNOOZED
    signals.find_signals(actor=actor, store=store, at=AT + timedelta(days=8))
    assert only(actor).state == SignalState.OPEN
    with pytest.raises(InvalidInputError):
        signals.dismiss_signal(actor=someone, signal_id=row.id, reason=" ", at=AT)
    assert only(actor).state == SignalState.OPEN
    for _ in range(2):
        signals.dismiss_signal(actor=someone, signal_id=row.id, reason="Sold ten more", at=AT + timedelta(days=8))
    row = only(actor)
    assert (row.state, row.settled_by, row.settled_why) == (SignalState.DISMISSED, someone.name, "Sold ten more")
    signals.find_signals(actor=actor, store=store, at=AT + timedelta(days=9))
    assert only(actor).state == SignalState.DISMISSED
    signals.reopen_signal(actor=someone, signal_id=row.id, at=AT + timedelta(days=9))
    assert only(actor).state == SignalState.OPEN
    assert recorded(actor)[-2:] == ["usage_signal.dismissed", "usage_signal.raised"]


@pytest.mark.django_db
def test_refusals_change_nothing(actor: Actor, account: Account, store: PlainStore) -> None:
    signals.find_signals(actor=actor, store=store, at=AT)
    row, viewer, someone = only(actor), member(account, Role.VIEWER), member(account)
    with pytest.raises(PermissionDeniedError):
        signals.dismiss_signal(actor=viewer, signal_id=row.id, reason="no", at=AT)
    with pytest.raises(NotFoundError):
        signals.dismiss_signal(actor=make_actor(Role.OWNER), signal_id=row.id, reason="no", at=AT)
    with pytest.raises(InvalidInputError):
        signals.snooze_signal(actor=someone, signal_id=row.id, until=AT + timedelta(days=365), at=AT)
    with pytest.raises(PermissionDeniedError):
        signals.change_limits(actor=someone, changes={"silent_days": 30}, at=AT)
    manager = member(account, Role.MANAGER)
    for changes in ({"silent_days": 1}, {"nonsense": 3}, {"seats_percent": True}):
        with pytest.raises(InvalidInputError):
            signals.change_limits(actor=manager, changes=changes, at=AT)
    assert only(actor).state == SignalState.OPEN
    assert queries.get_limits(actor=someone) == SignalLimits()
    assert recorded(actor) == ["usage_signal.raised"]
    Account.objects.for_actor(actor).update(licensed_seats=50)
    signals.find_signals(actor=actor, store=store, at=AT)
    for change in (signals.reopen_signal,):
        with pytest.raises(ConflictError):
            change(actor=someone, signal_id=row.id, at=AT)


@pytest.mark.django_db
def test_limits_of_a_workspace_count_from_the_next_look_on(actor: Actor, account: Account, store: PlainStore) -> None:
    manager = member(account, Role.MANAGER)
    Account.objects.for_actor(actor).update(licensed_seats=3)
    assert signals.find_signals(actor=actor, store=store, at=AT) == 0
    changed = signals.change_limits(actor=manager, changes={"seats_percent": 60, "silent_days": 14}, at=AT)
    assert changed == replace(SignalLimits(), seats_percent=60)
    assert signals.find_signals(actor=actor, store=store, at=AT) == 1
    assert recorded(actor)[0] == "usage_signal.settings_changed"


@pytest.mark.django_db
def test_everything_that_is_known_of_an_account_is_gathered(
    actor: Actor, account: Account, store: PlainStore, django_assert_max_num_queries: Any
) -> None:
    manager = member(account, Role.MANAGER)
    Account.objects.for_actor(actor).update(licensed_seats=None)
    features.create_feature(
        actor=manager, new=NewFeature(name="Reports", events=("report_run",), products=("Plus",)), at=AT
    )
    champion = make_contact(account, name="Nia Park", roles=(StakeholderRole.ADMIN_CHAMPION,))
    known_person(account, champion, "nia")
    for day in range(30, 55):
        did(store, account, "x", at=AT - timedelta(days=day), user="nia")
    open_goal(account, due_at=AT - timedelta(days=1))
    with django_assert_max_num_queries(60):
        assert signals.find_signals(actor=actor, store=store, at=AT) == 4
    found = {row.kind: row.reason for row in Signal.objects.for_actor(actor)}
    assert set(found) == {"feature_wanted", "champion_silent", "usage_falling", "behind_plan"}
    assert found["champion_silent"] == "Nia Park, the champion, was last seen in the product 30 days ago."
    assert "2 people used “Reports”" in found["feature_wanted"]
    assert "“Adoption” was due on 29 March and stands at: 2 of 9 users active." in found["behind_plan"]


def open_goal(account: Account, *, due_at: datetime | None) -> None:
    Watch(
        workspace_id=account.workspace_id,
        account=account,
        owner_kind="thing",
        owner_id=uuid4(),
        title="Adoption",
        goal={"users": 9},
        since=AT - timedelta(days=20),
        due_at=due_at,
        state="open",
        share=0.2,
        progress="2 of 9 users active",
        checked_at=AT,
        opened_at=AT,
    ).save(force_insert=True)


def known_person(account: Account, contact: Contact, user_id: str) -> None:
    UsagePerson(
        workspace_id=account.workspace_id, user_id=user_id, contact=contact, first_seen_at=AT - timedelta(days=60)
    ).save(force_insert=True)


@pytest.mark.django_db
def test_a_champion_with_several_ids_is_seen_when_the_last_of_them_is(
    actor: Actor, account: Account, store: PlainStore
) -> None:
    Account.objects.for_actor(actor).update(licensed_seats=None)
    champion = make_contact(account, name="Nia Park", roles=(StakeholderRole.ADMIN_CHAMPION,))
    for user_id, days in (("nia-new", 20), ("nia-old", 40), ("nia-unused", None)):
        known_person(account, champion, user_id)
        if days is not None:
            did(store, account, "x", at=AT - timedelta(days=days), user=user_id)
    assert signals.find_signals(actor=actor, store=store, at=AT) == 1
    assert only(actor).reason == "Nia Park, the champion, was last seen in the product 20 days ago."
    did(store, account, "x", at=AT - timedelta(hours=1), user="nia-old")
    signals.find_signals(actor=actor, store=store, at=AT)
    assert only(actor).state == SignalState.ENDED


@pytest.mark.django_db
def test_a_champion_who_left_is_missed_until_somebody_takes_over(
    actor: Actor, account: Account, store: PlainStore
) -> None:
    Account.objects.for_actor(actor).update(licensed_seats=None)
    someone = member(account)
    earlier, nia = (
        make_contact(account, name=name, roles=(StakeholderRole.ADMIN_CHAMPION,)) for name in ("Ola Berg", "Nia Park")
    )
    known_person(account, nia, "nia")
    did(store, account, "x", at=AT - timedelta(days=30), user="nia")
    contacts.archive_contact(actor=someone, contact_id=earlier.id, at=AT - timedelta(days=1))
    signals.find_signals(actor=actor, store=store, at=AT)
    assert only(actor).kind == SignalKind.CHAMPION_SILENT
    contacts.archive_contact(actor=someone, contact_id=nia.id, at=AT)
    signals.find_signals(actor=actor, store=store, at=AT)
    silent, left = Signal.objects.for_actor(actor).order_by("id")
    assert (silent.state, left.state, left.kind) == (SignalState.ENDED, SignalState.OPEN, SignalKind.CHAMPION_LEFT)
    assert left.reason == "Nia Park, the champion, left, and nobody else has that role."
    successor = make_contact(account, roles=(StakeholderRole.END_USER,))
    signals.find_signals(actor=actor, store=store, at=AT)
    left.refresh_from_db(from_queryset=Signal.objects.for_actor(actor))
    assert left.state == SignalState.OPEN
    roles = (StakeholderRole.END_USER, StakeholderRole.ADMIN_CHAMPION)
    contacts.edit_contact(actor=someone, contact_id=successor.id, changes={"roles": roles}, at=AT)
    signals.find_signals(actor=actor, store=store, at=AT)
    left.refresh_from_db(from_queryset=Signal.objects.for_actor(actor))
    assert left.state == SignalState.ENDED


@pytest.mark.django_db
def test_who_left_last_is_named_of_an_account_with_an_open_goal(actor: Actor, account: Account) -> None:
    someone = member(account)
    for day, name in enumerate(("Ola Berg", "Nia Park", "Kim Lund")):
        row = make_contact(account, name=name, roles=(StakeholderRole.ADMIN_CHAMPION,))
        contacts.archive_contact(actor=someone, contact_id=row.id, at=AT - timedelta(days=abs(day - 1)))
    open_goal(account, due_at=None)
    (facts,) = signal_facts.gather(actor=actor, store=PlainStore(), at=AT)
    assert facts.left is not None
    assert (facts.left.name, facts.has_open_goals) == ("Nia Park", True)
    Watch.objects.for_actor(actor).update(state="met")
    (facts,) = signal_facts.gather(actor=actor, store=PlainStore(), at=AT)
    assert not facts.has_open_goals


@pytest.mark.django_db
def test_many_champions_are_asked_for_in_several_questions(
    actor: Actor, account: Account, store: PlainStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signal_facts, "NAMED_AT_ONCE", 1)
    for name, user_id, days in (("Nia Park", "nia", 20), ("Ola Berg", "ola", 16)):
        known_person(account, make_contact(account, name=name, roles=(StakeholderRole.ADMIN_CHAMPION,)), user_id)
        did(store, account, "x", at=AT - timedelta(days=days), user=user_id)
    (facts,) = signal_facts.gather(actor=actor, store=store, at=AT)
    assert [(one.name, (AT - one.last_at).days) for one in facts.champions if one.last_at] == [
        ("Nia Park", 20),
        ("Ola Berg", 16),
    ]


@pytest.mark.django_db
def test_signals_are_listed_for_whom_they_concern(
    actor: Actor, account: Account, store: PlainStore, django_assert_num_queries: Any
) -> None:
    someone = member(account)
    signals.find_signals(actor=actor, store=store, at=AT)
    assert queries.list_my_signals(actor=someone) == ()
    Account.objects.for_actor(actor).update(owner_id=someone.id)
    with django_assert_num_queries(2):
        mine = queries.list_my_signals(actor=someone)
    assert [(one.account_name, one.is_chance) for one in mine] == [(account.name, True)]
    with django_assert_num_queries(2):
        assert len(queries.list_signals(actor=someone, account_id=account.id).items) == 1
    assert queries.list_signals(actor=someone, states=[SignalState.SNOOZED]).items == ()
    assert queries.list_signals(actor=make_actor(Role.OWNER)).items == ()


@pytest.mark.django_db
def test_signals_are_looked_for_where_the_product_was_heard_of_a_customer(account: Account) -> None:
    place(PlainStore(), account, "acorn", at=AT)
    make_account(make_workspace())
    make_source()
    context = JobContext(job_id=uuid4(), workspace_id=None, attempt=1, idempotency_key="k", now=AT)
    tasks.find_all_signals(context, {})
    assert list(Job.objects.filter(kind=signals.FIND).values_list("workspace_id", flat=True)) == [account.workspace_id]


@pytest.mark.django_db
def test_signals_can_be_asked_for_a_while_later(account: Account) -> None:
    someone = make_actor(Role.OWNER, workspace=account.workspace)
    for after in (timedelta(minutes=2), timedelta(minutes=2), timedelta()):
        signals.ask_for_signals(actor=someone, at=AT, after=after)
    starts = sorted(Job.objects.filter(kind=signals.FIND).values_list("state", "run_at"))
    assert [state for state, _ in starts] == ["ready", "waiting"]
    assert starts[1][1] == AT + timedelta(minutes=2)
