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
MANIFEST = "manifest.json"


def scripts() -> list[str]:
    """Return the addresses of the scripts of every page."""
    return [_address(ENTRY)]


def stylesheets() -> list[str]:
    """Return the addresses of the stylesheets of every page."""
    return [static(name) for name in _manifest().get(ENTRY, {}).get("css", [])]


def sprite() -> str:
    """Return the address of the icons."""
    return _address(SPRITE)


def _address(source: str) -> str:
    return _static(source, _changed())


def _manifest() -> dict[str, Any]:
    return _read(_changed())


def _changed() -> int:
    """Return when the build was last made, where somebody may build anew while the server runs."""
    if not settings.DEVELOPMENT:
        return 0
    path = FOLDER / MANIFEST
    return path.stat().st_mtime_ns if path.is_file() else 0


@functools.lru_cache(maxsize=32)
def _static(source: str, changed: int) -> str:
    # Without a build (tests of single pages) the source's name stands in; `firstwin doctor` reports the missing build.
    return static(str(_read(changed).get(source, {}).get("file", source)))


@functools.lru_cache(maxsize=4)
def _read(_changed: int) -> dict[str, Any]:
    path = FOLDER / MANIFEST
    return dict(json.loads(path.read_text())) if path.is_file() else {}
