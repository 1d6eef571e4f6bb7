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
from firstwin.usage.rules.signals import STRETCH, AccountFacts, Champion, OpenGoal, WantedFeature

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
    watched = Watch.objects.for_actor(actor).values_list("account_id", flat=True)
    ids = {id for id in (*seen, *watched) if id is not None}
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
    champions = _champions(actor, store, scopes["ever"], _leading(actor, accounts))
    wanted = _wanted(actor, store, scopes["now"], accounts)
    goals = _goals(actor)
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
            wanted=wanted.get(id, ()),
            goals=goals.get(id, ()),
        )
        for id, account in sorted(accounts.items(), key=lambda item: str(item[0]))
    ]


def _leading(actor: Actor, account_ids: Iterable[UUID]) -> list[ContactInfo]:
    """Return the contacts who lead the product at these accounts."""
    contacts = customer_queries.list_contacts_of(actor=actor, account_ids=list(account_ids))
    return [
        contact for some in contacts.values() for contact in some if StakeholderRole.ADMIN_CHAMPION in contact.roles
    ]


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
