"""Watches: goals that are looked after until usage shows that an account has reached them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.customers import queries as customer_queries
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewJob
from firstwin.journal import operations as journal_operations
from firstwin.shared import bulk
from firstwin.usage.contracts.goals import Goal, Verdict, WantedWatch, WatchState
from firstwin.usage.contracts.keeping import OrderKind
from firstwin.usage.contracts.store import EventScope, ProofQuestions
from firstwin.usage.events import UsageGoalMet
from firstwin.usage.models import StoreOrder, Watch
from firstwin.usage.queries import goals as goal_queries
from firstwin.usage.queries import known_features, reaching
from firstwin.usage.rules import goal_words

CHECK = "usage.check_watches"
TOGETHER = timedelta(milliseconds=500)
TOLD_WITHIN = timedelta(minutes=1)
_ABOUT_IDS = (OrderKind.LINK, OrderKind.UNLINK, OrderKind.MERGE, OrderKind.PLACE)
PACE = timedelta(milliseconds=50)
"""What each account of a round adds to the pause: many accounts are checked less often, and none is missed."""


def follow_watches(
    *, actor: Actor, owner_kind: str, owner_ids: Collection[UUID], wanted: Sequence[WantedWatch], at: datetime
) -> None:
    """Let exactly what is `wanted` be looked after for these owners; watches of the others of them end.

    A watch that is met stays so until it is wanted from a later time on, or with another goal: whatever happens to the
    events afterwards, nothing is opened again. In the caller's transaction; repeating it changes nothing.
    """
    ids = {*owner_ids, *(one.owner_id for one in wanted)}
    rows = {
        row.owner_id: row
        for row in Watch.objects.for_actor(actor).select_for_update().filter(owner_kind=owner_kind, owner_id__in=ids)
    }
    opened: list[Watch] = []
    for one in wanted:
        row = rows.pop(one.owner_id, None)
        if row is None:
            opened.append(_opened(actor, owner_kind, one, at))
        elif _changed(row, one, at):
            opened.append(row)
    gone = [row.id for row in rows.values() if row.state == WatchState.OPEN]
    if gone:
        Watch.objects.for_actor(actor).filter(id__in=gone).update(state=WatchState.ENDED)
    _begin(actor, opened, at)


def begin_watches(*, actor: Actor, owner_kind: str, wanted: Sequence[WantedWatch], at: datetime) -> None:
    """Let what is `wanted` be looked after for owners that are new: as `follow_watches`, but nothing is looked for."""
    _begin(actor, [_opened(actor, owner_kind, one, at) for one in wanted], at)


def _begin(actor: Actor, opened: Sequence[Watch], at: datetime) -> None:
    accounts = known_features.accounts_with_groups(
        workspace_id=actor.workspace_id, account_ids={row.account_id for row in opened}
    )
    bulk.insert_rows([row for row in opened if row._state.adding])
    check_soon(workspace_id=actor.workspace_id, account_ids=accounts, at=at)


def _opened(actor: Actor, owner_kind: str, one: WantedWatch, at: datetime) -> Watch:
    return Watch(
        workspace_id=actor.workspace_id,
        account_id=one.account_id,
        owner_kind=owner_kind,
        owner_id=one.owner_id,
        title=one.title[:300],
        goal=dict(goal_queries.to_plain(one.goal)),
        is_first_value=one.is_first_value,
        playbook_id=one.playbook_id,
        own_goal=_plain(one.own_goal),
        since=one.since,
        due_at=one.due_at,
        state=WatchState.OPEN,
        opened_at=at,
    )


def _plain(goal: Goal | None) -> dict[str, Any] | None:
    return None if goal is None else dict(goal_queries.to_plain(goal))


def _changed(row: Watch, one: WantedWatch, at: datetime) -> bool:
    """Bring a watch in line with what is wanted, and say whether it has to be checked anew."""
    goal = dict(goal_queries.to_plain(one.goal))
    is_anew = row.goal != goal or row.state == WatchState.ENDED or one.since > row.since
    before = _said(row)
    row.title, row.due_at, row.is_first_value = one.title[:300], one.due_at, one.is_first_value
    row.playbook_id, row.own_goal = one.playbook_id, _plain(one.own_goal)
    if is_anew:
        row.goal, row.state, row.opened_at = goal, WatchState.OPEN, at
        row.since = max(row.since, one.since)
        row.met_at, row.evidence, row.progress, row.share, row.steps, row.checked_at = None, "", "", 0, [], None
    if is_anew or before != _said(row):
        row.save()
    return is_anew


def _said(row: Watch) -> tuple[object, ...]:
    return row.title, row.due_at, row.is_first_value, row.playbook_id, row.own_goal


def check_soon(*, workspace_id: UUID, account_ids: Collection[UUID], at: datetime) -> None:
    """Have the open watches of accounts checked; in the caller's transaction. Asking often checks once.

    What is asked for within one stretch of time shares one job, which starts when the stretch is over: so nothing that was
    stored before the question is missed, however many ask.
    """
    if not account_ids:
        return
    stretch = max(TOGETHER, PACE * len(account_ids))
    number = int(at.timestamp() / stretch.total_seconds())
    start = at + stretch - timedelta(seconds=at.timestamp() % stretch.total_seconds())
    job_operations.enqueue_many(
        [
            NewJob(
                kind=CHECK,
                payload={"account_id": str(account_id)},
                workspace_id=workspace_id,
                key=f"{account_id}:{stretch.total_seconds():g}:{number}",
                run_at=start,
            )
            for account_id in sorted(account_ids, key=str)
        ]
    )


def note_usage(groups: Mapping[UUID, Collection[str]], *, at: datetime) -> None:
    """Have accounts checked whose groups did something; `groups` holds ids of groups by workspace.

    Called by the owner of the event store in the transaction that takes events out of the inbox.
    """
    for workspace_id, group_ids in groups.items():
        if group_ids:
            accounts = known_features.accounts_with_open_watches(workspace_id=workspace_id, group_ids=group_ids)
            check_soon(workspace_id=workspace_id, account_ids=accounts, at=at)


def note_places(*, workspace_id: UUID, account_ids: Collection[UUID], at: datetime) -> None:
    """Have accounts checked that groups were given to, once the event store knows of it: past events count too."""
    if account_ids:
        rows = Watch.objects.for_workspace(workspace_id).filter(state=WatchState.OPEN, account_id__in=account_ids)
        check_soon(workspace_id=workspace_id, account_ids=set(rows.values_list("account_id", flat=True)), at=at)


def must_wait(*, workspace_id: UUID, at: datetime) -> bool:
    """Say whether the event store is about to learn who is who: until then one person could be counted as two."""
    rows = StoreOrder.objects.for_workspace(workspace_id).filter(problem="", created_at__gt=at - TOLD_WITHIN)
    return rows.filter(kind__in=[kind.value for kind in _ABOUT_IDS]).exists()


def check_all(*, actor: Actor, at: datetime) -> None:
    """Have every open watch checked of accounts whose people were seen: windows move on though nothing comes."""
    watched = set(Watch.objects.for_actor(actor).filter(state=WatchState.OPEN).values_list("account_id", flat=True))
    accounts = known_features.accounts_with_groups(workspace_id=actor.workspace_id, account_ids=watched)
    check_soon(workspace_id=actor.workspace_id, account_ids=accounts, at=at)


def check_account(*, actor: Actor, account_id: UUID, store: ProofQuestions, at: datetime) -> int:
    """Ask the event store how an account stands with what is looked after, and return how many goals were reached now.

    Each goal is met once, with UsageGoalMet in the journal, whoever else checks at the same time. Raises
    StoreUnavailableError, and then nothing changed.
    """
    account = customer_queries.find_account(actor=actor, account_id=account_id)
    rows = list(Watch.objects.for_actor(actor).filter(account_id=account_id, state=WatchState.OPEN))
    if account is None or not rows:
        return 0
    features = known_features.get_features(actor=actor)
    verdicts: dict[UUID, Verdict] = {}
    sentences: dict[UUID, str] = {}
    for row in rows:
        goal = goal_queries.read_goal(row.goal)
        verdicts[row.id] = reaching.get_verdicts(
            store=store,
            scope=EventScope(workspace_id=actor.workspace_id, since=row.since, until=at),
            goal=goal,
            seats={account_id: account.licensed_seats},
            features=features.events,
            names=features.names,
        )[account_id]
        sentences[row.id] = goal_queries.get_sentence(goal, features=features.names)
    return _write(actor, verdicts, sentences, goals={row.id: row.goal for row in rows}, at=at)


def _write(
    actor: Actor,
    verdicts: Mapping[UUID, Verdict],
    sentences: Mapping[UUID, str],
    *,
    goals: Mapping[UUID, object],
    at: datetime,
) -> int:
    is_any_met = any(verdict.reached_at is not None for verdict in verdicts.values())
    met, zone = 0, identity_queries.get_workspace(actor=actor).time_zone if is_any_met else ""
    with transaction.atomic():
        rows = Watch.objects.for_actor(actor).select_for_update().filter(id__in=list(verdicts), state=WatchState.OPEN)
        for row in rows.order_by("id"):
            verdict = verdicts[row.id]
            if row.goal != goals[row.id] or (row.checked_at is not None and row.checked_at > at):
                continue
            _note(row, verdict, at)
            if verdict.reached_at is not None:
                row.state, row.met_at = WatchState.MET, verdict.reached_at
                row.evidence = goal_words.evidence(sentences[row.id], verdict, zone)
                journal_operations.record(_fact(row, verdict.reached_at), actor=actor, at=at)
                met += 1
            row.save()
    return met


def _note(row: Watch, verdict: Verdict, at: datetime) -> None:
    row.progress, row.share, row.checked_at = verdict.progress[:500], verdict.share, at
    row.steps = [
        {
            "sentence": step.sentence,
            "progress": step.progress,
            "reached_at": step.reached_at.isoformat() if step.reached_at else None,
            "value": step.value,
            "needed": step.needed,
        }
        for step in verdict.steps
    ]


def _fact(row: Watch, met_at: datetime) -> UsageGoalMet:
    return UsageGoalMet(
        watch_id=row.id,
        account_id=row.account_id,
        owner_kind=row.owner_kind,
        owner_id=row.owner_id,
        title=row.title,
        evidence=row.evidence,
        met_at=met_at,
        is_first_value=row.is_first_value,
    )
