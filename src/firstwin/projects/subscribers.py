"""What projects do when something below them changes."""

from firstwin.customers.events import AccountChanged, ContactChanged, ContractSigned
from firstwin.identity.contracts import system_actor
from firstwin.identity.events import MemberChanged
from firstwin.journal.contracts import Recorded, on
from firstwin.projects.operations import names


@on(AccountChanged)
def on_account_changed(event: AccountChanged, recorded: Recorded) -> None:
    """Keep what projects know of their account right."""
    names.refresh_account(actor=system_actor(recorded.workspace_id), account_id=event.account_id, at=recorded.at)


@on(ContractSigned)
def on_contract_signed(event: ContractSigned, recorded: Recorded) -> None:
    """Let dates hang on the signature that was entered."""
    names.refresh_account(actor=system_actor(recorded.workspace_id), account_id=event.account_id, at=recorded.at)


@on(MemberChanged)
def on_member_changed(event: MemberChanged, recorded: Recorded) -> None:
    """Keep the name of a member right wherever projects show it."""
    names.refresh_member(actor=system_actor(recorded.workspace_id), member_id=event.member_id)


@on(ContactChanged)
def on_contact_changed(event: ContactChanged, recorded: Recorded) -> None:
    """Keep the name and address of a contact right wherever projects show them."""
    names.refresh_contact(actor=system_actor(recorded.workspace_id), contact_id=event.contact_id)
