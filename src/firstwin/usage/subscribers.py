"""What usage does when customers change: groups and people that waited for an account or a contact find it."""

from firstwin.customers.events import (
    AccountChanged,
    AccountCreated,
    AccountRestored,
    ContactAdded,
    ContactChanged,
    ContactRestored,
)
from firstwin.journal.contracts import Recorded, on
from firstwin.usage.operations import matching

ACCOUNT_FIELDS = frozenset({"external_ids", "website"})


@on(AccountCreated)
def on_account_created(event: AccountCreated, recorded: Recorded) -> None:
    """Give a new account the groups that waited for it."""
    matching.follow_account(workspace_id=recorded.workspace_id, account_id=event.account_id, at=recorded.told_at)


@on(AccountChanged)
def on_account_changed(event: AccountChanged, recorded: Recorded) -> None:
    """Follow ids and the website of an account: groups may belong to it now, or no longer."""
    if ACCOUNT_FIELDS & {field for field, _, _ in event.changes}:
        matching.follow_account(workspace_id=recorded.workspace_id, account_id=event.account_id, at=recorded.told_at)


@on(AccountRestored)
def on_account_restored(event: AccountRestored, recorded: Recorded) -> None:
    """Give an account that came back the groups that waited for it."""
    matching.follow_account(workspace_id=recorded.workspace_id, account_id=event.account_id, at=recorded.told_at)


@on(ContactAdded)
def on_contact_added(event: ContactAdded, recorded: Recorded) -> None:
    """Find the new contact among the people who waited."""
    matching.follow_contact(workspace_id=recorded.workspace_id, contact_id=event.contact_id, at=recorded.told_at)


@on(ContactChanged)
def on_contact_changed(event: ContactChanged, recorded: Recorded) -> None:
    """Follow the address of a contact: somebody may be them now, or no longer."""
    if "email" in {field for field, _, _ in event.changes}:
        matching.follow_contact(workspace_id=recorded.workspace_id, contact_id=event.contact_id, at=recorded.told_at)


@on(ContactRestored)
def on_contact_restored(event: ContactRestored, recorded: Recorded) -> None:
    """Find a contact who came back among the people who waited."""
    matching.follow_contact(workspace_id=recorded.workspace_id, contact_id=event.contact_id, at=recorded.told_at)
