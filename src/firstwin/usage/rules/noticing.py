"""What a round of events says about people, groups and the events themselves, gathered in one walk through it.

Thousands of events a second come through here, so that each costs a few look-ups by text and nothing more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import StoredEvent

MOST_SAMPLES = 5
K = TypeVar("K")
TypeKey = tuple[EventKind, str]
Called = tuple[str, str, str]
Blocked = Mapping[UUID, Collection[TypeKey]]


@dataclass(slots=True)
class NameSeen:
    """One name of events: when it came first and last, and a few of its properties as they came."""

    first_at: datetime
    last_at: datetime
    samples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Seen:
    """What the events of one workspace say.

    `pairs` are (anonymous id, user id) in the order they were seen, `members` (user id, group id), `aliases` (previous id,
    user id); traits are what was said about a user or a group, as text, in order of time.
    """

    users: dict[str, datetime] = field(default_factory=dict)
    groups: dict[str, datetime] = field(default_factory=dict)
    pairs: dict[tuple[str, str], datetime] = field(default_factory=dict)
    members: dict[tuple[str, str], datetime] = field(default_factory=dict)
    aliases: dict[tuple[str, str], datetime] = field(default_factory=dict)
    user_traits: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    group_traits: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    names: dict[EventKind, dict[str, NameSeen]] = field(default_factory=dict)
    dropped: dict[TypeKey, int] = field(default_factory=dict)


_NAMED = frozenset({EventKind.TRACK, EventKind.PAGE, EventKind.SCREEN})


def gather(events: Sequence[StoredEvent], blocked: Blocked) -> tuple[list[StoredEvent], dict[UUID, Seen]]:
    """Return the events without those whose name is blocked, and what they say by workspace; blocked ones are counted."""
    kept: list[StoredEvent] = []
    found: dict[UUID, Seen] = {}
    last_workspace: UUID | None = None
    seen = Seen()
    # Who did it in which group is gathered first: a round has ten times as many events as such names.
    together: dict[UUID, dict[Called, datetime]] = {}
    names: dict[Called, datetime] = {}
    shut: Collection[TypeKey] = ()
    for event in events:
        if event.workspace_id is not last_workspace:
            last_workspace = event.workspace_id
            seen = found.setdefault(last_workspace, Seen())
            names = together.setdefault(last_workspace, {})
            shut = blocked.get(last_workspace, ())
        kind, at = event.kind, event.at
        if shut and (kind, event.name) in shut:
            seen.dropped[kind, event.name] = seen.dropped.get((kind, event.name), 0) + 1
            continue
        kept.append(event)
        called = (event.user_id, event.anonymous_id, event.group_id)
        first_at = names.get(called)
        if first_at is None or at < first_at:
            names[called] = at
        if kind in _NAMED:
            _what(event, seen)
        else:
            _said(event, seen)
    for workspace_id, names in together.items():
        for called, first_at in names.items():
            _who(called, first_at, found[workspace_id])
    return kept, found


def _who(called: Called, first_at: datetime, seen: Seen) -> None:
    user, anonymous, group = called
    if group:
        _earliest(seen.groups, group, first_at)
    if user:
        _earliest(seen.users, user, first_at)
        if anonymous:
            _earliest(seen.pairs, (anonymous, user), first_at)
        if group:
            _earliest(seen.members, (user, group), first_at)


def _said(event: StoredEvent, seen: Seen) -> None:
    if event.kind is EventKind.GROUP:
        seen.group_traits.setdefault(event.group_id, []).append((event.at, event.properties))
    elif not event.user_id:
        return
    elif event.kind is EventKind.IDENTIFY:
        seen.user_traits.setdefault(event.user_id, []).append((event.at, event.properties))
    elif event.kind is EventKind.ALIAS and event.previous_id != event.user_id:
        seen.aliases.setdefault((event.previous_id, event.user_id), event.at)


def _what(event: StoredEvent, seen: Seen) -> None:
    names = seen.names.get(event.kind)
    if names is None:
        names = seen.names[event.kind] = {}
    name = names.get(event.name)
    if name is None:
        name = names[event.name] = NameSeen(event.at, event.at)
    elif event.at > name.last_at:
        name.last_at = event.at
    elif event.at < name.first_at:
        name.first_at = event.at
    if len(name.samples) < MOST_SAMPLES:
        name.samples.append(event.properties)


def _earliest(found: dict[K, datetime], key: K, at: datetime) -> None:
    known = found.get(key)
    if known is None or at < known:
        found[key] = at
