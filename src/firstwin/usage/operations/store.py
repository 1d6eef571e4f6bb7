"""Writes to the event store, by the one process that owns it; and chDB, the engine inside that process."""

import importlib
import importlib.util
import threading
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from firstwin.usage.contracts.store import Engine, StoredEvent, StoreUnavailableError
from firstwin.usage.queries.store import EventReader
from firstwin.usage.rules.sql import tables

SAME_WITHIN = timedelta(days=30)
_encoder = msgspec.json.Encoder()


class _Key(msgspec.Struct, frozen=True):
    workspace_id: UUID
    message_key: UUID


_keys = msgspec.json.Decoder(_Key)


def is_installed() -> bool:
    """Say whether the engine is installed here."""
    return importlib.util.find_spec("chdb") is not None


class ChdbEngine:
    """An embedded ClickHouse on one folder. One process at a time can open it, and one question is answered at a time."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Loaded here, since it takes seconds and hundreds of megabytes that no other process needs.
        self._session: Any = importlib.import_module("chdb.session").Session(str(folder))
        self._lock = threading.Lock()
        self.write("CREATE DATABASE IF NOT EXISTS firstwin ENGINE = Atomic", {})
        self.write("USE firstwin", {})
        for table in tables.TABLES:
            self.write(table, {})

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        """Return the rows of a query as JSON lines."""
        return bytes(self._run(text, parameters).bytes())

    def write(self, text: str, parameters: Mapping[str, str], lines: bytes = b"") -> int:
        """Run a statement and return how many rows were written."""
        statement = f"{text}\n{lines.decode()}" if lines else text
        return int(self._run(statement, parameters).rows_written())

    def close(self) -> None:
        """Let go of the folder."""
        with self._lock:
            self._session.close()

    def _run(self, text: str, parameters: Mapping[str, str]) -> Any:
        with self._lock:
            try:
                return self._session.query(text, "JSONEachRow", params=dict(parameters))
            except Exception as error:  # chDB raises many kinds, some of them plain RuntimeErrors
                raise StoreUnavailableError(str(error)[:500]) from error


class EventWriter(EventReader):
    """The whole EventStore, for the owner of the engine."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self._engine = engine

    def append(self, events: Sequence[StoredEvent]) -> int:
        """Add the events whose message key did not arrive within 30 days, and return how many that were; durable on return.

        Appending the same again adds nothing: whoever was killed halfway begins anew. There is one writer, so nothing can
        come between the look and the insert.
        """
        if not events:
            return 0
        first = {_Key(one.workspace_id, one.message_key): one for one in reversed(events)}
        known = self._known(list(first), events)
        new = [event for key, event in first.items() if key not in known]
        if not new:
            return 0
        written = self._engine.write(tables.INSERT_EVENTS, {}, _encoder.encode_lines(new))
        if written != len(new):
            raise StoreUnavailableError(f"{len(new)} events were handed to the store, and it wrote {written}.")
        return written

    def delete_person(self, workspace_id: UUID, *, person: str) -> int:
        """Delete all events of a person for good, and return how many there were."""
        query = tables.count_person(workspace_id, person=person)
        count = self._rows(query, dict[str, int])[0]["events"]
        if count:
            deletion = tables.delete_person(workspace_id, person=person)
            self._engine.write(deletion.text, deletion.parameters)
        return count

    def _known(self, keys: Sequence[_Key], events: Sequence[StoredEvent]) -> set[_Key]:
        since = min(event.received_at for event in events) - SAME_WITHIN
        self._engine.write(tables.CLEAR_INCOMING, {})
        self._engine.write(tables.INSERT_INCOMING, {}, _encoder.encode_lines(keys))
        query = tables.known_keys(received_since=since)
        return set(_keys.decode_lines(self._engine.read(query.text, query.parameters)))
