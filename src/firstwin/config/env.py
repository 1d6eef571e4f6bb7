"""Settings from the environment: typed, and a bad or unknown value is a clear error."""

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, urlsplit


class SettingError(RuntimeError):
    """A FIRSTWIN_* variable is unknown or has a bad value; the message says what to write."""


KNOWN: dict[str, str] = {}
"""Every variable that was asked for, with its description; the papers and `firstwin doctor` read it."""


class Env:
    """Typed access to FIRSTWIN_* variables; remembers each name, so that unknown ones can be refused."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str, *, help: str) -> str:
        """Return a text; an empty variable counts as absent."""
        KNOWN[name] = help
        return self._environ.get(name, "").strip() or default

    def flag(self, name: str, *, default: bool, help: str) -> bool:
        """Return a yes/no value."""
        value = self.text(name, "yes" if default else "no", help=help).lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise SettingError(f"{name}={value!r} is not a yes/no value. Write yes or no.")

    def number(self, name: str, default: int, *, at_least: int = 0, at_most: int = 1_000_000, help: str) -> int:
        """Return a whole number within bounds."""
        value = self.text(name, str(default), help=help)
        try:
            number = int(value)
        except ValueError:
            raise SettingError(f"{name}={value!r} is not a whole number.") from None
        if not at_least <= number <= at_most:
            raise SettingError(f"{name}={number} is out of range. Choose {at_least} to {at_most}.")
        return number

    def choice(self, name: str, default: str, choices: tuple[str, ...], *, help: str) -> str:
        """Return one of the given words."""
        value = self.text(name, default, help=help)
        if value not in choices:
            raise SettingError(f"{name}={value!r} is not possible. Choose one of: {', '.join(choices)}.")
        return value

    def words(self, name: str, default: str, *, help: str) -> list[str]:
        """Return a comma-separated list."""
        return [word.strip() for word in self.text(name, default, help=help).split(",") if word.strip()]

    def folder(self, name: str, default: Path, *, help: str) -> Path:
        """Return a folder as an absolute path; it need not exist yet."""
        return Path(self.text(name, str(default), help=help)).expanduser().absolute()

    def url(self, name: str, default: str, schemes: tuple[str, ...], *, help: str) -> str:
        """Return an address of one of the given schemes. The error names no part of it: it may hold a password."""
        value = self.text(name, default, help=help)
        if not value:
            return value
        expected = " or ".join(f"{scheme}://" for scheme in schemes)
        try:
            parts: SplitResult = urlsplit(value)
            is_usable = parts.scheme in schemes and (parts.scheme == "sqlite" or bool(parts.hostname))
            _ = parts.port
        except ValueError:
            is_usable = False
        if not is_usable:
            raise SettingError(f"{name} is not a usable address. It begins with {expected} and names a host.")
        return value

    def refuse_unknown(self) -> None:
        """Raise SettingError for a FIRSTWIN_* variable that nothing reads, most likely a typing mistake."""
        unknown = sorted(name for name in self._environ if name.startswith("FIRSTWIN_") and name not in KNOWN)
        if not unknown:
            return
        close = difflib.get_close_matches(unknown[0], KNOWN, n=1)
        hint = f" Did you mean {close[0]}?" if close else ""
        raise SettingError(f"Unknown setting {', '.join(unknown)}.{hint} docs/guide/settings.md lists what there is.")


env = Env(os.environ)
