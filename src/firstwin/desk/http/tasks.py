"""One task: its side panel, and everything that can be said about it."""

from collections.abc import Callable
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_http_methods, require_POST

from firstwin.desk.http import answers, asks, people, task_panel
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.asks import version_seen
from firstwin.desk.http.task_forms import EditTaskForm, FinishForm, ReasonForm, StuckForm, add_problems
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Visibility
from firstwin.projects.contracts import ReasonSide, TaskInfo, TaskState
from firstwin.projects.contracts.changes import TaskChange, TaskMove, TaskPatch
from firstwin.projects.operations import changes, scope
from firstwin.projects.operations import tasks as task_operations
from firstwin.projects.queries import briefs
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError


def _address(task: TaskInfo) -> str:
    return reverse("task", kwargs={"project_id": task.project_id, "task_id": task.id})


def _said(actor: Actor, task_id: UUID, what: str) -> str:
    """Return what happened to a task with its name: several notices may stand one above the other."""
    task = briefs.find_task_brief(actor=actor, task_id=task_id)
    return f"“{Truncator(task.name).chars(60)}” {what}." if task else f"It {what}."


def _done(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    undo_url = reverse("reopen_task", kwargs={"task_id": task_id})
    return answers.done(request, _said(actor, task_id, "is done"), undo_url=undo_url)


@require_POST
@desk_page
def start(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Begin a task."""
    task_operations.start_task(actor=actor, task_id=task_id, at=clock.now(), expected_version=version_seen(request))
    return answers.done(request, _said(actor, task_id, "has begun"))


@require_POST
@desk_page
def complete(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Finish a task that needs nothing but the word."""
    task_operations.complete_task(actor=actor, task_id=task_id, at=clock.now(), expected_version=version_seen(request))
    return _done(request, actor, task_id)


@require_POST
@desk_page
def reopen(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Open a task again; also the way back from Done, Stuck and Not applicable."""
    task_operations.reopen_task(actor=actor, task_id=task_id, at=clock.now())
    return answers.done(request, _said(actor, task_id, "is open again"))


@require_POST
@desk_page
def submit(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Ask for approval."""
    task_operations.submit_task(actor=actor, task_id=task_id, at=clock.now(), expected_version=version_seen(request))
    return answers.done(request, "Approval asked for.")


@require_POST
@desk_page
def finish(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Finish a task with what its kind asks for; what is missing comes back beside the fields."""
    at = clock.now()
    task = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    form = FinishForm(request.POST, task=task)
    if form.is_valid():
        try:
            task_operations.complete_task(
                actor=actor,
                task_id=task_id,
                at=at,
                result=form.result(),
                evidence=form.evidence(),
                expected_version=version_seen(request),
            )
        except InvalidInputError as error:
            add_problems(form, error)
        else:
            return _done(request, actor, task_id)
    return render(request, "desk/task/_finish.html", {"task": task, "finish_form": form}, status=422)


Saying = Callable[[Actor, UUID, HttpRequest, str], None]


def _not_applicable(actor: Actor, task_id: UUID, request: HttpRequest, reason: str) -> None:
    task_operations.mark_task_not_applicable(
        actor=actor, task_id=task_id, reason=reason, at=clock.now(), expected_version=version_seen(request)
    )


def _reject(actor: Actor, task_id: UUID, request: HttpRequest, reason: str) -> None:
    task_operations.reject_task(
        actor=actor, task_id=task_id, reason=reason, at=clock.now(), expected_version=version_seen(request)
    )


def _remove(actor: Actor, task_id: UUID, request: HttpRequest, reason: str) -> None:
    scope.remove_task(
        actor=actor, task_id=task_id, reason=reason, at=clock.now(), expected_version=version_seen(request)
    )


SAYINGS: dict[str, tuple[str, str, str, Saying, str, bool]] = {
    "not-applicable": (
        "“{name}” does not apply here",
        "Mark as not applicable",
        "What comes after it need not wait for it.",
        _not_applicable,
        "Marked as not applicable.",
        True,
    ),
    "reject": ("Send “{name}” back", "Send back", "It is in progress again.", _reject, "Sent back.", False),
    "remove": (
        "Remove “{name}” from the plan",
        "Remove task",
        "Its comments go with it; files stay with the project. The record keeps what was done.",
        _remove,
        "Removed from the plan.",
        False,
    ),
}


@require_http_methods(["GET", "POST"])
@desk_page
def say(request: HttpRequest, actor: Actor, task_id: UUID, what: str) -> HttpResponse:
    """Say something about a task that needs a reason."""
    task = project_queries.get_task(actor=actor, task_id=task_id, at=clock.now())
    title, verb, text, carry_out, notice, can_undo = SAYINGS[what]
    form = ReasonForm(request.POST or None)
    question = asks.Question(title=title.format(name=task.name), verb=verb, text=text, is_danger=what == "remove")

    def answered() -> str | HttpResponse:
        carry_out(actor, task_id, request, form.cleaned_data["reason"])
        plan = reverse("project", kwargs={"project_id": task.project_id})
        return answers.gone_to(plan) if what == "remove" else notice

    undo_url = reverse("reopen_task", kwargs={"task_id": task_id}) if can_undo else ""
    seen = version_seen(request)
    return asks.ask(request, question, form, answered, beneath=_address(task), undo_url=undo_url, version=seen)


@require_http_methods(["GET", "POST"])
@desk_page
def say_stuck(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Say that a task cannot go on, on whose side the cause lies and why."""
    task = project_queries.get_task(actor=actor, task_id=task_id, at=clock.now())
    form = StuckForm(request.POST or None, initial={"side": ReasonSide.CUSTOMER.value})

    def answered() -> str:
        task_operations.mark_task_stuck(
            actor=actor,
            task_id=task_id,
            side=ReasonSide(form.cleaned_data["side"]),
            reason=form.cleaned_data["reason"],
            at=clock.now(),
            expected_version=version_seen(request),
        )
        return "Marked as stuck."

    question = asks.Question(title=f"“{task.name}” is stuck", verb="Mark as stuck")
    undo_url = reverse("reopen_task", kwargs={"task_id": task_id})
    # The task as it is now: a panel may not yet show what its own reader did to the task a moment ago.
    return asks.ask(request, question, form, answered, beneath=_address(task), undo_url=undo_url, version=task.version)


@require_POST
@desk_page
def assign(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Give a task to somebody; the way back names in its address who had it."""
    at = clock.now()
    before = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    person = people.chosen(request.POST.get("person", request.GET.get("person", "")))
    changes.assign_task(actor=actor, task_id=task_id, person=person, at=at)
    after = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    if people.choice_of(after.assignee) == people.choice_of(before.assignee):
        return answers.done(request, "Nothing was changed.")
    who = f"{after.assignee.name} has" if after.assignee else "Nobody has"
    back = urlencode({"person": people.choice_of(before.assignee)})
    return answers.done(request, f"{who} “{after.name}” now.", undo_url=f"{request.path}?{back}")


@require_http_methods(["GET", "POST"])
@desk_page
def edit(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Change what a task says, when it is and who does it."""
    at = clock.now()
    task = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    summary = project_queries.get_project(actor=actor, project_id=task.project_id, at=at).summary
    form = EditTaskForm(
        request.POST or None,
        initial=task_panel.initial_of(task),
        people=people.choices(actor, summary.account_id),
    )

    def answered() -> str:
        _carry_out_edit(actor, task, form, version_seen(request))
        return "Saved."

    question = asks.Question(title=f"Edit “{task.name}”", verb="Save changes", is_wide=True)
    return asks.ask(request, question, form, answered, beneath=_address(task), version=task.version)


def _carry_out_edit(actor: Actor, task: TaskInfo, form: EditTaskForm, version: int | None) -> None:
    """Send only what changed, as one change."""
    said, changed = form.cleaned_data, set(form.changed_data)
    patch, move = TaskPatch(), TaskMove()
    if changed & {"name", "description", "guidance", "visibility", "is_required", "estimate_hours"}:
        patch = TaskPatch(
            name=said["name"],
            description=said["description"],
            guidance=said["guidance"],
            visibility=Visibility(said["visibility"]),
            is_required=said["is_required"],
            estimate_hours=said["estimate_hours"],
            has_usual_estimate=said["estimate_hours"] is None,
        )
    if changed & {"start_at", "due_at"}:
        move = TaskMove(start_at=said["start_at"] if "start_at" in changed else None, due_at=said["due_at"])
    change = TaskChange(patch=patch, move=move, is_reassigned="person" in changed, person=people.chosen(said["person"]))
    changes.change_task(actor=actor, task_id=task.id, change=change, at=clock.now(), expected_version=version)


@require_POST
@desk_page
def drop_into(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Take a card that was dropped into another column of the board."""
    at = clock.now()
    column = request.POST.get("column", "")
    if column == "in_progress":
        task_operations.start_task(actor=actor, task_id=task_id, at=at)
        return answers.done(request, _said(actor, task_id, "has begun"))
    if column == "done":
        task_operations.complete_task(actor=actor, task_id=task_id, at=at)
        return _done(request, actor, task_id)
    task = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    if column == "ready" and task.state in {TaskState.DONE, TaskState.STUCK, TaskState.NOT_APPLICABLE}:
        task_operations.reopen_task(actor=actor, task_id=task_id, at=at)
        return answers.done(request, _said(actor, task_id, "is open again"))
    raise InvalidInputError("A card cannot be put there.", remedy="Open it and say what happened.")
