"""`firstwin playbook lint|diff|schema|reference|import|export`: playbooks as code.

Only import and export need the database, and lint when a workspace is named.
"""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.playbooks import queries
from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookProblem, ProblemLevel
from firstwin.playbooks.contracts.library import InvalidPlaybookError, place_of
from firstwin.playbooks.operations import library
from firstwin.shared import clock

CLEAN, PROBLEMS, UNREADABLE = 0, 1, 2


class Command(BaseCommand):
    help = "Check, compare, import and export playbooks that are written as files"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        lint = parts.add_parser("lint", help="report every problem of files, or of the standard input with -")
        lint.add_argument("files", nargs="+", metavar="FILE")
        lint.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        lint.add_argument("--strict", action="store_true", help="warnings count as errors")
        lint.add_argument("--workspace", metavar="SLUG", help="also say which features this workspace does not have")
        diff = parts.add_parser("diff", help="say in plain words what differs between two files")
        diff.add_argument("old", metavar="OLD")
        diff.add_argument("new", metavar="NEW")
        diff.add_argument("--json", action="store_true", help="one JSON document instead of lines")
        parts.add_parser("schema", help="print the JSON Schema of playbook files")
        parts.add_parser("reference", help="print the reference of every key and lint code, as Markdown")
        importing = parts.add_parser("import", help="take a file over into the library as a draft")
        importing.add_argument("file", metavar="FILE")
        exporting = parts.add_parser("export", help="print a playbook of the library as a file")
        exporting.add_argument("key", metavar="KEY")
        exporting.add_argument("--number", type=int, help="this version instead of the draft")
        for part in (importing, exporting):
            part.add_argument("--workspace", metavar="SLUG", help="the workspace, when there is more than one")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        given = Namespace(**options)
        code = {
            "lint": self.lint,
            "diff": self.diff,
            "schema": self.schema,
            "reference": self.reference,
            "import": self.import_file,
            "export": self.export,
        }[given.part](given)
        if code:
            sys.exit(code)

    def lint(self, given: Namespace) -> int:
        actor = actor_of(given.workspace) if given.workspace else None
        found = [
            problem
            for file in given.files
            for problem in queries.lint_text(read_text(file), file=shown(file), actor=actor)
        ]
        errors = sum(problem.level is ProblemLevel.ERROR for problem in found)
        if given.json:
            self.stdout.write(
                json.dumps({"files": given.files, "problems": [as_json(item) for item in found]}, indent=2)
            )
        else:
            for problem in found:
                self.stdout.write(f"{place_of(problem)}: {problem.level.value}: {problem.message} [{problem.code}]")
                self.stdout.write(f"    {problem.remedy}")
            self.stdout.write(summary(len(given.files), errors, len(found) - errors))
        return PROBLEMS if errors or (given.strict and found) else CLEAN

    def diff(self, given: Namespace) -> int:
        old, new = (read_definition(file) for file in (given.old, given.new))
        changes = queries.compare_definitions(old, new)
        if given.json:
            plain = [
                {"type": change.type.value, "kind": change.kind.value, "key": change.key, "stage": change.stage}
                | {"field": change.field, "before": change.before, "after": change.after, "text": change.text}
                for change in changes
            ]
            self.stdout.write(json.dumps({"changes": plain}, indent=2, ensure_ascii=False))
        else:
            for change in changes:
                self.stdout.write(change.text)
            if not changes:
                self.stdout.write("Nothing differs.")
        return PROBLEMS if changes else CLEAN

    def schema(self, given: Namespace) -> int:
        del given
        self.stdout.write(json.dumps(queries.get_schema(), indent=2))
        return CLEAN

    def reference(self, given: Namespace) -> int:
        del given
        self.stdout.write(queries.get_reference())
        return CLEAN

    def import_file(self, given: Namespace) -> int:
        actor = actor_of(given.workspace)
        text = read_text(given.file)
        playbook_id = library.import_file(actor=actor, text=text, file=shown(given.file), at=clock.now())
        detail = queries.get_playbook(actor=actor, playbook_id=playbook_id)
        self.stdout.write(f"Imported '{detail.summary.name}' as the draft of {detail.summary.key}.")
        for problem in detail.problems:
            self.stdout.write(f"  {problem.level.value}: {problem.message} {problem.remedy}")
        return CLEAN

    def export(self, given: Namespace) -> int:
        actor = actor_of(given.workspace)
        found = queries.find_playbook_by_key(actor=actor, key=given.key)
        if found is None:
            raise CommandError(f"There is no playbook '{given.key}' in this workspace.", returncode=UNREADABLE)
        self.stdout.write(queries.export_yaml(actor=actor, playbook_id=found.id, number=given.number), ending="")
        return CLEAN


def shown(file: str) -> str:
    return "standard input" if file == "-" else file


def read_text(file: str) -> str:
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}.", returncode=UNREADABLE) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file} is no text in UTF-8; save it as UTF-8.", returncode=UNREADABLE) from error


def read_definition(file: str) -> PlaybookDefinition:
    try:
        return queries.read_definition(read_text(file), file=shown(file))
    except InvalidPlaybookError as error:
        lines = [f"{problem.place}: {problem.message} {problem.remedy}" for problem in error.problems]
        raise CommandError("\n".join([error.detail, *lines]), returncode=UNREADABLE) from error


def as_json(problem: PlaybookProblem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "level": problem.level.value,
        "message": problem.message,
        "remedy": problem.remedy,
        "path": problem.path,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
    }


def summary(files: int, errors: int, warnings: int) -> str:
    what = "1 file" if files == 1 else f"{files} files"
    if not errors and not warnings:
        return f"{what}: no problems."
    return f"{what}: {counted(errors, 'error')} and {counted(warnings, 'warning')}."


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def actor_of(slug: str | None) -> Actor:
    workspaces: Sequence[Any] = identity_queries.list_workspaces()
    chosen = [workspace for workspace in workspaces if slug in (None, workspace.slug)]
    if len(chosen) != 1:
        known = ", ".join(workspace.slug for workspace in workspaces) or "none yet"
        raise CommandError(f"Say which workspace with --workspace. There are: {known}.", returncode=UNREADABLE)
    return system_actor(chosen[0].id, name="Command line")
