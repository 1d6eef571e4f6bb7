"""Writes of the portal itself; what a customer does to a plan are operations of projects."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.portal import queries
from firstwin.portal.events import PortalViewedAsCustomer


def view_as_customer(*, actor: Actor, contact_id: UUID, at: datetime) -> Actor:
    """Begin to look at the portal as a contact and record it; return who acts from now on.

    Everything done then is recorded with the member as author, on behalf of the contact. Raises PermissionDeniedError.
    """
    acting = queries.get_acting_contact(actor=actor, contact_id=contact_id)
    with transaction.atomic():
        journal_operations.record(
            PortalViewedAsCustomer(
                account_id=acting.account_id or contact_id, contact_id=contact_id, person_name=acting.name
            ),
            actor=acting,
            at=at,
        )
    return acting
