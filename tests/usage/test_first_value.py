"""What counts as the first win: rules with versions, and what a goal would have come to in the past."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstwin.customers.contracts import Segment
from firstwin.customers.models import Account
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Workspace
from firstwin.shared.errors import ConflictError, FirstwinError, InvalidInputError, NotFoundError, PermissionDeniedError
from firstwin.usage.contracts.catalogue import NewFeature
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.contracts.goals import Goal, WantedWatch
from firstwin.usage.models import FirstValueRule, FirstValueVersion
from firstwin.usage.operations import features, first_value, watches
from firstwin.usage.queries import first_value as queries
from firstwin.usage.queries.first_value import WhoAsks
from firstwin.usage.rules import first_values
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import make_actor, make_workspace, recorded
from tests.factories.watches import did, place
from tests.usage.oracle import PlainStore

REPORT = Goal(events=("report_run",))


@pytest.fixture
def workspace() -> Workspace:
    return make_workspace()


@pytest.fixture
def manager(workspace: Workspace) -> Actor:
    return make_actor(Role.MANAGER, workspace=workspace)


@pytest.mark.django_db
def test_every_change_is_a_version_that_can_be_taken_back(manager: Actor, now: datetime) -> None:
    rule_id = first_value.set_rule(actor=manager, place=RulePlace(), goal=REPORT, at=now)
    assert first_value.set_rule(actor=manager, place=RulePlace(), goal=REPORT, at=now) == rule_id
    first_value.set_rule(actor=manager, place=RulePlace(), goal=Goal(users=3), at=now, expected_version=1)
    rule = queries.get_rule(actor=manager, rule_id=rule_id)
    assert (rule.title, rule.sentence, rule.version) == ("Every customer", "3 different users were active", 2)
    first_value.undo_change(actor=manager, rule_id=rule_id, at=now)
    assert queries.get_rule(actor=manager, rule_id=rule_id).goal == REPORT
    first_value.remove_rule(actor=manager, rule_id=rule_id, at=now)
    first_value.remove_rule(actor=manager, rule_id=rule_id, at=now)
    assert queries.list_rules(actor=manager) == ()
    assert len(queries.list_rules(actor=manager, is_whole=True)) == 1
    first_value.restore_version(actor=manager, rule_id=rule_id, number=2, at=now)
    versions = queries.list_versions(actor=manager, rule_id=rule_id)
    assert [one.number for one in versions] == [5, 4, 3, 2, 1]
    assert [one.sentence for one in versions[:2]] == ["3 different users were active", ""]
    assert recorded(manager) == ["first_value_rule.changed"] * 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "error", "fields", "goal"),
    [
        (Role.SPECIALIST, PermissionDeniedError, {}, REPORT),
        (Role.MANAGER, InvalidInputError, {"segment": "huge"}, REPORT),
        (Role.MANAGER, InvalidInputError, {}, Goal()),
        (Role.MANAGER, NotFoundError, {"account_id": uuid4()}, REPORT),
        (Role.MANAGER, InvalidInputError, {"account_id": uuid4(), "segment": "enterprise"}, REPORT),
    ],
)
def test_what_cannot_be_changes_nothing(
    workspace: Workspace, now: datetime, role: Role, error: type[FirstwinError], fields: dict[str, object], goal: Goal
) -> None:
    actor = make_actor(role, workspace=workspace)
    with pytest.raises(error):
        first_value.set_rule(actor=actor, place=RulePlace(**fields), goal=goal, at=now)  # type: ignore[arg-type]
    assert not FirstValueRule.objects.for_actor(actor).exists()
    assert not FirstValueVersion.objects.for_actor(actor).exists()
    assert recorded(actor) == []


@pytest.mark.django_db
def test_two_people_who_change_a_rule_notice_each_other_and_strangers_see_nothing(
    manager: Actor, now: datetime
) -> None:
    rule_id = first_value.set_rule(actor=manager, place=RulePlace(), goal=REPORT, at=now)
    with pytest.raises(ConflictError):
        first_value.set_rule(actor=manager, place=RulePlace(), goal=Goal(users=3), at=now, expected_version=7)
    assert queries.get_rule(actor=manager, rule_id=rule_id).goal == REPORT
    stranger = make_actor(Role.OWNER)
    for refuse in (
        lambda: queries.get_rule(actor=stranger, rule_id=rule_id),
        lambda: first_value.remove_rule(actor=stranger, rule_id=rule_id, at=now),
        lambda: first_value.restore_version(actor=manager, rule_id=rule_id, number=9, at=now),
    ):
        with pytest.raises(NotFoundError):
            refuse()
    contact = contact_actor(make_contact(make_account(Workspace.objects.get(id=manager.workspace_id))))
    with pytest.raises(PermissionDeniedError):
        queries.list_rules(actor=contact)


@pytest.mark.django_db
def test_the_nearest_rule_counts_and_a_playbooks_own_goal_stands_in_the_middle(manager: Actor, now: datetime) -> None:
    account = make_account(Workspace.objects.get(id=manager.workspace_id))
    playbook_id, own = uuid4(), Goal(events=("own",))

    def chosen(own_goal: Goal | None) -> Goal | None:
        asking = WhoAsks(
            account_id=account.id, playbook_id=playbook_id, segment=str(account.segment), own_goal=own_goal
        )
        return queries.choose_goals(actor=manager, asking=[asking])[0]

    steps = (
        (RulePlace(), own),
        (RulePlace(segment=str(account.segment)), own),
        (RulePlace(playbook_id=playbook_id), None),
        (RulePlace(playbook_id=playbook_id, segment=str(account.segment)), None),
        (RulePlace(account_id=account.id), None),
    )
    assert (chosen(None), chosen(own)) == (None, own)
    for number, (place_, kept) in enumerate(steps, start=1):
        goal = Goal(users=number)
        first_value.set_rule(actor=manager, place=place_, goal=goal, at=now)
        assert chosen(None) == goal
        assert chosen(own) == (kept or goal)
    other = WhoAsks(account_id=uuid4(), playbook_id=uuid4(), segment="", own_goal=None)
    assert queries.choose_goals(actor=manager, asking=[other]) == [Goal(users=1)]


def onboard(manager: Actor, account: Account, *, at: datetime, **asks: Any) -> WantedWatch:
    """Let a first win be looked for, as an onboarding does."""
    asking = WhoAsks(
        account_id=account.id,
        segment=str(account.segment),
        playbook_id=asks.get("playbook_id"),
        own_goal=asks.get("own_goal"),
    )
    (goal,) = queries.choose_goals(actor=manager, asking=[asking])
    assert goal is not None
    watch = WantedWatch(
        owner_id=uuid4(), account_id=account.id, title="First win", goal=goal, since=at, is_first_value=True, **asks
    )
    watches.follow_watches(actor=manager, owner_kind="test", owner_ids=(), wanted=[watch], at=at)
    return watch


@pytest.mark.django_db
def test_the_wins_of_each_account_are_what_its_own_rule_names(manager: Actor, now: datetime) -> None:
    workspace, playbook_id = Workspace.objects.get(id=manager.workspace_id), uuid4()
    own, large, ran, named, both, other = (
        make_account(workspace, segment=segment)
        for segment in (
            Segment.SELF_SERVE,
            Segment.ENTERPRISE,
            *[Segment.SELF_SERVE] * 2,
            Segment.ENTERPRISE,
            Segment.SELF_SERVE,
        )
    )

    def rule(event: str, **place_: Any) -> None:
        first_value.set_rule(actor=manager, place=RulePlace(**place_), goal=Goal(events=(event,)), at=now)

    assert queries.get_win_events(actor=manager) == {}
    onboard(manager, named, at=now, playbook_id=uuid4(), own_goal=Goal(events=("Named",)))
    rule("Report")
    rule("Own", account_id=own.id)
    rule("Large", segment="enterprise")
    onboard(manager, ran, at=now, playbook_id=playbook_id)
    rule("By playbook", playbook_id=playbook_id)
    for asks in ({"playbook_id": playbook_id}, {"playbook_id": uuid4(), "own_goal": Goal(events=("Its own", "Two"))}):
        onboard(manager, both, at=now, **asks)
    expected = {
        own.id: ("Own",),
        large.id: ("Large",),
        ran.id: ("By playbook",),
        named.id: ("Named",),
        both.id: ("By playbook", "Its own", "Two"),
        other.id: ("Report",),
    }
    assert queries.get_win_events(actor=manager) == expected
    for account_id, names in expected.items():
        assert queries.get_win_events(actor=manager, account_ids=[account_id]) == {account_id: names}
    assert queries.get_win_events(actor=make_actor(Role.OWNER), account_ids=list(expected)) == {}


@pytest.mark.django_db
def test_wins_follow_the_rule_though_the_first_win_is_there(manager: Actor, now: datetime) -> None:
    account = make_account(Workspace.objects.get(id=manager.workspace_id))
    features.create_feature(actor=manager, new=NewFeature(name="Reports", events=("Report", "Chart")), at=now)
    first_value.set_rule(actor=manager, place=RulePlace(), goal=Goal(events=("Old",)), at=now)
    watch = onboard(manager, account, at=now, playbook_id=uuid4())
    watches.follow_watches(actor=manager, owner_kind="test", owner_ids=[watch.owner_id], wanted=[], at=now)
    assert queries.get_win_events(actor=manager) == {account.id: ("Old",)}
    goal = Goal(any=(Goal(feature="reports"), Goal(events=("Export",))))
    first_value.set_rule(actor=manager, place=RulePlace(), goal=goal, at=now)
    assert queries.get_win_events(actor=manager) == {account.id: ("Chart", "Export", "Report")}


@pytest.mark.django_db
def test_wins_of_many_accounts_are_read_with_as_few_questions_as_those_of_one(
    manager: Actor, now: datetime, django_assert_max_num_queries: Any
) -> None:
    workspace = Workspace.objects.get(id=manager.workspace_id)
    accounts = [make_account(workspace) for _ in range(6)]
    first_value.set_rule(actor=manager, place=RulePlace(), goal=Goal(feature="reports"), at=now)
    features.create_feature(actor=manager, new=NewFeature(name="Reports", events=("Report*",)), at=now)
    for account in accounts[:3]:
        first_value.set_rule(
            actor=manager, place=RulePlace(account_id=account.id), goal=Goal(events=(str(account.id),)), at=now
        )
        onboard(manager, account, at=now)
    with django_assert_max_num_queries(6):
        found = queries.get_win_events(actor=manager)
    assert found == {account.id: (str(account.id),) for account in accounts[:3]}


@pytest.mark.django_db
def test_a_goal_is_tried_on_the_past(workspace: Workspace, manager: Actor, now: datetime) -> None:
    store = PlainStore()
    for number, (signed, reached) in enumerate([(200, 12), (150, 3), (100, None), (90, -20), (10, 1), (None, 1)]):
        signed_at = None if signed is None else now - timedelta(days=signed)
        account = make_account(workspace, name=f"Account {number}", contract_signed_at=signed_at)
        place(store, account, f"g{number}", at=now)
        if reached is not None:
            at = (signed_at or now) + timedelta(days=reached)
            did(store, account, at=at, group_id=f"g{number}")
    past = queries.preview_goal(actor=manager, store=store, goal=REPORT, at=now)
    assert (past.accounts, past.reached, past.percent, past.median_day) == (4, 2, 50, 7.5)
    assert (past.left_out, past.is_small) == (2, True)
    assert [(row.name, row.day) for row in past.rows] == [
        ("Account 1", 3),
        ("Account 0", 12),
        ("Account 2", None),
        ("Account 3", None),
    ]
    assert sum(bar.accounts for bar in past.histogram.bars) == 2
    none = queries.preview_goal(actor=manager, store=store, goal=REPORT, at=now, account_ids=[])
    assert (none.accounts, none.percent, none.median_day) == (0, 0, None)


@settings(max_examples=60)
@given(st.lists(st.integers(0, 4000), max_size=40))
def test_a_histogram_holds_everybody_once(days: list[int]) -> None:
    found = first_values.histogram(days)
    assert sum(bar.accounts for bar in found.bars) == len(days)
    assert len(found.bars) <= 12
    for one, after in zip(found.bars, found.bars[1:], strict=False):
        assert after.first_day - one.first_day == found.width
        assert one.accounts == sum(one.first_day <= day < after.first_day for day in days)
