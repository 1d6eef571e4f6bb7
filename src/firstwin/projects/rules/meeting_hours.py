"""Which meetings of a plan have no hours that all attendees share."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from firstwin.playbooks.contracts import MeetingSettings, TaskSpec
from firstwin.projects.contracts import ProjectRole
from firstwin.projects.rules import casting
from firstwin.projects.rules.facts import TaskFact
from firstwin.scheduling.contracts import CalendarSpec, SharedHours

ROOM = timedelta(days=7)
Shared = Callable[[Mapping[str, CalendarSpec], datetime, datetime, int], SharedHours]


def without_hours(
    tasks: Iterable[tuple[TaskFact, TaskSpec]],
    roles: Iterable[ProjectRole],
    calendars: Mapping[str, CalendarSpec],
    shared: Shared,
) -> list[str]:
    """A meeting needs hours in which all who are invited work, between its start and its end; where there are none the
    preview of a launch says who shares none with whom. Of what repeats the first one speaks for all.
    """
    people = {role.key: role for role in roles}
    keys = casting.calendar_keys(people.values())
    found: dict[str, str] = {}
    for task, spec in tasks:
        if not isinstance(spec.settings, MeetingSettings) or spec.key in found:
            continue
        asked = [people[key] for key in spec.settings.attendees if key in people]
        known = {
            role.person.name: calendars.get(keys[role.key]) or calendars[role.side]
            for role in asked
            if role.person is not None
        }
        found[spec.key] = ""
        if len(known) > 1:
            end = max(task.due_at, task.start_at + timedelta(minutes=spec.settings.minutes))
            end = task.start_at + ROOM if end - task.start_at < timedelta(days=1) else end
            why = shared(known, task.start_at, end, spec.settings.minutes).why_none
            found[spec.key] = f"{task.name} has no time that suits everybody: {why}" if why else ""
    return [text for text in found.values() if text]
