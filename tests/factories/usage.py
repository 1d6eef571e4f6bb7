"""Sources, requests of the tracking contract, and what lies in the inbox."""

import json
import zlib
from datetime import datetime
from typing import Any

from firstwin.identity.contracts import Actor
from firstwin.usage.contracts import KeyHolder, SourceInfo, UsageEvent
from firstwin.usage.contracts.catalogue import FeatureInfo, NewFeature
from firstwin.usage.models import InboxBatch, RejectedEvent
from firstwin.usage.operations import features, intake, sources
from firstwin.usage.queries.inbox import events_of
from firstwin.usage.rules import requests
from tests.factories.identity import STARTED_AT, make_actor


def make_source(actor: Actor | None = None, name: str = "Web app") -> SourceInfo:
    """A source with one write key."""
    return sources.create_source(actor=actor or make_actor(), name=name, at=STARTED_AT)


def holder_of(source: SourceInfo) -> KeyHolder:
    """Where the source's newest key leads."""
    return KeyHolder(
        write_key_id=source.keys[0].id, source_id=source.id, workspace_id=source.workspace_id, ends_at=None
    )


def track(event: str = "Report Viewed", user: str = "ada", **more: Any) -> dict[str, Any]:
    """A track call as a client sends it."""
    return {"type": "track", "event": event, "userId": user, **more}


def batch_body(*items: Any, **more: Any) -> bytes:
    """The body of a batch."""
    return json.dumps({"batch": items, **more}).encode()


def take_in(source: SourceInfo, *items: Any, at: datetime, **more: Any) -> None:
    """Let a source send a batch."""
    request = requests.read_request(batch_body(*items, **more), call="batch")
    arrival = intake.sort_arrival(request=request, holder=holder_of(source), received_at=at)
    intake.keep_arrivals(arrivals=[arrival], note_use_of=[arrival.write_key_id])


def in_inbox(source: SourceInfo) -> list[UsageEvent]:
    """The events of a source that wait in the inbox, in the order of their arrival."""
    rows = InboxBatch.objects.for_workspace(source.workspace_id).filter(source_id=source.id).order_by("id")
    return [event for row in rows for event in events_of(bytes(row.lines))]


def rejected_of(source: SourceInfo) -> list[RejectedEvent]:
    """The rejected events of a source."""
    return list(RejectedEvent.objects.for_workspace(source.workspace_id).filter(source_id=source.id).order_by("id"))


def gzipped(body: bytes) -> bytes:
    """A body as clients pack it."""
    packing = zlib.compressobj(wbits=31)
    return packing.compress(body) + packing.flush()


def make_feature(actor: Actor, name: str = "Reports", events: tuple[str, ...] = ("Report *",)) -> FeatureInfo:
    """A feature of the actor's workspace."""
    return features.create_feature(actor=actor, new=NewFeature(name=name, events=events), at=STARTED_AT)
