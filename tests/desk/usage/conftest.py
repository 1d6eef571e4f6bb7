"""What the tests of pages about usage share: an event store that answers."""

from collections.abc import Iterator

import pytest

from firstwin.usage.operations.store import EventWriter
from firstwin.usage.queries.store import address_file
from tests.factories import event_store


@pytest.fixture(scope="package")
def events(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EventWriter]:
    """The event store of this installation, empty at first; each test has a workspace of its own."""
    with event_store.opened(tmp_path_factory.mktemp("events") / "store") as writer:
        yield writer


@pytest.fixture
def away(events: EventWriter) -> Iterator[None]:
    """Let nobody find the event store for a while."""
    file = address_file()
    aside = file.rename(file.with_suffix(".aside"))
    yield
    aside.rename(file)
