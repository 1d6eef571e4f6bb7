"""What a plan asks of people week by week, and what its customer reads when: played through before it runs."""

import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from firstwin.playbooks.contracts import MeetingSettings, MessageSettings, RoleSpec, Side, TaskSpec
from firstwin.projects.contracts.simulations import PlannedMessage, RoleLoad
from firstwin.projects.rules import estimates
from firstwin.projects.rules.drafting import Draft
from firstwin.scheduling.contracts.forecasting import LearnedGroup

WEEK = timedelta(days=7)
_LEVEL = 1.645
"""How many spreads around the middle one in twenty lies beyond, on each side."""


def loads_of(draft: Draft, roles: Iterable[RoleSpec], signed_at: datetime) -> tuple[RoleLoad, ...]:
    """The hours of a task are spread evenly over the weeks from its start to when it is due, by its role.

    A meeting takes the time of everybody invited; a task done by Firstwin takes nobody's. One without hours takes what is
    usual for its kind, as it will in the table of people's time.
    """
    known = list(roles)
    hours: dict[str, dict[int, float]] = {role.key: {} for role in known}
    missing: dict[str, int] = {}
    for task in draft.tasks:
        spec = draft.task_specs[task.id]
        for role, amount, is_usual in _hours(spec):
            if role not in hours:
                continue
            missing[role] = missing.get(role, 0) + is_usual
            for week, share in _weeks(task.start_at, task.due_at, signed_at).items():
                hours[role][week] = hours[role].get(week, 0.0) + amount * share
    return tuple(
        RoleLoad(
            role=role.key,
            name=role.name,
            side=role.side,
            hours=tuple(hours[role.key].get(week, 0.0) for week in range(max(hours[role.key], default=-1) + 1)),
            missing=missing.get(role.key, 0),
        )
        for role in known
        if hours[role.key] or missing.get(role.key)
    )


def _hours(spec: TaskSpec) -> list[tuple[str, float, bool]]:
    """Return whose hours a task takes, how many, and whether they are the usual ones because it names none."""
    if isinstance(spec.settings, MeetingSettings):
        length = spec.settings.minutes / 60
        attendees = {role: length for role in spec.settings.attendees}
        own = spec.estimate_hours if spec.estimate_hours is not None else length
        return [(role, hours, False) for role, hours in {**attendees, spec.owner: own}.items()]
    minutes = estimates.minutes_of(spec.kind, is_automatic=spec.automatic, hours=spec.estimate_hours)
    return [(spec.owner, minutes / 60, spec.estimate_hours is None)] if minutes else []


def _weeks(start_at: datetime, due_at: datetime, signed_at: datetime) -> dict[int, float]:
    """Return by week after the signature which share of a stretch of time lies in it; before it counts as the first."""
    first = max(0, (start_at - signed_at) // WEEK)
    last = max(first, math.ceil((due_at - signed_at) / WEEK) - 1)
    total = (due_at - start_at).total_seconds()
    if first == last or total <= 0:
        return {first: 1.0}
    shares = {}
    for week in range(first, last + 1):
        begins = max(start_at, signed_at + week * WEEK) if week > first else start_at
        ends = min(due_at, signed_at + (week + 1) * WEEK)
        shares[week] = max(0.0, (ends - begins).total_seconds()) / total
    return shares


def messages_of(
    draft: Draft, roles: Mapping[str, RoleSpec], stages: Mapping[str, str], signed_at: datetime
) -> tuple[PlannedMessage, ...]:
    """A customer reads the messages of the plan and the invitations to its meetings, in the order of their days."""
    found = []
    for task in draft.tasks:
        spec = draft.task_specs[task.id]
        settings = spec.settings
        if isinstance(settings, MessageSettings):
            to, subject = settings.to, settings.subject
        elif isinstance(settings, MeetingSettings):
            to, subject = settings.attendees, f"Invitation: {task.name}"
        else:
            continue
        readers = tuple(roles[role].name for role in to if role in roles and roles[role].side is Side.CUSTOMER)
        if readers:
            message = PlannedMessage(
                day=(task.start_at - signed_at).days,
                task=task.name,
                stage=stages[task.stage_id.hex],
                to=readers,
                subject=subject or task.name,
                is_automatic=spec.automatic,
                kind=spec.kind.value,
            )
            found.append((task.start_at, task.position, message))
    return tuple(message for _, _, message in sorted(found, key=lambda row: row[:2]))


def three_points(likely: float, best: float | None, worst: float | None) -> LearnedGroup | None:
    """A task between its best and its worst in nine of ten cases, in the middle as three-point estimates say."""
    if best is None and worst is None:
        return None
    low = best if best is not None else likely * likely / max(worst or likely, 1e-9)
    high = worst if worst is not None else likely * likely / max(low, 1e-9)
    middle = (low + 4 * likely + high) / 6
    spread = math.log((1 + high) / (1 + low)) / (2 * _LEVEL)
    return LearnedGroup(count=0, mean=math.log((1 + middle) / (1 + likely)), spread=max(spread, 0.01))
