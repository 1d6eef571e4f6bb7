"""Celebrating an account's first win with the people who made it."""

import contextlib
from datetime import datetime, timedelta
from uuid import UUID

from firstwin.communications.contracts import (
    MeetingState,
    MessageKind,
    NewMeeting,
    NoSlotError,
    NotificationKind,
    Reader,
)
from firstwin.communications.operations import meetings, notifications, outbox, slots
from firstwin.communications.operations.letterhead import Letterhead, letterhead_of
from firstwin.communications.operations.messages import compose
from firstwin.communications.operations.notifications import News
from firstwin.communications.queries import meetings as meeting_queries
from firstwin.communications.queries import people
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import MessageSettings, Side, TaskKind
from firstwin.projects.contracts import OPEN_STATES
from firstwin.projects.queries import briefs

_CHECK_IN = timedelta(days=14)
_CHECK_IN_MINUTES = 30
_SUBJECT = "{{ account.name }} has reached its first win"
_BODY = """Hello {{ contact.first_name }},

you did it! **{{ first_value.title }}**: {{ first_value.evidence }}

Thank you for the work that you and your team put into this. Share it with everyone who had a part in it.

Congratulations from all of us

{{ owner.name }}
"""


def celebrate(*, actor: Actor, project_id: UUID, title: str, evidence: str, source: str, at: datetime) -> None:
    """Congratulate the customer's people, tell the team, and arrange a check-in where the plan holds none.

    The playbook's own celebration text is used where it has one.
    """
    head = letterhead_of(actor=actor, project_id=project_id)
    text = _celebration_of(actor, head)
    readers = _readers(actor, head, text)
    if readers:
        drafts = compose(
            actor=actor,
            head=head,
            readers=readers,
            kind=MessageKind.CELEBRATION,
            subject=text.subject or _SUBJECT,
            body=text.body or _BODY,
            source=f"celebration:{source}",
            extra={"first_value.title": title, "first_value.evidence": evidence},
            button_text="See what was achieved",
            at=at,
        )
        outbox.queue_mails(actor=actor, workspace=head.workspace, drafts=drafts, at=at)
    _tell_team(actor, head, title, evidence, source, at)
    if not _has_meeting_ahead(actor, head, at):
        with contextlib.suppress(NoSlotError):  # then the team arranges it; it was told of the win
            _arrange_check_in(actor, head, readers, at)


def _celebration_of(actor: Actor, head: Letterhead) -> MessageSettings:
    version = playbook_queries.get_version(actor, head.project.playbook_version_id)
    return version.definition.celebration or MessageSettings()


def _readers(actor: Actor, head: Letterhead, text: MessageSettings) -> tuple[Reader, ...]:
    if text.to:
        found = people.readers_of_roles(actor=actor, project=head.project, account=head.account, roles=text.to)
        if found:
            return found
    return people.customer_readers(actor=actor, project=head.project, account=head.account)


def _tell_team(actor: Actor, head: Letterhead, title: str, evidence: str, source: str, at: datetime) -> None:
    team = {role.person.id for role in head.project.roles if role.person and role.person.side is Side.VENDOR}
    notifications.notify(
        actor=actor,
        member_ids=sorted(team),
        news=News(
            kind=NotificationKind.FIRST_VALUE,
            source=source,
            title=f"{head.project.account_name} reached its first win: {title}",
            excerpt=evidence,
            project_id=head.project.id,
            account_id=head.account.id,
        ),
        at=at,
    )


def _has_meeting_ahead(actor: Actor, head: Letterhead, at: datetime) -> bool:
    """A check-in follows a first win within two weeks; any meeting that is planned by then will do.

    A plan without any meeting runs by itself, and nobody expects one.
    """
    meetings_of_plan = briefs.list_task_briefs(actor=actor, project_id=head.project.id, kind=TaskKind.MEETING)
    if not meetings_of_plan or any(
        task.state in OPEN_STATES and at - _CHECK_IN <= task.due_at <= at + _CHECK_IN for task in meetings_of_plan
    ):
        return True
    arranged = meeting_queries.list_meetings(
        actor=actor,
        project_id=head.project.id,
        states=[MeetingState.INVITED],
        since=at,
        until=at + _CHECK_IN,
        limit=1,
    )
    return bool(arranged)


def _arrange_check_in(actor: Actor, head: Letterhead, customers: tuple[Reader, ...], at: datetime) -> None:
    readers = [*customers[:1], *([head.owner] if head.owner else [])]
    if not customers or not head.owner:
        return
    starts_at = slots.propose_time(
        actor=actor,
        head=head,
        readers=readers,
        minutes=_CHECK_IN_MINUTES,
        earliest=at + timedelta(days=3),
        latest=at + _CHECK_IN,
    )
    meetings.schedule_meeting(
        actor=actor,
        new=NewMeeting(
            project_id=head.project.id,
            title="Check-in after the first win",
            starts_at=starts_at,
            minutes=_CHECK_IN_MINUTES,
            attendees=tuple(reader.id for reader in readers),
            agenda=("What worked and what was hard", "What the next result should be"),
        ),
        at=at,
    )
