"""What the customer's people do: finish, decide, say what is stuck, write, attach, hand on, answer invitations."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from firstwin.communications.contracts import Rsvp
from firstwin.communications.operations import meetings as meeting_operations
from firstwin.identity.contracts import Actor
from firstwin.portal import queries
from firstwin.portal.contracts import TaskPage
from firstwin.portal.http.door import portal_page
from firstwin.portal.http.forms import AnswerForm, CommentForm, SendBackForm, StuckForm, finish_form
from firstwin.portal.http.pages import render_task
from firstwin.projects.contracts import ReasonSide
from firstwin.projects.operations import changes as plan_operations
from firstwin.projects.operations import comments as comment_operations
from firstwin.projects.operations import files as file_operations
from firstwin.projects.operations import tasks as task_operations
from firstwin.shared import clock, questions
from firstwin.shared.errors import ConflictError, InvalidInputError, Problem

_RSVP_WORDS = {
    Rsvp.ACCEPTED: "You are coming. See you there.",
    Rsvp.TENTATIVE: "Noted: you may come.",
    Rsvp.DECLINED: "Noted: you cannot come. We will find another time.",
}


@require_POST
@portal_page
def finish_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Finish a step: with one press, or with the answers that it asks for. Nothing typed is lost where it is refused."""
    page = queries.get_task_page(actor=actor, task_id=task_id, at=clock.now())
    task = page.card.task
    form = finish_form(task.kind.value, task.settings, data=request.POST, answers=task.result)
    if form is not None and not form.is_valid():
        return render_task(request, actor, page, status=422, form=form)
    answers = dict(form.cleaned_data) if form is not None else {}
    evidence = str(answers.pop("evidence", ""))
    result = questions.answers(answers)

    def act() -> None:
        task_operations.complete_task(
            actor=actor,
            task_id=task_id,
            result=result,
            evidence=evidence,
            expected_version=_version(request),
            at=clock.now(),
        )

    return _try(request, actor, page, act, "Done. Thank you.", {"form": form} if form is not None else {})


@require_POST
@portal_page
def start_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Say that one is working on a step."""
    task_operations.start_task(actor=actor, task_id=task_id, expected_version=_version(request), at=clock.now())
    notices.success(request, "Good. Everybody sees that you are on it.")
    return _to_task(task_id)


@require_POST
@portal_page
def reopen_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Take back that a step is done or stuck."""
    task_operations.reopen_task(actor=actor, task_id=task_id, expected_version=_version(request), at=clock.now())
    notices.success(request, "It is open again.")
    return _to_task(task_id)


@require_POST
@portal_page
def approve_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Approve what was asked."""
    task_operations.approve_task(actor=actor, task_id=task_id, expected_version=_version(request), at=clock.now())
    notices.success(request, "Approved. Thank you.")
    return _to_task(task_id)


@require_POST
@portal_page
def send_back_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Send something back, saying what should change."""
    page = queries.get_task_page(actor=actor, task_id=task_id, at=clock.now())
    form = SendBackForm(request.POST, prefix="back")
    if not form.is_valid():
        return render_task(request, actor, page, status=422, back_form=form)

    def act() -> None:
        task_operations.reject_task(
            actor=actor,
            task_id=task_id,
            reason=form.cleaned_data["reason"],
            expected_version=_version(request),
            at=clock.now(),
        )

    return _try(request, actor, page, act, "Sent back. We will look at it.", {"back_form": form})


