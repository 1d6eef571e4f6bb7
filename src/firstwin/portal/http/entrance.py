"""Coming in and going out: the link from a mail, a fresh link, looking as a customer, signing out."""

from uuid import UUID

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from firstwin.communications.operations import access
from firstwin.customers.contracts import PortalLinkEndedError
from firstwin.customers.operations import portal_access
from firstwin.identity import queries as identity_queries
from firstwin.portal import operations
from firstwin.portal.http import door
from firstwin.portal.http.forms import FreshLinkForm
from firstwin.shared import clock
from firstwin.shared.errors import NotFoundError

_PAGES = {"meetings": "portal_home", "mail": "portal_mail"}


@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Let the holder of a link in and lead on to an address without it."""
    try:
        portal_access.open_portal_link(token=token, at=clock.now())
    except PortalLinkEndedError:
        return _without_trace(_show_link_page(request, "ended", 410))
    except NotFoundError:
        return _without_trace(_show_link_page(request, "unknown", 404))
    response = HttpResponseRedirect(_destination(request))
    door.let_in(response, token)
    return _without_trace(response)


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Say how to come in, and send a fresh link to an address that may have one; the answer never tells whether it may."""
    if request.method != "POST":
        return _show_link_page(request, "missing", 200)
    form = FreshLinkForm(request.POST)
    if not form.is_valid():
        return _show_link_page(request, "missing", 422, form)
    access.send_fresh_link(email=form.cleaned_data["email"], from_address=_address_of(request), at=clock.now())
    return render(request, "portal/link_sent.html")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out of the portal; a member who looked as a customer goes back to their own pages."""
    if request.COOKIES.get(door.ACTING_COOKIE):
        response: HttpResponse = HttpResponseRedirect("/")
        door.let_out(response, only_acting=True)
        return response
    response = render(request, "portal/left.html")
    door.let_out(response)
    return response


@require_POST
def view_as(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Let a member look at the portal as one of the customer's people."""
    member = identity_queries.actor_of(request)
    operations.view_as_customer(actor=member, contact_id=contact_id, at=clock.now())
    project = request.POST.get("project", "")
    response = HttpResponseRedirect(_project_address(project) or reverse("portal_home"))
    if member.id is not None:
        door.let_member_in(response, contact_id, member.id)
    return response


def _destination(request: HttpRequest) -> str:
    task = request.GET.get("task", "")
    if task:
        try:
            return reverse("portal_task", kwargs={"task_id": UUID(task)})
        except ValueError:
            return reverse("portal_home")
    page = request.GET.get("page", "")
    anchor = "#meetings" if page == "meetings" else ""
    return reverse(_PAGES.get(page, "portal_home")) + anchor


def _project_address(project: str) -> str:
    try:
        return reverse("portal_project", kwargs={"project_id": UUID(project)})
    except ValueError:
        return ""


def _show_link_page(request: HttpRequest, reason: str, status: int, form: FreshLinkForm | None = None) -> HttpResponse:
    context = {"reason": reason, "form": form or FreshLinkForm()}
    return render(request, "portal/link.html", context, status=status)


def _without_trace(response: HttpResponse) -> HttpResponse:
    """Keep the token out of caches and out of the addresses that other sites see."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _address_of(request: HttpRequest) -> str:
    return get_adapter(request).get_client_ip(request)
