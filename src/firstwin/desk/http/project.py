"""A project: its plan as a list, a board and over time, its people, messages, files and everything that happened."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import messages as message_queries
from firstwin.customers import queries as customer_queries
from firstwin.desk import queries as desk_queries
from firstwin.desk.http import charts, outlook, people, task_panel, waiting
from firstwin.desk.http.access import desk_page, is_fragment, may_edit, may_shape
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter
from firstwin.playbooks.contracts import Side, TaskKind, Visibility
from firstwin.projects.contracts import ProjectDetail, ProjectState, StageInfo, TaskInfo, TaskStanding, TaskState
from firstwin.projects.contracts.proofs import Proof
from firstwin.projects.queries import comments, files, proofs
from firstwin.projects.queries import projects as project_queries
from firstwin.projects.queries import updates as update_queries
from firstwin.shared import clock, middleware, wording
from firstwin.shared.errors import NotFoundError

BOARD = (
    ("ahead", "Ahead", (TaskStanding.SCHEDULED, TaskStanding.BLOCKED)),
    ("ready", "Ready", (TaskStanding.READY, TaskStanding.LATE)),
    ("in_progress", "In progress", (TaskStanding.IN_PROGRESS,)),
    ("stuck", "Stuck", (TaskStanding.STUCK,)),
    ("approval", "Awaiting approval", (TaskStanding.AWAITING_APPROVAL,)),
    ("done", "Done", (TaskStanding.DONE, TaskStanding.NOT_APPLICABLE, TaskStanding.CANCELLED)),
)


def frame(request: HttpRequest, actor: Actor, project_id: UUID, tab: str) -> dict[str, Any]:
    """Return what every tab of a project shows around itself."""
    at = clock.now()
    return framed(request, actor, project_queries.get_project(actor=actor, project_id=project_id, at=at), tab, at)


def framed(request: HttpRequest, actor: Actor, detail: ProjectDetail, tab: str, at: datetime) -> dict[str, Any]:
    """Return what every tab shows around itself, of a project that was read already."""
    summary = detail.summary
    newer = update_queries.find_newer_number(actor=actor, project=summary)
    is_running = summary.state in {ProjectState.ACTIVE, ProjectState.DRAFT}
    return {
        "now": at,
        "tab": tab,
        "detail": detail,
        "project": summary,
        "steps": _steps(detail, at),
        "waits": waiting.sides(detail, at),
        "outlook": outlook.outlook_of(actor, summary, at) if summary.state is ProjectState.ACTIVE else None,
        "is_running": is_running,
        "is_held": summary.state is ProjectState.ON_HOLD,
        "is_over": summary.state in {ProjectState.COMPLETED, ProjectState.CANCELLED},
        "first_thing": _first_thing(detail),
        "may_edit": may_edit(actor),
        "may_shape": may_shape(actor),
        "head": journal_queries.find_head(workspace_id=actor.workspace_id)[0],
        "plan_url": reverse("project", kwargs={"project_id": summary.id}),
        "here": request.get_full_path(),
        "newer_title": f"Version {newer} of the playbook is out" if newer is not None else "",
    }


def _first_thing(detail: ProjectDetail) -> str:
    """Return what the one button of a project does; the rest stands in its menu."""
    match detail.summary.state:
        case ProjectState.COMPLETED | ProjectState.CANCELLED:
            return "reopen"
        case ProjectState.ON_HOLD:
            return "resume"
    if all(criterion.is_met for criterion in detail.completion):
        return "complete"
    return "first_win" if detail.is_first_win_near else "add"


def _steps(detail: ProjectDetail, at: datetime) -> list[dict[str, object]]:
    return [
        {"name": stage.name, "state": state, "detail": words, "href": f"#stage-{stage.key}"}
        for stage in detail.stages
        for state, words in (_step(stage, at),)
    ]


def _step(stage: StageInfo, at: datetime) -> tuple[str, str]:
    today = timezone.localtime(at).date()
    if stage.task_count and stage.done_count == stage.task_count:
        return "done", "Done"
    if stage.is_current:
        return "current", f"{stage.done_count} of {stage.task_count} done"
    if stage.done_count:
        return "ahead", f"{stage.done_count} of {stage.task_count} done"
    return "ahead", f"from {wording.short_day(timezone.localtime(stage.start_at).date(), today=today)}"


def proofs_of(actor: Actor, detail: ProjectDetail) -> Mapping[UUID, Proof]:
    """Return how far open tasks are that usage closes; one query, none for a plan without such tasks."""
    kinds, closed = (
        {TaskKind.USAGE, TaskKind.MILESTONE},
        {TaskState.DONE, TaskState.NOT_APPLICABLE, TaskState.CANCELLED},
    )
    tasks = [task for stage in detail.stages for task in stage.tasks if task.kind in kinds and task.state not in closed]
    return proofs.get_proofs(actor=actor, task_ids=[task.id for task in tasks])


def row_of(task: TaskInfo, plan_url: str, proof: Proof | None = None) -> dict[str, object]:
    """Return a task as a row or a card shows it; its address lies under that of the plan."""
    word, icon = task_panel.KIND_WORDS[task.kind]
    return {
        "task": task,
        "url": f"{plan_url}tasks/{task.id}/",
        "kind_word": word,
        "kind_icon": icon,
        "is_hidden": task.visibility is Visibility.INTERNAL,
        "is_customers": task.side is Side.CUSTOMER,
        "is_by_click": task.kind in task_panel.BY_A_CLICK,
        "is_finished": task.state in {TaskState.DONE, TaskState.NOT_APPLICABLE, TaskState.CANCELLED},
        "is_milestone": task.kind is TaskKind.MILESTONE,
        "proof": proof,
    }


@require_safe
@desk_page
def show_plan(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show the plan as its address asks: a list, a board or a Gantt chart. `?task=` is how mails name a task."""
    if task_id := request.GET.get("task"):
        return HttpResponseRedirect(f"{reverse('project', kwargs={'project_id': project_id})}tasks/{task_id}/")
    context = _plan(request, actor, project_id)
    response = render(request, "desk/project/plan.html", context)
    if context["view"] == "gantt":
        # The chart's library writes style attributes into its drawing; scripts and style elements stay forbidden.
        response.headers[middleware.HEADER] = middleware.policy(style_src_attr="'unsafe-inline'")
    return response


