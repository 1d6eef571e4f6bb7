"""The second lock of tenancy, on PostgreSQL: row-level security beneath `WorkspaceModel`.

The first lock is `WorkspaceManager`, which refuses a query that names no workspace. The second is in the database: a
connection confined to one workspace sees and writes rows of that workspace only, whatever the query says. Requests
are confined as soon as their actor is known; the worker, the commands and sign-in are not, for they serve every
workspace. The database user must not be a superuser, whom PostgreSQL lets past every policy. SQLite has no such lock.
"""

from collections.abc import Callable
from uuid import UUID

from asgiref.local import Local
from django.apps import apps
from django.db import DatabaseError, InterfaceError, connection, transaction
from django.http import HttpRequest, HttpResponseBase

from firstwin.shared.models import WorkspaceModel

SETTING = "firstwin.workspace"
POLICY = "firstwin_workspace"
# Read across workspaces while a request is confined: a person's own memberships, for the workspace switcher.
WITHOUT_POLICY = frozenset({"identity_member"})

_CONFINED = f"nullif(current_setting('{SETTING}', true), '')"
_confined = Local()


def confine_to(workspace_id: UUID) -> None:
    """Let this connection see one workspace only, until `release`."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", [SETTING, str(workspace_id)])
        _confined.here = True


def release() -> None:
    """Let this connection see every workspace again; costs nothing where it was not confined."""
    if not getattr(_confined, "here", False):
        return
    _confined.here = False
    if connection.needs_rollback:
        return  # the rollback takes the setting back
    if connection.connection is None:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, '', false)", [SETTING])
    except (InterfaceError, DatabaseError):
        connection.close()  # the server is gone, and what was set there with it


def tenant_tables() -> list[str]:
    """Return the tables whose rows belong to one workspace, by name."""
    tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, WorkspaceModel)}
    return sorted(tables - WITHOUT_POLICY)


def protect_tables() -> list[str]:
    """Put the policy on every tenant table that lacks it, and return those tables; does nothing on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tablename FROM pg_policies WHERE schemaname = current_schema() AND policyname = %s", [POLICY]
        )
        protected = {name for (name,) in cursor.fetchall()}
        missing = [table for table in tenant_tables() if table not in protected]
        for table in missing:
            cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
            cursor.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
            cursor.execute(
                f'CREATE POLICY {POLICY} ON "{table}" USING ({_CONFINED} IS NULL OR workspace_id = {_CONFINED}::uuid)'
            )
    return missing


def is_bypassed() -> bool:
    """Tell whether the database user gets past every policy (a superuser, or BYPASSRLS)."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
        row = cursor.fetchone()
    return bool(row and row[0])


def release_after_request(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: take the confinement off when the request ends, since the next one may use the same connection."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        try:
            return get_response(request)
        finally:
            release()

    return answer
