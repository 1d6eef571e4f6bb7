"""Saved views, columns and density: how a person likes lists to look."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from firstwin.desk import operations
from firstwin.desk.http import projects
from firstwin.desk.http.access import desk_page
from firstwin.identity.contracts import Actor
from firstwin.shared import clock


@require_POST
@desk_page
def save_view(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep the portfolio as it stands under a name."""
    query = request.POST.get("query", "")
    operations.save_view(
        actor=actor,
        page="projects",
        name=request.POST.get("name", ""),
        query=query,
        is_shared=bool(request.POST.get("is_shared")),
        at=clock.now(),
    )
    return HttpResponseRedirect(f"{reverse('projects')}?{query}")


@require_POST
@desk_page
def remove_view(_request: HttpRequest, actor: Actor, view_id: UUID) -> HttpResponse:
    """Forget a view."""
    operations.remove_view(actor=actor, view_id=view_id)
    return HttpResponseRedirect(reverse("projects"))


@require_POST
@desk_page
def keep_columns(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep the chosen columns and the density of the portfolio."""
    columns = [name for name in projects.COLUMNS if name in request.POST.getlist("columns")]
    operations.keep_taste(actor=actor, key="projects.columns", value=columns)
    density = "dense" if request.POST.get("density") == "dense" else "normal"
    operations.keep_taste(actor=actor, key="projects.density", value=density)
    return HttpResponseRedirect(f"{reverse('projects')}?{request.POST.get('query', '')}")
