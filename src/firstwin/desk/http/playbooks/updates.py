"""Running projects of a playbook brought to its newest version by one rule: tried out first, then carried out."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from firstwin.desk.http.access import desk_page, may_shape
from firstwin.desk.http.playbooks import pages
from firstwin.desk.http.task_forms import add_problems
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.updates import Decision, RunOutcome, UpdateAspect, UpdateGroup, UpdateRule, UpdateScope
from firstwin.projects.operations import update_runs
from firstwin.projects.queries import updates as update_queries
from firstwin.shared import clock, wording
from firstwin.shared.errors import InvalidInputError

TAKE = (
    (UpdateGroup.ADDED.value, "Everything new"),
    (UpdateGroup.REMOVED.value, "Removals of what nobody has worked on"),
)
ASPECTS = (
    (UpdateAspect.TEXT.value, "Changed words"),
    (UpdateAspect.TIMING.value, "Changed timing"),
    (UpdateAspect.LINKS.value, "Changed dependencies"),
    (UpdateAspect.SETTINGS.value, "Changed settings"),
    (UpdateAspect.PEOPLE.value, "Changed roles and visibility"),
    (UpdateAspect.PLACE.value, "Changed places and order"),
)
CONFLICTS = (
    ("", "Leave them to the project's owner"),
    (Decision.REFUSE.value, "Keep what the project has"),
    (Decision.ACCEPT.value, "Take the new version"),
)
WORDS = {
    RunOutcome.UPDATED: ("Updated", "done"),
    RunOutcome.PARTLY: ("Something left to decide", "waiting"),
    RunOutcome.UNCHANGED: ("Unchanged", "scheduled"),
    RunOutcome.SKIPPED: ("Left alone", "at_risk"),
    RunOutcome.FAILED: ("Not possible", "late"),
}
TRIAL_WORDS = {RunOutcome.UPDATED: ("Would be updated", "done"), RunOutcome.SKIPPED: ("Would be left alone", "at_risk")}


class RunForm(forms.Form):
    """Which projects, and what is taken over without looking."""

    segment = forms.ChoiceField(label="Segment", required=False)
    owner = forms.ChoiceField(label="Owner", required=False)
    stage = forms.ChoiceField(label="Stage", required=False)
    take = forms.MultipleChoiceField(
        label="Take over", required=False, choices=TAKE, widget=forms.CheckboxSelectMultiple
    )
    aspects = forms.MultipleChoiceField(
        label="And of what is still as the playbook had it",
        required=False,
        choices=ASPECTS,
        widget=forms.CheckboxSelectMultiple,
    )
    conflicts = forms.ChoiceField(
        label="Where somebody changed it by hand", required=False, choices=CONFLICTS, widget=forms.RadioSelect
    )
    most_days = forms.IntegerField(
        label="Leave a project alone when its end would move by more than",
        required=False,
        min_value=0,
        max_value=3650,
        help_text="Days, earlier or later. Empty: however far.",
    )

    def __init__(self, *args: Any, choices: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        segments = [(key, wording.in_words(key)) for key, _ in choices["segments"]]
        self.fields["segment"].choices = [("", "Every segment"), *segments]  # type: ignore[attr-defined]
        self.fields["owner"].choices = [("", "Every owner"), *choices["owners"]]  # type: ignore[attr-defined]
        self.fields["stage"].choices = [("", "Every stage"), *choices["stages"]]  # type: ignore[attr-defined]

    def rule(self) -> UpdateRule:
        """Return what was chosen as a rule."""
        data = self.cleaned_data
        return UpdateRule(
            take=tuple(UpdateGroup(value) for value in data["take"]),
            aspects=tuple(UpdateAspect(value) for value in data["aspects"]),
            conflicts=Decision(data["conflicts"]) if data["conflicts"] else None,
            most_days=data["most_days"],
        )

    def scope(self) -> UpdateScope:
        """Return the filters that were chosen."""
        data = self.cleaned_data
        return UpdateScope(
            segment=data["segment"], owner_id=UUID(data["owner"]) if data["owner"] else None, stage=data["stage"]
        )


STANDARD = {
    "take": [UpdateGroup.ADDED.value],
    "aspects": [UpdateAspect.TEXT.value],
    "conflicts": "",
    "most_days": 5,
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def show(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show which running projects use an older version, and try a rule out on them."""
    choices = dict(update_queries.list_outdated_choices(actor=actor, playbook_id=playbook_id))
    form = RunForm(request.POST or None, initial=STANDARD, choices=choices)
    if request.method == "POST" and form.is_valid():
        try:
            run_id = update_runs.start_run(
                actor=actor,
                playbook_id=playbook_id,
                rule=form.rule(),
                scope=form.scope(),
                is_trial="now" not in request.POST,
                at=clock.now(),
            )
        except InvalidInputError as error:
            add_problems(form, error)
        else:
            return HttpResponseRedirect(_run_address(playbook_id, run_id))
    context = pages.context_of(request, actor, playbook_id, "updates")
    context |= {
        "form": form,
        "may_shape": may_shape(actor),
        "runs": update_queries.list_runs(actor=actor, playbook_id=playbook_id),
    }
    return render(request, "desk/playbooks/updates.html", context, status=422 if form.errors else 200)


def _run_address(playbook_id: UUID, run_id: UUID) -> str:
    return reverse("playbook_update_run", kwargs={"playbook_id": playbook_id, "run_id": run_id})


@require_safe
@desk_page
def show_run(request: HttpRequest, actor: Actor, playbook_id: UUID, run_id: UUID) -> HttpResponse:
    """Show how far a run is and what came of each project; a trial can be carried out from here."""
    run = update_queries.get_run(actor=actor, run_id=run_id)
    context = pages.context_of(request, actor, playbook_id, "updates")
    words = {**WORDS, **TRIAL_WORDS} if run.is_trial else WORDS
    context |= {
        "run": run,
        "may_shape": may_shape(actor),
        "is_over": run.finished_at is not None,
        "outcomes": [(words[outcome], run.outcomes[outcome]) for outcome in WORDS if outcome in run.outcomes],
        "results": [
            {
                "result": row,
                "words": words[row.outcome],
                "days": (row.end_after.date() - row.end_before.date()).days
                if row.end_after and row.end_before
                else None,
                "is_to_review": row.left > 0,
            }
            for row in update_queries.list_results(actor=actor, run_id=run_id)
        ],
        "again": _again(run.rule, run.scope),
        "would": run.outcomes.get(RunOutcome.UPDATED, 0) + run.outcomes.get(RunOutcome.PARTLY, 0),
    }
    return render(request, "desk/playbooks/update_run.html", context)


def _again(rule: UpdateRule, scope: UpdateScope) -> list[tuple[str, str]]:
    """Return a rule and its filters as the fields of the form, so that a trial can be carried out as it was tried."""
    fields = [("take", group.value) for group in rule.take] + [("aspects", aspect.value) for aspect in rule.aspects]
    fields += [("segment", scope.segment), ("stage", scope.stage), ("owner", str(scope.owner_id or ""))]
    fields += [("conflicts", rule.conflicts.value if rule.conflicts else "")]
    return [*fields, ("most_days", "" if rule.most_days is None else str(rule.most_days))]
