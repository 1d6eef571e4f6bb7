"""Steering a plan: dates, bounds, lengths and links, each shown with what it would do before it is saved."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from firstwin.desk.http import answers, asks
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.asks import version_seen
from firstwin.desk.http.task_forms import InstantInput
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import TaskInfo
from firstwin.projects.contracts.steering import (
    LinkChange,
    LinkInfo,
    NewLink,
    PlanChange,
    PlanPreview,
    TaskShift,
    TaskTiming,
    TimingPart,
)
from firstwin.projects.contracts.updates import NothingToUndoError
from firstwin.projects.operations import steering, undoing
from firstwin.projects.queries import projects as project_queries
from firstwin.projects.queries import steering as steering_queries
from firstwin.scheduling.contracts import LinkType, SpanUnit, parse_span
from firstwin.shared import clock
from firstwin.shared.errors import FirstwinError, NotFoundError

UNITS = [
    (SpanUnit.WORKING_DAYS.value, "working days"),
    (SpanUnit.CALENDAR_DAYS.value, "calendar days"),
    (SpanUnit.WORKING_HOURS.value, "working hours"),
    (SpanUnit.HOURS.value, "hours"),
]
SUFFIXES = {
    SpanUnit.WORKING_DAYS.value: "wd",
    SpanUnit.CALENDAR_DAYS.value: "d",
    SpanUnit.WORKING_HOURS.value: "wh",
    SpanUnit.HOURS.value: "h",
}
LINKS = [
    (LinkType.FINISH_TO_START.value, "It starts after the other ends"),
    (LinkType.START_TO_START.value, "It starts after the other starts"),
    (LinkType.FINISH_TO_FINISH.value, "It ends after the other ends"),
    (LinkType.START_TO_FINISH.value, "It ends after the other starts"),
]
LONGEST_NUMBER = 10_000
NOTHING_TO_UNDO = "There is nothing to undo. This takes back changes of dates, lengths and dependencies."


class TimingForm(forms.Form):
    """Dates, bounds and length of one task. The dates follow others meanwhile: only what the reader changed is set."""

    start_at = forms.DateTimeField(label="Starts", required=False, widget=InstantInput(), show_hidden_initial=True)
    is_start_fixed = forms.BooleanField(label="Keep this start, whatever moves around it", required=False)
    due_at = forms.DateTimeField(label="Ends", required=False, widget=InstantInput(), show_hidden_initial=True)
    is_due_fixed = forms.BooleanField(label="Keep this end, whatever moves around it", required=False)
    amount = forms.IntegerField(label="Takes", required=False, min_value=0, max_value=LONGEST_NUMBER)
    unit = forms.ChoiceField(label="Counted in", choices=UNITS)
    not_before_at = forms.DateTimeField(
        label="Not before", required=False, widget=InstantInput(), help_text="It starts then at the earliest."
    )
    must_finish_by_at = forms.DateTimeField(
        label="Must finish by",
        required=False,
        widget=InstantInput(),
        help_text="It moves nothing, but the plan says when it is missed.",
    )

    def change(self, task: TaskInfo, version: int | None) -> PlanChange | None:
        """Return what was changed as the operation takes it, or None for nothing."""
        said, changed = self.cleaned_data, set(self.changed_data)
        freed: list[TimingPart] = []
        fields: dict[str, Any] = {}
        for name, mark, part in (
            ("start_at", "is_start_fixed", TimingPart.START),
            ("due_at", "is_due_fixed", TimingPart.DUE),
        ):
            is_new = said[name] is not None and name in changed
            if is_new or (said[mark] and mark in changed):
                fields[name] = said[name] if is_new else getattr(task, name)
            elif mark in changed:
                freed.append(part)
        for name, part in (
            ("not_before_at", TimingPart.NOT_BEFORE),
            ("must_finish_by_at", TimingPart.MUST_FINISH_BY),
        ):
            if name in changed:
                fields |= {name: said[name]} if said[name] is not None else {}
                freed += [part] if said[name] is None else []
        if changed & {"amount", "unit"} and said["amount"] is not None:
            fields["duration"] = f"{said['amount']}{SUFFIXES[said['unit']]}"
        if not fields and not freed:
            return None
        timing = TaskTiming(task_id=task.id, freed=tuple(freed), expected_version=version, **fields)
        return PlanChange(timings=(timing,))


class DragForm(forms.Form):
    """By how many days a drag moved the start and the end of a bar."""

    start = forms.IntegerField(min_value=-LONGEST_NUMBER, max_value=LONGEST_NUMBER, widget=forms.HiddenInput)
    end = forms.IntegerField(min_value=-LONGEST_NUMBER, max_value=LONGEST_NUMBER, widget=forms.HiddenInput)

    def change(self, task: TaskInfo, version: int | None) -> PlanChange | None:
        """Return the new dates; a task that was moved as a whole keeps its length unless its end is set by hand."""
        start, end = timedelta(days=self.cleaned_data["start"]), timedelta(days=self.cleaned_data["end"])
        if not start and not end:
            return None
        is_whole = start == end and bool(task.duration) and not task.is_due_fixed
        timing = TaskTiming(
            task_id=task.id,
            start_at=_shifted(task.start_at, start) if start else None,
            due_at=None if is_whole else _shifted(task.due_at, end),
            on_working_days=True,
            expected_version=version,
        )
        return PlanChange(timings=(timing,))


def _shifted(at: datetime, by: timedelta) -> datetime:
    """Return the same time of the reader's day on another day, whatever the clocks did between."""
    local = timezone.localtime(at)
    return (local.replace(tzinfo=None) + by).replace(tzinfo=local.tzinfo)


