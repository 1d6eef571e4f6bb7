"""`firstwin journal export|verify`: take the record out, and prove that nobody changed it."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstwin.identity.models import Workspace
from firstwin.journal import operations as journal_operations
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import Verdict
from firstwin.shared import clock


class Command(BaseCommand):
    help = "Export the journal of a workspace, or verify an export or the database"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        export = parts.add_parser(
            "export", help="write the journal of a workspace to the standard output, as JSON lines"
        )
        export.add_argument("--workspace", required=True, help="the short name (slug) of the workspace")
        verify = parts.add_parser("verify", help="verify an exported file, or without one the journals in the database")
        verify.add_argument(
            "file", nargs="?", type=Path, help="an exported file; neither server nor database is needed"
        )
        verify.add_argument("--workspace", help="only this workspace, when the database is verified")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        if options["part"] == "export":
            export(options["workspace"])
        elif options["file"] is not None:
            self.report([(str(options["file"]), verify_file(options["file"]))])
        else:
            self.report(verify_database(options["workspace"]))

    def report(self, verdicts: Iterable[tuple[str, Verdict]]) -> None:
        """Print each verdict; end with code 1 when a chain is broken."""
        is_intact = True
        for name, verdict in verdicts:
            if verdict.is_intact:
                self.stdout.write(f"{name}: intact, {verdict.entries} entries, last hash {verdict.head}")
                continue
            is_intact = False
            place = f"line {verdict.line}: " if verdict.line else ""
            self.stdout.write(f"{name}: BROKEN after {verdict.entries} good entries. {place}{verdict.reason}.")
        if not is_intact:
            sys.exit(1)


def export(slug: str) -> None:
    """Seal what waits, then write the whole chain."""
    workspace = workspace_of(slug)
    while journal_operations.seal_entries():
        pass
    lines = journal_queries.export_lines(workspace_id=workspace.id, workspace=slug, at=clock.now())
    sys.stdout.buffer.writelines(lines)
    sys.stdout.buffer.flush()


def verify_file(path: Path) -> Verdict:
    """Verify a file line by line, however long it is."""
    try:
        with path.open("rb") as file:
            return journal_queries.verify_lines(file)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=2) from None


def verify_database(slug: str | None) -> Iterator[tuple[str, Verdict]]:
    """Verify one workspace, or all of them."""
    workspaces = [workspace_of(slug)] if slug else Workspace.objects.order_by("slug")
    for workspace in workspaces:
        yield workspace.slug, journal_queries.verify_chain(workspace_id=workspace.id, at=clock.now())


def workspace_of(slug: str) -> Workspace:
    """Return a workspace by its short name."""
    workspace = Workspace.objects.filter(slug=slug).first()
    if workspace is None:
        raise CommandError(f"There is no workspace {slug}.", returncode=2)
    return workspace
