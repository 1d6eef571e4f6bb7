"""What sources, the inbox and the rejected show, and to whom."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from firstwin.identity.contracts import Role
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.usage.queries import inbox, sources
from tests.factories.identity import make_actor
from tests.factories.usage import make_source, take_in, track

pytestmark = pytest.mark.django_db


def test_sources_are_listed_in_three_queries(now: datetime, django_assert_num_queries: Any) -> None:
    actor = make_actor()
    for name in ("Web app", "Server", "iOS app"):
        take_in(make_source(actor, name), track(), 5, at=now)
    make_source(make_actor(), "Of another workspace")
    with django_assert_num_queries(3):
        found = sources.list_sources(actor=actor)
    assert [(source.name, source.rejected, source.last_used_at) for source in found] == [
        (name, 1, now) for name in ("Web app", "Server", "iOS app")
    ]


def test_a_source_of_another_workspace_is_not_there(now: datetime) -> None:
    source = make_source()
    stranger, manager = make_actor(), make_actor(Role.MANAGER)
    for actor, error in ((stranger, NotFoundError), (manager, PermissionDeniedError)):
        with pytest.raises(error):
            sources.get_source(actor=actor, source_id=source.id)
        with pytest.raises(error):
            inbox.list_latest(actor=actor, source_id=source.id, at=now)
    with pytest.raises(NotFoundError):
        sources.list_rejected(actor=stranger, source_id=source.id, cursor=None)


def test_what_came_last_is_shown_first_and_the_fill_is_that_of_all(now: datetime) -> None:
    actor = make_actor()
    source, other = make_source(actor), make_source()
    assert inbox.get_fill().oldest_at is None
    take_in(source, track("A"), track("B"), at=now)
    take_in(source, track("C"), at=now + timedelta(seconds=5))
    take_in(other, track("D"), at=now + timedelta(seconds=9))
    latest = inbox.list_latest(actor=actor, source_id=source.id, at=now)
    assert [event.name for event in latest.events] == ["C", "B", "A"]
    assert not latest.is_complete  # no store runs beside this test
    fill = inbox.get_fill()
    assert (fill.events, fill.oldest_at) == (4, now)
    assert 100 < fill.bytes < 2000


def test_rejected_events_come_page_by_page(now: datetime) -> None:
    actor = make_actor()
    source = make_source(actor)
    for number in range(5):
        take_in(source, number, at=now + timedelta(seconds=number))
    first = sources.list_rejected(actor=actor, source_id=source.id, cursor=None, limit=3)
    assert [one.raw for one in first.items] == ["4", "3", "2"]
    rest = sources.list_rejected(actor=actor, source_id=source.id, cursor=first.next_cursor, limit=3)
    assert [one.raw for one in rest.items] == ["1", "0"]
    assert rest.next_cursor is None
