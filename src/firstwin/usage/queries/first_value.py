"""Rules of the first win: what counts for whom, and what a goal would have come to in the past."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID

from django.db.models import TextField
from django.db.models.functions import Cast

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountFacts, AccountFilters, AccountInfo
from firstwin.identity.contracts import Actor
from firstwin.shared import bulk, wording
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.usage import permissions
from firstwin.usage.contracts.first_value import (
    FirstValueRuleInfo,
    FirstValueVersionInfo,
    Histogram,
    PastAccount,
    PastReach,
    RulePlace,
)
from firstwin.usage.contracts.goals import Goal, Verdict
from firstwin.usage.contracts.store import EventScope, ProofQuestions
from firstwin.usage.models import FirstValueRule, FirstValueVersion, Watch
from firstwin.usage.queries import features, known_features, reaching
from firstwin.usage.queries import goals as goal_queries
from firstwin.usage.rules import first_values

MOST_ACCOUNTS = 2000
MOST_LOOKED_AT_ALONE = 100
OLD_ENOUGH = timedelta(days=30)


def list_rules(*, actor: Actor, is_whole: bool = False) -> tuple[FirstValueRuleInfo, ...]:
    """Return the rules of a workspace, widest first; those that were taken away only where all are wanted."""
    require_seeing(actor=actor)
    rows = FirstValueRule.objects.for_actor(actor).order_by("changed_at", "id")
    found = [row for row in rows if is_whole or row.goal is not None]
    infos = _infos(actor, found)
    return tuple(sorted(infos, key=lambda rule: (first_values.rank(rule), rule.title)))


def get_rule(*, actor: Actor, rule_id: UUID) -> FirstValueRuleInfo:
    """Return a rule. Raises NotFoundError."""
    require_seeing(actor=actor)
    row = FirstValueRule.objects.for_actor(actor).filter(id=rule_id).first()
    if row is None:
        raise NotFoundError("There is no such rule.", remedy="Look at the list under Usage, First win.")
    return _infos(actor, [row])[0]


def list_versions(*, actor: Actor, rule_id: UUID) -> tuple[FirstValueVersionInfo, ...]:
    """Return what a rule said, latest first. Raises NotFoundError."""
    get_rule(actor=actor, rule_id=rule_id)
    names = known_features.get_features(actor=actor).names
    rows = FirstValueVersion.objects.for_actor(actor).filter(rule_id=rule_id).order_by("-number")
    return tuple(
        FirstValueVersionInfo(
            number=row.number,
            goal=_goal(row.goal),
            sentence=_sentence(row.goal, names),
            made_at=row.made_at,
            made_by=row.made_by,
        )
        for row in rows
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoAsks:
    """Whose first win is asked for, and the goal that their playbook names itself."""

    account_id: UUID
    playbook_id: UUID | None
    segment: str
    own_goal: Goal | None


def choose_goals(*, actor: Actor, asking: Sequence[WhoAsks]) -> list[Goal | None]:
    """Return what counts as the first win for each, None where nobody said; one query.

    A rule for the account or the playbook beats the playbook's own goal, which beats rules for segments and the workspace.
    """
    rows = bulk.read_rows(FirstValueRule, actor, {}) if asking else []
    said = {_place(row): row.goal for row in rows if row.goal is not None}
    goal_at = cache(lambda place: goal_queries.read_goal(said[place]))
    found: list[Goal | None] = []
    for one in asking:
        place = first_values.choose(said, account_id=one.account_id, playbook_id=one.playbook_id, segment=one.segment)
        if place is None or (one.own_goal is not None and first_values.rank(place) < first_values.OWN_GOAL):
            found.append(one.own_goal)
        else:
            found.append(goal_at(place))
    return found


def get_win_events(*, actor: Actor, account_ids: Collection[UUID] | None = None) -> Mapping[UUID, tuple[str, ...]]:
    """Return for each account the events that are wins of its own, by name: those of which its first win is made.

    What that is, the rules say now for each of its running and past onboardings, or for the account where it had none. Each
    time one of them is done counts as a win. Accounts without any are left out; None asks for all. At most six queries.
    """
    require_seeing(actor=actor)
    asking = _asking(actor, account_ids)
    goals: dict[UUID, set[Goal]] = {}
    for one, goal in zip(asking, choose_goals(actor=actor, asking=asking), strict=True):
        if goal is not None:
            goals.setdefault(one.account_id, set()).add(goal)
    names = _names_in(actor, {goal for chosen in goals.values() for goal in chosen})
    wins = {account_id: {name for goal in chosen for name in names[goal]} for account_id, chosen in goals.items()}
    return {account_id: tuple(sorted(found)) for account_id, found in wins.items() if found}


def _asking(actor: Actor, account_ids: Collection[UUID] | None) -> list[WhoAsks]:
    """Return whose first win is asked for: every onboarding in which one was looked for, and accounts without any."""
    accounts: Iterable[AccountInfo | AccountFacts]
    watched = Watch.objects.for_actor(actor).filter(is_first_value=True)
    if account_ids is None:
        accounts = customer_queries.list_account_facts(actor=actor, filters=AccountFilters(is_archived=None))
    else:
        accounts = customer_queries.get_accounts(actor=actor, account_ids=account_ids).values()
        watched = watched.filter(account_id__in=list(account_ids))
    # Thousands of onboardings share a few goals, so each is read once.
    goal_in = cache(lambda text: _goal(json.loads(text)) if text else None)
    onboardings: dict[UUID, list[tuple[UUID | None, Goal | None]]] = {}
    rows = watched.annotate(text=Cast("own_goal", TextField())).values_list("account_id", "playbook_id", "text")
    for account_id, playbook_id, text in rows.distinct():
        onboardings.setdefault(account_id, []).append((playbook_id, goal_in(text)))
    return [
        WhoAsks(account_id=one.id, playbook_id=playbook_id, segment=one.segment.value, own_goal=own_goal)
        for one in accounts
        for playbook_id, own_goal in onboardings.get(one.id, [(None, None)])
    ]


def _names_in(actor: Actor, goals: Collection[Goal]) -> Mapping[Goal, frozenset[str]]:
    """Return the events that each goal asks for, by itself or by a feature."""
    keys = {key for goal in goals for key in goal_queries.list_features(goal)}
    by_feature = features.get_feature_events(actor=actor, keys=keys) if keys else {}
    return {
        goal: goal_queries.list_events(goal).union(
            *(by_feature.get(key, ()) for key in goal_queries.list_features(goal))
        )
        for goal in goals
    }


def preview_goal(
    *,
    actor: Actor,
    store: ProofQuestions,
    goal: Goal,
    at: datetime,
    account_ids: Sequence[UUID] | None = None,
    segment: str = "",
    old_enough: timedelta = OLD_ENOUGH,
) -> PastReach:
    """Return what a goal would have come to for accounts that signed long enough ago, each from its signature on.

    Raises StoreUnavailableError.
    """
    require_seeing(actor=actor)
    everybody = _accounts(actor, account_ids, segment)
    signed_before = at - old_enough
    accounts = {
        one.id: one
        for one in everybody
        if one.contract_signed_at is not None and one.contract_signed_at <= signed_before
    }
    verdicts = _verdicts(actor, store, goal, accounts, at) if accounts else {}
    rows = tuple(sorted((_past(accounts[id], verdict) for id, verdict in verdicts.items()), key=_order))
    days = [row.day for row in rows if row.day is not None]
    return PastReach(
        signed_before=signed_before,
        accounts=len(rows),
        reached=len(days),
        median_day=first_values.middle(days),
        histogram=first_values.histogram(days) if days else Histogram(width=7, bars=()),
        rows=rows,
        is_small=len(rows) < first_values.FEW,
        left_out=len(everybody) - len(rows),
    )


def _accounts(actor: Actor, account_ids: Sequence[UUID] | None, segment: str) -> list[AccountInfo]:
    if account_ids is not None:
        found = list(customer_queries.get_accounts(actor=actor, account_ids=account_ids).values())
    else:
        found = []
        cursor: str | None = None
        while len(found) < MOST_ACCOUNTS:
            page = customer_queries.list_accounts(actor=actor, cursor=cursor, limit=100)
            found.extend(page.items)
            cursor = page.next_cursor
            if cursor is None:
                break
    return [one for one in found[:MOST_ACCOUNTS] if not segment or one.segment.value == segment]


def _verdicts(
    actor: Actor, store: ProofQuestions, goal: Goal, accounts: Mapping[UUID, AccountInfo], at: datetime
) -> Mapping[UUID, Verdict]:
    """Ask for all at once; what somebody did before they signed is then looked at alone, from the signature on."""
    features = known_features.get_features(actor=actor)
    since = {id: one.contract_signed_at for id, one in accounts.items() if one.contract_signed_at is not None}

    def ask(ids: Sequence[UUID], since_at: datetime) -> Mapping[UUID, Verdict]:
        return reaching.get_verdicts(
            store=store,
            scope=EventScope(workspace_id=actor.workspace_id, since=since_at, until=at),
            goal=goal,
            seats={id: accounts[id].licensed_seats for id in ids},
            features=features.events,
            names=features.names,
        )

    found = dict(ask(list(accounts), min(since.values())))
    early = [id for id, one in found.items() if one.reached_at is not None and one.reached_at < since[id]]
    for id in sorted(early, key=str)[:MOST_LOOKED_AT_ALONE]:
        found |= ask([id], since[id])
    return found


def _past(account: AccountInfo, verdict: Verdict) -> PastAccount:
    assert account.contract_signed_at is not None  # noqa: S101  # others were left out
    day = None
    if verdict.reached_at is not None:
        day = first_values.days_until(account.contract_signed_at, verdict.reached_at)
    return PastAccount(
        account_id=account.id,
        name=account.name,
        signed_at=account.contract_signed_at,
        reached_at=verdict.reached_at,
        day=day,
        progress=verdict.progress,
    )


def _order(row: PastAccount) -> tuple[bool, int, str]:
    return (row.day is None, row.day or 0, row.name)


def _infos(actor: Actor, rows: Sequence[FirstValueRule]) -> list[FirstValueRuleInfo]:
    names = known_features.get_features(actor=actor).names if rows else {}
    account_ids = [row.account_id for row in rows if row.account_id is not None]
    accounts = customer_queries.get_accounts(actor=actor, account_ids=account_ids) if account_ids else {}
    latest = FirstValueVersion.objects.for_actor(actor).filter(rule_id__in=[row.id for row in rows])
    authors = {(row.rule_id, row.number): row.made_by for row in latest}
    return [
        FirstValueRuleInfo(
            id=row.id,
            account_id=row.account_id,
            playbook_id=row.playbook_id,
            segment=row.segment,
            title=title_of(row, _name(accounts, row.account_id)),
            goal=_goal(row.goal),
            sentence=_sentence(row.goal, names),
            version=row.number,
            changed_at=row.changed_at,
            changed_by=authors.get((row.id, row.number), ""),
        )
        for row in rows
    ]


def _name(accounts: Mapping[UUID, AccountInfo], account_id: UUID | None) -> str:
    return accounts[account_id].name if account_id is not None and account_id in accounts else ""


def title_of(row: FirstValueRule, account_name: str) -> str:
    """Return for whom a rule is, in words."""
    if row.account_id is not None:
        return account_name or "One account"
    segment = wording.in_words(row.segment) if row.segment else ""
    if row.playbook_id is not None:
        return f"{row.playbook_name}, {segment} customers" if segment else row.playbook_name
    return f"{segment} customers" if segment else "Every customer"


def _place(row: FirstValueRule) -> RulePlace:
    return RulePlace(account_id=row.account_id, playbook_id=row.playbook_id, segment=row.segment)


def _goal(plain: object) -> Goal | None:
    return goal_queries.read_goal(plain) if plain is not None else None


def _sentence(plain: object, names: Mapping[str, str]) -> str:
    goal = _goal(plain)
    return goal_queries.get_sentence(goal, features=names) if goal is not None else ""


def require_seeing(*, actor: Actor) -> None:
    """Raise PermissionDeniedError for whoever may not see usage."""
    if not permissions.can_see_usage(actor):
        raise PermissionDeniedError("Usage is for the team only.", remedy="Ask somebody of the workspace.")
