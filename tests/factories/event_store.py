"""An event store that pages and queries can ask: chDB in this process, behind the address that others look for it at."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from uuid import UUID

import msgspec

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import StoredEvent
from firstwin.usage.management import store_owner
from firstwin.usage.operations.store import EventWriter
from firstwin.usage.queries.store import OwnerAddress, address_file

SECRET = "of this test"
_numbers = count(1)


@contextmanager
def opened(folder: Path) -> Iterator[EventWriter]:
    """Open a store in a folder and answer for it, as its owner does."""
    owner = store_owner.StoreOwner(folder=folder, address_file=address_file())
    engine = owner.engine()
    server = ThreadingHTTPServer(("127.0.0.1", 0), store_owner._answering(owner, SECRET))
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    file = address_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(msgspec.json.encode(OwnerAddress(port=server.server_address[1], secret=SECRET)))
    try:
        yield EventWriter(engine)
    finally:
        file.unlink()
        server.shutdown()
        thread.join()
        server.server_close()
        engine.close()


@contextmanager
def away() -> Iterator[None]:
    """Let the owner of the store be gone for a while: nobody finds its address."""
    file, put_by = address_file(), address_file().with_suffix(".away")
    was_there = file.exists()
    if was_there:
        file.rename(put_by)
    try:
        yield
    finally:
        if was_there:
            put_by.rename(file)


def done(workspace_id: UUID, name: str, *, user: str, group: str, at: datetime, properties: str = "{}") -> StoredEvent:
    """One thing that somebody of a group did."""
    return StoredEvent(
        workspace_id=workspace_id,
        source_id=UUID(int=1),
        message_key=UUID(int=next(_numbers)),
        kind=EventKind.TRACK,
        name=name,
        user_id=user,
        anonymous_id="",
        group_id=group,
        previous_id="",
        at=at,
        received_at=at,
        properties=properties,
        context="{}",
    )


def every_day(
    workspace_id: UUID, names: Sequence[str], *, users: Sequence[str], group: str, since: datetime, days: int
) -> list[StoredEvent]:
    """What people of a group do on so many days in a row, a minute apart: all of the events, one after the other."""
    return [
        done(workspace_id, name, user=user, group=group, at=since + timedelta(days=day, minutes=minute))
        for day in range(days)
        for user in users
        for minute, name in enumerate(names)
    ]
