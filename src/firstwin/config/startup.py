"""What `firstwin up` does before it serves: tables, workspaces, playbooks, and the link that lets one in."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.management.base import CommandError

from firstwin.config import database
from firstwin.config.demo import build
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Role, system_actor
from firstwin.identity.operations import sign_in as sign_in_operations
from firstwin.playbooks.operations import builtin
from firstwin.shared import clock, row_security
from firstwin.usage.operations import signals

Say = Callable[[str], None]


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
    database.count_rows()
    row_security.protect_tables()


def renew_playbooks(*, at: datetime, say: Say) -> None:
    """Bring the built-in playbooks of every workspace up to those of this release."""
    for workspace in identity_queries.list_workspaces():
        changed = builtin.install_builtin_playbooks(actor=system_actor(workspace.id), at=at)
        if changed:
            count = f"{len(changed)} built-in playbook{'s' if len(changed) > 1 else ''}"
            say(f"Installed {count} for {workspace.name}")


def refuse_demo_mail() -> None:
    """Raise CommandError where mail really goes out: the people of the demo do not exist."""
    if not settings.MAILBOX:
        raise CommandError(
            "Mail of this installation really goes out, and the demo would write to people who do not exist. "
            "Build it elsewhere: FIRSTWIN_MAILBOX=yes FIRSTWIN_HOME=~/firstwin-demo firstwin up --demo"
        )


def build_demo(*, at: datetime, say: Say) -> None:
    """Build the demo workspace in an empty installation; one that holds a workspace is left alone."""
    if identity_queries.has_workspace():
        return
    refuse_demo_mail()
    say("Building the demo workspace: six months of a fictional company (some minutes, once)")
    workspace = build.build(at=at, tell=say)
    # By then the event store has taken in what was left for it.
    signals.ask_for_signals(actor=system_actor(workspace.id), at=clock.now(), after=timedelta(minutes=2))


def way_in(*, at: datetime) -> str:
    """Return the line that tells how to get in: a link that works once, to sign in or to set up an empty installation."""
    workspaces = identity_queries.list_workspaces()
    if not workspaces:
        return f"Set up (once)      {sign_in_operations.issue_setup_link(at=at)}"
    owners = identity_queries.list_members(actor=system_actor(workspaces[0].id), roles=[Role.OWNER])
    first = min(owners, key=lambda owner: (owner.joined_at, owner.email))
    return f"Sign in (once)     {sign_in_operations.issue_sign_in_link(email=first.email, at=at)}"


def check_frontend(static_folder: Path, *, say: Say) -> None:
    """Say so where the front end was not built: pages would come without their style."""
    if not static_folder.is_dir():
        say("The front end is not built, so pages come without style. Run make run in the checkout once.")
