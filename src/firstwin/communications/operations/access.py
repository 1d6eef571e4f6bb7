"""A fresh link to the portal by mail, for somebody who lost theirs."""

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction

from firstwin.communications.contracts import MessageKind, NotificationKind
from firstwin.communications.models import Message
from firstwin.communications.operations import notifications, outbox
from firstwin.communications.operations.letterhead import sender_of
from firstwin.communications.operations.notifications import News
from firstwin.communications.operations.outbox import Draft
from firstwin.communications.queries import people
from firstwin.communications.rules import placeholders
from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import ContactInfo
from firstwin.customers.operations import portal_access
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, WorkspaceInfo, system_actor

PAUSE = timedelta(minutes=10)
MOST_A_DAY = 5
ASKS_BY_PLACE = 20
_PLACE_WINDOW = 60 * 60

_BODY = """Hello {{ contact.first_name }},

here is your link to the onboarding of {{ account.name }}. It stays valid; keep it to yourself, since it opens the page
without a password.
"""


def send_fresh_link(*, email: str, from_address: str, at: datetime) -> None:
    """Mail the portal link to a contact who has access; for everybody else, and too often, nothing happens.

    Nothing is returned on purpose: the page that asks says the same in every case, so that nobody learns which addresses
    are known. An access that was revoked is not given back; the account's owner hears that the person asks for it.
    """
    if not _is_within_limit(from_address):
        return
    for workspace in identity_queries.list_workspaces():
        actor = system_actor(workspace.id)
        for contact in customer_queries.find_contacts_by_email(actor=actor, email=email):
            _answer(actor, workspace, contact, at)


def _answer(actor: Actor, workspace: WorkspaceInfo, contact: ContactInfo, at: datetime) -> None:
    accesses = customer_queries.list_portal_accesses(actor=actor, account_id=contact.account_id)
    latest = next((one for one in accesses if one.contact_id == contact.id), None)
    if latest is None:
        return
    has_expired = latest.expires_at is not None and latest.expires_at <= at
    if latest.revoked_at is not None and not has_expired:
        _tell_owner(actor, contact, at)
    elif not _was_sent_lately(actor, contact, at):
        _mail_link(actor, workspace, contact, at)


def _mail_link(actor: Actor, workspace: WorkspaceInfo, contact: ContactInfo, at: datetime) -> None:
    account = customer_queries.get_account(actor=actor, account_id=contact.account_id)
    if not people.is_reachable(contact, account):
        return
    reader = people.contact_reader(contact, account)
    with transaction.atomic():
        url = portal_access.issue(actor=actor, contact_id=contact.id, at=at)
        values = {"contact.first_name": reader.first_name, "account.name": account.name}
        draft = Draft(
            kind=MessageKind.ACCESS,
            source=f"access:{contact.id}:{at.isoformat()}",
            reader=reader,
            subject=f"Your link to the onboarding with {workspace.name}",
            body=placeholders.fill_markdown(_BODY, values),
            sender=sender_of(workspace),
            button_text="Open your plan",
            button_url=url,
            footer="You get this because somebody asked for it with your address. If it was not you, do nothing.",
            account_id=account.id,
        )
        outbox.queue_mails(actor=actor, workspace=workspace, drafts=[draft], at=at)


def _tell_owner(actor: Actor, contact: ContactInfo, at: datetime) -> None:
    account = customer_queries.get_account(actor=actor, account_id=contact.account_id)
    if account.owner_id is None:
        return
    news = News(
        kind=NotificationKind.REPLY,
        source=f"access:{contact.id}:{at:%Y-%m-%d}",
        title=f"{contact.name} asks for a new portal link",
        excerpt=f"{account.name}: the access was revoked before.",
        account_id=account.id,
        path=f"/accounts/{account.id}/",
        by_name=contact.name,
    )
    notifications.notify(actor=actor, member_ids=[account.owner_id], news=news, at=at)


def _was_sent_lately(actor: Actor, contact: ContactInfo, at: datetime) -> bool:
    sent = Message.objects.for_actor(actor).filter(
        reader_id=contact.id, kind=MessageKind.ACCESS.value, created_at__gt=at - timedelta(days=1)
    )
    times = sorted(sent.values_list("created_at", flat=True), reverse=True)
    return len(times) >= MOST_A_DAY or bool(times and at - times[0] < PAUSE)


def _is_within_limit(from_address: str) -> bool:
    """Count the questions of one place; each process of the server counts for itself."""
    key = f"portal-link:{from_address}"
    cache.add(key, 0, timeout=_PLACE_WINDOW)
    try:
        return cache.incr(key) <= ASKS_BY_PLACE
    except ValueError:  # it ended between the two
        return True
