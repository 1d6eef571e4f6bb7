"""What the owner of the event store does there besides appending: hide and rewrite what is erased or too old."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from firstwin.usage.contracts.store import Engine, StoreUnavailableError
from firstwin.usage.rules.sql import keeping as sql
from firstwin.usage.rules.sql.base import Query

_PART = re.compile(r"delete_tmp_.*|[0-9a-z]+_\d+_\d+_\d+(_\d+)?")
_rows = msgspec.json.Decoder(dict[str, Any])


class EngineKeeper:
    """Keeps a store of any engine that speaks ClickHouse's SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def is_answering(self) -> bool:
        """Say whether the engine works at all."""
        try:
            return bool(self._read(Query(sql.ALIVE)))
        except StoreUnavailableError:
            return False

    def names_of(self, workspace_id: UUID, *, people: Sequence[str]) -> tuple[str, ...]:
        """Return these names and all that belong to the same people: what was linked to them or merged into them."""
        known = tuple(people)
        while more := self._read(sql.more_names(workspace_id, people=known)):
            known = (*known, *[row["name"] for row in more])
        return known

    def count_people(self, workspace_id: UUID, *, people: Sequence[str], received_until: datetime) -> int:
        """Count the events that are of these names or name them, and arrived by then."""
        return self._count(sql.count_people(workspace_id, people=people, until=received_until))

    def hide_people(self, workspace_id: UUID, *, people: Sequence[str], received_until: datetime) -> None:
        """Leave those events out of every answer from now on, and begin to write them out of the files."""
        for query in sql.delete_identities(workspace_id, people=people):
            self._write(query)
        self._write(sql.delete_people(workspace_id, people=people, until=received_until))

    def rewritten_at(self) -> datetime | None:
        """Return an instant by the store's clock when nothing is being written out any more; None while something is."""
        found = self._read(Query(sql.UNFINISHED))[0]
        return None if found["unfinished"] else datetime.fromisoformat(found["at"]).replace(tzinfo=UTC)

    def is_gone(self, *, rewritten_at: datetime) -> bool:
        """Say whether no file is left that was replaced before then."""
        parameters = {"rewritten": rewritten_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")}
        if self._read(Query(sql.OLD_FILES, parameters))[0]["files"]:
            return False
        # The engine strikes a part off its list a moment before it removes the files, so the disk is looked at first. A
        # server elsewhere has its folders elsewhere: there the list has to do.
        folders = self._part_folders()
        return folders <= {row["name"] for row in self._read(Query(sql.PARTS))}

    def _part_folders(self) -> set[str]:
        """Return the folders of parts on this machine, those that are on their way out too."""
        paths = [Path(row["path"]) for row in self._read(Query(sql.FOLDERS))]
        names = (one.name for path in paths for one in path.glob("*/") if one.name != "detached")
        return {name for name in names if _PART.fullmatch(name)}

    def count_before(self, workspace_id: UUID, *, before: datetime) -> int:
        """Count the events older than that."""
        return self._count(sql.count_before(workspace_id, before=before))

    def drop_before(self, workspace_id: UUID, *, before: datetime) -> None:
        """Leave events older than that out of every answer, and begin to write them out of the files."""
        self._write(sql.delete_before(workspace_id, before=before))

    def people(self, workspace_id: UUID) -> Iterator[str]:
        """Return every name that events of the workspace hold: of whom they are, and whom they name."""
        return (row["name"] for row in self._read(sql.names(workspace_id)))

    def _count(self, query: Query) -> int:
        return int(self._read(query)[0]["events"])

    def _read(self, query: Query) -> list[dict[str, Any]]:
        return _rows.decode_lines(self._engine.read(query.text, query.parameters))

    def _write(self, query: Query) -> None:
        self._engine.write(query.text, query.parameters)
