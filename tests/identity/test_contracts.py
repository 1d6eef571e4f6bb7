"""How actors are written down."""

from uuid import UUID

from firstwin.identity.contracts import Actor, Role
from firstwin.journal.contracts import AuthorKind

WORKSPACE = UUID(int=1)
MEMBER = Actor(workspace_id=WORKSPACE, kind=AuthorKind.MEMBER, id=UUID(int=2), name="Mara", role=Role.SPECIALIST)


def test_a_member_who_acts_as_a_contact_is_the_author_on_behalf_of_the_contact() -> None:
    acting = Actor(
        workspace_id=WORKSPACE,
        kind=AuthorKind.CONTACT,
        id=UUID(int=3),
        name="Ada",
        account_id=UUID(int=4),
        performed_by=MEMBER,
    )
    author = acting.author
    assert (author.kind, author.id, author.name) == (AuthorKind.MEMBER, MEMBER.id, "Mara")
    assert (author.on_behalf_of_kind, author.on_behalf_of_id) == (AuthorKind.CONTACT, UUID(int=3))


def test_everybody_else_is_the_author_themselves() -> None:
    assert MEMBER.author.kind is AuthorKind.MEMBER
    assert MEMBER.author.on_behalf_of_kind is None
