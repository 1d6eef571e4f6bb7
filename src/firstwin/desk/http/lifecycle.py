"""What happens to a whole project: held, resumed, completed, cancelled, opened again, its first win, its roles."""

from collections.abc import Callable
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from firstwin.desk.http import answers, asks, people
from firstwin.desk.http.access import desk_page, may_shape
from firstwin.desk.http.task_forms import SIDES, ReasonForm
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import OPEN_STATES, ProjectDetail, ReasonSide
from firstwin.projects.operations import lifecycle
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock, wording
from firstwin.shared.errors import InvalidInputError

NAMED = 3
"""The most open tasks that a question names; it counts more of them."""


class HoldForm(forms.Form):
    """Why a project stops for a while."""

    side = forms.ChoiceField(label="On whose side is the cause", choices=SIDES, widget=forms.RadioSelect)
    reason = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class FirstWinForm(forms.Form):
    """What proves the first win."""

    evidence = forms.CharField(
        label="What proves it",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="For example the report they ran, with a link. The customer reads it in the message that goes out.",
    )


class CompletionForm(forms.Form):
    """Criteria that only a person can vouch for, and a manager's reason to complete without the rest."""

    def __init__(self, *args: object, detail: ProjectDetail, can_override: bool) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        unmet = [criterion for criterion in detail.completion if not criterion.is_met]
        self.by_hand = [criterion for criterion in unmet if criterion.reason == "Nobody has confirmed it"]
        if self.by_hand:
            self.fields["confirmed"] = forms.MultipleChoiceField(
                label="Please confirm",
                required=False,
                choices=[(criterion.key, criterion.text) for criterion in self.by_hand],
                widget=forms.CheckboxSelectMultiple,
            )
        if can_override and len(unmet) > len(self.by_hand):
            self.fields["override_reason"] = forms.CharField(
                label="Why complete it although criteria are not met",
                required=False,
                max_length=2000,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text="Leave it empty to complete only when every criterion is met.",
            )


def _beneath(project_id: UUID) -> str:
    return reverse("project", kwargs={"project_id": project_id})


