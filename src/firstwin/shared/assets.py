"""What the front end's build left behind: hashed files and the manifest that names them."""

import functools
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.templatetags.static import static

FOLDER = Path(__file__).resolve().parent.parent / "static"
ENTRY = "src/main.ts"
SPRITE = "icons.svg"


def is_built() -> bool:
    """Return whether the front end was built."""
    return (FOLDER / "manifest.json").is_file()


def scripts() -> list[str]:
    """Return the addresses of the scripts of every page."""
    return [static(_file(ENTRY))]


def stylesheets() -> list[str]:
    """Return the addresses of the stylesheets of every page."""
    return [static(name) for name in _manifest().get(ENTRY, {}).get("css", [])]


def sprite() -> str:
    """Return the address of the icons."""
    return static(_file(SPRITE))


def _file(source: str) -> str:
    # Without a build (tests of single pages) the source's name stands in; `firstwin doctor` reports the missing build.
    return str(_manifest().get(source, {}).get("file", source))


def _manifest() -> dict[str, Any]:
    path = FOLDER / "manifest.json"
    changed = path.stat().st_mtime_ns if settings.DEVELOPMENT and path.is_file() else 0
    return _read(path, changed)


@functools.cache
def _read(path: Path, _changed: int) -> dict[str, Any]:
    return dict(json.loads(path.read_text())) if path.is_file() else {}
