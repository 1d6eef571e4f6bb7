"""Telling members what they should know, in the product and by mail as they chose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from firstwin.communications.contracts import MailChoice, MessageKind, NotificationKind, Reader
from firstwin.communications.models import Notification
from firstwin.communications.operations import outbox, summaries
from firstwin.communications.operations.letterhead import sender_of
from firstwin.communications.operations.outbox import Draft
from firstwin.communications.operations.summaries import Line
from firstwin.communications.queries import people
from firstwin.communications.queries import preferences as preference_queries
from firstwin.communications.rules import addresses, placeholders
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal.contracts import AuthorKind
from firstwin.shared.errors import NotFoundError


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something to tell members. `source` names its cause: the same cause is told once only."""

    kind: NotificationKind
    source: str
    title: str
    excerpt: str = ""
    project_id: UUID | None = None
    account_id: UUID | None = None
    task_id: UUID | None = None
    by_name: str = ""
    path: str = ""


def notify(*, actor: Actor, member_ids: Sequence[UUID], news: News, at: datetime) -> int:
    """Tell members something, and mail it as each of them chose; returns how many had not been told before."""
    with transaction.atomic():
        told = Notification.objects.for_actor(actor).filter(member_id__in=member_ids, source=news.source)
        known = set(told.values_list("member_id", flat=True))
        members = identity_queries.list_members(actor=actor, ids=[id for id in member_ids if id not in known])
        readers = [people.member_reader(member) for member in members]
        Notification.objects.for_actor(actor).bulk_create(_row(actor, reader.id, news, at) for reader in readers)
        _mail(actor, readers, news, at)
        return len(readers)


def mark_notification_read(*, actor: Actor, notification_id: UUID, at: datetime) -> None:
    """Note that the acting member has read a notification of theirs. Raises NotFoundError for another's."""
    rows = Notification.objects.for_actor(actor).filter(id=notification_id, member_id=_own_id(actor))
    if not rows.exists():
        raise NotFoundError("There is no such notification.", remedy="Look at the list again.")
    rows.filter(read_at__isnull=True).update(read_at=at)


def mark_all_notifications_read(*, actor: Actor, at: datetime) -> int:
    """Note that the acting member has read all of them; returns how many were new."""
    rows = Notification.objects.for_actor(actor).filter(member_id=_own_id(actor), read_at__isnull=True)
    return rows.update(read_at=at)


def _own_id(actor: Actor) -> UUID:
    if actor.kind is not AuthorKind.MEMBER or actor.id is None:
        raise NotFoundError("Only members have notifications.")
    return actor.id


def _mail(actor: Actor, readers: Sequence[Reader], news: News, at: datetime) -> None:
    preferences = preference_queries.preferences_of(actor, readers)
    chosen = {reader: preferences[reader.id].choices.get(news.kind, MailChoice.OFF) for reader in readers}
    now = [reader for reader, choice in chosen.items() if choice is MailChoice.AT_ONCE]
    if now:
        workspace = identity_queries.get_workspace(actor=actor)
        drafts = [_draft(reader, news, sender_of(workspace)) for reader in now]
        outbox.queue_mails(actor=actor, workspace=workspace, drafts=drafts, at=at)
    daily = [reader for reader, choice in chosen.items() if choice is MailChoice.DAILY]
    if daily:
        line = Line(
            kind=news.kind,
            source=news.source,
            title=news.title,
            detail=news.excerpt,
            project_id=news.project_id,
            account_id=news.account_id,
            task_id=news.task_id,
        )
        summaries.add_line(actor=actor, readers=daily, line=line, at=at)


def _draft(reader: Reader, news: News, sender: str) -> Draft:
    quoted = f"\n\n> {placeholders.escape(news.excerpt)}" if news.excerpt else ""
    return Draft(
        kind=MessageKind.NOTICE,
        source=f"notice:{news.source}:{reader.id}",
        reader=reader,
        subject=placeholders.fill_line("{{ title }}", {"title": news.title}),
        body=f"{placeholders.escape(news.title)}{quoted}",
        sender=sender,
        button_text="Open it",
        button_url=settings.BASE_URL + _path(news),
        preferences_url=settings.BASE_URL + addresses.MAIL_CHOICES_PATH,
        thread=f"project-{news.project_id}" if news.project_id else "",
        project_id=news.project_id,
        account_id=news.account_id,
        task_id=news.task_id,
    )


def _path(news: News) -> str:
    if news.path or news.project_id is None:
        return news.path or "/"
    return addresses.project_path(news.project_id, news.task_id)


def _row(actor: Actor, member_id: UUID, news: News, at: datetime) -> Notification:
    return Notification(
        workspace_id=actor.workspace_id,
        member_id=member_id,
        kind=news.kind.value,
        source=news.source,
        title=news.title[:300],
        excerpt=news.excerpt,
        path=_path(news),
        project_id=news.project_id,
        task_id=news.task_id,
        by_name=news.by_name,
        at=at,
    )