@require_http_methods(["GET", "POST"])
@desk_page
def hold(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Stop the clock of a project."""
    detail = project_queries.get_project(actor=actor, project_id=project_id, at=clock.now())
    form = HoldForm(request.POST or None, initial={"side": ReasonSide.CUSTOMER.value})

    def answered() -> str:
        side = ReasonSide(form.cleaned_data["side"])
        lifecycle.hold_project(
            actor=actor, project_id=project_id, side=side, reason=form.cleaned_data["reason"], at=clock.now()
        )
        return "On hold. Nothing goes out and nothing becomes late until it is resumed."

    question = asks.Question(
        title=f"Put “{detail.summary.name}” on hold",
        verb="Put on hold",
        text="Nothing becomes late while it is held. What is still ahead moves by the days it lasted.",
    )
    undo_url = reverse("resume_project", kwargs={"project_id": project_id})
    return asks.ask(request, question, form, answered, beneath=_beneath(project_id), undo_url=undo_url)


@require_POST
@desk_page
def resume(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Let the clock of a project run again."""
    lifecycle.resume_project(actor=actor, project_id=project_id, at=clock.now())
    return answers.done(request, "Resumed. What was still ahead has moved by the days of the hold.")


@require_http_methods(["GET", "POST"])
@desk_page
def complete(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Complete a project by its criteria."""
    detail = project_queries.get_project(actor=actor, project_id=project_id, at=clock.now())
    form = CompletionForm(request.POST or None, detail=detail, can_override=may_shape(actor))
    is_sent = request.method == "POST"
    if is_sent:
        form.is_bound = True

    def answered() -> str:
        lifecycle.complete_project(
            actor=actor,
            project_id=project_id,
            at=clock.now(),
            confirmed=form.cleaned_data.get("confirmed", ()),
            override_reason=form.cleaned_data.get("override_reason", ""),
        )
        return "Completed."

    unmet = [criterion for criterion in detail.completion if not criterion.is_met and criterion not in form.by_hand]
    question = asks.Question(
        title=f"Complete “{detail.summary.name}”",
        verb="Complete the project",
        text=f"{_closed_with(detail)}It can be opened again.",
        is_wide=True,
        unmet=tuple((each.text, each.reason) for each in unmet),
    )
    return asks.ask(request, question, form, answered, beneath=_beneath(project_id))


def _closed_with(detail: ProjectDetail) -> str:
    """Return which open tasks a project takes along when it is completed; optional ones do not hold it up."""
    names = [f"“{task.name}”" for stage in detail.stages for task in stage.tasks if task.state in OPEN_STATES]
    if not names:
        return ""
    if len(names) > NAMED:
        return f"The {len(names)} tasks still open are closed with it. "
    return f"Still open, and closed with it: {wording.joined(names)}. "


Ending = Callable[..., None]
ENDINGS: dict[str, tuple[str, str, str, Ending, str, bool]] = {
    "cancel": (
        "Cancel “{name}”?",
        "Cancel the project",
        "Its open tasks are closed and nothing more goes out to the customer. The record stays; it can be opened again.",
        lifecycle.cancel_project,
        "Cancelled.",
        True,
    ),
    "reopen": (
        "Open “{name}” again",
        "Open again",
        "Tasks that its end closed are open again.",
        lifecycle.reopen_project,
        "Open again.",
        False,
    ),
}


@require_http_methods(["GET", "POST"])
@desk_page
def end(request: HttpRequest, actor: Actor, project_id: UUID, what: str) -> HttpResponse:
    """Cancel a project, or open it again."""
    detail = project_queries.get_project(actor=actor, project_id=project_id, at=clock.now())
    title, verb, text, operation, notice, is_danger = ENDINGS[what]
    form = ReasonForm(request.POST or None)

    def answered() -> str:
        operation(actor=actor, project_id=project_id, reason=form.cleaned_data["reason"], at=clock.now())
        return notice

    question = asks.Question(title=title.format(name=detail.summary.name), verb=verb, text=text, is_danger=is_danger)
    return asks.ask(request, question, form, answered, beneath=_beneath(project_id))


@require_http_methods(["GET", "POST"])
@desk_page
def record_first_value(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Record the customer's first win with what proves it."""
    detail = project_queries.get_project(actor=actor, project_id=project_id, at=clock.now())
    form = FirstWinForm(request.POST or None)

    def answered() -> str:
        lifecycle.record_first_value(
            actor=actor, project_id=project_id, evidence=form.cleaned_data["evidence"], at=clock.now()
        )
        return f"{detail.summary.account_name} has its first win!"

    question = asks.Question(
        title=f"First win of {detail.summary.account_name}",
        verb="Record the first win",
        text="It finishes the milestone and tells the customer.",
    )
    return asks.ask(request, question, form, answered, beneath=_beneath(project_id))


@require_POST
@desk_page
def fill_role(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Give a role to somebody."""
    person = people.chosen(request.POST.get("person", ""))
    lifecycle.fill_role(
        actor=actor, project_id=project_id, role=request.POST.get("role", ""), person=person, at=clock.now()
    )
    return answers.done(request, "Saved. Their open tasks went along.")


@require_POST
@desk_page
def change_many(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Hold or resume the selected projects, all or none."""
    chosen = _chosen_ids(request)
    if request.POST.get("verb") == "resume":
        lifecycle.resume_projects(actor=actor, project_ids=chosen, at=clock.now())
        return answers.done(request, f"{len(chosen)} resumed.")
    side = request.POST.get("side", ReasonSide.VENDOR.value)
    if side not in {item.value for item in ReasonSide}:
        raise InvalidInputError("It was not said on whose side the cause lies.", remedy="Choose a side.")
    lifecycle.hold_projects(
        actor=actor,
        project_ids=chosen,
        side=ReasonSide(side),
        reason=request.POST.get("reason", ""),
        at=clock.now(),
    )
    return answers.done(request, f"{len(chosen)} put on hold.")


def _chosen_ids(request: HttpRequest) -> list[UUID]:
    try:
        return [UUID(text) for text in request.POST.getlist("id")]
    except ValueError:
        raise InvalidInputError("One of the selected projects is unknown.", remedy="Reload the page.") from None
