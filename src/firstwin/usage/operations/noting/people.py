"""People whom events name: new ones, what was said about them, their groups, and the ids they go by."""

from datetime import datetime
from uuid import UUID

from firstwin.shared import bulk, ids
from firstwin.usage.contracts.people import MatchedBy
from firstwin.usage.models import Membership, UsagePerson
from firstwin.usage.operations import links, matching
from firstwin.usage.operations.noting.groups import Said, joined, marks, news
from firstwin.usage.operations.noting.inferring import learn_groups
from firstwin.usage.operations.noting.known import KnownHere
from firstwin.usage.rules import identities
from firstwin.usage.rules.noticing import Seen


def note_people(workspace_id: UUID, seen: Seen, known: KnownHere, *, in_groups: set[str], at: datetime) -> None:
    """Write down new people, what was said about them, their groups and ids, and match them to contacts."""
    to_match = _note_users(workspace_id, seen, known, at=at)
    to_match |= _note_members(workspace_id, seen, known)
    _note_ids(workspace_id, seen, known, at=at)
    if to_match:
        matching.match_people(workspace_id=workspace_id, user_ids=to_match, at=at)
    if in_groups:
        matching.match_members(workspace_id=workspace_id, group_ids=in_groups, at=at)


def _note_users(workspace_id: UUID, seen: Seen, known: KnownHere, *, at: datetime) -> set[str]:
    """Write down new users and traits, and return those who may be a contact now."""
    said = news("user", seen.user_traits, known)
    wanted = {user for user in seen.users if user not in known.users} | said.keys()
    if not wanted:
        return set()
    rows = UsagePerson.objects.for_workspace(workspace_id).filter(user_id__in=wanted).select_for_update()
    found = {row.user_id: row for row in rows}
    new = {
        user: UsagePerson(
            id=ids.new_id(),
            workspace_id=workspace_id,
            user_id=user,
            email=identities.email_of({}, user),
            search_key=identities.search_key(user),
            first_seen_at=seen.users[user],
        )
        for user in wanted
        if user not in found
    }
    every = {**found, **new}
    told = [every[user] for user, texts in said.items() if _tell(every[user], texts)]
    bulk.insert_rows(list(new.values()))
    bulk.update_rows(
        [row for row in told if row.user_id in found], ["name", "email", "search_key", "traits", "told_at"]
    )
    links.join_known_aliases(workspace_id=workspace_id, user_ids=set(new), at=at)
    known.users.update(wanted)
    known.told.update(marks("user", said))
    return {row.user_id for row in [*new.values(), *told] if row.email or row.matched_by == MatchedBy.EMAIL}


def _tell(row: UsagePerson, texts: Said) -> bool:
    """Let a person know what was said about them, and return whether that was anything new."""
    traits, told_at = joined(row.traits, row.told_at, texts)
    if (traits, told_at) == (row.traits, row.told_at):
        return False
    row.traits, row.told_at = traits, told_at
    row.name = identities.person_name(traits)
    row.email = identities.email_of(traits, row.user_id)
    row.search_key = identities.search_key(row.name, row.email, row.user_id)
    return True


def _note_members(workspace_id: UUID, seen: Seen, known: KnownHere) -> set[str]:
    """Write down who was seen in a group for the first time."""
    learn_groups(workspace_id, {user for user, _ in seen.members}, known)
    fresh = {
        (user, group): seen_at for (user, group), seen_at in seen.members.items() if group not in known.groups_of[user]
    }
    if not fresh:
        return set()
    bulk.insert_rows(
        [
            Membership(workspace_id=workspace_id, user_id=user, group_id=group, first_seen_at=seen_at)
            for (user, group), seen_at in fresh.items()
        ]
    )
    for user, group in fresh:
        known.groups_of[user] = known.groups_of[user] | {group}
    return {user for user, _ in fresh}


def _note_ids(workspace_id: UUID, seen: Seen, known: KnownHere, *, at: datetime) -> None:
    """Write down which anonymous ids are whose, and which users are one."""
    pairs = {pair: seen_at for pair, seen_at in seen.pairs.items() if pair not in known.pairs}
    if pairs:
        linked = links.note_pairs(workspace_id=workspace_id, pairs=pairs, at=at)
        known.pairs.update(pairs)
        known.user_of.update(linked)
    if seen.aliases:
        linked = links.note_aliases(workspace_id=workspace_id, aliases=seen.aliases, at=at)
        known.user_of.update(linked)
