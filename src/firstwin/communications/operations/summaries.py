"""The daily summary: one mail in the reader's morning instead of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from firstwin.communications.contracts import MailChoice, MessageKind, NotificationKind, Reader
from firstwin.communications.models import SummaryLine
from firstwin.communications.operations import outbox
from firstwin.communications.operations.letterhead import sender_of
from firstwin.communications.operations.outbox import Draft
from firstwin.communications.queries import people
from firstwin.communications.queries import preferences as preference_queries
from firstwin.communications.rules import addresses, digest, quiet_hours, reading
from firstwin.customers import queries as customer_queries
from firstwin.customers.operations import portal_access
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, system_actor
from firstwin.jobs import operations as job_operations
from firstwin.playbooks.contracts import Side

SEND_SUMMARY = "communications.send_summary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line for a summary. `source` names its cause: the same cause makes one line only."""

    kind: NotificationKind
    source: str
    title: str
    detail: str = ""
    project_id: UUID | None = None
    account_id: UUID | None = None
    task_id: UUID | None = None


def add_line(*, actor: Actor, readers: Sequence[Reader], line: Line, at: datetime) -> None:
    """Keep a line for each reader's next summary, and see to it that one goes out in their morning."""
    preferences = preference_queries.preferences_of(actor, readers)
    with transaction.atomic():
        SummaryLine.objects.for_actor(actor).bulk_create(
            [
                SummaryLine(
                    workspace_id=actor.workspace_id,
                    side=reader.side.value,
                    person_id=reader.id,
                    kind=line.kind.value,
                    source=line.source,
                    title=line.title[:300],
                    detail=line.detail[:500],
                    project_id=line.project_id,
                    account_id=line.account_id,
                    task_id=line.task_id,
                    at=at,
                )
                for reader in readers
            ],
            ignore_conflicts=True,
        )
        for reader in readers:
            morning = quiet_hours.next_summary(preferences[reader.id], at)
            job_operations.enqueue(
                SEND_SUMMARY,
                {"side": reader.side.value, "person_id": str(reader.id)},
                workspace_id=actor.workspace_id,
                key=f"summary:{reader.id}:{morning:%Y-%m-%d}",
                run_at=morning,
            )


def send_summary(*, actor: Actor, side: Side, person_id: UUID, at: datetime) -> None:
    """Write the lines that wait for a person into one mail; without lines, or for someone who left, none is sent."""
    with transaction.atomic():
        lines = list(
            SummaryLine.objects.for_actor(actor).select_for_update().filter(person_id=person_id).order_by("pk")
        )
        if not lines:
            return
        SummaryLine.objects.for_actor(actor).filter(pk__in=[line.pk for line in lines]).delete()
        reader = _find_reader(actor, side, person_id)
        if reader is None:
            return
        choices = preference_queries.preferences_of(actor, [reader])[reader.id].choices
        wanted = [line for line in lines if choices.get(NotificationKind(line.kind)) is not MailChoice.OFF]
        if not wanted:
            return
        workspace = identity_queries.get_workspace(actor=actor)
        day = reading.day_in_words(at, reader.time_zone)
        link = _link(actor, reader, at)
        summary = digest.summary_of(
            [digest.Item(kind=NotificationKind(line.kind), title=line.title, detail=line.detail) for line in wanted],
            first_name=reader.first_name,
            side=side,
        )
        draft = Draft(
            kind=MessageKind.SUMMARY,
            source=f"summary:{person_id}:{wanted[-1].pk}",
            reader=reader,
            subject=f"{summary.subject}, {day.split(',')[0]}",
            body=summary.body,
            sender=sender_of(workspace),
            button_text="Open your plan" if side is Side.CUSTOMER else "Open my day",
            button_url=link,
            footer="One summary a day instead of many mails.",
            preferences_url=_choices_link(link, side),
            account_id=wanted[0].account_id,
        )
        outbox.queue_mails(actor=actor, workspace=workspace, drafts=[draft], at=at)


def _link(actor: Actor, reader: Reader, at: datetime) -> str:
    if reader.side is Side.VENDOR:
        return f"{settings.BASE_URL}/"
    return portal_access.issue(actor=system_actor(actor.workspace_id), contact_id=reader.id, at=at)


def _choices_link(link: str, side: Side) -> str:
    if side is Side.VENDOR:
        return settings.BASE_URL + addresses.MAIL_CHOICES_PATH
    return addresses.portal_entry(link, page="mail")


def _find_reader(actor: Actor, side: Side, person_id: UUID) -> Reader | None:
    if side is Side.VENDOR:
        member = identity_queries.find_member(actor=actor, member_id=person_id)
        return people.member_reader(member) if member and member.is_active else None
    contact = customer_queries.find_contact(actor=actor, contact_id=person_id)
    if contact is None:
        return None
    account = customer_queries.get_account(actor=actor, account_id=contact.account_id)
    return people.contact_reader(contact, account) if people.is_reachable(contact, account) else None
