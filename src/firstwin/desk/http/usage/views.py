"""Views of the pages about usage that somebody keeps: an address under a name."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from firstwin.desk import operations
from firstwin.desk.http.access import desk_page
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import NotFoundError

PAGES = ("usage", "usage_adoption", "usage_funnel", "usage_retention", "usage_time_to_value")
"""URL names of the pages whose views can be kept."""


@require_POST
@desk_page
def save(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Keep a page as it stands under a name."""
    page, query = _page(request), request.POST.get("query", "")
    name = request.POST.get("name", "")
    is_shared = bool(request.POST.get("is_shared"))
    operations.save_view(actor=actor, page=page, name=name, query=query, is_shared=is_shared, at=clock.now())
    return HttpResponseRedirect(f"{reverse(page)}?{query}")


@require_POST
@desk_page
def remove(request: HttpRequest, actor: Actor, view_id: UUID) -> HttpResponse:
    """Forget a view."""
    page = _page(request)
    operations.remove_view(actor=actor, view_id=view_id)
    return HttpResponseRedirect(reverse(page))


def _page(request: HttpRequest) -> str:
    page = request.POST.get("page", "")
    if page not in PAGES:
        raise NotFoundError("There is no such page about usage.")
    return page
