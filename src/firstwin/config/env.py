"""Settings from the environment: typed, and a bad or unknown value is a clear error."""

import os
from collections.abc import Mapping
from pathlib import Path


class SettingError(RuntimeError):
    """A FIRSTWIN_* variable is unknown or has a bad value."""


KNOWN: dict[str, str] = {}
"""Every variable that was asked for, with its description; docs and `firstwin doctor` read it."""


class Env:
    """Typed access to FIRSTWIN_* variables; remembers each name, so that unknown ones can be refused."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def text(self, name: str, default: str, *, help: str) -> str:
        """Return a text."""
        KNOWN[name] = help
        return self._environ.get(name, default)

    def flag(self, name: str, *, default: bool, help: str) -> bool:
        """Return a yes/no value."""
        value = self.text(name, "yes" if default else "no", help=help).strip().lower()
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

    def refuse_unknown(self) -> None:
        """Raise SettingError for a FIRSTWIN_* variable that nothing reads, most likely a typing mistake."""
        unknown = sorted(name for name in self._environ if name.startswith("FIRSTWIN_") and name not in KNOWN)
        if unknown:
            raise SettingError(
                f"Unknown setting {', '.join(unknown)}. See docs/guide/settings.md for the settings there are."
            )


env = Env(os.environ)
