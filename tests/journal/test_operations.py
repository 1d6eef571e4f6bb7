from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import pytest

from firstwin.identity.contracts import system_actor
from firstwin.jobs import operations as job_operations
from firstwin.journal import contracts, operations
from firstwin.journal.contracts import Event, Recorded, event, on
from firstwin.journal.models import Entry

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ACTOR = system_actor(UUID(int=7))


class Colour(StrEnum):
    RED = "red"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeMoved(Event):
    name: ClassVar[str] = "probe.moved"
    subject_type: ClassVar[str] = "probe"
    probe_id: UUID
    at: datetime
    day: date | None
    price: Decimal
    colour: Colour
    changes: tuple[tuple[str, int], ...]
    ratio: float = 1.0

    @property
    def subject_id(self) -> UUID:
        return self.probe_id


def moved(number: int = 1) -> ProbeMoved:
    return ProbeMoved(
        probe_id=UUID(int=number),
        at=NOW,
        day=NOW.date(),
        price=Decimal("12.50"),
        colour=Colour.RED,
        changes=(("x", 1),),
    )


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[ProbeMoved, Recorded]]]:
    monkeypatch.setitem(contracts._subscribers, "probe.moved", {})
    heard: list[tuple[ProbeMoved, Recorded]] = []
    on(ProbeMoved)(lambda event, recorded: heard.append((event, recorded)))
    return heard


@pytest.mark.django_db
def test_a_fact_reaches_its_subscribers_as_it_was_recorded(heard: list[tuple[ProbeMoved, Recorded]]) -> None:
    recorded = operations.record(moved(), actor=ACTOR, at=NOW)
    assert heard == []
    job_operations.run_due(now=NOW)
    assert heard == [(moved(), recorded)]
    assert Entry.objects.get().author_name == "Firstwin"
