"""`firstwin playbook simulate PLAYBOOK`: play a playbook through before it is published."""

import json
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstwin.customers.contracts import Segment
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.projects.contracts.simulations import PlaybookSimulation
from firstwin.projects.queries import simulations
from firstwin.shared import clock

UNREADABLE = 2


class Command(BaseCommand):
    help = "Play a playbook through: how long it takes, what decides that, whose time, which messages"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("playbook", metavar="PLAYBOOK", help="a file, or the key of a playbook of the library")
        parser.add_argument("--segment", choices=[segment.value for segment in Segment], help="only this segment")
        parser.add_argument("--number", type=int, help="this version of the library instead of the draft")
        parser.add_argument("--workspace", metavar="SLUG", help="the workspace, when there is more than one")
        parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        given = Namespace(**options)
        actor = _actor(given.workspace)
        definition = _definition(actor, given)
        segments = [Segment(given.segment)] if given.segment else _segments(definition)
        found = simulations.simulate_playbook(actor=actor, definition=definition, segments=segments, at=clock.now())
        if given.json:
            self.stdout.write(json.dumps([asdict(one) for one in found], indent=2, ensure_ascii=False))
            return
        for one in found:
            for line in _report(one):
                self.stdout.write(line)


def _segments(definition: PlaybookDefinition) -> list[Segment]:
    """Return the segments that the playbook has a target for, else all."""
    return [target.segment for target in definition.durations] or list(Segment)


def _actor(slug: str | None) -> Actor:
    workspaces = identity_queries.list_workspaces()
    chosen = [workspace for workspace in workspaces if slug in (None, workspace.slug)]
    if len(chosen) != 1:
        known = ", ".join(workspace.slug for workspace in workspaces) or "none yet"
        raise CommandError(f"Say which workspace with --workspace. There are: {known}.", returncode=UNREADABLE)
    return system_actor(chosen[0].id, name="Command line")


def _definition(actor: Actor, given: Namespace) -> PlaybookDefinition:
    path = Path(given.playbook)
    if path.suffix in {".yaml", ".yml"} or path.is_file():
        try:
            return playbook_queries.read_definition(path.read_text(encoding="utf-8-sig"), file=given.playbook)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.", returncode=UNREADABLE) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path} is no text in UTF-8; save it as UTF-8.", returncode=UNREADABLE) from error
    found = playbook_queries.find_playbook_by_key(actor=actor, key=given.playbook)
    if found is None:
        raise CommandError(f"There is no playbook '{given.playbook}' in this workspace.", returncode=UNREADABLE)
    if given.number is not None:
        version = playbook_queries.get_version_by_number(actor=actor, playbook_id=found.id, number=given.number)
        return version.definition
    return playbook_queries.get_playbook(actor=actor, playbook_id=found.id).draft


def _report(one: PlaybookSimulation) -> Iterator[str]:
    length = one.length
    basis = (
        f"{length.finished} finished tasks" if length.has_history else "the playbook's estimates: too little history"
    )
    yield f"{one.segment.value.replace('_', ' ').capitalize()}: {one.task_count} tasks, from {basis}"
    yield f"  Length        planned {length.planned} days; half within {length.p50}, 80 % {length.p80}, 95 % {length.p95}"
    if length.target is not None and length.chance is not None:
        yield f"  Target        {length.target} days, met by {length.chance:.0%}"
    if length.first_value_p50 is not None:
        yield f"  First win     half within {length.first_value_p50} days"
    yield "  What decides the length"
    for task in one.critical:
        yield f"    {task.name} ({task.role}): the end waits for it in {task.critical:.0%}, {task.spread:.0%} of the spread"
    yield "  Hours by role and week"
    for load in one.loads:
        weeks = " ".join(f"{hours:g}" for hours in (round(value, 1) for value in load.hours))
        unknown = f" ({load.missing} tasks with usual hours)" if load.missing else ""
        yield f"    {load.name}: {load.total:.1f} in all{unknown}{': ' if weeks else ''}{weeks}"
    yield "  Messages to the customer"
    for message in one.messages:
        yield f"    Day {message.day}: {message.subject} ({', '.join(message.to)})"
    yield from (f"  Note: {warning}" for warning in one.warnings)
    yield ""
