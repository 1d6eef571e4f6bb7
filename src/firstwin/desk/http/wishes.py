"""A plan from a wished end, its own or that of a key date: what has to start when, and what the plan is held to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from firstwin.desk.http import answers, asks
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.steering import undo_url
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.anchors import AnchorInfo
from firstwin.projects.contracts.steering import PlanChange, TaskTiming
from firstwin.projects.operations import steering, targets
from firstwin.projects.queries import anchors as anchor_queries
from firstwin.projects.queries import wishes
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError

EVERYTHING = "everything"


class WishForm(forms.Form):
    """What is to be done by which day: everything, or the task that a key date hangs on, such as the go-live."""

    what = forms.ChoiceField(label="What is to be done")
    end_on = forms.DateField(
        label="Done by",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="It becomes the target of the project, or the deadline of the task. The plan itself stays as it is.",
    )

    def __init__(self, *args: Any, known: Sequence[AnchorInfo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)  # noqa: S101 - for the type checker
        tasks = [(str(one.task_id), one.name) for one in known if one.task_id is not None]
        what.choices = [(EVERYTHING, "Everything"), *tasks]

    @property
    def task_id(self) -> UUID | None:
        """Return the chosen task, None for everything."""
        chosen = self.cleaned_data["what"]
        return None if chosen == EVERYTHING else UUID(chosen)


@require_http_methods(["GET", "POST"])
@desk_page
def plan_backwards(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Say what has to start when for a wished end; with a yes, hold the project or the task to it."""
    known = anchor_queries.list_anchors(actor=actor, project_id=project_id)
    form = WishForm(request.POST or None, known=known)
    if request.method == "POST" and "try" in request.GET:
        return render(request, "desk/plan/_wish.html", _wish(actor, project_id, form))

    def answered() -> HttpResponse | str:
        end_on, at = form.cleaned_data["end_on"], clock.now()
        if form.task_id is None:
            targets.set_target(actor=actor, project_id=project_id, end_on=end_on, at=at)
            return "The project has another target."
        wish = wishes.get_wish(actor=actor, project_id=project_id, end_on=end_on, task_id=form.task_id, at=at)
        deadline = TaskTiming(task_id=form.task_id, must_finish_by_at=wish.end_at)
        done = steering.change_plan(actor=actor, project_id=project_id, change=PlanChange(timings=(deadline,)), at=at)
        return answers.done(request, "The task has another deadline.", undo_url=undo_url(project_id, done.step_id))

    question = asks.Question(
        title="Plan backwards from an end",
        verb="Hold the plan to it",
        is_wide=True,
        try_url=f"{reverse('plan_backwards', kwargs={'project_id': project_id})}?try=1",
    )
    return asks.ask(request, question, form, answered, beneath=reverse("project", kwargs={"project_id": project_id}))


def _wish(actor: Actor, project_id: UUID, form: WishForm) -> dict[str, object]:
    if not form.is_valid():
        return {}
    at = clock.now()
    try:
        wish = wishes.get_wish(
            actor=actor, project_id=project_id, end_on=form.cleaned_data["end_on"], task_id=form.task_id, at=at
        )
    except ConflictError as error:
        return {"refusal": f"{error.detail} {error.remedy}".strip()}
    return {"wish": wish}
