"""What of a plan hangs on which instant, and what follows when that instant is moved."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from firstwin.playbooks.contracts import Anchor
from firstwin.projects.contracts.anchors import AnchorInfo, Following
from firstwin.projects.rules.facts import PlanFacts, TaskFact

CARRIED = (Anchor.KICKOFF, Anchor.GO_LIVE, Anchor.FIRST_VALUE)
"""Anchors that the end of a task sets."""


def movable(plan: PlanFacts, *, is_signed: bool) -> tuple[AnchorInfo, ...]:
    """The start of a project can be moved, its signature when there is one, and kickoff, go-live and first win until
    the task that sets them has begun.
    """
    found = [AnchorInfo(anchor=Anchor.PROJECT_START, name="Start", at=plan.anchors[Anchor.PROJECT_START])]
    if is_signed:
        signed = AnchorInfo(anchor=Anchor.SIGNATURE, name="Signature", at=plan.anchors[Anchor.SIGNATURE])
        found.append(signed)
    for anchor in CARRIED:
        task = carrier(plan.tasks, anchor)
        if task is not None and is_free(task):
            found.append(AnchorInfo(anchor=anchor, name=task.name, at=task.due_at, task_id=task.id))
    return tuple(found)


def carrier(tasks: Iterable[TaskFact], anchor: str) -> TaskFact | None:
    """The task whose end sets an anchor."""
    return next((task for task in tasks if task.timing.get("anchors") == anchor), None)


def moved_in_words(anchor: AnchorInfo, following: Following) -> str:
    """What moved, and that the plan went back to its playbook with it."""
    moved = f"{anchor.name} was moved"
    return f"{moved} and the plan went back to the playbook" if following is Following.TO_PLAYBOOK else moved


def is_free(task: TaskFact) -> bool:
    """A task that has begun or is over stays where it is."""
    return task.is_open and task.started_at is None


def days_between(before: datetime, after: datetime, zone: str) -> int:
    """By how many days of the calendar an anchor moves, where the team works."""
    return (after.astimezone(ZoneInfo(zone)).date() - before.astimezone(ZoneInfo(zone)).date()).days


def shifted(at: datetime, days: int, zone: str) -> datetime:
    """A date moves by whole days and keeps its time of day, whatever the clocks do between."""
    local = at.astimezone(ZoneInfo(zone))
    moved = (local.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=local.tzinfo)
    return moved.astimezone(at.tzinfo)
