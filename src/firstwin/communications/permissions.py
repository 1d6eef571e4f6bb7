"""Who may do what with messages, meetings and mail."""

from uuid import UUID

from firstwin.communications.contracts import AttendeeInfo, MeetingInfo, MessageInfo
from firstwin.identity.contracts import ADMIN_ROLES, EDITOR_ROLES, Actor, Role, Scope, is_allowed
from firstwin.journal.contracts import AuthorKind


def can_send_message(actor: Actor) -> bool:
    """Members who work on projects write messages; so may a key with the scope for projects, and the product itself."""
    return is_allowed(actor, roles=EDITOR_ROLES, scope=Scope.PROJECTS_WRITE)


def can_see_messages(actor: Actor) -> bool:
    """Everyone of the vendor reads the log of messages; customers read those to themselves."""
    return actor.kind is not AuthorKind.CONTACT


def can_see_message(actor: Actor, message: MessageInfo) -> bool:
    """A customer reads the messages that went to them, and no others."""
    return can_see_messages(actor) or (message.reader_id == actor.id and message.account_id == actor.account_id)


def can_arrange_meeting(actor: Actor) -> bool:
    """Whoever may write to a customer may meet them."""
    return can_send_message(actor)


def can_see_meeting(actor: Actor, meeting: MeetingInfo) -> bool:
    """The vendor sees every meeting; a customer those they are invited to."""
    if actor.kind is not AuthorKind.CONTACT:
        return True
    return meeting.account_id == actor.account_id and any(one.id == actor.id for one in meeting.attendees)


def can_answer_invitation(actor: Actor, attendee: AttendeeInfo) -> bool:
    """Everyone answers for themselves; who arranges meetings may note down an answer that came another way."""
    return attendee.id == actor.id or can_arrange_meeting(actor)


def can_choose_mail(actor: Actor, person_id: UUID) -> bool:
    """Everyone chooses their own mail only."""
    return actor.id == person_id and actor.kind in (AuthorKind.MEMBER, AuthorKind.CONTACT)


def can_open_mailbox(actor: Actor) -> bool:
    """The mailbox page holds other people's mail, so only admins and owners open it."""
    return actor.kind is AuthorKind.MEMBER and actor.role in ADMIN_ROLES


def can_see_account_mail(actor: Actor) -> bool:
    """Sign-in codes of other people in the mailbox page are for the owner alone."""
    return can_open_mailbox(actor) and actor.role is Role.OWNER
