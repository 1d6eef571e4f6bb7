"""A fact to record, and ears that hear it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import pytest

from firstwin.identity.contracts import Actor, system_actor
from firstwin.journal import contracts
from firstwin.journal.contracts import Event, Recorded, event, on

WORKSPACE = UUID(int=7)
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Colour(StrEnum):
    RED = "red"


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeMoved(Event):
    """A fact with a field of every type that events may hold."""

    name: ClassVar[str] = "probe.moved"
    subject_type: ClassVar[str] = "probe"
    probe_id: UUID
    account_id: UUID | None = None
    moved_at: datetime = DAY
    moved_on: date | None = date(2026, 3, 2)
    price: Decimal = Decimal("12.50")
    colour: Colour = Colour.RED
    changes: tuple[tuple[str, int], ...] = (("Höhe", 1), ("b", 2))
    mentions: tuple[UUID, ...] = ()
    ratio: float = 1.0
    is_quick: bool = True

    @property
    def subject_id(self) -> UUID:
        return self.probe_id


@pytest.fixture
def moved() -> Callable[..., ProbeMoved]:
    def make(number: int = 1, **fields: object) -> ProbeMoved:
        return ProbeMoved(probe_id=UUID(int=number), **fields)  # type: ignore[arg-type]

    return make


@pytest.fixture
def actor() -> Actor:
    return system_actor(WORKSPACE)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[tuple[ProbeMoved, Recorded]]:
    monkeypatch.setitem(contracts._subscribers, ProbeMoved.name, {})
    heard: list[tuple[ProbeMoved, Recorded]] = []

    def listen(event: ProbeMoved, recorded: Recorded) -> None:
        heard.append((event, recorded))

    on(ProbeMoved)(listen)
    return heard
