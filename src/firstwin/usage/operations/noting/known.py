"""What the owner of the store remembers between two rounds, so that only news touches the database. Bounded, and short-lived."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.usage.contracts.catalogue import PropertyType
from firstwin.usage.rules.noticing import TypeKey

MOST_KNOWN = 100_000
KNOWN_FOR = timedelta(minutes=5)


@dataclass(slots=True)
class KnownType:
    """A name of the catalogue with its properties; what a plan expects of them is under `expected`."""

    id: UUID
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    noted_at: datetime | None
    properties: dict[str, set[PropertyType]] = field(default_factory=dict)
    expected: dict[str, PropertyType] = field(default_factory=dict)


@dataclass(slots=True)
class KnownHere:
    """What is known of one workspace.

    `users` and `groups` have a row; `groups_of` are the groups of a user; `pairs` were judged, whatever the judgement was;
    `user_of` says whose an anonymous id is ("" for nobody's); `told` are fingerprints of the traits that were said last.
    """

    users: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    groups_of: dict[str, frozenset[str]] = field(default_factory=dict)
    pairs: set[tuple[str, str]] = field(default_factory=set)
    user_of: dict[str, str] = field(default_factory=dict)
    told: dict[tuple[str, str], int] = field(default_factory=dict)
    types: dict[TypeKey, KnownType] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(map(len, (self.users, self.groups, self.groups_of, self.pairs, self.user_of, self.told, self.types)))


class Known:
    """All that is remembered; what is older than five minutes, or too much, is forgotten altogether.

    It is added to while a transaction is written, and forgotten at the next round unless that was committed.
    """

    def __init__(self) -> None:
        self._here: dict[UUID, KnownHere] = {}
        self._since: datetime | None = None
        self._is_unsure = False

    def of(self, workspace_id: UUID) -> KnownHere:
        """Return what is known of a workspace, to be read and added to."""
        return self._here.setdefault(workspace_id, KnownHere())

    def freshen(self, at: datetime) -> None:
        """Forget what is too old, too much, or was never committed."""
        is_old = self._since is None or not timedelta(0) <= at - self._since < KNOWN_FOR
        if is_old or self._is_unsure or sum(map(len, self._here.values())) > MOST_KNOWN:
            self._here.clear()
            self._since = at
            self._is_unsure = False

    def begin(self) -> None:
        """Say that what is added from here on is not committed yet."""
        self._is_unsure = True

    def confirm(self) -> None:
        """Say that what was added is committed."""
        self._is_unsure = False

    def forget(self, workspace_id: UUID) -> None:
        """Forget a workspace, after something in it was changed by others."""
        self._here.pop(workspace_id, None)


KNOWN = Known()
