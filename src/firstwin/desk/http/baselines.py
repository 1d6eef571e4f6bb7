"""Baselines of a project: kept under a name, compared with the plan, sent as CSV, removed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from firstwin.desk.http import answers, asks, charts
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.downloads import csv_answer
from firstwin.identity.contracts import Actor
from firstwin.projects.operations import baselines
from firstwin.projects.queries import baselines as baseline_queries
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock
from firstwin.shared.errors import NotFoundError


class BaselineForm(forms.Form):
    """What the dates are called that are kept."""

    name = forms.CharField(label="Name", max_length=100, help_text="Such as “Agreed on 3 March”.")


def _gantt(project_id: UUID) -> str:
    return f"{reverse('project', kwargs={'project_id': project_id})}?view=gantt"


@require_http_methods(["GET", "POST"])
@desk_page
def keep(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Keep the dates of a plan as they are now."""
    baseline_queries.list_baselines(actor=actor, project_id=project_id)  # raises for a project that is not the reader's
    form = BaselineForm(request.POST or None, initial={"name": f"Plan of {timezone.localdate():%-d %B %Y}"})

    def answered() -> HttpResponse:
        made = baselines.keep_baseline(
            actor=actor, project_id=project_id, name=form.cleaned_data["name"], at=clock.now()
        )
        return answers.gone_to(f"{_gantt(project_id)}&baseline={made}#compared")

    question = asks.Question(
        title="Keep a baseline", verb="Keep", text="All dates as they are now, to see later what became of them."
    )
    return asks.ask(request, question, form, answered, beneath=_gantt(project_id))


@require_http_methods(["GET", "POST"])
@desk_page
def remove(request: HttpRequest, actor: Actor, project_id: UUID, baseline_id: UUID) -> HttpResponse:
    """Let go of a baseline."""
    known = baseline_queries.list_baselines(actor=actor, project_id=project_id)
    found = next((one for one in known if one.id == baseline_id), None)
    if found is None:
        raise NotFoundError("There is no such baseline.", remedy="It may have been removed; look at the plan.")

    def answered() -> HttpResponse:
        baselines.remove_baseline(actor=actor, project_id=project_id, baseline_id=baseline_id, at=clock.now())
        return answers.gone_to(f"{_gantt(project_id)}#compared")

    text = "The plan stays as it is. The dates of this baseline cannot be brought back."
    question = asks.Question(title=f"Remove the baseline “{found.name}”", verb="Remove", text=text, is_danger=True)
    form = forms.Form(request.POST if request.method == "POST" else None)
    return asks.ask(request, question, form, answered, beneath=_gantt(project_id))


_HEAD = ("Stage", "Task", "Owner", "Baseline", "Baseline start", "Baseline end", "Plan start", "Plan end", "Begun", "Done",
         "Slip in days", "To spare in working days", "Decides the end")  # fmt: skip


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor, project_id: UUID) -> StreamingHttpResponse:
    """Send baseline, plan, what happened and the slip of every task as CSV, in the reader's zone."""
    detail, room = project_queries.get_project_with_room(actor=actor, project_id=project_id, at=clock.now())
    chosen_id = charts.baseline_asked_for(request)
    compared = baseline_queries.get_baselines(actor=actor, detail=detail, chosen_id=chosen_id)
    rows = (_line(row, compared.chosen.name) for row in charts.rows_of(detail, room, compared))
    return csv_answer(f"plan-{timezone.localdate():%Y-%m-%d}.csv", _HEAD, rows)


def _line(row: dict[str, Any], name: str) -> tuple[object, ...]:
    task, kept, spare = row["task"], row["kept"], row["spare"]
    return (
        row["stage"].name,
        task.name,
        task.assignee.name if task.assignee else "",
        name,
        _text(kept.start_at if kept else None),
        _text(kept.due_at if kept else None),
        _text(task.start_at),
        _text(task.due_at),
        _text(task.started_at),
        _text(task.finished_at),
        "" if row["slip"] is None else row["slip"],
        spare.float_days if spare else "",
        "yes" if spare and spare.is_critical else "",
    )


def _text(at: datetime | None) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at else ""
