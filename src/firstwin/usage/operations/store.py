"""Writes to the event store, by the one process that owns it; and chDB, the engine inside that process."""

import gc
import importlib
import importlib.util
import queue
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import numpy as np

from firstwin.usage.contracts.people import ANONYMOUS
from firstwin.usage.contracts.store import EventStore, StoredEvent, StoreUnavailableError
from firstwin.usage.queries.store import EventReader
from firstwin.usage.rules import identity, recent_keys
from firstwin.usage.rules.recent_keys import RecentKeys
from firstwin.usage.rules.sql import identities, keeping, tables
from firstwin.usage.rules.sql.base import Query

READERS = 4
LOOK_AGAIN_SECONDS = 1.0
SAME_WITHIN = timedelta(days=30)
SPARE = timedelta(days=1)
EVER = datetime(1970, 1, 1, tzinfo=UTC)
MOST_KEYS = 20_000_000
KEYS_IN_PIECES = 4
PIECE = 5_000
COUNT_KEYS_EVERY_SECONDS = 3600.0
_encoder = msgspec.json.Encoder()


class _Key(msgspec.Struct, gc=False):
    workspace_id: UUID
    message_key: UUID


_keys = msgspec.json.Decoder(_Key)


def is_installed() -> bool:
    """Say whether the engine is installed here."""
    return importlib.util.find_spec("chdb") is not None


@dataclass(slots=True)
class _Reader:
    session: Any
    is_hiding: bool = False


