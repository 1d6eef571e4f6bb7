"""What is kept, erased, set aside and rejected, over HTTP. Written as customers/http/api.py says."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from firstwin.identity.queries import actor_of
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema
from firstwin.usage.contracts import RejectedEventInfo, Replayed, SourceInfo
from firstwin.usage.contracts.keeping import ErasureInfo, RetentionInfo, RetentionPreview, SetAsideInfo
from firstwin.usage.operations import erasure, rejected, retention, set_aside
from firstwin.usage.queries import keeping, sources
from firstwin.usage.rules.retention import FEWEST_MONTHS, MOST_MONTHS

usage_keeping = Router(tags=["usage"])
Months = Annotated[int, Field(ge=FEWEST_MONTHS, le=MOST_MONTHS)]


class ErasureBody(StrictSchema):
    """Who is to be erased: a user id as your product sends it, or `anonymous:` and an anonymous id.

    `reference` says who asked for it, such as the number of a ticket. With `refuses_later` events that come of this
    person from now on are refused.
    """

    person: str
    reference: str = ""
    refuses_later: bool = False


class KeepingBody(StrictSchema):
    """For how many months events are kept; null keeps them for ever."""

    months: Months | None


class KeepingPreviewQuery(StrictSchema):
    months: Annotated[list[Months], Field(min_length=1, max_length=12)]


class PageQuery(StrictSchema):
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


@usage_keeping.get("/erasures", response=Page[ErasureInfo])
def list_erasures(request: HttpRequest, query: Query[PageQuery]) -> Page[ErasureInfo]:
    """List the proofs of erasures, latest first."""
    return keeping.list_erasures(actor=actor_of(request), cursor=query.cursor, limit=query.limit)


@usage_keeping.post("/erasures", response={202: ErasureInfo})
def erase_person(request: HttpRequest, body: ErasureBody) -> ErasureInfo:
    """Ask that everything a person did be erased. Read it again until `gone_at` is set: then it is the proof."""
    return erasure.erase_person(
        actor=actor_of(request),
        person=body.person,
        reference=body.reference,
        refuses_later=body.refuses_later,
        at=clock.now(),
    )


@usage_keeping.get("/erasures/{uuid:erasure_id}", response=ErasureInfo)
def read_erasure(request: HttpRequest, erasure_id: UUID) -> ErasureInfo:
    """Read how far an erasure is, and its proof: what was found where, and what was left when it was looked again."""
    return keeping.get_erasure(actor=actor_of(request), erasure_id=erasure_id)


@usage_keeping.post("/erasures/{uuid:erasure_id}/end-refusal", response=ErasureInfo)
def end_refusal(request: HttpRequest, erasure_id: UUID) -> ErasureInfo:
    """Take events of a person who was erased in again; what was erased stays gone."""
    actor = actor_of(request)
    erasure.end_refusal(actor=actor, erasure_id=erasure_id, at=clock.now())
    return keeping.get_erasure(actor=actor, erasure_id=erasure_id)


@usage_keeping.get("/keeping", response=RetentionInfo)
def read_keeping(request: HttpRequest) -> RetentionInfo:
    """Read for how many months events are kept; null is for ever."""
    return keeping.get_retention(actor=actor_of(request))


@usage_keeping.put("/keeping", response=RetentionInfo)
def set_keeping(request: HttpRequest, body: KeepingBody) -> RetentionInfo:
    """Say how long events are kept. What is older goes within a day, and cannot be brought back."""
    actor = actor_of(request)
    retention.set_retention(actor=actor, months=body.months, at=clock.now())
    return keeping.get_retention(actor=actor)


@usage_keeping.get("/keeping/preview", response=list[RetentionPreview])
def preview_keeping(request: HttpRequest, query: Query[KeepingPreviewQuery]) -> list[RetentionPreview]:
    """Tell for numbers of months how many events would go now."""
    return keeping.preview_retention(actor=actor_of(request), choices=query.months, at=clock.now())


@usage_keeping.get("/set-aside", response=Page[SetAsideInfo])
def list_set_aside(request: HttpRequest, query: Query[PageQuery]) -> Page[SetAsideInfo]:
    """List the batches that the event store could not take, oldest first."""
    return keeping.list_set_aside(actor=actor_of(request), cursor=query.cursor, limit=query.limit)


@usage_keeping.get("/set-aside/{uuid:batch_id}", response=SetAsideInfo)
def read_set_aside(request: HttpRequest, batch_id: UUID) -> SetAsideInfo:
    return keeping.get_set_aside(actor=actor_of(request), batch_id=batch_id)


@usage_keeping.post("/set-aside/{uuid:batch_id}/retry", response={204: None})
def retry_set_aside(request: HttpRequest, batch_id: UUID) -> None:
    """Put a batch back into the inbox; where it still cannot be taken it is set aside again."""
    set_aside.retry_batch(actor=actor_of(request), batch_id=batch_id, at=clock.now())


@usage_keeping.delete("/set-aside/{uuid:batch_id}", response={204: None})
def drop_set_aside(request: HttpRequest, batch_id: UUID) -> None:
    """Delete a batch for good."""
    set_aside.drop_batch(actor=actor_of(request), batch_id=batch_id, at=clock.now())


@usage_keeping.get("/sources", response=list[SourceInfo])
def list_sources(request: HttpRequest) -> list[SourceInfo]:
    """List the places that events come from, with their write keys and how many of their events were rejected."""
    return sources.list_sources(actor=actor_of(request))


@usage_keeping.get("/sources/{uuid:source_id}/rejected", response=Page[RejectedEventInfo])
def list_rejected_events(request: HttpRequest, source_id: UUID, query: Query[PageQuery]) -> Page[RejectedEventInfo]:
    """List the rejected events of a source with their reasons, latest first."""
    return sources.list_rejected(actor=actor_of(request), source_id=source_id, cursor=query.cursor, limit=query.limit)


@usage_keeping.post("/sources/{uuid:source_id}/rejected/replay", response=Replayed)
def replay_rejected_events(request: HttpRequest, source_id: UUID) -> Replayed:
    """Read the oldest thousand rejected events of a source again; those that are fine now come in."""
    return rejected.replay_rejected(actor=actor_of(request), source_id=source_id, at=clock.now())
