"""One onboarding of the demo: what its people do at each moment, by its fate."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.config.demo import acting, script
from firstwin.config.demo.accounts import Fate, Story
from firstwin.config.demo.acting import Scene
from firstwin.config.demo.glance import OpenTask
from firstwin.config.demo.troupe import Troupe
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects import contracts
from firstwin.projects.contracts import ReasonSide, TaskInfo
from firstwin.projects.contracts.changes import BulkChange, BulkVerb
from firstwin.projects.operations import bulk, lifecycle
from firstwin.projects.operations import comments as comment_operations
from firstwin.projects.operations import tasks as task_operations
from firstwin.projects.queries import projects as project_queries

STUCK_FATES = {
    Fate.STUCK_CUSTOMER: Side.CUSTOMER,
    Fate.STUCK_VENDOR: Side.VENDOR,
    Fate.STUCK_THIRD_PARTY: Side.VENDOR,
}
PAUSE = timedelta(days=12)
NEVER = timedelta(days=10_000)
BETWEEN_ACTS = timedelta(minutes=4)
PLAIN_KINDS = {TaskKind.TODO, TaskKind.TRAINING, TaskKind.INTEGRATION}
"""Kinds that need nothing but somebody who says that they are done."""


@dataclass(slots=True)
class Play:
    """A running project of the demo; `targets` says when each open task will be done."""

    story: Story
    troupe: Troupe
    project_id: UUID
    signed_at: datetime
    curtain: datetime
    dice: random.Random
    targets: dict[UUID, datetime] = field(default_factory=dict)
    answered: set[UUID] = field(default_factory=set)
    said: int = 0
    has_turned: bool = False
    is_held: bool = False
    is_over: bool = False

    @property
    def specialist(self) -> Actor:
        """Return the member who leads the project."""
        return self.troupe.members[self.story.specialist]

    def days(self, at: datetime) -> float:
        """Return the days since the signature."""
        return (at - self.signed_at) / timedelta(days=1)

    def play(self, at: datetime, tasks: Sequence[OpenTask]) -> None:
        """Do what is due by now. `tasks` are the open ones of the project that people do."""
        if self.is_held:
            self._resume_in_time(at)
            return
        doable = [task for task in tasks if task.is_doable_at(at)]
        for task in doable:
            self.targets.setdefault(task.id, self._target(task, at))
        due = {task.id for task in doable if self.targets[task.id] <= at}
        has_line = self._next_line(at) is not None
        is_finished = self.story.fate is Fate.COMPLETED and not any(task.is_required for task in tasks)
        if not (due or has_line or is_finished or self._is_turning(at)):
            return
        scene = self._scene(at)
        self._turn(scene, doable)
        if self.is_over or self.is_held:
            return
        self._speak(scene)
        self._act(scene, [task for task in all_tasks(scene) if task.id in due and self.targets[task.id] <= at])
        if is_finished and not any(
            task.is_required and task.state in contracts.OPEN_STATES for task in all_tasks(scene)
        ):
            self._finish(scene)

    def _scene(self, at: datetime) -> Scene:
        project = project_queries.get_project(actor=self.specialist, project_id=self.project_id, at=at)
        return Scene(self.troupe, self.specialist, self.story.name, project, self.dice, at)

    def _resume_in_time(self, at: datetime) -> None:
        if self.story.fate is Fate.RESUMED and self.days(at) >= self.story.turn + PAUSE.days:
            lifecycle.resume_project(actor=self.specialist, project_id=self.project_id, at=at)
            self.is_held = False

    def _is_turning(self, at: datetime) -> bool:
        return bool(self.story.turn) and not self.has_turned and self.days(at) >= self.story.turn

    def _turn(self, scene: Scene, doable: Sequence[OpenTask]) -> None:
        """Let the fate show itself once its day has come."""
        story, at = self.story, scene.at
        if not self._is_turning(at):
            return
        self.has_turned = True
        if story.fate is Fate.CANCELLED:
            reason = script.CANCELLATIONS[story.name]
            lifecycle.cancel_project(actor=self.specialist, project_id=self.project_id, reason=reason, at=at)
            self.is_over = True
        elif story.fate in {Fate.ON_HOLD, Fate.RESUMED}:
            side, reason = script.HOLDS[story.name]
            lifecycle.hold_project(actor=self.specialist, project_id=self.project_id, side=side, reason=reason, at=at)
            self.is_held = True
        elif story.fate in STUCK_FATES:
            self.has_turned = self._get_stuck(scene, doable, STUCK_FATES[story.fate])

    def _get_stuck(self, scene: Scene, doable: Sequence[OpenTask], wanted: Side) -> bool:
        open_ids = {task.id for task in doable if task.kind is not TaskKind.MILESTONE}
        candidates = [task for task in all_tasks(scene) if task.id in open_ids and not task.is_automatic]
        on_side = [task for task in candidates if task.side is wanted]
        if not on_side:
            return False
        task = max(on_side, key=lambda one: (one.due_at, one.position))
        side, reason = script.STUCK[self.story.name]
        actor = scene.doer(task) if side is ReasonSide.CUSTOMER else self.specialist
        task_operations.mark_task_stuck(actor=actor, task_id=task.id, side=side, reason=reason, at=scene.at)
        self.targets[task.id] = scene.at + NEVER
        return True

    def _next_line(self, at: datetime) -> script.Line | None:
        lines = script.LINES.get(self.story.name, ())
        line = lines[self.said] if self.said < len(lines) else None
        return line if line is not None and self.days(at) >= line.day else None

    def _speak(self, scene: Scene) -> None:
        while (line := self._next_line(scene.at)) is not None:
            self.said += 1
            task = None
            actor = self.troupe.members.get(line.by, self.specialist)
            if line.by == "customer":
                actor = scene.customer()
                task = next((one for one in all_tasks(scene) if is_talked_about(one, scene.at)), None)
            scene.at += BETWEEN_ACTS
            comment_operations.add_comment(
                actor=actor,
                project_id=self.project_id,
                task_id=task.id if task else None,
                body=line.text,
                is_internal=line.is_internal,
                at=scene.at,
            )

    def _act(self, scene: Scene, tasks: Sequence[TaskInfo]) -> None:
        """Do tasks in the order of the plan; what one colleague does at a time without a result is done together."""
        together: dict[UUID, list[TaskInfo]] = defaultdict(list)
        for task in tasks:
            actor = scene.doer(task)
            if task.kind in PLAIN_KINDS and actor.kind is AuthorKind.MEMBER and actor.id is not None:
                together[actor.id].append(task)
                continue
            scene.at += BETWEEN_ACTS
            if task.kind is TaskKind.MEETING and task.id not in self.answered:
                self.answered.add(task.id)
                acting.answer_invitation(scene, task)
            self.targets[task.id] = acting.do_task(scene, task) or scene.at + NEVER
        for actor_id, plain in together.items():
            scene.at += BETWEEN_ACTS
            change = BulkChange(verb=BulkVerb.COMPLETE, task_ids=tuple(task.id for task in plain))
            bulk.change_tasks(actor=self.troupe.by_id[actor_id], change=change, at=scene.at)

    def _target(self, task: OpenTask, at: datetime) -> datetime:
        """Return when an open task will be done: mostly in time, and as its fate wants it afterwards."""
        if task.kind is TaskKind.MEETING:
            return at  # it is held when it is over; the calendar knows when
        window = task.due_at - at
        in_time = at + window * self.dice.uniform(0.25, 0.85) if window > timedelta(hours=9) else at
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
        """Complete the project: everything required is done."""
        lifecycle.complete_project(
            actor=self.specialist,
            project_id=self.project_id,
            confirmed=[criterion.key for criterion in scene.project.completion],
            at=scene.at + BETWEEN_ACTS,
        )
        self.is_over = True


def all_tasks(scene: Scene) -> list[TaskInfo]:
    """Return the tasks of a project in the order of the plan."""
    return [task for stage in scene.project.stages for task in stage.tasks]


def is_talked_about(task: TaskInfo, at: datetime) -> bool:
    """Say whether a customer would comment on this task: theirs, visible to them, and current."""
    is_theirs = task.side is Side.CUSTOMER and task.visibility is Visibility.SHARED
    return is_theirs and task.state in contracts.OPEN_STATES and task.start_at <= at
