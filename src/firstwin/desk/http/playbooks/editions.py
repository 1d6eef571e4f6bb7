"""A newer edition of a built-in playbook that the team made its own: look at it, take it over, or keep one's own."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from firstwin.desk.http.access import desk_page
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.operations import builtin
from firstwin.shared import clock
from firstwin.shared.errors import NotFoundError


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Say what taking the new edition over would change in the draft."""
    edition = playbook_queries.find_new_edition(actor=actor, playbook_id=playbook_id)
    detail = playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id)
    if edition is None:
        raise NotFoundError("There is no newer edition of this playbook.", remedy="It may have been answered already.")
    context = {
        "summary": detail.summary,
        "revision": detail.revision,
        "changes": edition.changes,
        "can_edit": playbook_queries.may_edit_playbooks(actor),
    }
    return render(request, "desk/playbooks/edition.html", context)


@require_POST
@desk_page
def take_over(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Make the new edition the draft; nothing is published yet, and undo brings the old draft back."""
    text = request.POST.get("revision", "")
    builtin.take_edition_over(
        actor=actor,
        playbook_id=playbook_id,
        expected_revision=int(text) if text.isdigit() and len(text) < 10 else -1,
        at=clock.now(),
    )
    messages.success(request, "The new edition is your draft. Look through it and publish it; Undo brings yours back.")
    return HttpResponseRedirect(reverse("edit_playbook", kwargs={"playbook_id": playbook_id}))


@require_POST
@desk_page
def keep(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Keep one's own; this edition is not offered again."""
    builtin.keep_own_edition(actor=actor, playbook_id=playbook_id)
    messages.success(request, "Yours stays as it is. The next edition is offered again.")
    return HttpResponseRedirect(reverse("playbook", kwargs={"playbook_id": playbook_id}))