class ChdbEngine:
    """An embedded ClickHouse on one folder. One process at a time can open it; it writes one by one, and reads side by side."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Loaded here, since it takes seconds and hundreds of megabytes that no other process needs.
        self._sessions: Any = importlib.import_module("chdb.session")
        self._folder = str(folder)
        self._lock = threading.Lock()
        self._is_hiding, self._look_again_at = True, 0.0
        self._recent: RecentKeys | None = None
        self._count_keys_at = 0.0
        self._writer = self._open()
        for statement in (*tables.TABLES, *keeping.PREPARE, *keeping.WAKE_CLEANING):
            self.write(statement, {})
        self._readers: queue.LifoQueue[_Reader] = queue.LifoQueue()
        for _ in range(READERS):
            self._readers.put(_Reader(self._open()))
        if self.read(tables.NOT_ADDED_UP, {}):
            self.write(tables.ADD_UP, {})
        # What is loaded by now stays: it need not be looked through for circles with every fifty thousand events.
        gc.collect()
        gc.freeze()

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        """Return the rows of a query as JSON lines."""
        reader = self._readers.get()
        try:
            self._hide_in(reader)
            return bytes(self._run(reader.session, text, parameters).bytes())
        finally:
            self._readers.put(reader)

    def write(self, text: str, parameters: Mapping[str, str], lines: Iterable[bytes] = ()) -> int:
        """Run a statement and return how many rows were written."""
        with self._lock:
            if text == tables.INSERT_EVENTS:
                return self._append(lines)
            self._is_hiding = self._is_hiding or " DELETE WHERE " in text
            if "events" in text:  # somebody brings events back, or deletes some
                self._recent = None
            inserted = b"".join(lines)
            statement = f"{text}\n{inserted.decode()}" if inserted else text
            return int(self._run(self._writer, statement, parameters).rows_written())

    def _append(self, lines: Iterable[bytes]) -> int:
        """Hand events over as they are: as a part of the statement they would take the engine more than twice as long.

        It reads each piece while the next is written down. What is handed over so is refused if it cannot be read, but if it
        cannot be written the engine does not say so and counts it all the same. So what the table holds is counted before and
        after.
        """
        statement, _, form = tables.INSERT_EVENTS.rpartition(" FORMAT ")
        before = self._count()
        try:
            with self._writer.send_insert(statement, form) as insert:
                for piece in lines:
                    insert.append(piece)
                insert.finish()
        except Exception as error:  # chDB raises many kinds, some of them plain RuntimeErrors
            raise StoreUnavailableError(str(error)[:500]) from error
        return self._count() - before

    def _count(self) -> int:
        rows = self._run(self._writer, tables.COUNT_ROWS, {})
        return int(msgspec.json.decode(bytes(rows.bytes()))["rows"])

    def recent_keys(self, *, since: datetime) -> RecentKeys | None:
        """Return the keys of what arrived since then, or lately; None where they would take more than 160 MB.

        Nobody else can write here, so whoever appends adds to them, and they are read from the store only once.
        """
        if self._recent is not None and len(self._recent) > MOST_KEYS:
            self._recent = None
        if self._recent is None and time.monotonic() >= self._count_keys_at:
            self._recent = self._read_keys(since - SPARE)
            if self._recent is None:
                self._count_keys_at = time.monotonic() + COUNT_KEYS_EVERY_SECONDS
        return self._recent

    def _read_keys(self, since: datetime) -> RecentKeys | None:
        recent = RecentKeys(since=since)
        for piece in range(KEYS_IN_PIECES):
            query = tables.recent_keys(received_since=since, piece=piece, pieces=KEYS_IN_PIECES)
            with self._lock:
                content = bytes(self._run(self._writer, query.text, query.parameters, "RowBinary").bytes())
            recent.add(np.frombuffer(content, dtype="<u8"))
            if len(recent) > MOST_KEYS:
                return None
        return recent

    def close(self) -> None:
        """Let go of the folder, once all questions are answered."""
        with self._lock:
            for _ in range(READERS):
                self._readers.get().session.close()
            self._writer.close()

    def _hide_in(self, reader: "_Reader") -> None:
        """Let a reader leave out what is being deleted, as long as anything is: it then reads nothing that is added up."""
        if self._is_hiding and time.monotonic() >= self._look_again_at:
            self._look_again_at = time.monotonic() + LOOK_AGAIN_SECONDS
            with self._lock:
                self._is_hiding = bool(
                    bytes(self._run(reader.session, tables.UNFINISHED_DELETIONS, {}).bytes()).strip()
                )
        if reader.is_hiding is not self._is_hiding:
            reader.is_hiding = self._is_hiding
            self._run(reader.session, f"SET apply_mutations_on_fly = {int(reader.is_hiding)}", {})

    def _open(self) -> Any:
        session = self._sessions.Session(self._folder)
        self._run(session, "CREATE DATABASE IF NOT EXISTS firstwin ENGINE = Atomic", {})
        self._run(session, "USE firstwin", {})
        return session

    @staticmethod
    def _run(session: Any, text: str, parameters: Mapping[str, str], form: str = "JSONEachRow") -> Any:
        try:
            return session.query(text, form, params=dict(parameters))
        except Exception as error:  # chDB raises many kinds, some of them plain RuntimeErrors
            raise StoreUnavailableError(str(error)[:500]) from error


def _in_pieces(events: Sequence[StoredEvent]) -> Iterator[bytes]:
    return (_encoder.encode_lines(events[start : start + PIECE]) for start in range(0, len(events), PIECE))


class EventWriter(EventReader, EventStore):
    """The whole event store, for the owner of the engine."""

    def append(self, events: Sequence[StoredEvent]) -> int:
        """Add the events whose message key did not arrive within 30 days, and return how many that were; durable on return.

        Appending the same again adds nothing: whoever was killed halfway begins anew. There is one writer, so nothing can
        come between the look and the insert.
        """
        if not events:
            return 0
        # Numbers, for ids are compared by code in Python, and this is done for every event.
        first = {(one.workspace_id.int, one.message_key.int): one for one in reversed(events)}
        known = self._known(first)
        new = [event for key, event in first.items() if key not in known] if known else list(first.values())
        if not new:
            return 0
        written = self._engine.write(tables.INSERT_EVENTS, {}, _in_pieces(new))
        # It may have less in the end, too, because it was deleting at the same time; so it is looked at closely then.
        if written != len(new) and len(self._stored(new)) != len(new):
            raise StoreUnavailableError(f"{len(new)} events were handed to the store, and it wrote {written}.")
        return len(new)

    def link(self, workspace_id: UUID, *, anonymous_id: str, user_id: str) -> None:
        """Let the events of an anonymous id be those of a user."""
        self.link_all(workspace_id, {anonymous_id: user_id})

    def unlink(self, workspace_id: UUID, *, anonymous_id: str) -> None:
        """Let the events of an anonymous id be those of nobody known again."""
        self.link_all(workspace_id, {anonymous_id: ""})

    def link_all(self, workspace_id: UUID, links: Mapping[str, str]) -> None:
        """Let the events of anonymous ids be those of users; of nobody known where the user is empty."""
        ends = identity.ends_of(self._merges(workspace_id))
        self._write(identities.write_links(workspace_id, links))
        people = {
            f"{ANONYMOUS}{anonymous_id}": ends.get(user, user) if user else f"{ANONYMOUS}{anonymous_id}"
            for anonymous_id, user in links.items()
        }
        self._write(identities.write_identities(workspace_id, people))

    def merge(self, workspace_id: UUID, *, user_id: str, into: str | None) -> None:
        """Let the events of one user be those of another; None takes it back. What would lead in a circle takes it back too."""
        before = self._merges(workspace_id)
        after = identity.with_merge(before, user_id=user_id, into=into)
        self._write(identities.write_merge(workspace_id, user_id=user_id, into=after.get(user_id, "")))
        ends = identity.ends_of(after)
        touched = list(dict.fromkeys([user_id, *before, *after]))
        people = {user: ends.get(user, user) for user in touched}
        for row in self.rows(identities.links_to(workspace_id, users=touched), dict[str, str]):
            people[ANONYMOUS + row["anonymous_id"]] = people[row["user_id"]]
        self._write(identities.write_identities(workspace_id, people))

    def place(self, workspace_id: UUID, *, group_id: str, account_id: UUID | None) -> None:
        """Let the events of a group be those of an account; None takes it back."""
        self.place_all(workspace_id, {group_id: account_id})

    def place_all(self, workspace_id: UUID, places: Mapping[str, UUID | None]) -> None:
        """Let the events of groups be those of accounts; of none where there is none."""
        self._write(identities.write_places(workspace_id, places))

    def delete_person(self, workspace_id: UUID, *, person: str) -> int:
        """Delete all events of a person for good, and return how many there were."""
        query = tables.count_person(workspace_id, person=person)
        count = self.rows(query, dict[str, int])[0]["events"]
        if count:
            deletion = tables.delete_person(workspace_id, person=person)
            self._write(deletion)
        return count

    def _merges(self, workspace_id: UUID) -> dict[str, str]:
        rows = self.rows(identities.merges(workspace_id), dict[str, str])
        return {row["user_id"]: row["into"] for row in rows}

    def _write(self, query: Query) -> None:
        self._engine.write(query.text, query.parameters)

    def _known(self, first: Mapping[tuple[int, int], StoredEvent]) -> set[tuple[int, int]]:
        """Return which of these came before; events are by the numbers of their workspace and key."""
        since = min(event.received_at for event in first.values()) - SAME_WITHIN
        return self._stored(self._perhaps_known(first, since), since=since)

    def _stored(self, events: Collection[StoredEvent], *, since: datetime = EVER) -> set[tuple[int, int]]:
        """Return which of these the store has that arrived since then, as the numbers of workspace and key."""
        if not events:
            return set()
        keys = [_Key(event.workspace_id, event.message_key) for event in events]
        self._engine.write(tables.CLEAR_INCOMING, {})
        self._engine.write(tables.INSERT_INCOMING, {}, [_encoder.encode_lines(keys)])
        query = tables.known_keys(received_since=since)
        found = _keys.decode_lines(self._engine.read(query.text, query.parameters))
        return {(key.workspace_id.int, key.message_key.int) for key in found}

    def _perhaps_known(self, first: Mapping[tuple[int, int], StoredEvent], since: datetime) -> Collection[StoredEvent]:
        """Return those that the store has to be asked about: looking through it takes the longer the more it has."""
        # A server by URL may have had another owner meanwhile, so nothing is remembered of it.
        recent = self._engine.recent_keys(since=since) if isinstance(self._engine, ChdbEngine) else None
        if recent is None:
            return first.values()
        halves = recent_keys.halves(key for _, key in first)
        may_be = recent.may_hold(halves)
        recent.add(halves)  # before they are written, whatever becomes of that: one too many is only asked about
        if since < recent.since:
            return first.values()
        return [event for event, is_asked in zip(first.values(), may_be, strict=True) if is_asked]
