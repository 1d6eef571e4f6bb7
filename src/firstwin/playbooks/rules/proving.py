"""What usage has to show before a task of a playbook is done by itself."""

from firstwin.playbooks.contracts import KindSettings, MilestoneSettings, UsageSettings
from firstwin.usage.contracts.goals import Goal


def goal_of(settings: KindSettings | None) -> Goal | None:
    """A usage task asks for its event so many times within its window, or for its goal; a milestone for its goal."""
    match settings:
        case MilestoneSettings(goal=goal):
            return goal
        case UsageSettings(goal=goal) if goal is not None:
            return goal
        case UsageSettings(event=event, count=count, window=window) if event.strip():
            return Goal(events=(event.strip(),), times=count if count > 1 else None, within=window)
        case _:
            return None
