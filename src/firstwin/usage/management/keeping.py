"""The parts of `firstwin usage` about what is kept: erase, erasures, backup, restore."""

import time
from argparse import Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, OutputWrapper

from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import FirstwinError
from firstwin.usage.contracts.keeping import BackupInfo, ErasureInfo
from firstwin.usage.operations import erasure
from firstwin.usage.queries import keeping
from firstwin.usage.queries.store import OwnerEngine, address_file

LOOK_EVERY_SECONDS = 0.5


def add_parts(parts: Any) -> None:
    """Add the parts to the command."""
    erasing = parts.add_parser("erase", help="erase everything that a person did, and wait until it is gone")
    erasing.add_argument("person", metavar="PERSON", help="the user id, or anonymous:<id>")
    erasing.add_argument("--reference", default="", help="who asked for it, such as the number of a ticket")
    erasing.add_argument("--refuse-later", action="store_true", help="refuse what comes of this person from now on")
    erasing.add_argument("--no-wait", action="store_true", help="do not wait until it is gone")
    listing = parts.add_parser("erasures", help="list what was erased, with its proof")
    for part in (erasing, listing):
        part.add_argument("--workspace", metavar="SLUG", help="the workspace, when there is more than one")
    for name, text in (("backup", "write the store and the inbox to a new folder"), ("restore", "bring one back")):
        parts.add_parser(name, help=f"{text}, while everything runs").add_argument("folder", metavar="FOLDER")


def run_part(given: Namespace, *, find_actor: Callable[[str | None], Actor], out: OutputWrapper) -> bool:
    """Do one of the parts, and say whether it was one of these."""
    try:
        if given.part in ("erase", "erasures"):
            PARTS[given.part](given, find_actor(given.workspace), out)
        elif given.part == "backup":
            made = OwnerEngine(address_file()).backup(Path(given.folder))
            out.write(f"Backed up to {given.folder}: {_counted(made)}.")
        elif given.part == "restore":
            made = OwnerEngine(address_file()).restore(Path(given.folder))
            out.write(f"Restored what was kept at {made.taken_at:%Y-%m-%d %H:%M} UTC: {_counted(made)}.")
        else:
            return False
    except FirstwinError as error:
        raise CommandError(f"{error.detail} {error.remedy or ''}".strip()) from error
    return True


def _erase(given: Namespace, actor: Actor, out: OutputWrapper) -> None:
    made = erasure.erase_person(
        actor=actor,
        person=given.person,
        reference=given.reference,
        refuses_later=given.refuse_later,
        at=clock.now(),
    )
    while not given.no_wait and made.gone_at is None:
        time.sleep(LOOK_EVERY_SECONDS)
        made = keeping.get_erasure(actor=actor, erasure_id=made.id)
    out.write(_told(made))


def _erasures(given: Namespace, actor: Actor, out: OutputWrapper) -> None:
    del given
    cursor: str | None = None
    while True:
        page = keeping.list_erasures(actor=actor, cursor=cursor, limit=100)
        for one in page.items:
            out.write(_told(one))
        cursor = page.next_cursor
        if not cursor:
            return


PARTS: Mapping[str, Callable[[Namespace, Actor, OutputWrapper], None]] = {"erase": _erase, "erasures": _erasures}


def _counted(made: BackupInfo) -> str:
    """Say what a backup holds."""
    return f"{made.events:,} events of the store, and {made.inbox_events:,} that waited in the inbox"


def _told(one: ErasureInfo) -> str:
    """Say an erasure on one line: its mark, when, how much was found where, and how much was left."""
    found = ", ".join(f"{place} {count:,}" for place, count in one.found.items()) or "not looked for yet"
    times = [f"asked {one.asked_at:%Y-%m-%d %H:%M:%S}"]
    times += [f"hidden {one.hidden_at:%H:%M:%S}"] if one.hidden_at else []
    times += [f"gone {one.gone_at:%Y-%m-%d %H:%M:%S}, {sum(one.left.values())} left"] if one.gone_at else []
    return f"{one.mark[:12]}  {one.asked_by}  {'; '.join(times)}  found: {found}  {one.reference}".rstrip()
