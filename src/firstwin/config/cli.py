"""The `firstwin` command line: every management command by its name."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstwin.config.settings")
    execute_from_command_line(["firstwin", *sys.argv[1:]])