def _plan(request: HttpRequest, actor: Actor, project_id: UUID) -> dict[str, Any]:
    at = clock.now()
    view = request.GET.get("view", "list")
    only = request.GET.get("only", "")
    chart = {}
    if view == "gantt":
        detail, room = project_queries.get_project_with_room(actor=actor, project_id=project_id, at=at)
        chart = charts.read(request, actor, detail, room)
    else:
        detail = project_queries.get_project(actor=actor, project_id=project_id, at=at)
    context = framed(request, actor, detail, "plan", at) | chart
    plan_url = context["plan_url"]
    proved = proofs_of(actor, detail)
    stages = [
        (stage, [row_of(task, plan_url, proved.get(task.id)) for task in stage.tasks if _is_asked(task, only)])
        for stage in detail.stages
    ]
    context |= {
        "view": view if view in {"list", "board", "gantt"} else "list",
        "only": only,
        "stages": [(stage, rows) for stage, rows in stages if rows or not only],
        "people": people.choices(actor, detail.summary.account_id) if context["may_edit"] else [],
    }
    if view == "board":
        context["columns"] = _columns(detail, plan_url)
    return context


def _is_asked(task: TaskInfo, only: str) -> bool:
    match only:
        case "open":
            return task.state in {TaskState.OPEN, TaskState.IN_PROGRESS, TaskState.STUCK, TaskState.AWAITING_APPROVAL}
        case "customer":
            return task.side is Side.CUSTOMER
        case "late":
            return task.standing in {TaskStanding.LATE, TaskStanding.STUCK}
        case "milestones":
            return task.kind is TaskKind.MILESTONE
        case _:
            return True


def _columns(detail: ProjectDetail, plan_url: str) -> list[dict[str, object]]:
    tasks = [task for stage in detail.stages for task in stage.tasks]
    return [
        {"key": key, "title": title, "rows": [row_of(task, plan_url) for task in tasks if task.standing in standings]}
        for key, title, standings in BOARD
    ]


@require_safe
@desk_page
def show_task(request: HttpRequest, actor: Actor, project_id: UUID, task_id: UUID) -> HttpResponse:
    """Show a task beside the page one is on; opened by its address, beside the plan."""
    at = clock.now()
    task = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    if task.project_id != project_id:
        raise NotFoundError("This task belongs to another project.", remedy="Look for it in its own plan.")
    if is_fragment(request):
        detail = project_queries.get_project(actor=actor, project_id=task.project_id, at=at)
        return render(request, "desk/task/panel.html", task_panel.read(request, actor, detail, task))
    context = _plan(request, actor, task.project_id)
    context |= task_panel.read(request, actor, context["detail"], task)
    context["here"] = context["plan_url"]
    return render(request, "desk/task/page.html", context)


@require_safe
@desk_page
def show_people(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show who does what on both sides."""
    context = frame(request, actor, project_id, "people")
    account_id = context["project"].account_id
    context["members"] = [
        (f"{Side.VENDOR.value}:{member.id}", member.name) for member in identity_queries.list_members(actor=actor)
    ]
    contacts = customer_queries.list_contacts(actor=actor, account_id=account_id)
    context["contacts"] = [(f"{Side.CUSTOMER.value}:{contact.id}", contact.name) for contact in contacts]
    context["roles"] = [(role, people.choice_of(role.person)) for role in context["detail"].roles]
    context["others"] = contacts
    return render(request, "desk/project/people.html", context)


@require_safe
@desk_page
def show_messages(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show the conversation of a project: comments on it and on its tasks."""
    context = frame(request, actor, project_id, "messages")
    names = {task.id: task.name for stage in context["detail"].stages for task in stage.tasks}
    page = comments.list_comments(
        actor=actor, project_id=project_id, is_whole_project=True, cursor=request.GET.get("cursor")
    )
    context["comments"] = [(comment, names.get(comment.task_id) if comment.task_id else None) for comment in page.items]
    context["next_cursor"] = page.next_cursor
    context["meetings"] = meeting_queries.list_meetings(actor=actor, project_id=project_id)
    context["mails"] = message_queries.list_messages(actor=actor, project_id=project_id, limit=20).items
    context["members"] = [member.name for member in identity_queries.list_members(actor=actor)]
    return render(request, "desk/project/messages.html", context)


@require_safe
@desk_page
def show_files(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show every file of a project."""
    context = frame(request, actor, project_id, "files")
    names = {task.id: task.name for stage in context["detail"].stages for task in stage.tasks}
    found = files.list_files(actor=actor, project_id=project_id)
    context["files"] = [(file, names.get(file.task_id) if file.task_id else None) for file in found]
    return render(request, "desk/project/files.html", context)


@require_safe
@desk_page
def show_timeline(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show everything that happened, from the journal."""
    context = frame(request, actor, project_id, "timeline")
    chosen = EntryFilter(project_id=project_id)
    context["page"] = desk_queries.list_timeline(actor=actor, chosen=chosen, cursor=request.GET.get("cursor"), limit=50)
    return render(request, "desk/project/timeline.html", context)
