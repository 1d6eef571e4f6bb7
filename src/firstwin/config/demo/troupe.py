"""The people of the demo as actors: members and contacts, ready to act."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from firstwin.config.demo import cast, quillmark
from firstwin.config.demo.accounts import PEOPLE_BY_SEGMENT, Story
from firstwin.customers.contracts import AccountInfo, NewAccount, NewContact
from firstwin.customers.operations import accounts as account_operations
from firstwin.customers.operations import contacts as contact_operations
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, NewWorkspace, WorkspaceInfo
from firstwin.identity.operations import members as member_operations
from firstwin.identity.operations import workspaces as workspace_operations
from firstwin.journal.contracts import AuthorKind
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import PersonRef


@dataclass(slots=True)
class Troupe:
    """Everybody who acts in the demo."""

    workspace: WorkspaceInfo
    members: dict[str, Actor] = field(default_factory=dict)
    by_id: dict[UUID, Actor] = field(default_factory=dict)

    @property
    def owner(self) -> Actor:
        """Return the head of customer onboarding."""
        return self.members[cast.OWNER.key]

    def person(self, ref: PersonRef | None, *, otherwise: Actor) -> Actor:
        """Return a person of a project as an actor, or somebody else where nobody is named."""
        return self.by_id.get(ref.id, otherwise) if ref is not None else otherwise


def found_vendor(*, at: datetime) -> Troupe:
    """Create the vendor's workspace and its team."""
    created = workspace_operations.create_workspace(
        new=NewWorkspace(
            name=cast.VENDOR,
            owner_email=cast.OWNER.email,
            owner_name=cast.OWNER.name,
            time_zone=cast.VENDOR_TIME_ZONE,
            country=cast.VENDOR_COUNTRY,
        ),
        at=at,
    )
    workspace = created.workspace
    owner = identity_queries.get_member_actor(workspace_id=workspace.id, member_id=created.owner.id)
    member_operations.edit_member(
        actor=owner, member_id=created.owner.id, changes={"title": cast.OWNER.title}, at=at + timedelta(minutes=3)
    )
    changes = {
        "brand_color": cast.BRAND_COLOR,
        "sender_name": f"{cast.VENDOR} onboarding",
        "sender_email": f"onboarding@{cast.DOMAIN}",
    }
    workspace_operations.edit_workspace(actor=owner, changes=changes, at=at + timedelta(minutes=5))
    troupe = Troupe(workspace=workspace, members={cast.OWNER.key: owner}, by_id={created.owner.id: owner})
    for number, colleague in enumerate(cast.TEAM, start=1):
        member = member_operations.add_member(
            actor=owner,
            email=colleague.email,
            name=colleague.name,
            role=colleague.role,
            title=colleague.title,
            time_zone=colleague.time_zone,
            at=at + timedelta(minutes=10 + number),
        )
        actor = identity_queries.get_member_actor(workspace_id=workspace.id, member_id=member.id)
        troupe.members[colleague.key] = troupe.by_id[member.id] = actor
    return troupe


def enter_account(troupe: Troupe, story: Story, *, signed_at: datetime, casting: cast.Casting) -> AccountInfo:
    """Create an account with its people, as the CRM would have handed it over at the signature."""
    dice = random.Random(f"{story.slug} people")  # noqa: S311 - the same every time, on purpose
    specialist = troupe.members[story.specialist]
    seller = troupe.members["chloe"]
    account = account_operations.create_account(
        actor=seller,
        new=NewAccount(
            name=story.name,
            segment=story.segment,
            industry=story.industry,
            products=story.products,
            contract_signed_at=signed_at,
            contract_value=Decimal(story.value),
            currency=story.currency,
            licensed_seats=story.seats,
            country=story.country,
            time_zone=story.time_zone,
            website=f"https://{story.slug}.example.com",
            owner_id=specialist.id,
            external_ids={"crm": f"OPP-{dice.randrange(10_000, 99_999)}", **quillmark.ids_of(story)},
        ),
        at=signed_at,
    )
    people = casting.people(country=story.country, size=PEOPLE_BY_SEGMENT[story.segment], dice=dice)
    for number, person in enumerate(people, start=1):
        contact = contact_operations.add_contact(
            actor=seller,
            account_id=account.id,
            new=NewContact(
                name=person.name,
                email=f"{cast.address_of(person.name)}@{story.slug}.example.com",
                title=person.title,
                roles=person.parts,
            ),
            at=signed_at + timedelta(minutes=number),
        )
        troupe.by_id[contact.id] = Actor(
            workspace_id=troupe.workspace.id,
            kind=AuthorKind.CONTACT,
            id=contact.id,
            name=contact.name,
            account_id=account.id,
            time_zone=story.time_zone,
        )
    return account


def is_of(actor: Actor, side: Side) -> bool:
    """Say whether an actor belongs to a side."""
    return (actor.kind is AuthorKind.CONTACT) == (side is Side.CUSTOMER)
