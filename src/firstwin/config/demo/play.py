"""One onboarding of the demo: what its people do at each moment, by its fate."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from firstwin.config.demo import acting, script
from firstwin.config.demo.accounts import Fate, Story
from firstwin.config.demo.acting import Scene
from firstwin.config.demo.troupe import Troupe
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import contracts
from firstwin.projects.contracts import ReasonSide, TaskInfo, TaskStanding
from firstwin.projects.operations import comments as comment_operations
from firstwin.projects.operations import lifecycle
from firstwin.projects.operations import tasks as task_operations
from firstwin.projects.queries import projects as project_queries

STUCK_FATES = {
    Fate.STUCK_CUSTOMER: Side.CUSTOMER,
    Fate.STUCK_VENDOR: Side.VENDOR,
    Fate.STUCK_THIRD_PARTY: Side.VENDOR,
}
PAUSE = timedelta(days=12)
LOOK_AGAIN = timedelta(days=3)
SOON = timedelta(hours=5)
NEVER = timedelta(days=10_000)
BETWEEN_ACTS = timedelta(minutes=4)


@dataclass(slots=True)
class Play:
    """A running project of the demo; `targets` says when each open task will be done."""

    story: Story
    troupe: Troupe
    project_id: UUID
    signed_at: datetime
    curtain: datetime
    next_look: datetime
    dice: random.Random
    targets: dict[UUID, datetime] = field(default_factory=dict)
    said: int = 0
    turned: bool = False
    resumed: bool = False
    is_over: bool = False

    @property
    def specialist(self) -> Actor:
        """Return the member who leads the project."""
        return self.troupe.members[self.story.specialist]

    def days(self, at: datetime) -> float:
        """Return the days since the signature."""
        return (at - self.signed_at) / timedelta(days=1)

    def look(self, at: datetime) -> None:
        """Do what is due by now, then say when to look again."""
        scene = self._scene(at)
        state = scene.project.summary.state
        if state is contracts.ProjectState.ON_HOLD:
            self._on_hold(at)
            return
        self._turn(scene)
        if self.is_over:
            return
        self._speak(scene)
        acting.answer_invitations(scene)
        acts = self._acts(scene)
        for act in acts:
            act()
        if acts:
            scene = self._scene(scene.at)
        if self.story.fate is Fate.COMPLETED:
            self._finish(scene)
        self.next_look = self._next_look(scene)

    def _scene(self, at: datetime) -> Scene:
        project = project_queries.get_project(actor=self.specialist, project_id=self.project_id, at=at)
        return Scene(self.troupe, self.specialist, self.story.name, project, self.dice, at)

    def _on_hold(self, at: datetime) -> None:
        self.next_look = at + timedelta(days=1)
        if self.story.fate is Fate.RESUMED and self.days(at) >= self.story.turn + PAUSE.days:
            lifecycle.resume_project(actor=self.specialist, project_id=self.project_id, at=at)
            self.resumed = True

    def _turn(self, scene: Scene) -> None:
        """Let the fate show itself once its day has come."""
        story, at = self.story, scene.at
        if self.turned or not story.turn or self.days(at) < story.turn:
            return
        if story.fate is Fate.CANCELLED:
            reason = script.CANCELLATIONS[story.name]
            lifecycle.cancel_project(actor=self.specialist, project_id=self.project_id, reason=reason, at=at)
            self.turned = self.is_over = True
        elif story.fate in {Fate.ON_HOLD, Fate.RESUMED}:
            side, reason = script.HOLDS[story.name]
            lifecycle.hold_project(actor=self.specialist, project_id=self.project_id, side=side, reason=reason, at=at)
            self.turned, self.next_look = True, at + timedelta(days=1)
            self.is_over = story.fate is Fate.ON_HOLD
        elif story.fate in STUCK_FATES:
            self.turned = self._get_stuck(scene, STUCK_FATES[story.fate])
        else:
            self.turned = True

    def _get_stuck(self, scene: Scene, wanted: Side) -> bool:
        candidates = [task for task in open_now(scene) if task.kind is not TaskKind.MILESTONE]
        on_side = [task for task in candidates if task.side is wanted] or candidates
        if not on_side:
            return False
        task = max(on_side, key=lambda one: (one.due_at, one.position))
        side, reason = script.STUCK[self.story.name]
        actor = scene.doer(task) if side is ReasonSide.CUSTOMER else self.specialist
        task_operations.mark_task_stuck(actor=actor, task_id=task.id, side=side, reason=reason, at=scene.at)
        self.targets[task.id] = self.signed_at + NEVER
        return True

    def _speak(self, scene: Scene) -> None:
        for line in script.LINES.get(self.story.name, ())[self.said :]:
            if self.days(scene.at) < line.day:
                return
            self.said += 1
            self._say(scene, line)

    def _say(self, scene: Scene, line: script.Line) -> None:
        task = None
        if line.by == "customer":
            actor = scene.customer()
            shared = [one for one in open_now(scene) if one.visibility is Visibility.SHARED]
            task = next((one for one in shared if one.side is Side.CUSTOMER), None)
        else:
            actor = self.troupe.members.get(line.by, self.specialist)
        scene.at += BETWEEN_ACTS
        comment_operations.add_comment(
            actor=actor,
            project_id=self.project_id,
            task_id=task.id if task else None,
            body=line.text,
            is_internal=line.is_internal,
            at=scene.at,
        )

    def _acts(self, scene: Scene) -> list[Callable[[], None]]:
        """Return what is to be done now, in the order in which it will be done."""
        acts: list[Callable[[], None]] = []
        for task in open_now(scene):
            target = self.targets.get(task.id)
            if target is None:
                target = self.targets[task.id] = self._target(task, scene.at)
                if target > scene.at + timedelta(days=2) and self._is_begun_early(task):
                    acts.append(partial(self._begin, scene, task))
            if target <= scene.at:
                acts.append(partial(self._do, scene, task))
        return acts

    def _is_begun_early(self, task: TaskInfo) -> bool:
        plain = {TaskKind.TODO, TaskKind.TRAINING, TaskKind.INTEGRATION}
        return task.kind in plain and task.standing is TaskStanding.READY and self.dice.random() < 0.4

    def _begin(self, scene: Scene, task: TaskInfo) -> None:
        scene.at += BETWEEN_ACTS
        task_operations.start_task(actor=scene.doer(task), task_id=task.id, at=scene.at)

    def _do(self, scene: Scene, task: TaskInfo) -> None:
        scene.at += BETWEEN_ACTS
        if not task.is_required and self.dice.random() < 0.08:
            reason = self.dice.choice(script.NOT_APPLICABLE)
            task_operations.mark_task_not_applicable(actor=self.specialist, task_id=task.id, reason=reason, at=scene.at)
        elif not acting.do_task(scene, task):
            self.targets[task.id] = scene.at + timedelta(hours=20)

    def _target(self, task: TaskInfo, at: datetime) -> datetime:
        """Return when an open task will be done: mostly in time, and as its fate wants it afterwards."""
        if task.kind is TaskKind.MEETING:
            return at  # it is held when it is over; the calendar knows when
        window = task.due_at - at
        in_time = at + window * self.dice.uniform(0.25, 0.85) if window > timedelta(hours=4) else at
        has_turned = bool(self.story.turn) and self.days(at) >= self.story.turn
        delay = timedelta(days=self.dice.uniform(5, 11))
        match self.story.fate:
            case Fate.LATE if has_turned and (task.side is Side.CUSTOMER or self.dice.random() < 0.3):
                return max(task.due_at, at) + delay
            case Fate.AT_RISK if has_turned and self.days(at) < self.story.turn + 10:
                return max(task.due_at, at) + delay
            case Fate.SILENT if has_turned and task.side is Side.CUSTOMER:
                return at + NEVER
            case _:
                slips = self.dice.random() < 0.08 and task.due_at + delay / 2 < self.curtain - timedelta(days=4)
                return task.due_at + delay / 2 if slips else in_time

    def _finish(self, scene: Scene) -> None:
        """Complete the project once everything required is done."""
        project = scene.project
        tasks = [task for stage in project.stages for task in stage.tasks if task.is_required]
        if any(task.state in contracts.OPEN_STATES for task in tasks):
            return
        lifecycle.complete_project(
            actor=self.specialist,
            project_id=self.project_id,
            confirmed=[criterion.key for criterion in project.completion],
            at=scene.at + BETWEEN_ACTS,
        )
        self.is_over = True

    def _next_look(self, scene: Scene) -> datetime:
        upcoming = [self.targets.get(task.id, scene.at + SOON) for task in open_now(scene)]
        upcoming += [
            task.start_at
            for stage in scene.project.stages
            for task in stage.tasks
            if task.standing is TaskStanding.SCHEDULED and task.kind is not TaskKind.MESSAGE
        ]
        return min([*(moment for moment in upcoming if moment > scene.at), scene.at + LOOK_AGAIN])


def open_now(scene: Scene) -> list[TaskInfo]:
    """Return the tasks that somebody can do now: begun or ready, and held back by nothing.

    Messages go out by themselves; meetings are arranged by themselves, but held by people.
    """
    return [
        task
        for stage in scene.project.stages
        for task in stage.tasks
        if not (task.is_automatic and task.kind is TaskKind.MESSAGE)
        and task.start_at <= scene.at
        and task.standing in {TaskStanding.READY, TaskStanding.IN_PROGRESS, TaskStanding.LATE}
        and "waits: " not in task.standing_reason
    ]
