"""What the side panel of a task shows."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import resolve, reverse
from django.urls.exceptions import Resolver404
from django.utils import timezone

from firstwin.communications.operations import plan_messages
from firstwin.communications.queries import messages as message_queries
from firstwin.desk import queries as desk_queries
from firstwin.desk.contracts import Fact
from firstwin.desk.http import people
from firstwin.desk.http.access import may_edit
from firstwin.desk.http.task_forms import FinishForm
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import EntryFilter
from firstwin.playbooks.contracts import TaskKind
from firstwin.projects.contracts import OPEN_STATES, ProjectDetail, TaskInfo, TaskState
from firstwin.projects.contracts.proofs import Proof
from firstwin.projects.contracts.steering import LinkInfo
from firstwin.projects.queries import comments, files, proofs
from firstwin.projects.queries import steering as steering_queries
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import parse_span
from firstwin.shared import clock, pagination, wording

KIND_WORDS = {
    TaskKind.TODO: ("To-do", "checkbox"),
    TaskKind.MESSAGE: ("Message", "mail"),
    TaskKind.MEETING: ("Meeting", "calendar-event"),
    TaskKind.FORM: ("Form", "forms"),
    TaskKind.FILE_REQUEST: ("File request", "file-upload"),
    TaskKind.APPROVAL: ("Approval", "signature"),
    TaskKind.TRAINING: ("Training", "school"),
    TaskKind.SURVEY: ("Survey", "star"),
    TaskKind.MILESTONE: ("Milestone", "flag"),
    TaskKind.USAGE: ("Usage", "activity"),
    TaskKind.INTEGRATION: ("Integration", "plug-connected"),
}
BY_A_CLICK = {TaskKind.TODO, TaskKind.MESSAGE, TaskKind.MEETING, TaskKind.TRAINING, TaskKind.INTEGRATION}
"""Kinds that are finished by saying so; the others need an answer, a file or a proof."""


def read(request: HttpRequest, actor: Actor, detail: ProjectDetail, task: TaskInfo) -> dict[str, Any]:
    """Return the context of the panel."""
    return {
        "task": task,
        "detail": detail,
        "stage": next((stage for stage in detail.stages if stage.id == task.stage_id), None),
        "kind_word": KIND_WORDS[task.kind][0],
        "kind_icon": KIND_WORDS[task.kind][1],
        "is_open": task.state in OPEN_STATES,
        "is_by_click": task.kind in BY_A_CLICK and task.kind is not TaskKind.MEETING,
        "is_awaiting": task.state is TaskState.AWAITING_APPROVAL,
        "links": _links(actor, task),
        "length": spoken_length(task.duration),
        "proof": _proof(actor, task),
        "answers": _answers(task),
        "finish_form": FinishForm(task=task),
        **_mail(actor, task),
        "people": people.choices(actor, detail.summary.account_id),
        "assignee": people.choice_of(task.assignee),
        "members": [member.name for member in identity_queries.list_members(actor=actor)],
        "comments": comments.list_comments(actor=actor, project_id=task.project_id, task_id=task.id).items,
        "files": files.list_files(actor=actor, project_id=task.project_id, task_id=task.id),
        "facts_told": _history(actor, task),
        "may_edit": may_edit(actor),
        "beneath": beneath(request, task.project_id),
        "now": clock.now(),
    }


def _proof(actor: Actor, task: TaskInfo) -> Proof | None:
    """Return how far a task is with what usage has to show, where it waits for that."""
    if task.kind not in {TaskKind.USAGE, TaskKind.MILESTONE} or task.state not in OPEN_STATES:
        return None
    return proofs.get_proofs(actor=actor, task_ids=[task.id]).get(task.id)


def _links(actor: Actor, task: TaskInfo) -> dict[str, list[LinkInfo]]:
    """Return what the task waits for, and what waits for it."""
    found = steering_queries.list_links(actor=actor, project_id=task.project_id, task_id=task.id)
    return {
        "before": [link for link in found if link.successor_id == task.id],
        "behind": [link for link in found if link.successor_id != task.id],
    }


def spoken_length(duration: str) -> str:
    """Return a stored length in words, nothing where none is stored."""
    return scheduling_queries.spoken(parse_span(duration)) if duration else ""


def _mail(actor: Actor, task: TaskInfo) -> dict[str, Any]:
    """Return what a message task sent; before that, how it would go out now."""
    if task.kind is not TaskKind.MESSAGE:
        return {}
    sent = message_queries.list_messages(actor=actor, task_id=task.id).items
    if sent or task.state not in OPEN_STATES:
        return {"mails": sent}
    return {"preview": plan_messages.preview_message(actor=actor, task_id=task.id)}


def _history(actor: Actor, task: TaskInfo) -> list[Fact]:
    """Return what happened to a task lately: what the latest entries of its project say of it."""
    chosen = EntryFilter(project_id=task.project_id)
    page = desk_queries.list_facts(actor=actor, chosen=chosen, limit=pagination.MAX_PAGE_SIZE)
    return [fact for fact in page.items if fact.task_id == task.id]


def beneath(request: HttpRequest, project_id: UUID) -> str:
    """Return the address of the page under the panel: where the reader is, unless that is a task itself."""
    plan = reverse("project", kwargs={"project_id": project_id})
    current = request.headers.get("HX-Current-URL", "")
    path = "/" + current.split("//", 1)[-1].partition("/")[2] if current else plan
    try:
        name = resolve(path.partition("?")[0]).url_name
    except Resolver404:
        return plan
    return plan if name == "task" else path


def initial_of(task: TaskInfo) -> dict[str, Any]:
    """Return what the form of a task begins with; instants in the reader's zone, to the minute, as the form shows them."""
    return {
        "name": task.name,
        "description": task.description,
        "guidance": task.guidance,
        "person": people.choice_of(task.assignee),
        "start_at": timezone.localtime(task.start_at).replace(second=0, microsecond=0),
        "due_at": timezone.localtime(task.due_at).replace(second=0, microsecond=0),
        "visibility": task.visibility.value,
        "is_required": task.is_required,
        "estimate_hours": task.estimate_hours,
    }


def _answers(task: TaskInfo) -> list[tuple[str, object]]:
    """Return what was handed in, in the words of the questions."""
    labels = {spec["key"]: spec.get("label") or spec["key"] for spec in task.settings.get("fields", ())}
    return [(labels.get(key, wording.in_words(key)), value) for key, value in task.result.items()]
