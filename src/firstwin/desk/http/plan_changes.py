"""Changes of a plan as a whole: a task more, and one change for many tasks."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from firstwin.desk.http import answers, asks, people
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.task_forms import NewTaskForm
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts.changes import BulkChange, BulkVerb, NewTask
from firstwin.projects.operations import bulk, scope
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError

DONE_WORDS = {
    BulkVerb.COMPLETE: "done",
    BulkVerb.START: "begun",
    BulkVerb.NOT_APPLICABLE: "marked as not applicable",
    BulkVerb.REOPEN: "open again",
    BulkVerb.ASSIGN: "assigned",
    BulkVerb.MOVE_BY_DAYS: "moved",
    BulkVerb.REMOVE: "removed",
}


@require_http_methods(["GET", "POST"])
@desk_page
def add_task(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Add a task to a running plan."""
    detail = project_queries.get_project(actor=actor, project_id=project_id, at=clock.now())
    stages = [(str(stage.id), stage.name) for stage in detail.stages]
    current = next((str(stage.id) for stage in detail.stages if stage.is_current), stages[0][0] if stages else "")
    form = NewTaskForm(
        request.POST or None,
        stages=stages,
        people=people.choices(actor, detail.summary.account_id),
        initial={"stage_id": request.GET.get("stage") or current, "kind": TaskKind.TODO.value, "is_required": True},
    )

    def answered() -> str:
        said = form.cleaned_data
        person = people.chosen(said["person"])
        new = NewTask(
            stage_id=UUID(said["stage_id"]),
            name=said["name"],
            kind=TaskKind(said["kind"]),
            description=said["description"],
            guidance=said["guidance"],
            side=person.side if person else Side.VENDOR,
            assignee=person,
            visibility=Visibility(said["visibility"]),
            is_required=said["is_required"],
            start_at=said["start_at"],
            due_at=said["due_at"],
        )
        scope.add_task(actor=actor, project_id=project_id, new=new, at=clock.now())
        return f"Added “{new.name}”."

    question = asks.Question(title=f"Add a task to {detail.summary.name}", verb="Add task", is_wide=True)
    beneath = reverse("project", kwargs={"project_id": project_id})
    return asks.ask(request, question, form, answered, beneath=beneath)


@require_POST
@desk_page
def change_many(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Apply one change to the selected tasks: all or none."""
    try:
        verb = BulkVerb(request.POST.get("verb", ""))
        task_ids = tuple(UUID(text) for text in request.POST.getlist("id"))
        days = int(request.POST.get("days") or 0)
    except ValueError:
        raise InvalidInputError("This change is not known.", remedy="Choose one from the list.") from None
    change = BulkChange(
        verb=verb,
        task_ids=task_ids,
        reason=request.POST.get("reason", ""),
        assignee=people.chosen(request.POST.get("person", "")),
        days=days,
    )
    count = bulk.change_tasks(actor=actor, change=change, at=clock.now())
    return answers.done(request, f"{count} task{'' if count == 1 else 's'} {DONE_WORDS[verb]}.")
