"""Messages that people write, and nudges."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from firstwin.communications import permissions
from firstwin.communications.contracts import (
    MessageInfo,
    MessageKind,
    NewMessage,
    NoReaderError,
    NudgeCapError,
    Reader,
)
from firstwin.communications.events import CustomerNudged
from firstwin.communications.operations import outbox
from firstwin.communications.operations.letterhead import Letterhead, letterhead_of, link_for, values_for
from firstwin.communications.operations.outbox import Draft
from firstwin.communications.queries import messages as message_queries
from firstwin.communications.queries import people
from firstwin.communications.rules import addresses, placeholders
from firstwin.customers.operations import portal_access
from firstwin.identity.contracts import Actor, system_actor
from firstwin.journal import operations as journal_operations
from firstwin.playbooks.contracts import Side, Visibility
from firstwin.projects.contracts import OPEN_STATES
from firstwin.projects.contracts.briefs import TaskBrief
from firstwin.projects.queries import briefs
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem

_ABOUT_A_TASK = frozenset({MessageKind.NUDGE, MessageKind.REMINDER, MessageKind.REPLY})
"""Kinds whose link leads to the task itself; the others lead to the plan."""
PLAN_FOOTER = "You get this because you are part of this onboarding."


def send_message(*, actor: Actor, new: NewMessage, at: datetime) -> tuple[MessageInfo, ...]:
    """Write to people of a project: one mail to each, with their own portal link.

    Raises InvalidInputError for an empty or misaddressed message and UnknownPlaceholderError; then nothing is sent.
    """
    _require(actor)
    head = letterhead_of(actor=actor, project_id=new.project_id)
    readers = people.readers_by_id(actor=actor, account=head.account, ids=new.to)
    _refuse_incomplete(new, readers)
    cause = ids.new_id()
    drafts = compose(
        actor=actor,
        head=head,
        readers=readers,
        kind=MessageKind.PERSONAL,
        subject=new.subject,
        body=new.body,
        source=f"personal:{cause}",
        task=briefs.find_task_brief(actor=actor, project_id=new.project_id, task_id=new.task_id)
        if new.task_id
        else None,
        cc=new.cc,
        at=at,
    )
    return outbox.queue_mails(actor=actor, workspace=head.workspace, drafts=drafts, at=at)


def nudge(*, actor: Actor, project_id: UUID, task_id: UUID, at: datetime) -> MessageInfo:
    """Remind the customer politely of one open task, at most once in three days and three times in all.

    Raises NudgeCapError, and NoReaderError where the task has nobody on the customer's side.
    """
    _require(actor)
    with transaction.atomic():
        head = letterhead_of(actor=actor, project_id=project_id)
        task = briefs.find_task_brief(actor=actor, project_id=project_id, task_id=task_id)
        if task is None:
            raise NotFoundError("There is no such task in this project.", remedy="Look at the plan again.")
        _refuse_unfit(task)
        state = message_queries.get_nudge_state(actor=actor, task_id=task_id, at=at)
        if not state.is_allowed:
            raise NudgeCapError(state.reason, remedy="Write a personal message, or call.")
        reader = customer_of_task(actor=actor, head=head, task=task)
        drafts = compose(
            actor=actor,
            head=head,
            readers=[reader],
            kind=MessageKind.NUDGE,
            subject="A small reminder: {{ task.name }}",
            body=NUDGE_BODY,
            source=f"nudge:{task_id}:{len(state.sent_at) + 1}",
            task=task,
            at=at,
            button_text="Open the task",
        )
        journal_operations.record(
            CustomerNudged(
                project_id=project_id,
                account_id=head.account.id,
                task_id=task_id,
                title=task.name,
                to_name=reader.name,
            ),
            actor=actor,
            at=at,
        )
        return outbox.queue_mails(actor=actor, workspace=head.workspace, drafts=drafts, at=at)[0]


NUDGE_BODY = """Hello {{ contact.first_name }},

**{{ task.name }}** is still open on your side. It was planned for {{ task.due_on }}, and the next steps wait for it.

If something is in the way, say so with one click on the same page, or just reply to this mail: we are glad to help.

