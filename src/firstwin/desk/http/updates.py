"""A newer version of its playbook worked into a running project: reviewed item by item, applied, taken back."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.desk.http import answers
from firstwin.desk.http import project as project_pages
from firstwin.desk.http.access import desk_page
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.updates import (
    Decision,
    UpdateAspect,
    UpdateGroup,
    UpdateItem,
    UpdatePart,
    UpdateReview,
)
from firstwin.projects.operations import updates
from firstwin.projects.queries import updates as update_queries
from firstwin.shared import clock

DECIDE = "decide:"
ADDRESS_OF_VERSION = "version"
TITLES = {
    UpdateGroup.CONFLICTING: ("Your choice", "Changed by hand here, and by the new version. Ours is kept unless you choose."),
    UpdateGroup.ADDED: ("New", "What the new version adds."),
    UpdateGroup.CHANGED: ("Changed", "Nobody touched these here, so the new version fits."),
    UpdateGroup.REMOVED: ("No longer in the playbook", "Nobody has worked on these yet."),
    UpdateGroup.DONE: ("Already done", "Done work is never touched."),
}  # fmt: skip
ICONS = {
    UpdatePart.STAGE: "stack-2",
    UpdatePart.TASK: "checkbox",
    UpdatePart.MILESTONE: "flag",
    UpdatePart.ROLE: "user",
    UpdatePart.CRITERION: "list-check",
    UpdatePart.TARGET: "target",
}
PARTS = {UpdatePart.CRITERION: "Completion criterion", UpdatePart.TARGET: "Target"}
ASPECTS = {
    UpdateAspect.TEXT: "words",
    UpdateAspect.TIMING: "timing",
    UpdateAspect.LINKS: "dependencies",
    UpdateAspect.SETTINGS: "settings",
    UpdateAspect.PEOPLE: "people",
    UpdateAspect.PLACE: "place",
}


def _context(request: HttpRequest, actor: Actor, project_id: UUID) -> dict[str, Any]:
    context = project_pages.frame(request, actor, project_id, "update")
    review = update_queries.find_review(actor=actor, project_id=project_id, at=context["now"])
    context["history"] = update_queries.list_updates(actor=actor, project_id=project_id)
    if review is not None:
        context |= {"groups": _groups(review), **_sum(review)}
    return context


def _groups(review: UpdateReview) -> list[dict[str, Any]]:
    return [
        {
            "key": group.value,
            "title": title,
            "text": text,
            "is_conflict": group is UpdateGroup.CONFLICTING,
            "is_done": group is UpdateGroup.DONE,
            "rows": rows,
        }
        for group, (title, text) in TITLES.items()
        if (rows := [_row(item, review) for item in review.items if item.group is group])
    ]


def _row(item: UpdateItem, review: UpdateReview) -> dict[str, Any]:
    what = PARTS.get(item.part, item.part.value.capitalize())
    about = f"{what}, {ASPECTS[item.aspect]}" if item.aspect in ASPECTS else what
    return {
        "item": item,
        "name": f"{DECIDE}{item.ref}",
        "icon": ICONS[item.part],
        "about": f"{about} · {item.stage}" if item.stage else about,
        "is_whole": item.aspect is UpdateAspect.WHOLE,
        "decision": review.decisions.get(item.ref, ""),
        "words": _verbs(item),
    }


def _verbs(item: UpdateItem) -> tuple[str, str]:
    """Return what accepting and refusing are called for an item."""
    if item.group is UpdateGroup.CONFLICTING:
        return ("Take the new", "Keep ours")
    return {UpdateGroup.ADDED: ("Add", "Leave out"), UpdateGroup.REMOVED: ("Remove", "Keep")}.get(
        item.group, ("Change", "Keep")
    )


def _sum(review: UpdateReview) -> dict[str, Any]:
    decisions = list(review.decisions.values())
    return {
        "review": review,
        "accepted": decisions.count(Decision.ACCEPT),
        "refused": decisions.count(Decision.REFUSE),
        "left": len(review.asked) - len(decisions),
        "days": review.effect.end_moves_by_days,
    }


def decisions_in(posted: QueryDict) -> dict[str, Decision]:
    """Return the decisions of a sent form; what is left for later is not among them."""
    known: Iterable[str] = (decision.value for decision in Decision)
    words = set(known)
    return {
        name.removeprefix(DECIDE): Decision(value)
        for name, value in posted.items()
        if name.startswith(DECIDE) and isinstance(value, str) and value in words
    }


@require_http_methods(["GET", "HEAD", "POST"])
@desk_page
def review(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show what a newer version would change; carry out what was decided."""
    if request.method != "POST":
        return render(request, "desk/update/review.html", _context(request, actor, project_id))
    given = request.POST.get(ADDRESS_OF_VERSION, "")
    update_id = updates.apply_update(
        actor=actor,
        project_id=project_id,
        decisions=decisions_in(request.POST),
        at=clock.now(),
        to_version_id=UUID(given) if _is_id(given) else None,
    )
    if update_id is None:
        return answers.done(request, "This project uses the newest version already.")
    undo_url = reverse("undo_update", kwargs={"update_id": update_id})
    return answers.done(request, "The project was updated.", undo_url=undo_url)


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@require_safe
@desk_page
def line(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Say in one line what a newer version would change; fetched by the page after it is shown, since it takes longer."""
    del request
    found = update_queries.find_review(actor=actor, project_id=project_id, at=clock.now())
    said = f"For this project: {update_queries.summary_line(found)}. " if found is not None else ""
    return HttpResponse(said, content_type="text/plain; charset=utf-8")


@require_POST
@desk_page
def effect(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponse:
    """Show what the decisions so far would do to the dates; nothing is saved."""
    found = update_queries.find_review(
        actor=actor, project_id=project_id, at=clock.now(), decisions=decisions_in(request.POST)
    )
    return render(request, "desk/update/_effect.html", _sum(found) if found is not None else {})


@require_POST
@desk_page
def undo(request: HttpRequest, actor: Actor, update_id: UUID) -> HttpResponse:
    """Take an update back."""
    updates.undo_update(actor=actor, update_id=update_id, at=clock.now())
    return answers.done(request, "The update was taken back. The plan is as it was before.")
