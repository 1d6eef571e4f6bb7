"""What the doctor looks at on the machine: Python, Node, disk, folder, time zones."""

import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstwin.config.diagnosis.findings import Finding, fine, note, wrong

OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
LITTLE_SPACE_BYTES = 1_000_000_000
NO_SPACE_BYTES = 100_000_000
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look(home: Path, static_folder: Path) -> Iterator[Finding]:
    """Look at the machine."""
    yield look_at_python()
    yield look_at_frontend(static_folder)
    yield look_at_space(home)
    yield look_at_folder(home)
    yield look_at_time_zones()


def look_at_python() -> Finding:
    """Is this Python new enough."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return wrong("Python", f"{found} is too old", "Install Python 3.11 or newer and run make run again.")
    return fine("Python", found)


def look_at_frontend(static_folder: Path) -> Finding:
    """Is the front end built; Node is only needed for building it."""
    if static_folder.is_dir() and any(static_folder.iterdir()):
        return fine("Front end", "built")
    node = shutil.which("node")
    remedy = "Run make run in the checkout; it builds the front end (with a Node of its own where there is none)."
    if node is None:
        return wrong("Front end", "not built, and there is no Node here", remedy)
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603
    return wrong("Front end", f"not built (Node {answer.lstrip('v')} is here; {OLDEST_NODE} or newer is used)", remedy)


def look_at_space(home: Path) -> Finding:
    """Is there space left where the data lies."""
    free = shutil.disk_usage(home).free
    text = f"{free / 1e9:,.1f} GB free in {home}"
    remedy = "Free some space, or move the data folder to a larger disk and set FIRSTWIN_HOME."
    if free < NO_SPACE_BYTES:
        return wrong("Disk", text, remedy)
    return note("Disk", text, remedy) if free < LITTLE_SPACE_BYTES else fine("Disk", text)


def look_at_folder(home: Path) -> Finding:
    """Can only the owner read the data folder and the secret in it."""
    secret = home / "secret_key"
    open_paths = [path for path in (home, secret) if path.exists() and path.stat().st_mode & OTHERS]
    if open_paths:
        fix = " && ".join(f"chmod {'700' if path.is_dir() else '600'} {path}" for path in open_paths)
        return wrong("Data folder", "others on this machine can read it", f"Run: {fix}")
    return fine("Data folder", f"{home}, for its owner only")


def look_at_time_zones() -> Finding:
    """Does the machine know the world's time zones."""
    try:
        ZoneInfo("America/Sao_Paulo")
    except ZoneInfoNotFoundError:
        return wrong("Time zones", "no time zone data", "Install the package tzdata into the environment.")
    return fine("Time zones", "known")
