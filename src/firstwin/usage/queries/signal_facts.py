"""What signals are found in: one set of questions to the event store for all accounts of a workspace."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo, ContactInfo, StakeholderRole
from firstwin.identity.contracts import Actor
from firstwin.usage.contracts.goals import WatchState
from firstwin.usage.contracts.store import AccountQuestions, Adoption, EventScope
from firstwin.usage.models import UsageGroup, UsagePerson, Watch
from firstwin.usage.queries import features as feature_queries
from firstwin.usage.queries import known_features
from firstwin.usage.rules.signals import STRETCH, AccountFacts, Champion, Leaver, OpenGoal, WantedFeature

LOOKED_BACK = timedelta(days=180)
NAMED_AT_ONCE = 2000
"""Names go to the event store with the question, whose length has a limit."""


class SignalQuestions(AccountQuestions, Protocol):
    """What is asked of the event store to find signals."""

    def adoption(self, scope: EventScope, *, features: Mapping[str, Sequence[str]]) -> list[Adoption]:
        """Return use by feature for each account."""
        ...


def gather(*, actor: Actor, store: SignalQuestions, at: datetime) -> list[AccountFacts]:
    """Return what is known of every account that is looked after or whose people were seen; archived ones are left out.

    Raises StoreUnavailableError.
    """
    seen = UsageGroup.objects.for_actor(actor).filter(account_id__isnull=False).values_list("account_id", flat=True)
    watched = list(Watch.objects.for_actor(actor).values_list("account_id", "state").distinct())
    ids = {id for id in (*seen, *(id for id, _ in watched)) if id is not None}
    accounts = {
        id: account
        for id, account in customer_queries.get_accounts(actor=actor, account_ids=ids).items()
        if account.archived_at is None
    }
    if not accounts:
        return []
    scopes = {
        "now": EventScope(workspace_id=actor.workspace_id, since=at - STRETCH, until=at),
        "then": EventScope(workspace_id=actor.workspace_id, since=at - 2 * STRETCH, until=at - STRETCH),
        "ever": EventScope(workspace_id=actor.workspace_id, since=at - LOOKED_BACK, until=at),
    }
    now = {one.account_id: one for one in store.accounts(scopes["now"])}
    then = {one.account_id: one for one in store.accounts(scopes["then"])}
    ever = {one.account_id: one for one in store.accounts(scopes["ever"])}
    leading = _leading(actor, accounts)
    champions = _champions(actor, store, scopes["ever"], [one for one in leading if one.is_active])
    left = _left(leading)
    wanted = _wanted(actor, store, scopes["now"], accounts)
    goals = _goals(actor)
    with_open_goals = {id for id, state in watched if state == WatchState.OPEN}
    won = _won(actor)
    return [
        AccountFacts(
            account_id=id,
            seats=account.licensed_seats,
            now_users=now[id].users if id in now else 0,
            now_events=now[id].events if id in now else 0,
            then_users=then[id].users if id in then else 0,
            then_events=then[id].events if id in then else 0,
            last_at=ever[id].last_at if id in ever else None,
            won_at=won.get(id),
            champions=champions.get(id, ()),
            left=left.get(id),
            has_open_goals=id in with_open_goals,
            wanted=wanted.get(id, ()),
            goals=goals.get(id, ()),
        )
        for id, account in sorted(accounts.items(), key=lambda item: str(item[0]))
    ]


def _leading(actor: Actor, account_ids: Iterable[UUID]) -> list[ContactInfo]:
    """Return the contacts who lead the product at these accounts, and those who did so until they were archived."""
    contacts = customer_queries.list_contacts_of(actor=actor, account_ids=list(account_ids), has_archived=True)
    return [
        contact for some in contacts.values() for contact in some if StakeholderRole.ADMIN_CHAMPION in contact.roles
    ]


def _left(leading: Iterable[ContactInfo]) -> Mapping[UUID, Leaver]:
    """Return who left last of each account that nobody leads any more."""
    archived: dict[UUID, list[tuple[datetime, ContactInfo]]] = defaultdict(list)
    led: set[UUID] = set()
    for contact in leading:
        if contact.archived_at is None:
            led.add(contact.account_id)
        else:
            archived[contact.account_id].append((contact.archived_at, contact))
    found: dict[UUID, Leaver] = {}
    for account_id, contacts in archived.items():
        if account_id not in led:
            _, last = max(contacts, key=lambda one: (one[0], str(one[1].id)))
            found[account_id] = Leaver(name=last.name, key=str(last.id))
    return found


def _champions(
    actor: Actor, store: SignalQuestions, scope: EventScope, contacts: Iterable[ContactInfo]
) -> Mapping[UUID, list[Champion]]:
    """Return those of the champions whom the product knows, once each, with when they were last seen under any id."""
    known = {contact.id: contact for contact in contacts}
    rows = UsagePerson.objects.for_actor(actor).filter(contact_id__in=list(known), merged_into="")
    ids: dict[UUID, list[tuple[str, datetime]]] = defaultdict(list)
    for user_id, contact_id, first_seen_at in rows.order_by("id").values_list("user_id", "contact_id", "first_seen_at"):
        ids[contact_id].append((user_id, first_seen_at))
    last = _last_seen(store, scope, [user_id for found in ids.values() for user_id, _ in found])
    champions: dict[UUID, list[Champion]] = defaultdict(list)
    for contact_id, found in ids.items():
        contact = known[contact_id]
        champion = Champion(
            name=contact.name,
            key=str(contact_id),
            last_at=max((last[user_id] for user_id, _ in found if user_id in last), default=None),
            known_since=max(first_seen_at for _, first_seen_at in found),
        )
        champions[contact.account_id].append(champion)
    return champions


def _last_seen(store: SignalQuestions, scope: EventScope, people: Sequence[str]) -> Mapping[str, datetime]:
    return {
        one.person: one.last_at
        for start in range(0, len(people), NAMED_AT_ONCE)
        for one in store.people_named(scope, people=people[start : start + NAMED_AT_ONCE])
    }


def _wanted(
    actor: Actor, store: SignalQuestions, scope: EventScope, accounts: Mapping[UUID, AccountInfo]
) -> Mapping[UUID, list[WantedFeature]]:
    known = known_features.get_features(actor=actor)
    events = {key: names for key, names in known.events.items() if names}
    if not events:
        return {}
    licensed = feature_queries.get_licensed_features(actor=actor, account_ids=list(accounts))
    found: dict[UUID, list[WantedFeature]] = {}
    for one in store.adoption(scope, features=events):
        if one.account_id in accounts:
            bought = set(licensed.get(one.account_id, ()))
            found[one.account_id] = [
                WantedFeature(key=key, name=known.names[key], users=users)
                for key, users in sorted(one.users.items())
                if users and key not in bought
            ]
    return found


def _goals(actor: Actor) -> Mapping[UUID, list[OpenGoal]]:
    rows = Watch.objects.for_actor(actor).filter(state=WatchState.OPEN, due_at__isnull=False, checked_at__isnull=False)
    found: dict[UUID, list[OpenGoal]] = defaultdict(list)
    for row in rows.order_by("due_at", "id"):
        if row.due_at is not None:
            goal = OpenGoal(
                key=str(row.owner_id),
                title=row.title,
                share=row.share,
                progress=row.progress,
                since=row.since,
                due_at=row.due_at,
            )
            found[row.account_id].append(goal)
    return found


def _won(actor: Actor) -> Mapping[UUID, datetime]:
    """Return when each account had its latest first win that usage showed."""
    rows = Watch.objects.for_actor(actor).filter(is_first_value=True, met_at__isnull=False).order_by("met_at")
    return {account_id: met_at for account_id, met_at in rows.values_list("account_id", "met_at") if met_at}
