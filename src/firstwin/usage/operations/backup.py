"""Backup and restore of the event store, done by its owner between two rounds while everything runs.

Between rounds nothing is on its way: an event lies either in the store or in the inbox. So a backup holds both, as they are
at that moment. The files of the store are frozen by hard links, which takes milliseconds, and copied afterwards.
"""

import base64
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import structlog
from django.db import transaction

from firstwin.usage.contracts.keeping import BackupInfo, BackupRefusedError, StoreKeeper
from firstwin.usage.contracts.store import Engine
from firstwin.usage.models import Erasure, InboxBatch, Source
from firstwin.usage.operations import erasing, orders
from firstwin.usage.rules.sql import keeping as sql
from firstwin.usage.rules.sql import tables

MANIFEST = "backup.json"
INBOX = "inbox.jsonl"
_REASON = "a backup holds every workspace"
_PART = re.compile(r"[0-9A-Za-z_]+")
_rows = msgspec.json.Decoder(dict[str, Any])
log = structlog.get_logger("firstwin.event_store")


class _Batch(msgspec.Struct):
    id: UUID
    workspace_id: UUID
    source_id: UUID
    received_at: datetime
    events: int
    size: int
    lines: bytes


class _Manifest(msgspec.Struct):
    version: int
    taken_at: datetime
    events: int
    tables: dict[str, list[str]]
    inbox_batches: int
    inbox_events: int


@dataclass(frozen=True, slots=True)
class Frozen:
    """What was frozen and is still to be copied: the folders of each table's parts, and what lies between."""

    folder: Path
    name: str
    manifest: _Manifest
    parts: dict[str, list[Path]]
    shadows: list[Path]


def freeze(*, engine: Engine, folder: Path, at: datetime) -> Frozen:
    """Fix the moment of a backup: the store's files by hard links, and the inbox as it is. Between two rounds only."""
    if folder.exists() and any(folder.iterdir()):
        raise BackupRefusedError(f"{folder} is not empty.", remedy="Name a folder that is new or empty.")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"backup_{at:%Y%m%d%H%M%S%f}"
    parts: dict[str, list[Path]] = {}
    shadows: list[Path] = []
    for table in sql.TABLES:
        engine.write(sql.freeze(table, name=name), {})
        data = _data_folder(engine, table)
        shadow = data.parents[2] / "shadow" / name
        parts[table] = sorted((shadow / "store" / data.parent.name / data.name).glob("*"))
        shadows.append(shadow)
    batches, events = _write_inbox(folder / INBOX)
    count = _rows.decode_lines(engine.read(sql.COUNT_ALL, {}))[0]["events"]
    manifest = _Manifest(
        version=1,
        taken_at=at,
        events=int(count),
        tables={table: [part.name for part in found] for table, found in parts.items()},
        inbox_batches=batches,
        inbox_events=events,
    )
    return Frozen(folder, name, manifest, parts, list(dict.fromkeys(shadows)))


def copy(frozen: Frozen) -> BackupInfo:
    """Copy what was frozen; the manifest comes last, so that a backup without one is none. Beside everything else."""
    for table, parts in frozen.parts.items():
        for part in parts:
            shutil.copytree(part, frozen.folder / table / part.name)
    for shadow in frozen.shadows:
        shutil.rmtree(shadow, ignore_errors=True)
    _sync(frozen.folder)
    manifest = frozen.folder / MANIFEST
    manifest.write_bytes(msgspec.json.format(msgspec.json.encode(frozen.manifest)))
    with manifest.open("rb") as file:
        os.fsync(file.fileno())
    return _info(frozen.manifest)


