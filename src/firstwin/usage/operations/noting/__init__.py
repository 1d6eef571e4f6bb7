"""What events say about people, groups and the events themselves: written down by the owner of the store as it drains.

Before a round goes into the store, `prepare_events` leaves blocked events out and gives events without a group that of
their user; afterwards `note_events` writes down what was new, in the transaction that takes the round out of the inbox.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import connection, transaction

from firstwin.usage.contracts.store import StoredEvent
from firstwin.usage.operations.noting import groups, inferring, people, types
from firstwin.usage.operations.noting.known import KNOWN
from firstwin.usage.rules import noticing
from firstwin.usage.rules.noticing import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Events as they go into the store; what they say, and the groups that they are of, by workspace."""

    events: Sequence[StoredEvent]
    seen: dict[UUID, Seen]
    groups: dict[UUID, set[str]]


def prepare_events(*, events: Sequence[StoredEvent], at: datetime) -> Prepared:
    """Leave out events whose name is blocked, and give those without a group the group of their user, if there is one only."""
    KNOWN.freshen(at)
    kept, seen = noticing.gather(events, types.blocked_names())
    given = inferring.with_groups(kept, seen)
    groups = {workspace_id: {*here.groups, *given.get(workspace_id, ())} for workspace_id, here in seen.items()}
    return Prepared(events=kept, seen=seen, groups=groups)


def note_events(*, prepared: Prepared, at: datetime) -> None:
    """Write down what a round says that was not known, in the caller's transaction; what is known already costs nothing."""
    if not connection.in_atomic_block:
        raise RuntimeError("What events say is written down in the transaction that takes them out of the inbox.")
    KNOWN.begin()
    transaction.on_commit(KNOWN.confirm)
    for workspace_id, seen in prepared.seen.items():
        known = KNOWN.of(workspace_id)
        changed = groups.note_groups(workspace_id, seen, known, at=at)
        people.note_people(workspace_id, seen, known, in_groups=changed, at=at)
        types.note_types(workspace_id, seen, known, at=at)


def forget_known(*, workspace_id: UUID) -> None:
    """Let go of what is remembered of a workspace, once the caller's transaction is committed."""
    transaction.on_commit(partial(KNOWN.forget, workspace_id))
