"""Which tasks usage can prove, and from when on it counts."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import Anchor, MilestoneSettings, TaskKind, UsageSettings
from firstwin.projects.rules.facts import PlanFacts
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.queries import goals as goal_queries

PROVABLE = frozenset({TaskKind.USAGE, TaskKind.MILESTONE})


def is_first_value(settings: Mapping[str, Any], timing: Mapping[str, Any]) -> bool:
    """Reaching a milestone is the first win when it says so, or when it sets the date of the first value."""
    return bool(settings.get("first_value")) or timing.get("anchors") == Anchor.FIRST_VALUE


def is_first_win_near(plan: PlanFacts, marked: Collection[UUID], held: Collection[UUID], at: datetime) -> bool:
    """The first win is near when everything that its milestone waits for is done, or the day planned for it has come.

    One that waits for nothing is near from that day on.
    """
    wins = [task for task in plan.tasks if task.id in marked and task.is_open]
    if not wins:
        return False
    win = min(wins, key=lambda task: (task.due_at, task.position))
    waits = any(win.id == link.successor_id or win.stage_id == link.successor_stage_id for link in plan.links)
    return win.due_at <= at or (waits and win.id not in held)


def goal_of(kind: TaskKind, settings: Mapping[str, Any]) -> Goal | None:
    """A usage task is done when usage shows its event or goal, a milestone with a goal when that is reached."""
    if kind not in PROVABLE or not (settings.get("goal") or settings.get("event")):
        return None
    shape: type[UsageSettings | MilestoneSettings] = UsageSettings if kind is TaskKind.USAGE else MilestoneSettings
    try:
        goal = playbook_queries.find_goal(msgspec.convert(dict(settings), type=shape))
    except msgspec.ValidationError:
        return None
    return goal if goal is not None and not goal_queries.list_problems(goal) else None


def counts_from(
    timing: Mapping[str, Any], *, begins_at: datetime, signed_at: datetime | None, started_at: datetime, is_first: bool
) -> datetime:
    """Usage counts from the signature or the start of the project on, whichever came first; where the account had a project
    before, from the start on, for each onboarding proves its own win; for a task that comes again, from the planned start of
    each time on.
    """
    comes_again = any(isinstance(part, Mapping) and part.get("further") for part in timing.values())
    if comes_again:
        return begins_at
    return min(signed_at, started_at) if signed_at is not None and is_first else started_at
