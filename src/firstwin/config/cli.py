"""The `firstwin` command line: every command by its name, and errors as sentences."""

import importlib
import os
import pkgutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import django
from django.core.management import execute_from_command_line
from django.db import DatabaseError

from firstwin.config import orphans
from firstwin.config.env import SettingError
from firstwin.shared.errors import FirstwinError

EX_CONFIG = 78
PACKAGE = Path(__file__).resolve().parent.parent


def installed_version() -> str:
    """Return the version of the installed package."""
    try:
        return version("firstwin")
    except PackageNotFoundError:
        return "not installed"


def own_commands() -> dict[str, str]:
    """Return the commands of the product with one line each; Django's own stay out of the list."""
    found: dict[str, str] = {}
    for folder in sorted(PACKAGE.glob("*/management/commands")):
        for module in pkgutil.iter_modules([str(folder)]):
            if not module.name.startswith("_"):
                path = f"firstwin.{folder.parent.parent.name}.management.commands.{module.name}"
                found[module.name] = importlib.import_module(path).Command.help
    return found


def overview() -> str:
    """Return what `firstwin help` prints."""
    commands = own_commands()
    width = max(map(len, commands), default=0)
    listing = "\n".join(f"  {name:<{width}}  {text.splitlines()[0]}" for name, text in sorted(commands.items()))
    return (
        f"Firstwin {installed_version()}: customer onboarding, from a signed contract to a proved first win.\n\n"
        f"Usage: firstwin COMMAND [OPTIONS]\n\n{listing}\n\n"
        "firstwin COMMAND --help explains a command. docs/guide/settings.md lists the settings."
    )


def explain(error: FirstwinError) -> str:
    """Return an error of the product as lines for a terminal."""
    lines = [f"{error.title}: {error.detail}"]
    lines += [f"  {problem.place}: {problem.message} {problem.remedy}".rstrip() for problem in error.problems]
    if error.remedy:
        lines.append(error.remedy)
    return "\n".join(lines)


def _routed(arguments: list[str]) -> list[str]:
    """Return the command with its arguments; a part of `playbook` that needs running projects lives with them."""
    if arguments[:2] == ["playbook", "simulate"]:
        return ["simulate_playbook", *arguments[2:]]
    return [arguments[0].replace("-", "_"), *arguments[1:]]


def run(arguments: list[str]) -> int:
    """Run one command and return its exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstwin.config.settings")
    if arguments[:1] in (["--version"], ["-V"], ["version"]):
        sys.stdout.write(f"firstwin {installed_version()}\n")
        return 0
    try:
        django.setup()
        if not arguments or arguments in (["help"], ["--help"], ["-h"]):
            sys.stdout.write(overview() + "\n")
            return 0
        execute_from_command_line(["firstwin", *_routed(arguments)])
    except SettingError as error:
        sys.stderr.write(f"firstwin: {error}\n")
        return EX_CONFIG
    except FirstwinError as error:
        sys.stderr.write(f"firstwin: {explain(error)}\n")
        return 1
    except DatabaseError as error:
        if "--traceback" in arguments:
            raise
        sys.stderr.write(f"firstwin: the database refused: {error}\nfirstwin doctor says what is wrong.\n")
        return 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def main() -> None:
    """Run the command of the command line."""
    orphans.end_with_parent()
    try:
        sys.exit(run(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.stderr.write("\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
