"""`firstwin usage`: events from before, out of a file; erasing people; backup and restore."""

import sys
import time
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.shared import clock
from firstwin.usage.contracts.history import Field, HistoryImport, HistoryState, Origin
from firstwin.usage.management import keeping
from firstwin.usage.operations import history as history_operations
from firstwin.usage.queries import history as history_queries
from firstwin.usage.queries import sources

LOOK_EVERY_SECONDS = 0.5
FAILED = 1


class Command(BaseCommand):
    help = "Import past product events, erase people from them, back up and restore their store"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        keeping.add_parts(parts)
        importing = parts.add_parser("import", help="take the events of a file in, as if its source had sent them")
        importing.add_argument("file", metavar="FILE", type=Path)
        importing.add_argument("--source", metavar="NAME", help="the source, when there is more than one")
        importing.add_argument("--workspace", metavar="SLUG", help="the workspace, when there is more than one")
        importing.add_argument(
            "--from", dest="origin", choices=[one.value for one in Origin], help="instead of a guess"
        )
        importing.add_argument("--group-type", metavar="NAME", help="the kind of group that is the customer")
        importing.add_argument(
            "--column", action="append", default=[], metavar="NAME=MEANING", help=f"a column is {_meanings()}"
        )
        importing.add_argument("--preview", action="store_true", help="say what the first rows would become, and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        given = Namespace(**options)
        if keeping.run_part(given, find_actor=_actor, out=self.stdout):
            return
        actor = _actor(given.workspace)
        made = self._upload(actor, given)
        if given.preview:
            self._preview(actor, made)
            history_operations.cancel_history(actor=actor, history_id=made.id, at=clock.now())
            return
        history_operations.start_history(actor=actor, history_id=made.id, at=clock.now())
        self.stdout.write("The worker takes it in. Ctrl-C leaves this display; the import goes on.")
        ended = self._follow(actor, made)
        if ended.state is not HistoryState.DONE:
            self.stderr.write(f"The import is {ended.state.value}. {ended.failure}")
            sys.exit(FAILED)

    def _upload(self, actor: Actor, given: Namespace) -> HistoryImport:
        source_id = _source(actor, given.source)
        try:
            with given.file.open("rb") as file:
                made = history_operations.upload_history(
                    actor=actor, source_id=source_id, file_name=given.file.name, file=file, at=clock.now()
                )
        except OSError as error:
            raise CommandError(f"{given.file} cannot be read: {error.strerror}.") from None
        pairs = dict(one.split("=", 1) for one in given.column if "=" in one)
        if len(pairs) < len(given.column):
            raise CommandError("--column is written NAME=MEANING, each name once.")
        return history_operations.change_history(
            actor=actor,
            history_id=made.id,
            columns=pairs or None,
            group_type=given.group_type,
            origin=Origin(given.origin) if given.origin else None,
        )

    def _preview(self, actor: Actor, made: HistoryImport) -> None:
        found = history_queries.preview_history(actor=actor, history_id=made.id, at=clock.now())
        self.stdout.write(f"{made.kind.value}, read as {made.reading.origin.value}")
        for column in found.columns:
            self.stdout.write(f"  {column.name}: {column.field.value or 'left out'} ({column.example})")
        for event in found.events:
            self.stdout.write(f"{event.at:%Y-%m-%d %H:%M} {event.kind.value} {event.name} {event.who} {event.group_id}")
        for fault in found.faults:
            self.stdout.write(f"row {fault.row}: {fault.detail}")
        self.stdout.write(f"{found.fine} of the first {found.looked_at} rows are fine.")

    def _follow(self, actor: Actor, made: HistoryImport) -> HistoryImport:
        shown = ""
        while True:
            now = history_queries.get_history(actor=actor, history_id=made.id)
            text = f"{now.percent} %: {now.taken:,} events, {now.rejected:,} rows with a fault"
            if text != shown:
                self.stdout.write(text)
                shown = text
            if now.state is not HistoryState.RUNNING:
                return now
            time.sleep(LOOK_EVERY_SECONDS)


def _meanings() -> str:
    return ", ".join(one.value for one in Field if one.value)


def _actor(slug: str | None) -> Actor:
    found = [one for one in identity_queries.list_workspaces() if slug in (None, one.slug)]
    if len(found) != 1:
        known = ", ".join(one.slug for one in identity_queries.list_workspaces()) or "none yet"
        raise CommandError(f"Say which workspace with --workspace: {known}.")
    return system_actor(found[0].id)


def _source(actor: Actor, name: str | None) -> Any:
    all_sources = sources.list_sources(actor=actor)
    found = [one for one in all_sources if name is None or one.name.lower() == name.lower()]
    if len(found) != 1:
        known = ", ".join(one.name for one in all_sources) or "none yet; add one under Settings, Product events"
        raise CommandError(f"Say which source with --source: {known}.")
    return found[0].id
