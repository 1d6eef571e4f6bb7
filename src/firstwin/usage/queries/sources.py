"""Reads of sources, their write keys and what was rejected."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from firstwin.identity.contracts import Actor
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from firstwin.shared.pagination import Page, page_of
from firstwin.usage import permissions
from firstwin.usage.contracts import Connection, KeyHolder, RejectedEventInfo, RejectReason, SourceInfo, WriteKeyInfo
from firstwin.usage.models import RejectedEvent, Source, WriteKey

SHOWN_CHARACTERS = 2000


def list_sources(*, actor: Actor) -> list[SourceInfo]:
    """Return the sources of the workspace with their keys, oldest first; three queries however many there are."""
    _require(actor)
    return _infos(actor, list(Source.objects.for_actor(actor).order_by("created_at", "id")))


def get_source(*, actor: Actor, source_id: UUID) -> SourceInfo:
    """Return one source. Raises NotFoundError."""
    _require(actor)
    found = _infos(actor, list(Source.objects.for_actor(actor).filter(id=source_id)))
    if not found:
        raise NotFoundError("There is no such source of events.")
    return found[0]


def get_connection(*, actor: Actor) -> Connection:
    """Return how far product events are set up, for everybody who may see usage. Raises PermissionDeniedError."""
    if not permissions.can_see_usage(actor):
        raise PermissionDeniedError("Only members of the team see usage.")
    return Connection(
        sources=Source.objects.for_actor(actor).count(),
        has_events=WriteKey.objects.for_actor(actor).filter(last_used_at__isnull=False).exists(),
    )


def list_rejected(*, actor: Actor, source_id: UUID, cursor: str | None, limit: int = 25) -> Page[RejectedEventInfo]:
    """Return the rejected events of a source, latest first."""
    get_source(actor=actor, source_id=source_id)
    return page_of(
        RejectedEvent.objects.for_actor(actor).filter(source_id=source_id),
        order=("-received_at",),
        cursor=cursor,
        limit=limit,
        convert=_rejected_info,
    )


def find_key_holder(*, key: str) -> KeyHolder | None:
    """Return where a write key leads, ended or not; None for one that never was. One look into a unique index."""
    rows = WriteKey.objects.across_workspaces(reason="a write key names its workspace itself")
    row = rows.filter(key=key).only("id", "source_id", "workspace_id", "ends_at").first()
    if row is None:
        return None
    return KeyHolder(write_key_id=row.id, source_id=row.source_id, workspace_id=row.workspace_id, ends_at=row.ends_at)


def _infos(actor: Actor, sources: list[Source]) -> list[SourceInfo]:
    keys: dict[UUID, list[WriteKeyInfo]] = defaultdict(list)
    ids = [source.id for source in sources]
    for key in WriteKey.objects.for_actor(actor).filter(source_id__in=ids).order_by("-created_at", "-id"):
        keys[key.source_id].append(_key_info(key))
    rejected = _count_rejected(actor, ids)
    return [
        SourceInfo(
            id=source.id,
            workspace_id=source.workspace_id,
            name=source.name,
            created_at=source.created_at,
            keys=tuple(keys[source.id]),
            rejected=rejected.get(source.id, 0),
        )
        for source in sources
    ]


def _count_rejected(actor: Actor, source_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = RejectedEvent.objects.for_actor(actor).filter(source_id__in=source_ids)
    return dict(rows.values_list("source_id").annotate(count=Count("id")).order_by())


def _key_info(row: WriteKey) -> WriteKeyInfo:
    return WriteKeyInfo(
        id=row.id,
        key=row.key,
        created_at=row.created_at,
        ends_at=row.ends_at,
        last_used_at=row.last_used_at,
        last_refused_at=row.last_refused_at,
    )


def _rejected_info(row: RejectedEvent) -> RejectedEventInfo:
    return RejectedEventInfo(
        id=row.id,
        source_id=row.source_id,
        received_at=row.received_at,
        reason=RejectReason(row.reason),
        detail=row.detail,
        kind=row.kind,
        name=row.name,
        raw=bytes(row.raw[:SHOWN_CHARACTERS]).decode("utf-8", "replace"),
    )


def _require(actor: Actor) -> None:
    if not permissions.can_manage_sources(actor):
        raise PermissionDeniedError(
            "Only owners and admins see sources of events.", remedy="Ask an owner or admin of the workspace."
        )
