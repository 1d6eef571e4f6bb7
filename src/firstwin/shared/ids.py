"""Identifiers."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """Return a new UUIDv7: unique everywhere and ordered by creation time, so that it pages and indexes well."""
    return uuid7()
