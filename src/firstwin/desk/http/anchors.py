"""Moving the start, the signature, the kickoff or go-live of a project, with what becomes of what was set by hand."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from firstwin.desk.http import answers, asks
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.steering import shown, undo_url
from firstwin.desk.http.task_forms import InstantInput
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.anchors import AnchorInfo, AnchorMove, Following
from firstwin.projects.operations import anchors
from firstwin.projects.queries import anchors as anchor_queries
from firstwin.shared import clock
from firstwin.shared.errors import FirstwinError, InvalidInputError

FOLLOWING = [
    (Following.KEEP_SET.value, "Dates stay where they are"),
    (Following.SHIFT_ALL.value, "Dates move by the same number of days"),
    (Following.TO_PLAYBOOK.value, "All goes back to the playbook"),
]


class AnchorForm(forms.Form):
    """Which instant moves where, and what follows."""

    anchor = forms.ChoiceField(label="What moves")
    to_at = forms.DateTimeField(label="To", widget=InstantInput())
    following = forms.ChoiceField(
        label="What was set by hand",
        choices=FOLLOWING,
        help_text=(
            "Everything else follows in any case. Back to the playbook go dates, lengths and dependencies. "
            "What has begun or is done stays, and so do deadlines."
        ),
    )

    def __init__(self, *args: Any, known: Sequence[AnchorInfo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        anchor = self.fields["anchor"]
        assert isinstance(anchor, forms.ChoiceField)  # noqa: S101 - for the type checker
        anchor.choices = [(one.anchor, _now(one)) for one in known]

    def move(self) -> AnchorMove:
        """Return what was said as the operation takes it."""
        said = self.cleaned_data
        return AnchorMove(anchor=said["anchor"], to_at=said["to_at"], following=Following(said["following"]))


def _now(anchor: AnchorInfo) -> str:
    at = timezone.localtime(anchor.at)
    return f"{anchor.name}, now {at.day} {at:%B %Y, %H:%M}"


@require_http_methods(["GET", "POST"])
@desk_page
def move(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Move what the plan hangs on; with `?try=` only say what that would do."""
    known = anchor_queries.list_anchors(actor=actor, project_id=project_id)
    form = AnchorForm(request.POST or None, known=known)
    if request.method == "POST" and "try" in request.GET:
        return render(request, "desk/plan/_effect.html", _effect(actor, project_id, form))

    def answered() -> HttpResponse:
        done = anchors.move_anchor(actor=actor, project_id=project_id, move=form.move(), at=clock.now())
        said = " ".join(("Moved; the plan follows.", *done.notes))
        return answers.done(request, said, undo_url=undo_url(project_id, done.step_id))

    question = asks.Question(
        title="Move the start or another key date",
        verb="Move",
        is_wide=True,
        try_url=f"{reverse('move_anchor', kwargs={'project_id': project_id})}?try=1",
    )
    beneath = reverse("project", kwargs={"project_id": project_id})
    return asks.ask(request, question, form, answered, beneath=beneath)


def _effect(actor: Actor, project_id: UUID, form: AnchorForm) -> dict[str, object]:
    if not form.is_valid():
        return {}
    try:
        effect = anchors.preview_move(actor=actor, project_id=project_id, move=form.move(), at=clock.now())
    except InvalidInputError as error:
        return {"refusal": " ".join(problem.message for problem in error.problems) or error.detail}
    except FirstwinError as error:
        return {"refusal": f"{error.detail} {error.remedy}".strip()}
    return shown(effect)
