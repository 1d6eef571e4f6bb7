"""A way in from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from firstwin.identity.operations import sign_in
from firstwin.shared import clock


class Command(BaseCommand):
    help = "Print a link that signs a person in, once, within half an hour."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="The address that the person signs in with.")

    def handle(self, *args: Any, **options: Any) -> None:  # noqa: ARG002
        self.stdout.write(sign_in.issue_sign_in_link(email=options["email"], at=clock.now()))
