"""The statement of a project's days: what the customer would read, sharing it and taking it back."""

from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from firstwin.desk.http import answers, project
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.downloads import attachment
from firstwin.identity.contracts import Actor
from firstwin.projects.operations import statements as statement_operations
from firstwin.projects.queries import statements
from firstwin.shared import clock


class ShareForm(forms.Form):
    """A word to the customer, above the statement."""

    message = forms.CharField(
        label="A word to them",
        help_text="Stands above the days. May stay empty.",
        max_length=statement_operations.LONGEST_MESSAGE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show the statement that is shared while it is up to date, else as it would be shared now."""
    context = project.frame(request, actor, project_id, "days")
    statement = statements.get_statement(actor=actor, project_id=project_id)
    shared = statements.find_shared_statement(actor=actor, project_id=project_id)
    account = context["project"].account_name
    context |= {
        "statement": statement,
        "shared": shared,
        "is_current": shared is not None and shared.statement.mark == statement.mark,
        "message": shared.message if shared and shared.statement.mark == statement.mark else "",
        "form": ShareForm(),
        "shared_title": f"{account} can read this",
        "share_words": f"Share with {account}",
    }
    return render(request, "desk/project/statement.html", context)


@require_safe
@desk_page
def download(_request: HttpRequest, actor: Actor, project_id: UUID) -> StreamingHttpResponse:
    """Send the statement as it would be shared now on paper."""
    statement = statements.get_statement(actor=actor, project_id=project_id)
    paper = statements.paper_of(statement)
    return attachment(f"days-{statement.as_of}.pdf", [paper], content_type="application/pdf")


@require_POST
@desk_page
def share(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Let the customer read what was looked at."""
    statement_operations.share_statement(
        actor=actor,
        project_id=project_id,
        mark=request.POST.get("mark", ""),
        message=request.POST.get("message", ""),
        at=clock.now(),
    )
    return answers.done(request, "The customer can read the statement now.")


@require_POST
@desk_page
def withdraw(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Take the statement back."""
    statement_operations.withdraw_statement(actor=actor, project_id=project_id, at=clock.now())
    return answers.done(request, "The statement is withdrawn.")
