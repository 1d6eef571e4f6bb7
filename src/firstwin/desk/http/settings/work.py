"""Background work of the workspace: how much there is, and what failed for good."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http.access import desk_page
from firstwin.desk.http.asks import Question, ask
from firstwin.desk.http.settings import tabs
from firstwin.identity.contracts import Actor
from firstwin.jobs import operations as job_operations
from firstwin.jobs import queries as job_queries
from firstwin.jobs.contracts import JobNotFoundError
from firstwin.shared import clock

SHOWN = 100


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the numbers and the jobs that were given up."""
    context = {
        "stats": job_queries.get_workspace_stats(actor),
        "jobs": job_queries.list_dead_jobs(actor, limit=SHOWN),
        "shown": SHOWN,
    }
    return tabs.page(request, actor, "settings_work", "work.html", context)


@require_POST
@desk_page
def retry(request: HttpRequest, actor: Actor, job_id: UUID) -> HttpResponse:
    """Give a job another full set of attempts."""
    job_operations.retry_job(actor=actor, job_id=job_id, at=clock.now())
    messages.success(request, "It is tried again now.")
    return redirect("settings_work")


@require_http_methods(["GET", "POST"])
@desk_page
def drop(request: HttpRequest, actor: Actor, job_id: UUID) -> HttpResponse:
    """Ask once, then delete a job for good."""
    job = next((job for job in job_queries.list_dead_jobs(actor, limit=SHOWN) if job.id == job_id), None)
    if job is None:
        raise JobNotFoundError("There is no such dead job; perhaps it was retried or dropped already.")
    question = Question(
        title=f"Drop “{job.kind}”",
        verb="Drop job",
        text="What it was to do will never be done. This cannot be undone.",
        is_danger=True,
    )

    def carry_out() -> str:
        job_operations.drop_job(actor=actor, job_id=job_id)
        return "The job was dropped."

    form = forms.Form(request.POST if request.method == "POST" else None)
    return ask(request, question, form, carry_out, beneath=reverse("settings_work"))
