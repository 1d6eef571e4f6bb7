"""What `firstwin up` does before it serves: tables, workspaces, playbooks, and the link that lets one in."""

import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from firstwin.config import database

Say = Callable[[str], None]
ANSWER_WITHIN_SECONDS = 60.0


def prepare_database(*, say: Say) -> None:
    """Bring the tables up to date. Raises CommandError with a remedy where the database does not answer."""
    state = database.state()
    if state.error:
        raise CommandError(f"{state.kind} does not answer: {state.error}\n{database.remedy(state)}")
    if not state.is_new_enough:
        raise CommandError(f"{state.kind} {state.version} is too old. Use PostgreSQL 14 or newer.")
    if state.waiting_migrations:
        say(f"Preparing the database ({state.kind} {state.version})")
        database.migrate()


def prepare_workspaces(*, with_demo: bool, say: Say) -> str:  # noqa: ARG001
    """Return the line that tells how to get in."""
    return f"Sign in            {settings.BASE_URL}/auth/login/"


def check_frontend(static_folder: Path, *, say: Say) -> None:
    """Say so where the front end was not built: pages would come without their style."""
    if not static_folder.is_dir():
        say("The front end is not built, so pages come without style. Run make run in the checkout once.")


def wait_until_answering(address: str, *, is_stopping: Callable[[], bool]) -> bool:
    """Wait until the web server answers, and say whether it did."""
    deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
    while time.monotonic() < deadline and not is_stopping():
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
                return True
        except OSError:
            time.sleep(0.1)
    return False
