"""A plan from its end: what has to start when for a wished end, and the end that a project is held to."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from firstwin.desk.http import asks
from firstwin.desk.http.access import desk_page
from firstwin.identity.contracts import Actor
from firstwin.projects.operations import targets
from firstwin.projects.queries import anchors as anchor_queries
from firstwin.projects.queries import wishes
from firstwin.shared import clock
from firstwin.shared.errors import ConflictError


class WishForm(forms.Form):
    """The day on which everything is to be done."""

    end_on = forms.DateField(
        label="Everything done by",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="It becomes the target of the project. The plan itself stays as it is.",
    )


@require_http_methods(["GET", "POST"])
@desk_page
def plan_backwards(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Say what has to start when for a wished end; with a yes, hold the project to it."""
    anchor_queries.list_anchors(actor=actor, project_id=project_id)  # raises for a project that is not the reader's
    form = WishForm(request.POST or None)
    if request.method == "POST" and "try" in request.GET:
        return render(request, "desk/plan/_wish.html", _wish(actor, project_id, form))

    def answered() -> str:
        targets.set_target(actor=actor, project_id=project_id, end_on=form.cleaned_data["end_on"], at=clock.now())
        return "The project has another target."

    question = asks.Question(
        title="Plan backwards from an end",
        verb="Make it the target",
        is_wide=True,
        try_url=f"{reverse('plan_backwards', kwargs={'project_id': project_id})}?try=1",
    )
    return asks.ask(request, question, form, answered, beneath=reverse("project", kwargs={"project_id": project_id}))


def _wish(actor: Actor, project_id: UUID, form: WishForm) -> dict[str, object]:
    if not form.is_valid():
        return {}
    at = clock.now()
    try:
        wish = wishes.get_wish(actor=actor, project_id=project_id, end_on=form.cleaned_data["end_on"], at=at)
    except ConflictError as error:
        return {"refusal": f"{error.detail} {error.remedy}".strip()}
    return {"wish": wish}