{{ owner.name }}
"""


def compose(
    *,
    actor: Actor,
    head: Letterhead,
    readers: Sequence[Reader],
    kind: MessageKind,
    subject: str,
    body: str,
    source: str,
    at: datetime,
    task: TaskBrief | None = None,
    extra: dict[str, str] | None = None,
    cc: tuple[str, ...] = (),
    button_text: str = "",
) -> list[Draft]:
    """Return one draft for each reader with every placeholder filled in; inside communications only.

    A text without {{ portal_link }} gets a button, so that the way to the plan is in every mail; but for a mail with
    copies, since the link opens the plan as its reader.
    """
    drafts = []
    needs_button = not cc and (bool(button_text) or "portal_link" not in placeholders.names_in(body))
    for reader in readers:
        link = link_for(
            actor=actor,
            reader=reader,
            project_id=head.project.id,
            task_id=task.id if task and kind in _ABOUT_A_TASK and task.visibility is Visibility.SHARED else None,
            at=at,
        )
        values = values_for(head=head, reader=reader, link=link, task=task, extra=extra)
        drafts.append(
            Draft(
                kind=kind,
                source=f"{source}:{reader.id}",
                reader=reader,
                subject=placeholders.fill_line(subject, values),
                body=placeholders.fill_markdown(body, values),
                sender=head.sender,
                reply_to=head.owner.email if head.owner else "",
                cc=cc,
                button_text=(button_text or "Open your plan") if needs_button else "",
                button_url=link if needs_button else "",
                footer=PLAN_FOOTER if reader.side is Side.CUSTOMER else "",
                preferences_url="" if cc else preferences_link(actor=actor, reader=reader, at=at),
                thread=f"project-{head.project.id}",
                project_id=head.project.id,
                account_id=head.account.id,
                task_id=task.id if task else None,
            )
        )
    return drafts


def preferences_link(*, actor: Actor, reader: Reader, at: datetime) -> str:
    """Return where a reader chooses their mail; inside communications only."""
    if reader.side is Side.VENDOR:
        return settings.BASE_URL + addresses.MAIL_CHOICES_PATH
    url = portal_access.issue(actor=system_actor(actor.workspace_id), contact_id=reader.id, at=at)
    return addresses.portal_entry(url, page="mail")


def customer_of_task(*, actor: Actor, head: Letterhead, task: TaskBrief) -> Reader:
    """Return who on the customer's side does a task: the assignee, else who fills the role, else the project owner.

    Raises NoReaderError. Inside communications only.
    """
    if task.assignee is not None and task.assignee.side is Side.CUSTOMER:
        found = people.readers_of(actor=actor, account=head.account, people=[task.assignee])
        if found:
            return found[0]
    for roles in ([task.owner_role], ["project_owner"]):
        found = people.readers_of_roles(actor=actor, project=head.project, account=head.account, roles=roles)
        customers = [reader for reader in found if reader.side is Side.CUSTOMER]
        if customers:
            return customers[0]
    everyone = people.customer_readers(actor=actor, project=head.project, account=head.account)
    if everyone:
        return everyone[0]
    raise NoReaderError(
        "Nobody of the customer with an email address is on this project.",
        remedy="Fill a role of the customer, or add an address to the contact.",
    )


def _refuse_unfit(task: TaskBrief) -> None:
    if task.state not in OPEN_STATES or task.side is not Side.CUSTOMER:
        raise ConflictError("Only an open task of the customer can be nudged.", remedy="Look at the plan again.")
    if task.visibility is Visibility.INTERNAL:
        raise ConflictError("The customer does not see this task.", remedy="Share the task with the customer first.")


def _refuse_incomplete(new: NewMessage, readers: Sequence[Reader]) -> None:
    problems = []
    if not new.subject.strip():
        problems.append(Problem("subject", "The subject is missing.", "Say in a few words what it is about."))
    if not new.body.strip():
        problems.append(Problem("body", "The message is empty.", "Write what you want to say."))
    if not readers:
        problems.append(Problem("to", "Nobody would receive it.", "Choose people of this project with an address."))
    elif len(readers) < len(set(new.to)):
        problems.append(Problem("to", "Someone chosen has no address or left.", "Take them out, or add an address."))
    if new.cc and "portal_link" in placeholders.names_in(new.subject + new.body):
        text = "The link is personal, and those in copy would get it too."
        problems.append(Problem("body", text, "Take {{ portal_link }} out, or write to them as recipients."))
    for address in new.cc:
        try:
            validate_email(address)
        except ValidationError:
            problems.append(Problem("cc", f"{address} is not an email address.", "Correct it, or take it out."))
    if problems:
        raise InvalidInputError("The message was not sent.", problems=tuple(problems))


def _require(actor: Actor) -> None:
    if not permissions.can_send_message(actor):
        raise PermissionDeniedError("You may not write to customers.", remedy="Ask someone who works on this project.")
