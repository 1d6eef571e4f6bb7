"""The web server's pool of PostgreSQL connections: requests come and go on threads of their own."""

from typing import Any

from psycopg import Connection

CONNECTIONS_PER_PROCESS = 16
FORGET_WORKSPACE = "select set_config('firstwin.workspace', '', false)"


def options() -> dict[str, Any]:
    """Return what Django hands to the pool."""
    return {"min_size": 1, "max_size": CONNECTIONS_PER_PROCESS, "timeout": 10, "reset": forget_workspace}


def forget_workspace(connection: "Connection[Any]") -> None:
    """Let no connection go back to the pool confined to the workspace of its last request."""
    with connection.transaction():
        connection.execute(FORGET_WORKSPACE)
