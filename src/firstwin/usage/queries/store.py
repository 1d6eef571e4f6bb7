"""Questions to the event store, and the way to the process that owns it."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import msgspec
from django.conf import settings

from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.store import (
    ActiveUsers,
    Adoption,
    BreakdownRow,
    Engine,
    EventScope,
    FeatureUse,
    FirstOccurrence,
    Period,
    RetentionCohort,
    Sessions,
    StoredEvent,
    StoreUnavailableError,
    Subject,
)
from firstwin.usage.rules.sql import base
from firstwin.usage.rules.sql import questions as sql

EXPORT_PIECE = 5000
ANSWER_WITHIN_SECONDS = 30.0
T = TypeVar("T")


class OwnerAddress(msgspec.Struct):
    """Where the owner of the store listens on this machine, and the secret that opens it."""

    port: int
    secret: str


class StoreCall(msgspec.Struct):
    """What is asked of the owner. Only reading is: nobody else writes."""

    text: str
    parameters: dict[str, str]


def address_file() -> Path:
    """Return the file in which the owner of the store says where it listens; only its user can read it."""
    return settings.HOME / "run" / "event_store.json"


class OwnerEngine:
    """Asks the process that owns the store, over the loopback of this machine."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._client = httpx.Client(timeout=ANSWER_WITHIN_SECONDS, trust_env=False)

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        """Return the rows of a query as JSON lines."""
        try:
            address = msgspec.json.decode(self._file.read_bytes(), type=OwnerAddress)
            response = self._client.post(
                f"http://127.0.0.1:{address.port}/",
                content=msgspec.json.encode(StoreCall(text=text, parameters=dict(parameters))),
                headers={"Authorization": f"Bearer {address.secret}"},
            )
        except (OSError, msgspec.DecodeError, httpx.HTTPError) as error:
            raise StoreUnavailableError(
                "The event store does not answer. What comes in waits in the inbox, and nothing is lost.",
                remedy="firstwin up starts it; its lines in the log say more.",
            ) from error
        if response.status_code != 200:
            raise StoreUnavailableError(f"The event store refused a question: {response.text[:300]}")
        return response.content

    def write(self, text: str, parameters: Mapping[str, str], lines: bytes = b"") -> int:
        """Refuse: the owner alone writes."""
        del text, parameters, lines
        raise StoreUnavailableError("Only the owner of the event store writes.")


class EventReader:
    """The questions of EventStore, for any engine that speaks ClickHouse's SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def active_users(self, scope: EventScope, *, by: Period) -> list[ActiveUsers]:
        """Return the periods in which somebody was active, in order of time."""
        return self._rows(sql.active_users(scope, by=by), ActiveUsers)

    def sessions(self, scope: EventScope, *, gap: timedelta) -> Sessions:
        """Count sessions: a pause longer than `gap` begins a new one."""
        return self._rows(sql.sessions(scope, gap=gap), Sessions)[0]

    def adoption(self, scope: EventScope, *, features: Mapping[str, Sequence[str]]) -> list[Adoption]:
        """Return use by feature for each group, by group id."""
        rows = self._rows(sql.adoption(scope, features=list(features.values())), dict[str, Any])
        return [
            Adoption(
                group_id=row["group_id"],
                active=row["active"],
                users={name: row[f"f{number}"] for number, name in enumerate(features)},
            )
            for row in rows
        ]

    def first_occurrence(
        self, scope: EventScope, *, names: Sequence[str], count: int, of: Subject
    ) -> list[FirstOccurrence]:
        """Return who did one of these things for the `count`-th time, and when, by time and subject."""
        rows = self._rows(sql.first_occurrence(scope, names=names, count=count, of=of), dict[str, str])
        return [FirstOccurrence(subject=row["subject"], at=_instant(row["reached"])) for row in rows]

    def funnel(self, scope: EventScope, *, steps: Sequence[str], within: timedelta) -> list[int]:
        """Return how many people got to each step."""
        row = self._rows(sql.funnel(scope, steps=steps, within=within), dict[str, int])[0]
        return [row[f"s{number}"] for number in range(len(steps))]

    def retention(self, scope: EventScope, *, weeks: int) -> list[RetentionCohort]:
        """Return cohorts by the week of a person's first event, in order of time."""
        rows = self._rows(sql.retention(scope, weeks=weeks), dict[str, Any])
        return [
            RetentionCohort(
                week_on=date.fromisoformat(row["began"]),
                size=row["size"],
                returned=tuple(row[f"w{week}"] for week in range(weeks + 1)),
            )
            for row in rows
        ]

    def stickiness(self, scope: EventScope) -> Mapping[int, int]:
        """Return how many people were active on one day, on two, and so on."""
        return {row["days"]: row["users"] for row in self._rows(sql.stickiness(scope), dict[str, int])}

    def top_features(self, scope: EventScope, *, limit: int) -> list[FeatureUse]:
        """Return the track events with most users."""
        return self._rows(sql.top_features(scope, limit=limit), FeatureUse)

    def timeline(self, scope: EventScope, *, person: str, limit: int) -> list[StoredEvent]:
        """Return events latest first."""
        return self._events(sql.timeline(scope, person=person, limit=limit))

    def breakdown(self, scope: EventScope, *, name: str, key: str, limit: int) -> list[BreakdownRow]:
        """Return the values of a property by frequency."""
        return self._rows(sql.breakdown(scope, name=name, key=key, limit=limit), BreakdownRow)

    def export(self, scope: EventScope) -> Iterator[StoredEvent]:
        """Return every event of the scope by time, those of one instant in a fixed order."""
        after: tuple[datetime, UUID] | None = None
        while True:
            piece = self._events(sql.export(scope, after=after, limit=EXPORT_PIECE))
            yield from piece
            if len(piece) < EXPORT_PIECE:
                return
            after = (piece[-1].at, piece[-1].message_key)

    def _events(self, query: base.Query) -> list[StoredEvent]:
        return [_stored_event(row) for row in self._rows(query, dict[str, str])]

    def _rows(self, query: base.Query, kind: type[T]) -> list[T]:
        content = self._engine.read(query.text, query.parameters)
        return msgspec.json.Decoder(kind).decode_lines(content)


@cache
def event_reader() -> EventReader:
    """Return the reader of the store of this installation; its questions raise StoreUnavailableError where it is down."""
    return EventReader(OwnerEngine(address_file()))


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def _stored_event(row: Mapping[str, str]) -> StoredEvent:
    return StoredEvent(
        workspace_id=UUID(row["workspace_id"]),
        source_id=UUID(row["source_id"]),
        message_key=UUID(row["message_key"]),
        kind=EventKind(row["kind"]),
        name=row["name"],
        user_id=row["user_id"],
        anonymous_id=row["anonymous_id"],
        group_id=row["group_id"],
        previous_id=row["previous_id"],
        at=_instant(row["at"]),
        received_at=_instant(row["received_at"]),
        properties=row["properties"],
        context=row["context"],
    )
