"""The end of a server, and the streams that it ends."""

import multiprocessing
from collections.abc import Iterator
from multiprocessing.connection import Connection

import pytest
from asgiref.sync import async_to_sync

from firstwin.desk.http import live
from firstwin.identity.contracts import system_actor
from firstwin.shared import closing, ids


@pytest.fixture(autouse=True)
def _leave_nothing_announced() -> Iterator[None]:
    closing.begin()
    yield
    closing.begin()


def _tell(own: Connection) -> None:
    closing.begin()
    own.send(closing.is_near())
    own.recv()
    own.send(closing.is_near())


def test_what_was_started_hears_of_its_end_and_what_is_started_afterwards_is_not_meant() -> None:
    fork = multiprocessing.get_context("fork")
    for _ in range(2):
        here, there = fork.Pipe()
        child = fork.Process(target=_tell, args=(there,))
        child.start()
        assert here.recv() is False
        closing.announce()
        here.send("announced")
        assert here.recv() is True
        child.join()


def test_a_stream_ends_with_its_server() -> None:
    async def sent() -> list[bytes]:
        return [piece async for piece in live.stream(system_actor(ids.new_id()), ids.new_id(), 0)]

    closing.announce()
    assert async_to_sync(sent)() == [b"retry: 3000\n\n"]
