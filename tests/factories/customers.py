"""Valid rows of customers: accounts, contacts, and contacts as actors. Rows are written directly."""

from datetime import UTC, datetime
from itertools import count

from firstwin.customers.contracts import Industry, NewAccount, NewContact, Segment, StakeholderRole
from firstwin.customers.models import Account, AccountExternalId, AccountProduct, Contact
from firstwin.customers.operations.accounts import account_row, side_rows, tidy
from firstwin.customers.operations.contacts import contact_row
from firstwin.identity.contracts import Actor
from firstwin.identity.models import Workspace
from firstwin.journal.contracts import AuthorKind
from tests.factories.identity import make_workspace

CREATED_AT = datetime(2026, 1, 12, 10, 0, tzinfo=UTC)
_numbers = count(1)


def make_account(workspace: Workspace | None = None, **fields: object) -> Account:
    """An account; `fields` are those of NewAccount (name, segment, products, contract_signed_at, ...)."""
    fields.setdefault("name", f"Acorn Foods {next(_numbers)}")
    fields.setdefault("segment", Segment.MID_MARKET)
    fields.setdefault("industry", Industry.OTHER)
    created_at = fields.pop("created_at", CREATED_AT)
    assert isinstance(created_at, datetime)
    row = account_row((workspace or make_workspace()).id, tidy(NewAccount(**fields)), at=created_at)  # type: ignore[arg-type]
    row.save(force_insert=True)
    products, external = side_rows(row)
    AccountProduct.objects.for_workspace(row.workspace_id).bulk_create(products)
    AccountExternalId.objects.for_workspace(row.workspace_id).bulk_create(external)
    return row


def make_contact(account: Account | None = None, **fields: object) -> Contact:
    """A contact of an account (a new one unless given); `fields` are those of NewContact."""
    account = account or make_account()
    number = next(_numbers)
    fields.setdefault("name", f"Robin Field {number}")
    fields.setdefault("email", f"robin{number}@customer.example")
    fields.setdefault("roles", (StakeholderRole.PROJECT_OWNER,))
    row = contact_row(account.workspace_id, account.id, NewContact(**fields), at=CREATED_AT)  # type: ignore[arg-type]
    row.save(force_insert=True)
    return row


def contact_actor(contact: Contact) -> Actor:
    """The contact as an actor, as the portal sees them."""
    return Actor(
        workspace_id=contact.workspace_id,
        kind=AuthorKind.CONTACT,
        id=contact.id,
        name=contact.name,
        account_id=contact.account_id,
        time_zone="UTC",
    )
