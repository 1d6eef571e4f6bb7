"""Groups that events name: new ones, what was said about them, and the accounts they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from firstwin.customers import queries as customer_queries
from firstwin.shared import bulk, ids
from firstwin.usage.models import UsageGroup
from firstwin.usage.operations import matching
from firstwin.usage.operations.noting.known import KnownHere
from firstwin.usage.rules import identities
from firstwin.usage.rules.noticing import Seen

Said = Sequence[tuple[datetime, str]]
_traits = msgspec.json.Decoder(dict[str, Any])


def note_groups(workspace_id: UUID, seen: Seen, known: KnownHere, *, at: datetime) -> set[str]:
    """Write down new groups and what was said about them, match them to accounts, and return those whose account changed."""
    said = news("group", seen.group_traits, known)
    wanted = {group for group in seen.groups if group not in known.groups} | said.keys()
    if not wanted:
        return set()
    rows = UsageGroup.objects.for_workspace(workspace_id).filter(group_id__in=wanted).select_for_update()
    found = {row.group_id: row for row in rows}
    new = {
        group: UsageGroup(
            id=ids.new_id(),
            workspace_id=workspace_id,
            group_id=group,
            search_key=identities.search_key(group),
            first_seen_at=seen.groups[group],
        )
        for group in wanted
        if group not in found
    }
    every = {**found, **new}
    told = [every[group] for group, texts in said.items() if _tell(every[group], texts)]
    bulk.insert_rows(list(new.values()))
    columns = ["name", "domain_key", "search_key", "traits", "told_at"]
    bulk.update_rows([row for row in told if row.group_id in found], columns)
    known.groups.update(wanted)
    known.told.update(marks("group", said))
    to_match = {row.group_id: row for row in [*new.values(), *told]}
    return matching.match_groups(workspace_id=workspace_id, groups=list(to_match.values()), at=at)


def news(what: str, said: Mapping[str, Said], known: KnownHere) -> dict[str, Said]:
    """Return what was said, without that which is word for word what was said last."""
    return {
        key: texts for key, texts in said.items() if any(hash(text) != known.told.get((what, key)) for _, text in texts)
    }


def marks(what: str, said: Mapping[str, Said]) -> dict[tuple[str, str], int]:
    """Return the fingerprints of what was said last."""
    return {(what, key): hash(texts[-1][1]) for key, texts in said.items()}


def joined(traits: Mapping[str, Any], told_at: datetime | None, texts: Said) -> tuple[dict[str, Any], datetime | None]:
    """Return traits after what was said, in order of time, and when the newest of it was said."""
    result = dict(traits)
    for said_at, text in sorted(set(texts)):
        is_newer = told_at is None or said_at >= told_at
        result = identities.joined_traits(result, _traits.decode(text), is_newer=is_newer)
        told_at = said_at if is_newer else told_at
    return result, told_at


def _tell(row: UsageGroup, texts: Said) -> bool:
    """Let a group know what was said about it, and return whether that was anything new."""
    traits, told_at = joined(row.traits, row.told_at, texts)
    if (traits, told_at) == (row.traits, row.told_at):
        return False
    row.traits, row.told_at = traits, told_at
    row.name = identities.group_name(traits)
    row.domain_key = customer_queries.find_domain(website=identities.website_of(traits))
    row.search_key = identities.search_key(row.name, row.group_id, row.domain_key)
    return True
