"""Who is erased, told without their name: keyed hashes that nobody can turn back."""

import hashlib
from collections.abc import Iterable
from uuid import UUID

from firstwin.usage.contracts import UsageEvent


def mark_of(person: str, *, workspace_id: UUID, secret: str) -> str:
    """A person who was erased is known only by a hash made with the installation's secret key, for each workspace another."""
    key = hashlib.sha256(b"usage erasure\0" + secret.encode()).digest()
    return hashlib.blake2b(person.encode(), digest_size=32, key=key, salt=workspace_id.bytes).hexdigest()


def names_in(event: UsageEvent) -> tuple[str, ...]:
    """An event belongs to its user or else to its anonymous id, and names the id that somebody had before."""
    person = event.user_id or f"anonymous:{event.anonymous_id}"
    if not event.previous_id:
        return (person,)
    return (person, event.previous_id, f"anonymous:{event.previous_id}")


def is_named(event: UsageEvent, people: Iterable[str]) -> bool:
    """What belongs to somebody who is erased, or names them, goes."""
    return any(name in people for name in names_in(event))
