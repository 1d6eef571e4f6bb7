"""How tasks and projects stand, and why, in sentences that a customer would understand."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

from firstwin.projects.contracts import UNLIKELY, ProjectState, Standing, TaskStanding, TaskState
from firstwin.shared import wording

SILENCE = timedelta(days=14)
"""A customer who has something to do and has given no sign of life for this long does not respond."""

_SAID: dict[TaskState, TaskStanding] = {
    TaskState.DONE: TaskStanding.DONE,
    TaskState.NOT_APPLICABLE: TaskStanding.NOT_APPLICABLE,
    TaskState.CANCELLED: TaskStanding.CANCELLED,
    TaskState.STUCK: TaskStanding.STUCK,
    TaskState.AWAITING_APPROVAL: TaskStanding.AWAITING_APPROVAL,
}


def day(at: datetime, now: datetime) -> str:
    """A day as people say it, where `now` is told: "3 March", with the year when it is another one."""
    at = at.astimezone(now.tzinfo)
    text = f"{at.day} {at:%B}"
    return text if at.year == now.year else f"{text} {at.year}"


def listed(names: Sequence[str]) -> str:
    """Up to three names in a row, and how many more."""
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return wording.joined(names)


def counted(count: int, noun: str = "task") -> str:
    """A count with its noun: "1 task", "2 tasks"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def task_standing(
    *,
    state: TaskState,
    start_at: datetime,
    due_at: datetime,
    finished_at: datetime | None,
    stuck_since: datetime | None,
    reason: str,
    blocked_by: Sequence[str],
    is_project_running: bool,
    now: datetime,
) -> tuple[TaskStanding, str]:
    """How a task stands and why: what people said about it beats what the calendar says."""
    if state in _SAID:
        return _SAID[state], _said_reason(state, finished_at, stuck_since, reason, now)
    held = listed(blocked_by) if blocked_by else ""
    if is_project_running and due_at < now:
        return TaskStanding.LATE, f"Due since {day(due_at, now)}" + (f", waits for {held}" if held else "")
    if state is TaskState.IN_PROGRESS:
        return TaskStanding.IN_PROGRESS, f"Due {day(due_at, now)}"
    if held:
        return TaskStanding.BLOCKED, f"Comes after {held}"
    if start_at > now:
        return TaskStanding.SCHEDULED, f"Starts {day(start_at, now)}"
    return TaskStanding.READY, f"Due {day(due_at, now)}"


def _said_reason(
    state: TaskState, finished_at: datetime | None, stuck_since: datetime | None, reason: str, now: datetime
) -> str:
    if state is TaskState.STUCK:
        since = f"Stuck since {day(stuck_since, now)}" if stuck_since else "Stuck"
        return f"{since}: {reason}" if reason else since
    if state is TaskState.AWAITING_APPROVAL:
        return "Waits for approval"
    if state is TaskState.DONE:
        return f"Done {day(finished_at, now)}" if finished_at else "Done"
    return reason


def project_standing(
    *,
    state: ProjectState,
    account_name: str,
    state_reason: str,
    held_since: datetime | None,
    hold_reason: str,
    ended_at: datetime | None,
    planned_end_at: datetime,
    target_end_at: datetime,
    likely_chance: float | None,
    earliest_due_at: datetime | None,
    waiting_since: datetime | None,
    vendor_ready_at: datetime | None,
    last_customer_activity_at: datetime | None,
    launched_at: datetime,
    late_count: int,
    stuck_count: int,
    waiting_count: int,
    now: datetime,
) -> tuple[Standing, str]:
    """How a project stands and why. The worst thing that is true is said first."""
    if state is ProjectState.CANCELLED:
        return Standing.CANCELLED, state_reason
    if state is ProjectState.COMPLETED:
        return Standing.DONE, f"Completed {day(ended_at, now)}" if ended_at else "Completed"
    if state is ProjectState.ON_HOLD:
        since = f"On hold since {day(held_since, now)}" if held_since else "On hold"
        return Standing.ON_HOLD, f"{since}: {hold_reason}" if hold_reason else since
    is_waiting = waiting_since is not None and waiting_since <= now
    if is_waiting and waiting_since is not None:
        quiet_since = max(last_customer_activity_at or launched_at, launched_at)
        if max(quiet_since, waiting_since) + SILENCE <= now:
            return Standing.NON_RESPONSIVE, f"No sign from {account_name} since {day(quiet_since, now)}"
    if earliest_due_at is not None and earliest_due_at < now:
        return Standing.LATE, f"{counted(late_count)} late, the oldest since {day(earliest_due_at, now)}"
    if risk := _risk(stuck_count, planned_end_at, target_end_at, likely_chance, now.tzinfo):
        return Standing.AT_RISK, risk
    if is_waiting and waiting_since is not None and (vendor_ready_at is None or vendor_ready_at > now):
        return Standing.WAITING, f"Waiting for {account_name} since {day(waiting_since, now)}: {counted(waiting_count)}"
    return Standing.ON_TRACK, "Everything due is done"


def _risk(
    stuck_count: int,
    planned_end_at: datetime,
    target_end_at: datetime,
    likely_chance: float | None,
    zone: tzinfo | None,
) -> str:
    """Return what endangers the target of a project, "" for nothing; days are those between the dates that the reader sees."""
    if stuck_count:
        return f"{counted(stuck_count)} stuck"
    if planned_end_at > target_end_at:
        days = (planned_end_at.astimezone(zone).date() - target_end_at.astimezone(zone).date()).days
        return f"Planned to end {counted(days, 'day') if days else 'some hours'} after its target"
    if likely_chance is not None and likely_chance < UNLIKELY:
        return f"{max(round(likely_chance * 100), 1)} % chance to meet its target"
    return ""
