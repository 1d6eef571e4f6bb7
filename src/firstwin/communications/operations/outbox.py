"""Writing mails down and asking for their sending, in one transaction with what caused them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from firstwin.communications.contracts import MessageInfo, MessageKind, MessageState, Reader
from firstwin.communications.models import Message
from firstwin.communications.queries import messages as message_queries
from firstwin.communications.queries import preferences as preference_queries
from firstwin.communications.rules import addresses, layout, quiet_hours
from firstwin.communications.rules.layout import Letter
from firstwin.identity.contracts import Actor, WorkspaceInfo
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import NewJob
from firstwin.playbooks.contracts import Side

SEND_MESSAGE = "communications.send_message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mail to one person before it is written down. `source` names its cause: the same cause writes it once only.

    `body` is filled-in Markdown. `thread` groups mails into one conversation in the reader's mail program.
    """

    kind: MessageKind
    source: str
    reader: Reader
    subject: str
    body: str
    sender: str
    reply_to: str = ""
    cc: tuple[str, ...] = ()
    button_text: str = ""
    button_url: str = ""
    footer: str = ""
    preferences_url: str = ""
    calendar: str = ""
    calendar_method: str = ""
    thread: str = ""
    project_id: UUID | None = None
    account_id: UUID | None = None
    task_id: UUID | None = None
    meeting_id: UUID | None = None
    headers: dict[str, str] = field(default_factory=dict)


def queue_mails(
    *, actor: Actor, workspace: WorkspaceInfo, drafts: Sequence[Draft], at: datetime
) -> tuple[MessageInfo, ...]:
    """Write mails down and enqueue their sending; those whose source was written before are left out."""
    with transaction.atomic():
        known = set(
            Message.objects.for_actor(actor)
            .filter(source__in=[draft.source for draft in drafts])
            .values_list("source", flat=True)
        )
        fresh = {draft.source: draft for draft in drafts if draft.source not in known}
        rows = Message.objects.for_actor(actor).bulk_create(
            [_row(actor, workspace, draft, at) for draft in fresh.values()]
        )
        preferences = preference_queries.preferences_of(actor, [draft.reader for draft in fresh.values()])
        job_operations.enqueue_many(
            [
                _job(
                    row,
                    quiet_hours.earliest_sending(MessageKind(row.kind), preferences[fresh[row.source].reader.id], at),
                    at,
                )
                for row in rows
            ]
        )
        return tuple(message_queries.message_info(row) for row in rows)


def enqueue_again(row: Message) -> None:
    """Ask once more for the sending of a mail that failed."""
    job_operations.enqueue_many([_job(row, None, None)])


def _job(row: Message, when: datetime | None, at: datetime | None) -> NewJob:
    return NewJob(
        kind=SEND_MESSAGE,
        payload={"message_id": str(row.id)},
        workspace_id=row.workspace_id,
        key=f"message:{row.id}",
        run_at=when if when != at else None,
    )


def _row(actor: Actor, workspace: WorkspaceInfo, draft: Draft, at: datetime) -> Message:
    letter = Letter(
        subject=draft.subject,
        body=draft.body,
        brand_name=workspace.name,
        brand_color=workspace.brand_color,
        button_text=draft.button_text,
        button_url=draft.button_url,
        footer=draft.footer,
        footer_link_text="Choose which mails you get" if draft.preferences_url else "",
        footer_link_url=draft.preferences_url,
    )
    return Message(
        workspace_id=actor.workspace_id,
        kind=draft.kind.value,
        state=MessageState.QUEUED.value,
        source=draft.source,
        reader_side=draft.reader.side.value,
        reader_id=draft.reader.id,
        to_name=draft.reader.name,
        to_email=draft.reader.email,
        cc=list(draft.cc),
        sender=draft.sender,
        reply_to=draft.reply_to,
        subject=draft.subject[:500],
        body=draft.body,
        html=layout.to_html(letter),
        text=layout.to_text(letter),
        headers=_headers(draft),
        calendar=draft.calendar,
        calendar_method=draft.calendar_method,
        project_id=draft.project_id,
        account_id=draft.account_id,
        task_id=draft.task_id,
        meeting_id=draft.meeting_id,
        written_by=actor.name,
        created_at=at,
    )


def _headers(draft: Draft) -> dict[str, str]:
    headers = {"Auto-Submitted": "auto-generated", **draft.headers}
    if draft.kind is MessageKind.PERSONAL:
        del headers["Auto-Submitted"]
    if draft.thread:
        thread = f"<{draft.thread}@{addresses.mail_host(settings.BASE_URL)}>"
        headers["References"] = headers["In-Reply-To"] = thread
    if draft.preferences_url and draft.reader.side is Side.CUSTOMER:
        headers["List-Unsubscribe"] = f"<{draft.preferences_url}>"
    return headers