def restore(*, engine: Engine, keeper: StoreKeeper, folder: Path, at: datetime) -> BackupInfo:
    """Bring back what a backup holds, into an empty store; whoever was erased since is erased again. Between rounds only.

    What waited in the inbox then waits again, unless it does already. Both may hold the same event: it is stored once.
    """
    manifest = _read_manifest(folder)
    if int(_rows.decode_lines(engine.read(sql.COUNT_ALL, {}))[0]["events"]):
        raise BackupRefusedError(
            "The event store is not empty.",
            remedy="Stop Firstwin, move the folder “events” of its data folder away, start it, and restore then.",
        )
    for table, parts in manifest.tables.items():
        if table not in sql.TABLES or not all(_PART.fullmatch(part) for part in parts):
            raise BackupRefusedError(f"The backup in {folder} names what no backup holds.")
        engine.write(sql.empty(table), {})
        detached = _data_folder(engine, table) / "detached"
        for part in parts:
            target = detached / part
            shutil.rmtree(target, ignore_errors=True)  # of a restore that was killed
            shutil.copytree(folder / table / part, target)
        _sync(detached)
        for part in parts:
            engine.write(sql.attach(table, part=part), {})
    engine.write(tables.ADD_UP, {})  # the backup may be of a time when the store added up something else
    _read_inbox(folder / INBOX)
    _erase_again(keeper, at)
    log.info("the event store was restored", events=manifest.events, taken_at=manifest.taken_at.isoformat())
    return _info(manifest)


def _erase_again(keeper: StoreKeeper, at: datetime) -> None:
    """Erase whoever was erased after the backup was taken: their names are in it, their marks say who they are."""
    rows = list(Erasure.objects.across_workspaces(reason=_REASON))
    for workspace_id in {row.workspace_id for row in rows}:
        found: dict[UUID, list[str]] = {}
        marked = {mark: row for row in rows if row.workspace_id == workspace_id for mark in row.marks}
        for name in keeper.people(workspace_id):
            for mark in erasing.marks_of(name, workspace_id):
                if mark in marked:
                    found.setdefault(marked[mark].id, []).append(name)
        with transaction.atomic():
            for erasure_id, names in found.items():
                Erasure.objects.for_workspace(workspace_id).filter(id=erasure_id).update(
                    hidden_at=None, gone_at=None, problem="A backup that still held this person was restored."
                )
                orders.order_erasure(workspace_id, erasure_id=erasure_id, people=tuple(names), at=at)


def _write_inbox(file: Path) -> tuple[int, int]:
    batches = events = 0
    with file.open("wb") as out:
        for row in InboxBatch.objects.across_workspaces(reason=_REASON).order_by("id").iterator(chunk_size=100):
            batch = _Batch(
                id=row.id,
                workspace_id=row.workspace_id,
                source_id=row.source_id,
                received_at=row.received_at,
                events=row.events,
                size=row.size,
                lines=base64.b64encode(bytes(row.lines)),
            )
            out.write(msgspec.json.encode(batch) + b"\n")
            batches, events = batches + 1, events + row.events
    return batches, events


def _read_inbox(file: Path) -> None:
    sources = set(Source.objects.across_workspaces(reason=_REASON).values_list("id", flat=True))
    for batch in _batches(file):
        if batch.source_id not in sources:
            continue
        row = InboxBatch(
            id=batch.id,
            workspace_id=batch.workspace_id,
            source_id=batch.source_id,
            received_at=batch.received_at,
            events=batch.events,
            size=batch.size,
            lines=base64.b64decode(batch.lines),
        )
        InboxBatch.objects.across_workspaces(reason=_REASON).bulk_create([row], ignore_conflicts=True)


def _batches(file: Path) -> Iterator[_Batch]:
    decoder = msgspec.json.Decoder(_Batch)
    with file.open("rb") as lines:
        for line in lines:
            yield decoder.decode(line)


def _read_manifest(folder: Path) -> _Manifest:
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=_Manifest)
    except (OSError, msgspec.DecodeError) as error:
        raise BackupRefusedError(
            f"There is no whole backup in {folder}.", remedy="Name the folder that firstwin usage backup wrote."
        ) from error
    if manifest.version != 1:
        raise BackupRefusedError("The backup was written by a newer Firstwin.", remedy="Update Firstwin first.")
    return manifest


def _data_folder(engine: Engine, table: str) -> Path:
    rows = _rows.decode_lines(engine.read(sql.DATA_FOLDER, {"table": table}))
    return Path(rows[0]["path"])


def _sync(folder: Path) -> None:
    """Bring everything beneath a folder to the disk."""
    for path in [folder, *folder.rglob("*")]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _info(manifest: _Manifest) -> BackupInfo:
    return BackupInfo(
        taken_at=manifest.taken_at,
        events=manifest.events,
        inbox_batches=manifest.inbox_batches,
        inbox_events=manifest.inbox_events,
    )
