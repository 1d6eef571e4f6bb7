"""The log of messages: what went out to whom, and what came of it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages as notices
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_POST, require_safe

from firstwin.communications.contracts import MessageState
from firstwin.communications.operations import delivery
from firstwin.communications.queries import messages as message_queries
from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.mail_frames import SANDBOX, mail_frame
from firstwin.identity.contracts import ADMIN_ROLES, Actor

VIEWS = {
    "all": (),
    "queued": (MessageState.QUEUED,),
    "failed": (MessageState.FAILED, MessageState.BOUNCED),
}


@require_safe
@desk_page
def show_messages(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List messages, newest first: all, those that wait, or those that did not arrive."""
    view = words(request, "view") if words(request, "view") in VIEWS else "all"
    page = message_queries.list_messages(actor=actor, states=VIEWS[view], cursor=request.GET.get("cursor"))
    return render(request, "desk/messages/list.html", {"page": page, "view": view, "has_mailbox": has_mailbox(actor)})


@require_safe
@desk_page
def show_message(request: HttpRequest, actor: Actor, message_id: UUID) -> HttpResponse:
    """Show one message as it went out."""
    message = message_queries.get_message(actor=actor, message_id=message_id)
    failed = message.info.state in VIEWS["failed"]
    return render(request, "desk/messages/message.html", {"message": message, "has_failed": failed, "sandbox": SANDBOX})


@require_safe
@desk_page
def show_message_frame(_request: HttpRequest, actor: Actor, message_id: UUID) -> HttpResponse:
    """Answer the message's own HTML, for the frame."""
    return mail_frame(message_queries.get_message(actor=actor, message_id=message_id).html)


@require_POST
@desk_page
def retry_message(request: HttpRequest, actor: Actor, message_id: UUID) -> HttpResponse:
    """Try to send a message again that failed."""
    delivery.retry_message(actor=actor, message_id=message_id)
    notices.success(request, "The message is on its way again.")
    return HttpResponseRedirect(reverse("message", kwargs={"message_id": message_id}))


def has_mailbox(actor: Actor) -> bool:
    """Return whether the reader has a mailbox page with something to come in it."""
    return bool(settings.MAILBOX) and actor.role in ADMIN_ROLES


urlpatterns = [
    path("", show_messages, name="messages"),
    path("<uuid:message_id>/", show_message, name="message"),
    path("<uuid:message_id>/frame/", show_message_frame, name="message_frame"),
    path("<uuid:message_id>/retry/", retry_message, name="message_retry"),
]
