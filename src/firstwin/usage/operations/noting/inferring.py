"""Events that name no group get that of their user, where the user is in one group only."""

from uuid import UUID

from msgspec.structs import replace

from firstwin.usage.contracts.store import StoredEvent
from firstwin.usage.models import Membership, PersonLink
from firstwin.usage.operations.noting.known import KNOWN, KnownHere
from firstwin.usage.rules.noticing import Seen

IN_A_QUERY = 5000
Caller = tuple[str, str]
"""The user id and the anonymous id that an event names."""


def with_groups(events: list[StoredEvent], seen: dict[UUID, Seen]) -> dict[UUID, set[str]]:
    """Give the events without a group the only group of their user, and return the groups given by workspace.

    What is known by now counts for all. Most events of some products name no group, so each costs one look-up.
    """
    bare: dict[UUID, list[int]] = {}
    for place, event in enumerate(events):
        if not event.group_id:
            bare.setdefault(event.workspace_id, []).append(place)
    given: dict[UUID, set[str]] = {}
    for workspace_id, places in bare.items():
        callers = {(events[place].user_id, events[place].anonymous_id) for place in places}
        group_of = _only_groups(workspace_id, callers, seen[workspace_id])
        for place in places:
            event = events[place]
            group = group_of.get((event.user_id, event.anonymous_id))
            if group is not None:
                events[place] = replace(event, group_id=group)
        given[workspace_id] = set(group_of.values())
    return given


def _only_groups(workspace_id: UUID, callers: set[Caller], here: Seen) -> dict[Caller, str]:
    known = KNOWN.of(workspace_id)
    _learn_users(workspace_id, {anonymous for user, anonymous in callers if not user}, known)
    said = {anonymous: user for anonymous, user in reversed(here.pairs)}
    users = {
        (user, anonymous): user or known.user_of.get(anonymous) or said.get(anonymous, "")
        for user, anonymous in callers
    }
    wanted = {user for user in users.values() if user}
    learn_groups(workspace_id, wanted, known)
    joined: dict[str, set[str]] = {}
    for user, group in here.members:
        if user in wanted:
            joined.setdefault(user, set(known.groups_of.get(user, ()))).add(group)
    found: dict[Caller, str] = {}
    for caller, user in users.items():
        groups = joined.get(user) or known.groups_of.get(user)
        if groups is not None and len(groups) == 1:
            (found[caller],) = groups
    return found


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
