"""The secret key: made at first start, kept in the data folder, readable by its owner only."""

import os
import secrets
from pathlib import Path


def read_or_create(path: Path) -> str:
    """Return the secret kept at `path`; create it, with mode 0600, where there is none. Safe when two start at once."""
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    secret = secrets.token_urlsafe(48)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret
