"""Writes on API keys."""

import secrets
import string
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from firstwin.identity import permissions, queries, rules
from firstwin.identity.contracts import Actor, ApiKeyInfo, NewApiKey, NotSignedInError, Role, Scope
from firstwin.identity.events import ApiKeyCreated, ApiKeyRevoked
from firstwin.identity.models import ApiKey
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.shared import bulk
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem

LAST_USED_PRECISION = timedelta(minutes=1)
_PREFIX_CHARACTERS = string.ascii_lowercase + string.digits


def create_api_key(
    *, actor: Actor, name: str, scopes: Collection[Scope], at: datetime, expires_at: datetime | None = None
) -> NewApiKey:
    """Make a key for a program. The secret is in the answer and nowhere else: it cannot be shown again."""
    _require(actor)
    problems = []
    if not 1 <= len(name.strip()) <= 120:
        problems.append(Problem("name", "The key has no name, or a very long one.", "Name what will use it."))
    if not scopes:
        problems.append(Problem("scopes", "The key may do nothing.", "Choose at least one scope, such as read."))
    if expires_at is not None and expires_at <= at:
        problems.append(Problem("expires_at", "The key would be expired already.", "Choose a moment to come."))
    if problems:
        raise InvalidInputError("The key was not created.", problems=tuple(problems))
    secret = secrets.token_urlsafe(32)
    prefix = "".join(secrets.choice(_PREFIX_CHARACTERS) for _ in range(12))
    text = f"fw_{prefix}_{secret}"
    with transaction.atomic():
        row = ApiKey(
            workspace_id=actor.workspace_id,
            name=name.strip(),
            prefix=prefix,
            digest=rules.digest_of(secret),
            scopes=sorted(scope.value for scope in scopes),
            created_by_id=actor.id if actor.kind is AuthorKind.MEMBER else None,
            created_at=at,
            expires_at=expires_at,
        )
        row.save(force_insert=True)
        journal_operations.record(
            ApiKeyCreated(
                api_key_id=row.id, title=row.name, prefix=prefix, scopes=tuple(row.scopes), expires_at=expires_at
            ),
            actor=actor,
            at=at,
        )
    return NewApiKey(key=queries.api_key_info(row), secret=text)


def revoke_api_key(*, actor: Actor, api_key_id: UUID, at: datetime) -> ApiKeyInfo:
    """Make a key useless at once; revoking it again changes nothing."""
    _require(actor)
    with transaction.atomic():
        row = ApiKey.objects.for_actor(actor).select_for_update().filter(id=api_key_id).first()
        if row is None:
            raise NotFoundError("There is no such API key.")
        if row.revoked_at is None:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
            journal_operations.record(
                ApiKeyRevoked(api_key_id=row.id, title=row.name, prefix=row.prefix), actor=actor, at=at
            )
    return queries.api_key_info(row)


def authenticate_api_key(*, text: str, at: datetime) -> Actor:
    """Return the actor of a key, noting its use at most once a minute. Raises NotSignedInError, the same for all faults."""
    parts = rules.split_api_key(text)
    row = None
    if parts is not None:
        everywhere = bulk.Across(reason="a key names its workspace itself")
        row = next(iter(bulk.read_rows(ApiKey, everywhere, {"prefix": parts[0]})), None)
    if (
        row is None
        or parts is None
        or not rules.is_same_digest(row.digest, rules.digest_of(parts[1]))
        or not rules.is_key_alive(expires_at=row.expires_at, revoked_at=row.revoked_at, at=at)
    ):
        raise NotSignedInError(
            "This API key is not valid, expired or revoked.", remedy="Make a new one under Settings, API keys."
        )
    if row.last_used_at is None or at - row.last_used_at >= LAST_USED_PRECISION:
        ApiKey.objects.for_workspace(row.workspace_id).filter(id=row.id).update(last_used_at=at)
    return Actor(
        workspace_id=row.workspace_id,
        kind=AuthorKind.API_KEY,
        id=row.id,
        name=row.name,
        role=Role.ADMIN,
        scopes=rules.scopes_of(row.scopes),
    )


def _require(actor: Actor) -> None:
    if not permissions.can_manage_api_keys(actor):
        raise PermissionDeniedError(
            "Only owners and admins make and revoke API keys.", remedy="Ask an owner or admin of the workspace."
        )
