"""Writes on sources of product events and their write keys."""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem
from firstwin.usage import permissions
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.events import SourceCreated, SourceRenamed, WriteKeyRevoked, WriteKeyRotated
from firstwin.usage.models import Source, WriteKey
from firstwin.usage.queries import sources as source_queries
from firstwin.usage.rules import keys

MOST_SOURCES = 50
LONGEST_GRACE = timedelta(days=90)


def create_source(*, actor: Actor, name: str, at: datetime) -> SourceInfo:
    """Add a source with its first write key. Raises InvalidInputError for a missing, long or taken name."""
    _require(actor)
    with transaction.atomic():
        name = _checked_name(actor, name, besides=None)
        if Source.objects.for_actor(actor).count() >= MOST_SOURCES:
            raise ConflictError(f"A workspace has at most {MOST_SOURCES} sources.")
        source = Source(workspace_id=actor.workspace_id, name=name, created_at=at)
        source.save(force_insert=True)
        _new_key(source, at)
        journal_operations.record(SourceCreated(source_id=source.id, title=name), actor=actor, at=at)
    return source_queries.get_source(actor=actor, source_id=source.id)


def rename_source(*, actor: Actor, source_id: UUID, name: str, at: datetime) -> None:
    """Give a source another name; the same name changes nothing."""
    _require(actor)
    with transaction.atomic():
        source = _locked(actor, source_id)
        name = _checked_name(actor, name, besides=source_id)
        if name == source.name:
            return
        old, source.name = source.name, name
        source.save(update_fields=["name"])
        journal_operations.record(SourceRenamed(source_id=source.id, title=name, old_title=old), actor=actor, at=at)


def rotate_write_key(*, actor: Actor, source_id: UUID, grace: timedelta, at: datetime) -> None:
    """Make a new write key; those that work now end after `grace`, so that clients can be changed one after the other."""
    _require(actor)
    if not timedelta(0) <= grace <= LONGEST_GRACE:
        problem = Problem("grace", "An old key can go on for 90 days at most.", "Choose a shorter time.")
        raise InvalidInputError(problem.message, problems=(problem,))
    with transaction.atomic():
        source = _locked(actor, source_id)
        keys_of_source = WriteKey.objects.for_actor(actor).filter(source_id=source_id)
        keys_of_source.filter(ends_at=None).update(ends_at=at + grace)
        keys_of_source.filter(ends_at__gt=at + grace).update(ends_at=at + grace)
        key = _new_key(source, at)
        fact = WriteKeyRotated(source_id=source.id, title=source.name, write_key_id=key.id, old_keys_end_at=at + grace)
        journal_operations.record(fact, actor=actor, at=at)


def revoke_write_key(*, actor: Actor, source_id: UUID, write_key_id: UUID, at: datetime) -> None:
    """End a write key now; one that ended already stays as it is."""
    _require(actor)
    with transaction.atomic():
        source = _locked(actor, source_id)
        key = WriteKey.objects.for_actor(actor).filter(source_id=source_id, id=write_key_id).first()
        if key is None:
            raise NotFoundError("There is no such write key.")
        if key.ends_at is not None and key.ends_at <= at:
            return
        key.ends_at = at
        key.save(update_fields=["ends_at"])
        fact = WriteKeyRevoked(source_id=source.id, title=source.name, write_key_id=key.id)
        journal_operations.record(fact, actor=actor, at=at)


def _new_key(source: Source, at: datetime) -> WriteKey:
    text = "".join(secrets.choice(keys.CHARACTERS) for _ in range(keys.LENGTH))
    key = WriteKey(workspace_id=source.workspace_id, source=source, key=text, created_at=at)
    key.save(force_insert=True)
    return key


def _checked_name(actor: Actor, name: str, *, besides: UUID | None) -> str:
    name = " ".join(name.replace("\x00", " ").split())
    problem = None
    if not 1 <= len(name) <= 120:
        problem = Problem("name", "The source has no name, or a very long one.", "Name what sends: Web app, Server.")
    elif _is_taken(actor, name, besides):
        problem = Problem("name", f"There is a source called “{name}” already.", "Choose another name.")
    if problem is not None:
        raise InvalidInputError(problem.message, problems=(problem,))
    return name


def _is_taken(actor: Actor, name: str, besides: UUID | None) -> bool:
    others = Source.objects.for_actor(actor).filter(name__iexact=name)
    return others.exists() if besides is None else others.exclude(id=besides).exists()


def _locked(actor: Actor, source_id: UUID) -> Source:
    source = Source.objects.for_actor(actor).select_for_update().filter(id=source_id).first()
    if source is None:
        raise NotFoundError("There is no such source of events.")
    return source


def _require(actor: Actor) -> None:
    if not permissions.can_manage_sources(actor):
        raise PermissionDeniedError(
            "Only owners and admins look after sources of events.", remedy="Ask an owner or admin of the workspace."
        )
