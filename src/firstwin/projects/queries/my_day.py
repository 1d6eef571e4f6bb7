"""What somebody does first today."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.projects import permissions
from firstwin.projects.contracts import OPEN_STATES, ProjectState, ReasonSide, TaskState
from firstwin.projects.contracts.my_day import DayReason, DayRow, MyDay
from firstwin.projects.models import Comment, IsOpen, Project, ProjectRole, ProjectTask
from firstwin.projects.queries import shown
from firstwin.projects.rules.standing import day
from firstwin.shared.errors import PermissionDeniedError

AHEAD = timedelta(days=7)
MOST_ROWS = 100


def get_my_day(*, actor: Actor, at: datetime, member_id: UUID | None = None) -> MyDay:
    """Return a member's day in a constant number of reads: the actor's own, or that of another member.

    Needs you: their late and stuck tasks, approvals that they may give, unanswered comments of customers. Waiting:
    what customers of their projects have to do, the longest wait first. Coming up: their tasks of the next seven days.
    """
    person = member_id or actor.id
    if not permissions.can_view_portfolio(actor) or person is None:
        raise PermissionDeniedError("You may not see projects.", remedy="Ask an owner or admin of your workspace.")
    projects = Project.objects.for_actor(actor).filter(state=ProjectState.ACTIVE)
    owned = set(projects.filter(owner_id=person).values_list("id", flat=True))
    tasks = ProjectTask.objects.for_actor(actor).filter(IsOpen(), project__state=ProjectState.ACTIVE)
    theirs = ProjectTask.objects.for_actor(actor).filter(IsOpen(), project__in=projects.filter(owner_id=person))
    mine = _own(tasks, person, at)
    approvals = _approvals(actor, person, owned)
    waiting = _limited(_waiting(theirs, at).order_by("start_at", "id"))
    stuck = _limited(theirs.filter(state=TaskState.STUCK).exclude(member_id=person))
    replies = _replies(actor, person)
    names = {
        row.id: row
        for row in projects.filter(
            id__in={row.project_id for row in (*mine, *approvals, *waiting, *stuck)}
            | {row.project_id for row in replies}
        ).only("id", "name", "account_id", "account_name")
    }
    rows = _Rows(names, shown.told_to(actor, at))
    return MyDay(
        needs_you=tuple(rows.needs(mine, approvals, stuck, replies)),
        waiting=tuple(rows.waiting(waiting)),
        coming_up=tuple(rows.coming(mine)),
        project_count=len(owned),
    )


def _limited(rows: QuerySet[ProjectTask]) -> list[ProjectTask]:
    return list(rows[:MOST_ROWS])


def _own(tasks: QuerySet[ProjectTask], person: UUID, at: datetime) -> list[ProjectTask]:
    """Return a member's stuck tasks and those due within the days ahead, each read from an index of its own."""
    own = tasks.filter(member_id=person)
    states = sorted(OPEN_STATES - {TaskState.STUCK, TaskState.AWAITING_APPROVAL})
    due = own.filter(state__in=states, due_at__lt=at + AHEAD).order_by("due_at", "id")
    return [*_limited(due), *_limited(own.filter(state=TaskState.STUCK))]


def _approvals(actor: Actor, person: UUID, owned: set[UUID]) -> list[ProjectTask]:
    """Return what waits for the approval of a member: named by a role, or on their own side when nobody is named."""
    waiting = _limited(
        ProjectTask.objects.for_actor(actor)
        .filter(state=TaskState.AWAITING_APPROVAL, project__state=ProjectState.ACTIVE)
        .order_by("submitted_at", "id")
    )
    projects = {row.project_id for row in waiting}
    named = ProjectRole.objects.for_actor(actor).filter(project_id__in=projects, member_id=person)
    roles = set(named.values_list("project_id", "key")) if projects else set()
    return [row for row in waiting if _is_approver(row, person, owned, roles)]


def _waiting(tasks: QuerySet[ProjectTask], at: datetime) -> QuerySet[ProjectTask]:
    own = Q(side=Side.CUSTOMER, is_released=True, is_automatic=False, start_at__lte=at) & ~Q(state=TaskState.STUCK)
    return tasks.filter(own | Q(state=TaskState.STUCK, stuck_side=ReasonSide.CUSTOMER)).exclude(kind=TaskKind.MILESTONE)


