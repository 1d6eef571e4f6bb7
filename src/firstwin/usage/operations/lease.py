"""Who may drain the inbox: one process at a time, whatever is configured on how many machines."""

from django.db import connection

_KEY = (0x46697273, 0x7473746F)
_HELD = (
    "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted "
    "AND classid = %s AND objid = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def is_ours() -> bool:
    """Say whether this process may drain, and take the lease if nobody has it.

    On PostgreSQL it is held by the connection and ends with it, so whoever is killed holds up nobody. A database in a file
    has one machine, on which the folder of the store lets one process in.
    """
    if connection.vendor != "postgresql":
        return True
    with connection.cursor() as cursor:
        cursor.execute(_HELD, _KEY)
        if cursor.fetchone():
            return True
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", _KEY)
        return bool(cursor.fetchone()[0])
