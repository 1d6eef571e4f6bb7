"""A playbook played through before it is published: length, what decides it, load by role and week, messages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from firstwin.customers.contracts import Segment
from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.playbooks import pages
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.simulations import PlaybookSimulation, RoleLoad
from firstwin.projects.queries import simulations
from firstwin.shared import clock
from firstwin.shared.errors import FirstwinError

HEATS = 3


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show what the version that is asked for, else the draft where it differs, would come to by segment."""
    context = pages.context_of(request, actor, playbook_id, "simulation")
    definition = context["definition"]
    segments = [target.segment for target in definition.durations] or list(Segment)
    asked = words(request, "segment")
    chosen = next((segment for segment in segments if segment.value == asked), segments[0])
    try:
        found = simulations.simulate_playbook(actor=actor, definition=definition, segments=segments, at=clock.now())
    except FirstwinError as error:
        # A draft in the making may have a circle or a missing answer; the page says so instead of failing.
        context["objection"] = f"{error.detail} {error.remedy}".strip()
        return render(request, "desk/playbooks/simulation.html", context)
    one = next(simulation for simulation in found if simulation.segment is chosen)
    messages = tuple(replace(message, subject=_named(message.subject)) for message in one.messages)
    one = replace(one, messages=messages)
    axis = _axis(found)
    lengths = [(simulation, _band(simulation, axis)) for simulation in found]
    context |= {"axis": axis, "lengths": lengths, "one": one, "loads": _loads(one), "weeks": range(1, one.weeks + 1)}
    return render(request, "desk/playbooks/simulation.html", context)


def _named(subject: str) -> str:
    """Return a subject with what is filled in later in words: "[account name]"."""
    return re.sub(r"\{\{\s*([\w.]+)\s*\}\}", lambda found: f"[{re.sub('[._]', ' ', found[1])}]", subject)


@dataclass(frozen=True, slots=True)
class _Axis:
    """The line of days that all bands share, in thousandths; it begins near the shortest so that their width is seen."""

    first: int
    last: int

    def at(self, day: int) -> int:
        return round(1000 * (day - self.first) / (self.last - self.first))


def _axis(found: Sequence[PlaybookSimulation]) -> _Axis:
    lengths = [one.length for one in found]
    days = [day for one in lengths for day in (one.p10, one.p95, one.planned, one.target) if day is not None]
    shortest, longest = min(days), max(days)
    room = max(1, (longest - shortest) // 10)
    return _Axis(max(0, shortest - room), longest + room)


def _band(one: PlaybookSimulation, axis: _Axis) -> dict[str, int | None]:
    length = one.length
    return {
        "start": axis.at(length.p10),
        "width": max(axis.at(length.p95) - axis.at(length.p10), 4),
        "core_start": axis.at(length.p50),
        "core_width": max(axis.at(length.p80) - axis.at(length.p50), 4),
        "plan": axis.at(length.planned),
        "target": axis.at(length.target) if length.target is not None else None,
    }


def _loads(one: PlaybookSimulation) -> list[dict[str, Any]]:
    most = max((hours for load in one.loads for hours in load.hours), default=0.0)
    return [{"load": load, "cells": _cells(load, one.weeks, most)} for load in one.loads]


def _cells(load: RoleLoad, weeks: int, most: float) -> list[tuple[float, int]]:
    hours = [*load.hours, *([0.0] * (weeks - len(load.hours)))]
    return [
        (round(value, 1), min(HEATS, 1 + int(HEATS * value / most)) if value > 0 and most else 0) for value in hours
    ]
