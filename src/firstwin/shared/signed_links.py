"""Links that prove themselves: an id and a MAC over it, so that no secret is stored and a link can be made again."""

import base64
import binascii
import hashlib
import hmac
from uuid import UUID

from django.conf import settings

_MAC_BYTES = 20
_TOKEN_CHARACTERS = 48


def make_token(purpose: str, id: UUID, nonce: str) -> str:
    """Return the token of a row: the same every time for the same nonce; another nonce makes earlier tokens invalid."""
    mac = _mac(settings.SECRET_KEY, purpose, id, nonce)
    return base64.urlsafe_b64encode(id.bytes + mac).decode()


def read_id(token: str) -> UUID | None:
    """Return the id that a token claims, unverified, or None for something that is no token."""
    raw = _raw(token)
    return UUID(bytes=raw[:16]) if raw else None


def is_genuine(token: str, purpose: str, id: UUID, nonce: str) -> bool:
    """Tell whether the token was made here for this purpose, row and nonce; earlier secret keys still count."""
    raw = _raw(token)
    if raw is None or raw[:16] != id.bytes:
        return False
    secrets = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return any(hmac.compare_digest(raw[16:], _mac(secret, purpose, id, nonce)) for secret in secrets)


def _mac(secret: str, purpose: str, id: UUID, nonce: str) -> bytes:
    key = hashlib.sha256(f"firstwin.link.{purpose}.{secret}".encode()).digest()
    return hmac.new(key, id.bytes + nonce.encode(), hashlib.sha256).digest()[:_MAC_BYTES]


def _raw(token: str) -> bytes | None:
    if len(token) != _TOKEN_CHARACTERS or not token.isascii():
        return None
    try:
        raw = base64.urlsafe_b64decode(token)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == 16 + _MAC_BYTES else None