@require_POST
@portal_page
def say_stuck(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Say that a step cannot go on, and why."""
    page = queries.get_task_page(actor=actor, task_id=task_id, at=clock.now())
    form = StuckForm(request.POST, prefix="stuck")
    if not form.is_valid():
        return render_task(request, actor, page, status=422, stuck_form=form, is_stuck_open=True)

    def act() -> None:
        task_operations.mark_task_stuck(
            actor=actor,
            task_id=task_id,
            side=ReasonSide(form.cleaned_data["side"]),
            reason=form.cleaned_data["reason"],
            expected_version=_version(request),
            at=clock.now(),
        )

    more = {"stuck_form": form, "is_stuck_open": True}
    return _try(request, actor, page, act, "Thank you for saying so. We were told at once.", more)


@require_POST
@portal_page
def hand_in_files(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Attach files to a step; `requested` names which of the files asked for they are."""
    page = queries.get_task_page(actor=actor, task_id=task_id, at=clock.now())
    given = request.FILES.getlist("file")

    def act() -> None:
        if not given:
            problem = Problem("file", "No file was chosen.", "Choose a file first.")
            raise InvalidInputError(problem.message, problems=(problem,))
        file_operations.attach_files(
            actor=actor,
            project_id=page.project.id,
            task_id=task_id,
            new=[file_operations.NewFile(name=file.name or "file", content=file.open()) for file in given],
            requested=request.POST.get("requested", ""),
            at=clock.now(),
        )

    words = "The file is there." if len(given) == 1 else f"{len(given)} files are there."
    return _try(request, actor, page, act, words, {})


@require_POST
@portal_page
def comment_on_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Write something about a step."""
    page = queries.get_task_page(actor=actor, task_id=task_id, at=clock.now())
    return _comment(request, actor, page.project.id, task_id, reverse("portal_task", kwargs={"task_id": task_id}))


@require_POST
@portal_page
def comment_on_project(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Write something about the whole project."""
    back = reverse("portal_project", kwargs={"project_id": project_id})
    return _comment(request, actor, project_id, None, back)


@require_POST
@portal_page
def hand_on_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Give a step to a colleague of the same company, or take it over."""
    page = queries.get_task_page(actor=actor, task_id=task_id, at=clock.now())
    chosen = next((one for one in page.colleagues if str(one.id) == request.POST.get("person", "")), None)

    def act() -> None:
        if chosen is None:
            problem = Problem("person", "Nobody was chosen.", "Choose a colleague.")
            raise InvalidInputError(problem.message, problems=(problem,))
        plan_operations.assign_task(
            actor=actor, task_id=task_id, person=chosen, expected_version=_version(request), at=clock.now()
        )

    whom = "you" if chosen and chosen.id == actor.id else chosen.name if chosen else ""
    return _try(request, actor, page, act, f"This is with {whom} now.", {})


@require_POST
@portal_page
def answer_invitation(request: HttpRequest, actor: Actor, meeting_id: UUID) -> HttpResponse:
    """Answer an invitation to a meeting."""
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise InvalidInputError("This answer could not be read.", remedy="Choose yes, maybe or no.")
    rsvp = Rsvp(form.cleaned_data["rsvp"])
    meeting = meeting_operations.record_rsvp(
        actor=actor, meeting_id=meeting_id, rsvp=rsvp, note=form.cleaned_data["note"], at=clock.now()
    )
    notices.success(request, _RSVP_WORDS[rsvp])
    return HttpResponseRedirect(reverse("portal_project", kwargs={"project_id": meeting.project_id}) + "#meetings")


def _comment(request: HttpRequest, actor: Actor, project_id: UUID, task_id: UUID | None, back: str) -> HttpResponse:
    form = CommentForm(request.POST)
    if not form.is_valid():
        problem = Problem("body", "Nothing is written, or it is too long.", "Write up to 10,000 characters.")
        raise InvalidInputError("Your comment was not sent.", problems=(problem,))
    comment_operations.add_comment(
        actor=actor, project_id=project_id, task_id=task_id, body=form.cleaned_data["body"], at=clock.now()
    )
    notices.success(request, "Sent.")
    return HttpResponseRedirect(f"{back}#comments")


def _try(
    request: HttpRequest,
    actor: Actor,
    page: TaskPage,
    act: Callable[[], None],
    words: str,
    more: Mapping[str, Any],
) -> HttpResponse:
    """Do it and lead back to the step; what is refused is told on the page of the step, as it stands now."""
    try:
        act()
    except (InvalidInputError, ConflictError) as error:
        fresh = queries.get_task_page(actor=actor, task_id=page.card.task.id, at=clock.now())
        return render_task(request, actor, fresh, status=error.status, refusal=error, **more)
    notices.success(request, words)
    return _to_task(page.card.task.id)


def _to_task(task_id: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("portal_task", kwargs={"task_id": task_id}))


def _version(request: HttpRequest) -> int | None:
    version = request.POST.get("version", "")
    return int(version) if version.isascii() and version.isdigit() else None