class LinkForm(forms.Form):
    """The kind of a dependency and its pause."""

    type = forms.ChoiceField(label="How they hang together", choices=LINKS)
    lag = forms.IntegerField(
        label="Pause",
        required=False,
        min_value=-LONGEST_NUMBER,
        max_value=LONGEST_NUMBER,
        help_text="Nothing for none; a negative one lets both overlap.",
    )
    unit = forms.ChoiceField(label="Counted in", choices=UNITS)

    def span(self) -> str:
        """Return the pause as a span, empty for none."""
        return f"{self.cleaned_data['lag']}{SUFFIXES[self.cleaned_data['unit']]}" if self.cleaned_data["lag"] else ""


class NewLinkForm(LinkForm):
    """A dependency to add."""

    other = forms.ChoiceField(label="The other task")
    field_order = ["other", "type", "lag", "unit"]

    def __init__(self, *args: Any, others: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        other = self.fields["other"]
        assert isinstance(other, forms.ChoiceField)  # noqa: S101 - for the type checker
        other.choices = [("", "Choose a task"), *others]


def undo_url(project_id: UUID, step_id: UUID | None) -> str:
    """Return where a saved change is taken back; nowhere for one that changed nothing."""
    address = reverse("undo_plan", kwargs={"project_id": project_id})
    return f"{address}?step={step_id}" if step_id is not None else ""


@require_POST
@desk_page
def undo(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Take the latest change of a plan back, or the one that `?step=` names."""
    try:
        step_id = UUID(request.GET["step"]) if "step" in request.GET else None
    except ValueError:
        raise NotFoundError("There is no such change.", remedy="Look at the timeline of the project.") from None
    try:
        what = undoing.undo_step(actor=actor, project_id=project_id, step_id=step_id, at=clock.now())
    except NothingToUndoError:
        # A key that is pressed once too often is no mistake of anybody.
        return answers.nothing_done(request, NOTHING_TO_UNDO)
    return answers.done(request, f"Taken back: {what}.")


def _beneath(task: TaskInfo) -> str:
    return reverse("task", kwargs={"project_id": task.project_id, "task_id": task.id})


def _ask(
    request: HttpRequest,
    actor: Actor,
    task: TaskInfo,
    question: asks.Question,
    form: forms.Form,
    change: Callable[[], PlanChange | None],
    notice: str,
) -> HttpResponse:
    """Ask, or carry out what was answered; with `?try=` only say what it would do."""
    if request.method == "POST" and "try" in request.GET:
        return render(request, "desk/plan/_effect.html", _effect(actor, task, form, change))

    def answered() -> str | HttpResponse:
        wanted = change()
        if wanted is None:
            return "Nothing was changed."
        effect = steering.change_plan(actor=actor, project_id=task.project_id, change=wanted, at=clock.now())
        said = " ".join((notice, *effect.notes))
        return answers.done(request, said, undo_url=undo_url(task.project_id, effect.step_id))

    return asks.ask(request, question, form, answered, beneath=_beneath(task), version=task.version)


def _effect(
    actor: Actor, task: TaskInfo, form: forms.Form, change: Callable[[], PlanChange | None]
) -> dict[str, object]:
    wanted = change() if form.is_valid() else None
    if wanted is None:
        return {}
    try:
        effect = steering.preview_change(actor=actor, project_id=task.project_id, change=wanted, at=clock.now())
    except FirstwinError as error:
        return {"refusal": f"{error.detail} {error.remedy}".strip()}
    return shown(effect, task.id)


def shown(effect: PlanPreview, task_id: UUID | None = None) -> dict[str, object]:
    """Return what a page says of an effect; what becomes of the task that was changed itself stands first."""
    days = (timezone.localtime(effect.end_after).date() - timezone.localtime(effect.end_before).date()).days
    own = next((one for one in effect.shifts if one.task_id == task_id), None)
    return {
        "effect": effect,
        "days": days,
        "own": own,
        "own_format": "full" if own is not None and _is_same_days(own) else "short",
        "others": [one for one in effect.shifts if one is not own],
    }


def _is_same_days(shift: TaskShift) -> bool:
    """Say whether a task moves by hours only: its days alone would tell that nothing changes."""
    moved = ((shift.start_before, shift.start_after), (shift.due_before, shift.due_after))
    return all(timezone.localtime(before).date() == timezone.localtime(after).date() for before, after in moved)


def _minute(at: datetime | None) -> datetime | None:
    return timezone.localtime(at).replace(second=0, microsecond=0) if at is not None else None


@require_http_methods(["GET", "POST"])
@desk_page
def edit_timing(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Change dates, bounds and length of a task."""
    task = project_queries.get_task(actor=actor, task_id=task_id, at=clock.now())
    span = parse_span(task.duration) if task.duration else None
    initial = {
        "start_at": _minute(task.start_at),
        "due_at": _minute(task.due_at),
        "is_start_fixed": task.is_start_fixed,
        "is_due_fixed": task.is_due_fixed,
        "amount": span.amount if span else None,
        "unit": span.unit.value if span else SpanUnit.WORKING_DAYS.value,
        "not_before_at": _minute(task.not_before_at),
        "must_finish_by_at": _minute(task.must_finish_by_at),
    }
    form = TimingForm(request.POST or None, initial=initial)
    version = version_seen(request)
    address = reverse("edit_timing", kwargs={"task_id": task_id})
    question = asks.Question(
        title=f"Dates and length of “{task.name}”", verb="Save", is_wide=True, try_url=f"{address}?try=1"
    )
    return _ask(request, actor, task, question, form, lambda: form.change(task, version), "Saved; the plan follows.")


@require_http_methods(["GET", "POST"])
@desk_page
def drag_task(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Say what dropping a bar elsewhere would move, and save it when that is wanted."""
    task = project_queries.get_task(actor=actor, task_id=task_id, at=clock.now())
    initial = {"start": request.GET.get("start", "0"), "end": request.GET.get("end", "0")}
    form = DragForm(request.POST if request.method == "POST" else None, initial=initial)
    version = version_seen(request)
    address = reverse("drag_task", kwargs={"task_id": task_id})
    is_whole = initial["start"] == initial["end"]
    title = f"Move “{task.name}”" if is_whole else f"Change how long “{task.name}” takes"
    question = asks.Question(title=title, verb="Save", try_url=f"{address}?try=1")
    return _ask(request, actor, task, question, form, lambda: form.change(task, version), "Saved; the plan follows.")


@require_http_methods(["GET", "POST"])
@desk_page
def add_link(request: HttpRequest, actor: Actor, task_id: UUID) -> HttpResponse:
    """Let a task wait for another one."""
    at = clock.now()
    task = project_queries.get_task(actor=actor, task_id=task_id, at=at)
    detail = project_queries.get_project(actor=actor, project_id=task.project_id, at=at)
    others = [(str(one.id), one.name) for stage in detail.stages for one in stage.tasks if one.id != task_id]
    initial = {"other": request.GET.get("other", ""), "type": request.GET.get("type", "")}
    form = NewLinkForm(
        request.POST or None, others=others, initial={key: text for key, text in initial.items() if text}
    )
    address = reverse("add_link", kwargs={"task_id": task_id})
    question = asks.Question(title=f"“{task.name}” waits for", verb="Add", is_wide=True, try_url=f"{address}?try=1")

    def change() -> PlanChange:
        said = form.cleaned_data
        link = NewLink(
            predecessor_id=UUID(said["other"]), successor_id=task_id, type=LinkType(said["type"]), lag=form.span()
        )
        return PlanChange(added=(link,))

    return _ask(request, actor, task, question, form, change, "Added; the plan follows.")


def _link(actor: Actor, task: TaskInfo, link_id: UUID) -> LinkInfo:
    links = steering_queries.list_links(actor=actor, project_id=task.project_id)
    link = next((one for one in links if one.id == link_id), None)
    if link is None:
        raise NotFoundError("There is no such dependency.", remedy="It may have been removed; look at the task.")
    return link


@require_http_methods(["GET", "POST"])
@desk_page
def change_link(request: HttpRequest, actor: Actor, task_id: UUID, link_id: UUID) -> HttpResponse:
    """Change the kind and the pause of a dependency."""
    task = project_queries.get_task(actor=actor, task_id=task_id, at=clock.now())
    link = _link(actor, task, link_id)
    span = parse_span(link.lag) if link.lag else None
    initial = {
        "type": link.type.value,
        "lag": span.amount if span else None,
        "unit": span.unit.value if span else SpanUnit.WORKING_DAYS.value,
    }
    form = LinkForm(request.POST or None, initial=initial)
    address = reverse("change_link", kwargs={"task_id": task_id, "link_id": link_id})
    question = asks.Question(
        title=f"“{link.successor_name}” waits for “{link.predecessor_name}”", verb="Save", try_url=f"{address}?try=1"
    )

    def change() -> PlanChange | None:
        if not form.has_changed():
            return None
        part = LinkChange(link_id=link_id, type=LinkType(form.cleaned_data["type"]), lag=form.span())
        return PlanChange(changed=(part,))

    return _ask(request, actor, task, question, form, change, "Saved; the plan follows.")


@require_http_methods(["GET", "POST"])
@desk_page
def remove_link(request: HttpRequest, actor: Actor, task_id: UUID, link_id: UUID) -> HttpResponse:
    """Take a dependency out of the plan."""
    task = project_queries.get_task(actor=actor, task_id=task_id, at=clock.now())
    link = _link(actor, task, link_id)
    address = reverse("remove_link", kwargs={"task_id": task_id, "link_id": link_id})
    question = asks.Question(
        title=f"“{link.successor_name}” no longer waits for “{link.predecessor_name}”",
        verb="Remove",
        is_danger=True,
        try_url=f"{address}?try=1",
    )
    form = forms.Form(request.POST if request.method == "POST" else None)
    return _ask(request, actor, task, question, form, lambda: PlanChange(removed=(link_id,)), "Removed.")