def _is_approver(row: ProjectTask, person: UUID, owned: set[UUID], roles: set[tuple[UUID, str]]) -> bool:
    approvers = row.details.get("settings", {}).get("approvers", ())
    if approvers:
        return any((row.project_id, key) in roles for key in approvers)
    return row.side == Side.VENDOR and (row.member_id == person or row.project_id in owned)


def _replies(actor: Actor, person: UUID) -> list[Comment]:
    """Return the latest unanswered comment of each thread that concerns a member."""
    rows = Comment.objects.for_actor(actor).filter(
        author_side=Side.CUSTOMER, answered_at__isnull=True, project__state=ProjectState.ACTIVE
    )
    rows = rows.filter(Q(project__owner_id=person) | Q(task__member_id=person))
    threads: dict[tuple[UUID, UUID | None], Comment] = {}
    for row in rows.order_by("at", "id")[: MOST_ROWS * 2]:
        threads[(row.project_id, row.task_id)] = row
    return list(threads.values())[:MOST_ROWS]


class _Rows:
    def __init__(self, projects: dict[UUID, Project], at: datetime) -> None:
        self.projects = projects
        self.at = at

    def needs(
        self,
        mine: Iterable[ProjectTask],
        approvals: Iterable[ProjectTask],
        stuck: Iterable[ProjectTask],
        replies: Iterable[Comment],
    ) -> list[DayRow]:
        rows = [
            self._task(row, DayReason.OVERDUE, f"Due since {day(row.due_at, self.at)}", row.due_at)
            for row in mine
            if row.due_at < self.at and row.state != TaskState.STUCK
        ]
        rows += [
            self._task(row, DayReason.STUCK, self._stuck_words(row), row.stuck_since or row.changed_at)
            for row in (*(task for task in mine if task.state == TaskState.STUCK), *stuck)
        ]
        rows += [
            self._task(row, DayReason.APPROVAL, "Waits for your approval", row.submitted_at or row.changed_at)
            for row in approvals
        ]
        rows += [self._reply(comment) for comment in replies if comment.project_id in self.projects]
        return sorted(rows, key=lambda row: row.since)

    def waiting(self, tasks: Iterable[ProjectTask]) -> list[DayRow]:
        rows = []
        for row in tasks:
            since = row.stuck_since or row.start_at
            name = row.assignee_name or self.projects[row.project_id].account_name
            rows.append(self._task(row, DayReason.WAITING, f"Waiting for {name} since {day(since, self.at)}", since))
        return sorted(rows, key=lambda row: row.since)

    def coming(self, mine: Iterable[ProjectTask]) -> list[DayRow]:
        return [
            self._task(row, DayReason.DUE, f"Due {day(row.due_at, self.at)}", row.due_at)
            for row in mine
            if row.due_at >= self.at and row.state != TaskState.STUCK
        ]

    def _stuck_words(self, row: ProjectTask) -> str:
        since = f"Stuck since {day(row.stuck_since, self.at)}" if row.stuck_since else "Stuck"
        return f"{since}: {row.reason}" if row.reason else since

    def _task(self, row: ProjectTask, reason: DayReason, sentence: str, since: datetime) -> DayRow:
        project = self.projects[row.project_id]
        blocked_by = () if row.is_released else ("what comes before",)
        return DayRow(
            reason=reason,
            sentence=sentence,
            project_id=project.id,
            project_name=project.name,
            account_id=project.account_id,
            account_name=project.account_name,
            task=shown.task_info(row, blocked_by=blocked_by, is_project_running=True, at=self.at),
            comment=None,
            since=since,
        )

    def _reply(self, comment: Comment) -> DayRow:
        project = self.projects[comment.project_id]
        return DayRow(
            reason=DayReason.REPLY,
            sentence=f"{comment.author_name} asked on {day(comment.at, self.at)}",
            project_id=project.id,
            project_name=project.name,
            account_id=project.account_id,
            account_name=project.account_name,
            task=None,
            comment=shown.comment_info(comment),
            since=comment.at,
        )
