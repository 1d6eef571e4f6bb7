"""Events that name no group get that of their user, where the user is in one group only."""

from uuid import UUID

from firstwin.usage.contracts.store import StoredEvent
from firstwin.usage.models import Membership, PersonLink
from firstwin.usage.operations.noting.known import KNOWN, KnownHere
from firstwin.usage.rules.noticing import Seen

IN_A_QUERY = 5000


def with_groups(events: list[StoredEvent], seen: dict[UUID, Seen]) -> list[StoredEvent]:
    """Return the events, those without a group with the only group of their user; what is known by now counts for all."""
    bare: dict[UUID, list[int]] = {}
    for place, event in enumerate(events):
        if not event.group_id:
            bare.setdefault(event.workspace_id, []).append(place)
    for workspace_id, places in bare.items():
        known, here = KNOWN.of(workspace_id), seen[workspace_id]
        _learn_users(workspace_id, {events[place].anonymous_id for place in places if not events[place].user_id}, known)
        said = {anonymous: user for anonymous, user in reversed(here.pairs)}
        users = [
            events[place].user_id
            or known.user_of.get(events[place].anonymous_id)
            or said.get(events[place].anonymous_id, "")
            for place in places
        ]
        learn_groups(workspace_id, {user for user in users if user}, known)
        joined: dict[str, set[str]] = {}
        for user, group in here.members:
            joined.setdefault(user, set(known.groups_of.get(user, ()))).add(group)
        for place, user in zip(places, users, strict=True):
            groups = joined.get(user) or known.groups_of.get(user)
            if groups is not None and len(groups) == 1:
                (group,) = groups
                events[place] = _in_group(events[place], group)
    return events


def learn_groups(workspace_id: UUID, users: set[str], known: KnownHere) -> None:
    """Read the groups of users that are not remembered."""
    unknown = sorted(users - known.groups_of.keys())
    for start in range(0, len(unknown), IN_A_QUERY):
        piece = unknown[start : start + IN_A_QUERY]
        found: dict[str, set[str]] = {user: set() for user in piece}
        rows = Membership.objects.for_workspace(workspace_id).filter(user_id__in=piece)
        for user, group in rows.values_list("user_id", "group_id"):
            found[user].add(group)
        known.groups_of.update((user, frozenset(groups)) for user, groups in found.items())


def _learn_users(workspace_id: UUID, anonymous: set[str], known: KnownHere) -> None:
    """Read whose anonymous ids are that are not remembered."""
    unknown = sorted(anonymous - known.user_of.keys())
    for start in range(0, len(unknown), IN_A_QUERY):
        piece = unknown[start : start + IN_A_QUERY]
        rows = PersonLink.objects.for_workspace(workspace_id).filter(
            from_id__in=piece, is_anonymous=True, undone_at__isnull=True
        )
        known.user_of.update(dict.fromkeys(piece, ""))
        known.user_of.update(rows.values_list("from_id", "user_id"))


def _in_group(event: StoredEvent, group_id: str) -> StoredEvent:
    # Written out, for `replace` takes four times as long and this is done for most events of some products.
    return StoredEvent(
        message_key=event.message_key,
        kind=event.kind,
        name=event.name,
        user_id=event.user_id,
        anonymous_id=event.anonymous_id,
        group_id=group_id,
        previous_id=event.previous_id,
        at=event.at,
        received_at=event.received_at,
        properties=event.properties,
        context=event.context,
        workspace_id=event.workspace_id,
        source_id=event.source_id,
    )
