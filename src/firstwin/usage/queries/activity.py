"""How much people, groups, events and features are used: figures of the event store beside what the database knows.

Lists are shown without them while the store does not answer, so each of these is None then.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from firstwin.identity.contracts import Actor
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.catalogue import FeatureUsage
from firstwin.usage.contracts.store import EventScope, GroupActivity, NameUse, PersonActivity, StoreUnavailableError
from firstwin.usage.queries import features, groups, store
from firstwin.usage.queries.people import require_seeing

LOOKS_BACK = timedelta(days=90)


def find_group_activity(
    *, actor: Actor, group_ids: Collection[str], at: datetime
) -> Mapping[str, GroupActivity] | None:
    """Return what people of these groups did in the last 90 days, by the vendor's group id."""
    require_seeing(actor=actor)
    try:
        found = store.event_reader().groups_named(_scope(actor, at), group_ids=sorted(group_ids))
    except StoreUnavailableError:
        return None
    return {one.group_id: one for one in found}


def find_people_activity(*, actor: Actor, people: Collection[str], at: datetime) -> Mapping[str, PersonActivity] | None:
    """Return what these people did in the last 90 days, by how the store names them."""
    require_seeing(actor=actor)
    try:
        found = store.event_reader().people_named(_scope(actor, at), people=sorted(people))
    except StoreUnavailableError:
        return None
    return {one.person: one for one in found}


def find_name_use(*, actor: Actor, at: datetime) -> Mapping[tuple[EventKind, str], NameUse] | None:
    """Return how often each kind and name of events came in the last 90 days."""
    require_seeing(actor=actor)
    try:
        found = store.event_reader().catalogue(_scope(actor, at))
    except StoreUnavailableError:
        return None
    return {(one.kind, one.name): one for one in found}


def find_feature_usage(*, actor: Actor, at: datetime) -> Mapping[str, FeatureUsage] | None:
    """Return how each feature was taken up in the last 90 days, by its key."""
    events = features.get_feature_events(actor=actor)
    seen = set(groups.get_accounts_of_groups(actor=actor).values())
    licensed = features.get_licensed_features(actor=actor, account_ids=seen)
    try:
        adoption = store.event_reader().adoption(_scope(actor, at), features=events)
    except StoreUnavailableError:
        return None
    found = {}
    for key in events:
        may = {account_id for account_id, keys in licensed.items() if key in keys}
        using = {one.account_id for one in adoption if one.users.get(key, 0)}
        found[key] = FeatureUsage(
            accounts=len(using & may),
            licensed=len(may),
            unlicensed=len(using - may),
            people=sum(one.users.get(key, 0) for one in adoption),
        )
    return found


def _scope(actor: Actor, at: datetime) -> EventScope:
    return EventScope(workspace_id=actor.workspace_id, since=at - LOOKS_BACK, until=at + timedelta(days=1))
