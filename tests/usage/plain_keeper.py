"""What the owner of the store does besides draining, over the store in plain Python: orders, hiding, dropping."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from firstwin.usage.contracts.store import StoredEvent, StoreUnavailableError
from firstwin.usage.rules import erasing
from tests.usage.oracle import PlainStore

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class PlainTaker:
    """Keeps what is linked, merged and placed, and breaks when told to."""

    def __init__(self) -> None:
        self.links: dict[str, str] = {}
        self.merged: dict[str, str] = {}
        self.places: dict[str, UUID] = {}
        self.breaks_at = -1
        self.calls = 0

    def link(self, workspace_id: UUID, *, anonymous_id: str, user_id: str) -> None:
        self._count()
        self.links[anonymous_id] = user_id

    def unlink(self, workspace_id: UUID, *, anonymous_id: str) -> None:
        self._count()
        self.links.pop(anonymous_id, None)

    def merge(self, workspace_id: UUID, *, user_id: str, into: str | None) -> None:
        self._count()
        self.merged.pop(user_id, None)
        if into is not None:
            self.merged[user_id] = into

    def place(self, workspace_id: UUID, *, group_id: str, account_id: UUID | None) -> None:
        self._count()
        self.places.pop(group_id, None)
        if account_id is not None:
            self.places[group_id] = account_id

    def link_all(self, workspace_id: UUID, links: Mapping[str, str]) -> None:
        self._count()
        for anonymous_id, user_id in links.items():
            self.links.pop(anonymous_id, None)
            if user_id:
                self.links[anonymous_id] = user_id

    def place_all(self, workspace_id: UUID, places: Mapping[str, UUID | None]) -> None:
        self._count()
        for group_id, account_id in places.items():
            self.places.pop(group_id, None)
            if account_id is not None:
                self.places[group_id] = account_id

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.breaks_at:
            raise StoreUnavailableError("the power went")


class PlainKeeper:
    """Hides at once; what it hides is written out when the test says so."""

    def __init__(self, store: PlainStore) -> None:
        self.store = store
        self.answers = True
        self.is_writing = False
        self.has_old_files = False
        self.same: tuple[str, ...] = ()

    def is_answering(self) -> bool:
        return self.answers

    def names_of(self, workspace_id: UUID, *, people: Sequence[str]) -> tuple[str, ...]:
        return (*people, *self.same)

    def count_people(self, workspace_id: UUID, *, people: Sequence[str], received_until: datetime) -> int:
        return len(self._of(workspace_id, people, received_until))

    def hide_people(self, workspace_id: UUID, *, people: Sequence[str], received_until: datetime) -> None:
        gone = self._of(workspace_id, people, received_until)
        self.store.events = [event for event in self.store.events if event not in gone]

    def rewritten_at(self) -> datetime | None:
        return None if self.is_writing else LONG_AGO

    def is_gone(self, *, rewritten_at: datetime) -> bool:
        return not self.has_old_files

    def count_before(self, workspace_id: UUID, *, before: datetime) -> int:
        return len([event for event in self.store.events if event.workspace_id == workspace_id and event.at < before])

    def drop_before(self, workspace_id: UUID, *, before: datetime) -> None:
        self.store.events = [
            event for event in self.store.events if event.workspace_id != workspace_id or event.at >= before
        ]

    def people(self, workspace_id: UUID) -> Iterator[str]:
        return iter(sorted({name for event in self.store.events for name in erasing.names_in(event)}))

    def _of(self, workspace_id: UUID, people: Sequence[str], until: datetime) -> list[StoredEvent]:
        return [
            event
            for event in self.store.events
            if event.workspace_id == workspace_id and event.received_at <= until and erasing.is_named(event, people)
        ]
