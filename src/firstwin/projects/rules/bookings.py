"""Soft bookings: what may be booked, how much of one counts, and when one lapses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import RoleSpec, Side
from firstwin.projects.contracts.bookings import LEAST_LIKELY, MOST_LIKELY, BookingState
from firstwin.projects.rules import estimates
from firstwin.projects.rules.drafting import Draft
from firstwin.scheduling.contracts.load import Work
from firstwin.shared.errors import Problem

LAPSES_AFTER = timedelta(days=14)
LATEST_START = timedelta(days=730)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookedWork:
    """A task of a booking that has not begun: the role that would do it, how long it takes, and when."""

    role: str
    minutes: int
    start_at: datetime
    due_at: datetime


def expires_on(start_on: date) -> date:
    """A booking lapses when its project has not begun two weeks after the day on which it was likely to begin."""
    return start_on + LAPSES_AFTER


def weighed(minutes: int, probability: int) -> int:
    """Of the hours of a booking as many count as it is likely: of 40 hours at 50 % count 20."""
    return round(minutes * probability / 100)


def problems_of(*, start_on: date, probability: int, has_customer: bool, today: date) -> list[Problem]:
    """A booking is for an account or a named prospect with a segment, begins within two years, and is likely by 5 to 95 %."""
    found = []
    if not has_customer:
        found.append(
            Problem("account_id", "It is not said for whom.", "Choose an account, or name a prospect and its segment.")
        )
    if not LEAST_LIKELY <= probability <= MOST_LIKELY:
        found.append(
            Problem(
                "probability", f"{probability} % cannot be booked.", f"Say {LEAST_LIKELY} to {MOST_LIKELY} per cent."
            )
        )
    if start_on < today:
        found.append(Problem("start_on", "This day has passed.", "Choose a day from today on."))
    elif start_on > today + LATEST_START:
        found.append(Problem("start_on", "This is more than two years ahead.", "Choose an earlier day."))
    return found


def role_problems(role_map: Mapping[str, UUID], roles: Iterable[RoleSpec], member_ids: Iterable[UUID]) -> list[Problem]:
    """The people of a booking are active members in roles of ours."""
    ours, known = {role.key for role in roles if role.side is Side.VENDOR}, set(member_ids)
    found = [
        Problem(f"role_map.{key}", f"This playbook has no role {key} of ours.", "Take the roles from the playbook.")
        for key in role_map
        if key not in ours
    ]
    found += [
        Problem(f"role_map.{key}", "This is no active member of your team.", "Choose an active member.")
        for key, member_id in role_map.items()
        if key in ours and member_id not in known
    ]
    return found


def work_of(draft: Draft, roles: Iterable[RoleSpec]) -> list[BookedWork]:
    """A booking sets the time aside that the tasks of our roles take in the plan of such a customer."""
    ours = {role.key for role in roles if role.side is Side.VENDOR}
    found = []
    for task in draft.tasks:
        spec = draft.task_specs[task.id]
        minutes = estimates.minutes_of(task.kind, is_automatic=task.is_automatic, hours=spec.estimate_hours)
        if minutes and spec.owner in ours:
            found.append(BookedWork(role=spec.owner, minutes=minutes, start_at=task.start_at, due_at=task.due_at))
    return found


def stored_work(works: Iterable[BookedWork]) -> list[list[Any]]:
    """Work as plain data."""
    return [[one.role, one.minutes, one.start_at.isoformat(), one.due_at.isoformat()] for one in works]


def work_from(stored: Iterable[Iterable[Any]]) -> list[BookedWork]:
    """Work from plain data."""
    return [
        BookedWork(
            role=role, minutes=minutes, start_at=datetime.fromisoformat(start), due_at=datetime.fromisoformat(due)
        )
        for role, minutes, start, due in stored
    ]


def likely_work(works: Iterable[BookedWork], role_map: Mapping[str, UUID], probability: int) -> dict[UUID, list[Work]]:
    """What a booking asks of each member, weighed by how likely it is."""
    found: dict[UUID, list[Work]] = {}
    for one in works:
        member_id = role_map.get(one.role)
        if member_id is not None:
            minutes = weighed(one.minutes, probability)
            found.setdefault(member_id, []).append(
                Work(owner="", minutes=minutes, start_at=one.start_at, due_at=one.due_at)
            )
    return found


def can_return(state: BookingState) -> bool:
    """What was released or has lapsed can be booked again; what was launched is a project now."""
    return state in {BookingState.RELEASED, BookingState.EXPIRED}
