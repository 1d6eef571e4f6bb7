"""The data folder and the secret key in it: made at first start, readable by their owner only."""

import os
import secrets
import tempfile
from pathlib import Path

from firstwin.config.env import SettingError


def prepare_folder(folder: Path) -> Path:
    """Return the data folder; make it, with mode 0700, where there is none. Raises SettingError where that fails."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise SettingError(
            f"The data folder {folder} cannot be made ({error.strerror}). "
            "Point FIRSTWIN_HOME to a folder that you may write to."
        ) from None
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise SettingError(f"The data folder {folder} cannot be written to. Run: chown -R $USER {folder}")
    return folder


def read_or_create(path: Path) -> str:
    """Return the secret kept at `path`; create it, with mode 0600, where there is none. Safe when two start at once."""
    if (secret := _read(path)) is not None:
        return secret
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
    return path.read_text().strip()


def _read(path: Path) -> str | None:
    """Return the secret, or None where there is none; an empty one would sign everything with nothing."""
    try:
        secret = path.read_text().strip()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise SettingError(f"The secret key {path} cannot be read ({error.strerror}).") from None
    if not secret:
        raise SettingError(f"The secret key {path} is empty. Restore it from a backup, or delete it to make a new one.")
    return secret
