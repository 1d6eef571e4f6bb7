"""How many statements something takes."""

from django.db import connection


def statements(*, postgresql: int, sqlite: int) -> int:
    """Return the number for the database at hand: PostgreSQL takes as one what is asked for or written together."""
    return postgresql if connection.vendor == "postgresql" else sqlite
