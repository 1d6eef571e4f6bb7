"""Secrets that must be kept for a while are kept encrypted, with the installation's secret key."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


def seal(text: str) -> str:
    """Return a text encrypted with the installation's secret key."""
    return seal_bytes(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Return the text of `seal`; earlier secret keys still open it. Raises ValueError for anything else."""
    return unseal_bytes(sealed.encode()).decode()


def seal_bytes(content: bytes) -> bytes:
    """Return bytes encrypted with the installation's secret key."""
    return _cipher().encrypt(content)


def unseal_bytes(sealed: bytes) -> bytes:
    """Return the bytes of `seal_bytes`. Raises ValueError for anything else."""
    try:
        return _cipher().decrypt(sealed)
    except InvalidToken:
        raise ValueError("sealed with another secret key") from None


def _cipher() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"firstwin.seal.{secret}".encode()).digest()))
            for secret in secrets
        ]
    )
