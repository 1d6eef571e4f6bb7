"""Facts about the portal that are not facts about a project."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from firstwin.journal.contracts import Event, event


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class PortalViewedAsCustomer(Event):
    """A member looked at the portal as one of the customer's people."""

    name: ClassVar[str] = "portal.viewed_as_customer"
    subject_type: ClassVar[str] = "account"
    account_id: UUID
    contact_id: UUID
    person_name: str

    @property
    def subject_id(self) -> UUID:
        """Return the account's id."""
        return self.account_id
