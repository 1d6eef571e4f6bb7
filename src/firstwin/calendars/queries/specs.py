"""Working calendars for whoever counts with them: many at once, in a constant number of queries."""

from collections.abc import Collection, Mapping
from uuid import UUID

from firstwin.calendars.contracts import Specs
from firstwin.calendars.queries import resolved
from firstwin.calendars.queries.resolved import Known
from firstwin.calendars.rules import resolving
from firstwin.calendars.rules.resolving import OwnFacts
from firstwin.identity.contracts import Actor


def get_specs(
    *,
    actor: Actor,
    account_ids: Collection[UUID] = (),
    member_ids: Collection[UUID] = (),
    contact_ids: Collection[UUID] = (),
) -> Specs:
    """Return the calendars of the workspace and of whom is named, in at most eight reads; who is not found is left out."""
    return specs_with(
        *resolved.known_of(actor, account_ids=account_ids, member_ids=member_ids, contact_ids=contact_ids)
    )


def get_specs_of(*, known: Known) -> Specs:
    """Return the calendars of people and accounts that have been read already, in two reads."""
    return specs_with(known, resolved.own_facts_of(known))


def specs_with(known: Known, own: Mapping[UUID, OwnFacts]) -> Specs:
    """Return the calendars of people and accounts from what each has of their own. Inside calendars only."""
    found = resolved.resolved_with(known, own)
    specs = {holder_id: resolving.spec_of(calendar) for holder_id, calendar in found.items()}
    return Specs(
        workspace=specs[known.workspace.id],
        accounts={id: specs[id] for id in known.accounts},
        members={id: specs[id] for id in known.members},
        contacts={id: specs[id] for id in known.contacts},
    )
