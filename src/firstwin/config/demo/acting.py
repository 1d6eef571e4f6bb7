"""How somebody does a task: by the rule of its kind, through the operations that pages and API use."""

import io
import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from firstwin.communications import contracts as talk
from firstwin.communications.operations import meetings as meeting_operations
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.config.demo import papers, script
from firstwin.config.demo.troupe import Troupe, is_of
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import FieldType, Side, TaskKind, Visibility
from firstwin.projects.contracts import ProjectDetail, TaskInfo
from firstwin.projects.operations import files as file_operations
from firstwin.projects.operations import tasks as task_operations

SCORES = {"csat": (4, 4, 5, 5, 5, 3), "nps": (8, 9, 9, 10, 7), "ces": (5, 6, 6, 7), "relationship": (4, 4, 5, 5)}


@dataclass(slots=True)
class Scene:
    """A project at one moment, with those who act in it."""

    troupe: Troupe
    specialist: Actor
    account_name: str
    project: ProjectDetail
    dice: random.Random
    at: datetime

    def customer(self) -> Actor:
        """Return the customer's project owner, or whoever of the customer there is."""
        people = [role.person for role in self.project.roles if role.side is Side.CUSTOMER and role.person]
        return self.troupe.person(people[0] if people else None, otherwise=self.specialist)

    def doer(self, task: TaskInfo) -> Actor:
        """Return who does a task: its assignee where they may, else the specialist."""
        actor = self.troupe.person(task.assignee, otherwise=self.specialist)
        if is_of(actor, Side.CUSTOMER) and (task.visibility is not Visibility.SHARED or task.side is Side.VENDOR):
            return self.specialist
        return actor


def do_task(scene: Scene, task: TaskInfo) -> datetime | None:
    """Finish a task; where that is not possible yet, return when to try again."""
    match task.kind:
        case TaskKind.MEETING:
            return _hold_meeting(scene, task)
        case TaskKind.FILE_REQUEST:
            _hand_in(scene, task)
            _complete(scene, task)
        case TaskKind.FORM:
            _complete(scene, task, result=_answers(scene, task))
        case TaskKind.SURVEY:
            choices = SCORES.get(task.settings.get("type", "csat"), (4, 5))
            _complete(scene, task, result={"score": scene.dice.choice(choices)})
        case TaskKind.MILESTONE:
            _reach(scene, task)
        case TaskKind.APPROVAL:
            _approve(scene, task)
        case _:
            _complete(scene, task, evidence=_evidence(scene) if task.kind is TaskKind.USAGE else "")
    return None


def _complete(scene: Scene, task: TaskInfo, *, result: dict[str, Any] | None = None, evidence: str = "") -> None:
    task_operations.complete_task(
        actor=scene.doer(task), task_id=task.id, at=scene.at, result=result or {}, evidence=evidence
    )


def _evidence(scene: Scene) -> str:
    return scene.dice.choice(script.EVIDENCE).format(person=scene.customer().name)


def _reach(scene: Scene, task: TaskInfo) -> None:
    is_first_win = bool(task.settings.get("first_value"))
    known = script.FIRST_VALUE.get(scene.account_name) if is_first_win else None
    target = task.settings.get("target")
    _complete(scene, task, evidence=known or _evidence(scene), result={} if target is None else {"value": target})


def _approve(scene: Scene, task: TaskInfo) -> None:
    approvers = [
        role.person for role in scene.project.roles if role.person and role.key in task.settings.get("approvers", ())
    ]
    actors = [scene.troupe.person(person, otherwise=scene.specialist) for person in approvers] or [scene.doer(task)]
    allowed = [actor for actor in actors if not is_of(actor, Side.CUSTOMER) or task.visibility is Visibility.SHARED]
    actor = allowed[0] if allowed else scene.troupe.owner
    evidence = "" if allowed else _evidence(scene)
    task_operations.complete_task(actor=actor, task_id=task.id, at=scene.at, evidence=evidence)


def _hold_meeting(scene: Scene, task: TaskInfo) -> datetime | None:
    """Hold the meeting that was arranged; one that is still to come is waited for."""
    notes = scene.dice.choice(script.MEETING_NOTES)
    meeting = meeting_queries.find_open_meeting(actor=scene.specialist, task_id=task.id)
    if meeting is None and task.is_automatic and task.due_at > scene.at - timedelta(days=2):
        return scene.at + timedelta(hours=20)
    if meeting is None:
        held_at = (scene.at - timedelta(hours=1)).isoformat()
        _complete(scene, task, result={"held_at": held_at, "notes": notes})
        return None
    if meeting.ends_at > scene.at:
        return meeting.ends_at
    meeting_operations.mark_held(actor=scene.specialist, meeting_id=meeting.id, at=scene.at, notes=notes)
    return None


def answer_invitation(scene: Scene, task: TaskInfo) -> None:
    """Let the customer's people answer the invitation to the meeting of a task, most of them."""
    meeting = meeting_queries.find_open_meeting(actor=scene.specialist, task_id=task.id)
    if meeting is None or meeting.starts_at <= scene.at:
        return
    for attendee in meeting.attendees:
        actor = scene.troupe.by_id.get(attendee.id)
        is_open = attendee.rsvp is talk.Rsvp.NEEDS_ACTION and attendee.side is Side.CUSTOMER
        if actor is not None and is_open and scene.dice.random() < 0.8:
            rsvp = talk.Rsvp.ACCEPTED if scene.dice.random() < 0.9 else talk.Rsvp.TENTATIVE
            meeting_operations.record_rsvp(actor=actor, meeting_id=meeting.id, rsvp=rsvp, at=scene.at)


def _hand_in(scene: Scene, task: TaskInfo) -> None:
    accept = tuple(task.settings.get("accept", ()))
    doer = scene.doer(task)
    for wanted in task.settings.get("files") or [task.name]:
        extension = papers.extension_for(wanted, accept)
        file_operations.attach_file(
            actor=doer,
            project_id=scene.project.summary.id,
            task_id=task.id,
            name=f"{wanted} - {scene.account_name}.{extension}",
            content=io.BytesIO(papers.content_of(wanted, scene.account_name, extension)),
            requested=wanted if task.settings.get("files") else "",
            at=scene.at,
        )


def _answers(scene: Scene, task: TaskInfo) -> dict[str, Any]:
    return {spec["key"]: _answer(scene, spec) for spec in task.settings.get("fields", ())}


def _answer(scene: Scene, spec: dict[str, Any]) -> Any:
    match FieldType(spec.get("type", "text")):
        case FieldType.NUMBER:
            return scene.dice.choice((5, 12, 20, 40, 75))
        case FieldType.BOOLEAN:
            return scene.dice.random() < 0.6
        case FieldType.CHOICE:
            return scene.dice.choice(list(spec["choices"]))
        case FieldType.DATE:
            return (scene.at + timedelta(days=30)).date().isoformat()
        case FieldType.EMAIL:
            return "it-support@example.com"
        case FieldType.URL:
            return "https://intranet.example.com"
        case _:
            return scene.dice.choice(script.ANSWERS)
