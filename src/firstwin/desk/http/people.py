"""Who can be chosen on a project: the team's members and the account's contacts, as choices of a form."""

from uuid import UUID

from firstwin.customers import queries as customer_queries
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import PersonRef
from firstwin.shared.errors import InvalidInputError


def choices(actor: Actor, account_id: UUID) -> list[tuple[str, str]]:
    """Return everybody who can take a task: "vendor:<id>" and "customer:<id>" with their names."""
    members = identity_queries.list_members(actor=actor)
    contacts = customer_queries.list_contacts(actor=actor, account_id=account_id)
    return [(f"{Side.VENDOR.value}:{member.id}", member.name) for member in members] + [
        (f"{Side.CUSTOMER.value}:{contact.id}", f"{contact.name} (customer)") for contact in contacts
    ]


def chosen(text: str) -> PersonRef | None:
    """Return the person behind a choice; the operation looks up and checks their name. Raises InvalidInputError."""
    if not text:
        return None
    side, _, person_id = text.partition(":")
    try:
        return PersonRef(side=Side(side), id=UUID(person_id), name="")
    except ValueError:
        raise InvalidInputError("This person is not known.", remedy="Choose somebody from the list.") from None


def choice_of(person: PersonRef | None) -> str:
    """Return the choice that stands for a person."""
    return f"{person.side.value}:{person.id}" if person else ""
