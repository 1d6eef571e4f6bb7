"""The mailbox: mail that was kept instead of sent, for trying the product out."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from firstwin.communications.queries import mailbox as mailbox_queries
from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.mail_frames import SANDBOX, mail_frame
from firstwin.identity.contracts import Actor


@require_safe
@desk_page
def show_mailbox(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List captured mail, newest first."""
    search = words(request, "q")
    page = mailbox_queries.list_captured_mail(actor=actor, search=search, cursor=request.GET.get("cursor"))
    context = {"page": page, "search": search, "is_capturing": settings.MAILBOX}
    return render(request, "desk/mailbox/list.html", context)


@require_safe
@desk_page
def show_mail(request: HttpRequest, actor: Actor, mail_id: UUID) -> HttpResponse:
    """Show one captured mail: as it looks, as text, its headers and files."""
    mail = mailbox_queries.get_captured_mail(actor=actor, mail_id=mail_id)
    view = words(request, "view")
    context = {"mail": mail, "view": view if view in ("text", "headers") else "html", "sandbox": SANDBOX}
    return render(request, "desk/mailbox/mail.html", context)


@require_safe
@desk_page
def show_mail_frame(_request: HttpRequest, actor: Actor, mail_id: UUID) -> HttpResponse:
    """Answer the mail's own HTML, for the frame."""
    return mail_frame(mailbox_queries.get_captured_mail(actor=actor, mail_id=mail_id).html)


@require_safe
@desk_page
def download_attachment(_request: HttpRequest, actor: Actor, mail_id: UUID, attachment_id: UUID) -> HttpResponse:
    """Answer a file of a captured mail as a download."""
    info, content = mailbox_queries.get_captured_attachment(actor=actor, mail_id=mail_id, attachment_id=attachment_id)
    headers = {
        "Content-Disposition": content_disposition_header(True, info.name) or "attachment",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/octet-stream", headers=headers)


urlpatterns = [
    path("", show_mailbox, name="mailbox"),
    path("<uuid:mail_id>/", show_mail, name="mailbox_mail"),
    path("<uuid:mail_id>/frame/", show_mail_frame, name="mailbox_frame"),
    path("<uuid:mail_id>/files/<uuid:attachment_id>/", download_attachment, name="mailbox_attachment"),
]
