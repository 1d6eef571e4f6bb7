"""Workspaces on the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from firstwin.identity import queries
from firstwin.identity.contracts import NewWorkspace
from firstwin.identity.operations import sign_in, workspaces
from firstwin.shared import clock


class Command(BaseCommand):
    help = "Create a workspace, or list those there are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="Create a workspace with its owner and print a sign-in link.")
        create.add_argument("name", help="The company's name.")
        create.add_argument("--owner", required=True, metavar="EMAIL", help="Address of its first owner.")
        create.add_argument("--owner-name", default="", metavar="NAME", help="Name of its first owner.")
        create.add_argument("--time-zone", default="UTC", metavar="ZONE", help="Such as Europe/Berlin.")
        create.add_argument("--country", default="", metavar="CODE", help="Two letters, such as DE.")
        actions.add_parser("list", help="List every workspace.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        if options["action"] == "list":
            for workspace in queries.list_workspaces():
                self.stdout.write(f"{workspace.slug}\t{workspace.name}")
            return
        new = NewWorkspace(
            name=options["name"],
            owner_email=options["owner"],
            owner_name=options["owner_name"] or options["owner"].partition("@")[0],
            time_zone=options["time_zone"],
            country=options["country"],
        )
        created = workspaces.create_workspace(new=new, at=clock.now())
        self.stdout.write(f"Created workspace {created.workspace.slug} with {created.owner.email} as its owner.")
        self.stdout.write(f"Sign in (once): {sign_in.issue_sign_in_link(email=created.owner.email, at=clock.now())}")
