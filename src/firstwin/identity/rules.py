"""Pure rules of identity: names, addresses, keys and links."""

import hashlib
import hmac
import re
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from zoneinfo import available_timezones

from firstwin.identity.contracts import InvitationState, Scope

INVITATION_LIFE = timedelta(days=7)
SIGN_IN_LINK_LIFE = timedelta(minutes=30)
API_KEY_PATTERN = re.compile(r"fw_([a-z0-9]{12})_([A-Za-z0-9_-]{43})\Z")
THEMES = ("system", "light", "dark")


def normal_email(email: str) -> str:
    """Two spellings of an address that differ in case or surrounding space are the same address."""
    return unicodedata.normalize("NFC", email).strip().lower()


def is_plausible_email(email: str) -> bool:
    """An address has one @, a name before it and a domain with a dot after it, no spaces, and at most 254 characters."""
    return (
        len(email) <= 254
        and re.fullmatch(r"[^@\s<>,;:\"\\()\[\]]+@[^@\s<>,;:\"\\()\[\]]+\.[^@\s.<>,;]+", email) is not None
    )


def slug_of(name: str) -> str:
    """A workspace's address is its name in small letters and dashes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60] or "workspace"


def is_time_zone(name: str) -> bool:
    """A time zone is one of the IANA names, such as Europe/Berlin."""
    return name in _time_zones()


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(available_timezones())


def is_brand_color(color: str) -> bool:
    """A brand colour is written as # and six hexadecimal digits."""
    return re.fullmatch(r"#[0-9a-fA-F]{6}", color) is not None


def invitation_state(
    *, accepted_at: datetime | None, revoked_at: datetime | None, expires_at: datetime, at: datetime
) -> InvitationState:
    """An invitation is open until it is accepted, revoked, or seven days have passed since it was last sent."""
    if accepted_at is not None:
        return InvitationState.ACCEPTED
    if revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.EXPIRED if expires_at <= at else InvitationState.PENDING


def digest_of(secret: str) -> str:
    """A key is kept as its SHA-256; its secret has 256 random bits, so that a slow hash would add nothing."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_same_digest(left: str, right: str) -> bool:
    """Digests are compared in constant time."""
    return hmac.compare_digest(left, right)


def split_api_key(text: str) -> tuple[str, str] | None:
    """A key reads fw_<prefix>_<secret>; anything else is not a key."""
    found = API_KEY_PATTERN.match(text)
    return (found[1], found[2]) if found else None


def is_key_alive(*, expires_at: datetime | None, revoked_at: datetime | None, at: datetime) -> bool:
    """A key works until it is revoked or expires."""
    return revoked_at is None and (expires_at is None or at < expires_at)


def scopes_of(values: object) -> frozenset[Scope]:
    """Scopes that this version of the product does not know grant nothing."""
    known = {scope.value for scope in Scope}
    return frozenset(Scope(value) for value in values if value in known) if isinstance(values, list) else frozenset()
