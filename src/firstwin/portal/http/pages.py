"""What the customer's people read: their project, one step of it, their mail choices."""

from pathlib import Path
from uuid import UUID

from django.contrib import messages as notices
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from firstwin.communications.contracts import MailChoice, Preferences
from firstwin.communications.operations import preferences as preference_operations
from firstwin.communications.queries import messages as message_queries
from firstwin.communications.queries import preferences as preference_queries
from firstwin.identity.contracts import Actor
from firstwin.portal import queries, rules
from firstwin.portal.contracts import TaskPage
from firstwin.portal.http.door import portal_page, zone_of
from firstwin.portal.http.forms import MailForm, SendBackForm, StuckForm, finish_form
from firstwin.projects.queries import files as file_queries
from firstwin.projects.queries import statements
from firstwin.shared import clock


@require_safe
@portal_page
def show_first_project(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Lead to the reader's project: the running one where there is one."""
    projects = queries.list_projects(actor=actor)
    if not projects:
        return render(request, "portal/nothing.html", _frame(actor))
    return HttpResponseRedirect(reverse("portal_project", kwargs={"project_id": projects[0].id}))


@require_safe
@portal_page
def show_project(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show a project: greeting, next step, progress, plan, people, meetings, files."""
    now = clock.now()
    home = queries.get_home(actor=actor, project_id=project_id, at=now)
    first_name = actor.name.split()[0] if actor.name.split() else actor.name
    context = {
        "home": home,
        "workspace": home.workspace,
        "actor": actor,
        "now": now,
        "greeting": rules.greeting(now, zone_of(actor), first_name),
    }
    return render(request, "portal/home.html", context)


@require_safe
@portal_page
def show_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Show one step with everything that can be done about it."""
    page = queries.get_task_page(actor=actor, task_id=task_id, at=clock.now())
    return render_task(request, actor, page)


def render_task(
    request: HttpRequest, actor: Actor, page: TaskPage, *, status: int = 200, **more: object
) -> HttpResponse:
    """Answer the page of a step; `more` carries forms with what was typed and why it was not taken."""
    task = page.card.task
    context = {
        "page": page,
        "task": task,
        "workspace": page.workspace,
        "actor": actor,
        "now": clock.now(),
        "form": finish_form(task.kind.value, task.settings, answers=task.result),
        "stuck_form": StuckForm(prefix="stuck"),
        "back_form": SendBackForm(prefix="back"),
        **more,
    }
    return render(request, "portal/task.html", context, status=status)


@require_safe
@portal_page
def show_days(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show the statement of the days that the team shared."""
    shared = statements.get_shared_statement(actor=actor, project_id=project_id)
    context = {**_frame(actor), "shared": shared, "statement": shared.statement, "message": shared.message}
    return render(request, "portal/days.html", context)


@require_safe
@portal_page
def download_days(_request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Hand the shared statement out on paper."""
    shared = statements.get_shared_statement(actor=actor, project_id=project_id)
    response = HttpResponse(statements.paper_of(shared.statement, shared.message), content_type="application/pdf")
    name = f"days-{shared.statement.as_of}.pdf"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


@require_safe
@portal_page
def show_message(request: HttpRequest, actor: Actor, message_id: UUID) -> HttpResponse:
    """Show a mail that went to the reader once more."""
    message = message_queries.get_message(actor=actor, message_id=message_id)
    context = {**_frame(actor), "message": message}
    return render(request, "portal/message.html", context)


@require_safe
@portal_page
def download_file(_request: HttpRequest, actor: Actor, file_id: UUID) -> HttpResponseBase:
    """Hand a file out."""
    content = file_queries.get_file(actor=actor, file_id=file_id)
    response = FileResponse(Path(content.path).open("rb"))  # noqa: SIM115 - the response closes it
    for name, value in content.headers.items():  # now, for the response has set some of its own
        response.headers[name] = value
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@portal_page
def choose_mail(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show and keep which mails the reader gets."""
    current = preference_queries.get_preferences(actor=actor)
    kinds = list(current.choices)
    if request.method == "POST":
        form = MailForm(kinds, request.POST)
        if form.is_valid():
            given = form.cleaned_data
            chosen = Preferences(
                choices={kind: MailChoice(given[kind.value]) for kind in kinds},
                quiet_from=given["quiet_from"],
                quiet_until=given["quiet_until"],
                summary_at=given["summary_at"],
                time_zone=current.time_zone,
            )
            preference_operations.choose_mail(actor=actor, preferences=chosen, at=clock.now())
            notices.success(request, "Your choice is kept.")
            return HttpResponseRedirect(reverse("portal_mail"))
    else:
        initial = {kind.value: choice.value for kind, choice in current.choices.items()}
        times = {"quiet_from": current.quiet_from, "quiet_until": current.quiet_until, "summary_at": current.summary_at}
        form = MailForm(kinds, initial={**initial, **times})
    context = {**_frame(actor), "form": form, "time_zone": current.time_zone}
    return render(request, "portal/mail.html", context, status=422 if form.errors else 200)


def _frame(actor: Actor) -> dict[str, object]:
    return {"workspace": queries.get_frame(actor=actor), "actor": actor, "now": clock.now()}
