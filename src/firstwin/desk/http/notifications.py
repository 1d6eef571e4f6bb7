"""What a member should know: the list behind the bell."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from firstwin.communications.operations import notifications
from firstwin.communications.queries import notifications as notification_queries
from firstwin.desk.http.access import desk_page
from firstwin.identity.contracts import Actor
from firstwin.shared import clock


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List notifications, the newest first."""
    page = notification_queries.list_notifications(actor=actor, cursor=request.GET.get("cursor"))
    unread = notification_queries.count_unread(actor=actor)
    return render(request, "desk/notifications.html", {"page": page, "unread": unread})


@require_POST
@desk_page
def open_one(request: HttpRequest, actor: Actor, notification_id: UUID) -> HttpResponse:
    """Note that a notification was read, and lead to what it is about."""
    notifications.mark_notification_read(actor=actor, notification_id=notification_id, at=clock.now())
    path = request.POST.get("path", "")
    is_ours = url_has_allowed_host_and_scheme(path, allowed_hosts=None) and path.startswith("/")
    return HttpResponseRedirect(path if is_ours else reverse("notifications"))


@require_POST
@desk_page
def read_all(_request: HttpRequest, actor: Actor) -> HttpResponse:
    """Note that all were read."""
    notifications.mark_all_notifications_read(actor=actor, at=clock.now())
    return HttpResponseRedirect(reverse("notifications"))
