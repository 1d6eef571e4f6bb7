"""Which meetings of a plan have no hours that all attendees share."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from msgspec.structs import replace

from firstwin.playbooks.contracts import MeetingSettings, TaskKind, TaskSpec
from firstwin.projects.contracts import PersonRef, ProjectRole
from firstwin.projects.rules import casting
from firstwin.projects.rules.facts import TaskFact
from firstwin.scheduling.contracts import CalendarSpec, SharedHours

ROOM = timedelta(days=7)
Times = Mapping[str, tuple[datetime, datetime]]
"""Start and end of tasks, by the hexadecimal form of their ids."""

Shared = Callable[[Mapping[str, CalendarSpec], datetime, datetime, int, Mapping[str, str]], SharedHours]


class Meeting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A task at which people meet: the roles that are invited, and how long it takes."""

    task: TaskFact
    attendees: tuple[str, ...]
    minutes: int


def of_specs(tasks: Iterable[tuple[TaskFact, TaskSpec]]) -> list[Meeting]:
    """The meetings of a plan before it is launched; of what repeats the first one speaks for all."""
    found: dict[str, Meeting] = {}
    for task, spec in tasks:
        if isinstance(spec.settings, MeetingSettings) and spec.key not in found:
            said = spec.settings
            found[spec.key] = Meeting(task=task, attendees=said.attendees, minutes=said.minutes)
    return list(found.values())


def of_running(tasks: Iterable[tuple[TaskFact, Mapping[str, Any]]]) -> list[Meeting]:
    """The meetings of a running plan that are still to be held, from the settings that their tasks keep."""
    return [
        Meeting(
            task=task,
            attendees=tuple(settings.get("attendees", ())),
            minutes=settings.get("minutes", MeetingSettings().minutes),
        )
        for task, settings in tasks
        if task.kind is TaskKind.MEETING and task.is_open and task.started_at is None
    ]


def moved(meetings: Iterable[Meeting], before: Times, after: Times) -> list[Meeting]:
    """Only a meeting that gets other dates can gain or lose the hours that all share."""
    return [one for one in meetings if before[one.task.id.hex] != after[one.task.id.hex]]


def held_at(meetings: Iterable[Meeting], times: Times) -> list[Meeting]:
    """Meetings at other dates than they have, to see how they would be there."""
    return [
        replace(one, task=replace(one.task, start_at=start_at, due_at=due_at))
        for one in meetings
        for start_at, due_at in (times[one.task.id.hex],)
    ]


def invited(meetings: Iterable[Meeting], roles: Iterable[ProjectRole]) -> list[PersonRef]:
    """Whoever fills a role that is invited to a meeting."""
    asked = {key for meeting in meetings for key in meeting.attendees}
    return [role.person for role in roles if role.key in asked and role.person is not None]


def without_hours(
    meetings: Iterable[Meeting], roles: Iterable[ProjectRole], calendars: Mapping[str, CalendarSpec], shared: Shared
) -> dict[UUID, str]:
    """A meeting needs hours in which all who are invited work, between its start and its end; where there are none the
    preview of a launch, that of a move and the chart of the plan say who shares none with whom.
    """
    filled = {role.key: role for role in roles if role.person is not None}
    keys, names = casting.calendar_keys(filled.values()), _names(filled.values())
    found: dict[UUID, str] = {}
    for meeting in meetings:
        asked = [filled[key] for key in meeting.attendees if key in filled]
        known = {keys[role.key]: calendars.get(keys[role.key]) or calendars[role.side] for role in asked}
        if len(known) > 1:
            task = meeting.task
            end = max(task.due_at, task.start_at + timedelta(minutes=meeting.minutes))
            end = task.start_at + ROOM if end - task.start_at < timedelta(days=1) else end
            if why := shared(known, task.start_at, end, meeting.minutes, names).why_none:
                found[task.id] = f"{task.name} has no time that suits everybody: {why}"
    return found


def _names(roles: Iterable[ProjectRole]) -> dict[str, str]:
    """People by the key of their calendar; two of one name are told apart by their role."""
    roles = list(roles)
    keys = casting.calendar_keys(roles)
    people = {keys[role.key]: (role.person.name, role.name) for role in roles if role.person is not None}
    times = Counter(name for name, _ in people.values())
    return {key: f"{name} ({role})" if times[name] > 1 else name for key, (name, role) in people.items()}
