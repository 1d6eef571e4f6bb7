"""Operations of customers: who may do what, what it records, and that a refusal changes nothing."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from firstwin.customers import queries
from firstwin.customers.contracts import (
    AccountFilters,
    DuplicateAccountError,
    Industry,
    NewAccount,
    NewContact,
    PortalLinkEndedError,
    Segment,
    StakeholderRole,
)
from firstwin.customers.operations import accounts, contacts, portal_access
from firstwin.identity.contracts import Role, Scope
from firstwin.identity.models import Workspace
from firstwin.journal.contracts import AuthorKind
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import make_actor, make_key_actor, make_member, recorded

pytestmark = pytest.mark.django_db

ACORN = NewAccount(
    name="  Acorn Foods ",
    segment=Segment.ENTERPRISE,
    industry=Industry.HEALTHCARE,
    products=("Billing", "billing", "Reports"),
    contract_signed_at=datetime(2026, 2, 27, 15, 0, tzinfo=UTC),
    contract_value=Decimal("48000.00"),
    currency="eur",
    licensed_seats=250,
    country="de",
    time_zone="Europe/Berlin",
    website="https://www.Acorn.example/about",
    external_ids={"salesforce": " 0015g00000A "},
)


def workspace_of(actor: object) -> Workspace:
    return Workspace.objects.get(id=actor.workspace_id)  # type: ignore[attr-defined]


def test_a_created_account_is_tidy_and_found_again(now: datetime) -> None:
    actor = make_actor(Role.SPECIALIST)
    made = accounts.create_account(actor=actor, new=ACORN, at=now)
    assert queries.get_account(actor=actor, account_id=made.id) == made
    assert (made.name, made.currency, made.country) == ("Acorn Foods", "EUR", "DE")
    assert made.products == ("Billing", "Reports")
    assert made.external_ids == {"salesforce": "0015g00000A"}
    assert recorded(actor) == ["account.created", "account.contract_signed"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR])
def test_readers_create_and_change_nothing(role: Role, now: datetime) -> None:
    actor = make_actor(role)
    account = make_account(workspace_of(actor))
    contact = make_contact(account)
    for refused in (
        lambda: accounts.create_account(actor=actor, new=ACORN, at=now),
        lambda: accounts.edit_account(actor=actor, account_id=account.id, changes={"name": "X"}, at=now),
        lambda: accounts.archive_account(actor=actor, account_id=account.id, at=now),
        lambda: contacts.add_contact(actor=actor, account_id=account.id, new=NewContact(name="X"), at=now),
        lambda: contacts.edit_contact(actor=actor, contact_id=contact.id, changes={"name": "X"}, at=now),
        lambda: contacts.archive_contact(actor=actor, contact_id=contact.id, at=now),
        lambda: portal_access.issue(actor=actor, contact_id=contact.id, at=now),
    ):
        with pytest.raises(PermissionDeniedError):
            refused()
    assert recorded(actor) == []
    assert queries.count_accounts(actor=actor) == 1


def test_a_contact_sees_their_account_and_no_other(now: datetime) -> None:
    contact = make_contact()
    actor = contact_actor(contact)
    other = make_account(Workspace.objects.get(id=contact.workspace_id))
    assert queries.get_account(actor=actor, account_id=contact.account_id).id == contact.account_id
    assert queries.find_account(actor=actor, account_id=other.id) is None
    assert queries.find_contact(actor=actor, contact_id=make_contact(other).id) is None
    with pytest.raises(NotFoundError):
        queries.list_contacts(actor=actor, account_id=other.id)
    with pytest.raises(PermissionDeniedError):
        queries.list_accounts(actor=actor)
    with pytest.raises(PermissionDeniedError):
        accounts.edit_account(actor=actor, account_id=contact.account_id, changes={"name": "X"}, at=now)


def test_another_workspace_does_not_exist(now: datetime) -> None:
    actor = make_actor(Role.OWNER)
    account = make_account()
    contact = make_contact(account)
    for attempt in (
        lambda: queries.get_account(actor=actor, account_id=account.id),
        lambda: queries.get_contact(actor=actor, contact_id=contact.id),
        lambda: accounts.edit_account(actor=actor, account_id=account.id, changes={"name": "X"}, at=now),
        lambda: contacts.add_contact(actor=actor, account_id=account.id, new=NewContact(name="X"), at=now),
        lambda: contacts.archive_contact(actor=actor, contact_id=contact.id, at=now),
        lambda: portal_access.issue(actor=actor, contact_id=contact.id, at=now),
        lambda: portal_access.revoke(actor=actor, contact_id=contact.id, at=now),
    ):
        with pytest.raises(NotFoundError):
            attempt()
    assert queries.count_accounts(actor=actor) == 0


def test_a_key_needs_the_scope(now: datetime) -> None:
    with pytest.raises(PermissionDeniedError):
        accounts.create_account(actor=make_key_actor(Scope.PROJECTS_WRITE), new=ACORN, at=now)
    actor = make_key_actor(Scope.ACCOUNTS_WRITE)
    assert accounts.create_account(actor=actor, new=ACORN, at=now).name == "Acorn Foods"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("name", "two\nlines"),
        ("name", "nul\x00"),
        ("contract_value", Decimal("-1")),
        ("contract_value", Decimal("NaN")),
        ("contract_value", Decimal("1e20")),
        ("currency", "EURO"),
        ("licensed_seats", -1),
        ("licensed_seats", 10**12),
        ("country", "Germany"),
        ("time_zone", "Berlin"),
        ("website", "not a site"),
        ("website", "javascript://acorn.example/%0aalert(1)"),
        ("products", ("",)),
        ("products", ("p" * 101,)),
        ("contract_signed_at", datetime(2026, 1, 1)),  # noqa: DTZ001
    ],
)
def test_what_makes_no_sense_is_refused_with_its_place(field: str, value: object, now: datetime) -> None:
    actor = make_actor(Role.MANAGER)
    account = make_account(workspace_of(actor))
    with pytest.raises(InvalidInputError) as refused:
        accounts.edit_account(actor=actor, account_id=account.id, changes={field: value}, at=now)
    assert {problem.place for problem in refused.value.problems} == {field}
    assert all(problem.message and problem.remedy for problem in refused.value.problems)
    assert recorded(actor) == []


def test_the_owner_is_an_active_member_of_this_workspace(now: datetime) -> None:
    actor = make_actor(Role.MANAGER)
    stranger, former = make_member(), make_member(workspace=workspace_of(actor), is_active=False)
    for owner_id in (stranger.id, former.id):
        with pytest.raises(InvalidInputError):
            accounts.create_account(actor=actor, new=NewAccount(name="Acorn", owner_id=owner_id), at=now)
    assert accounts.create_account(actor=actor, new=NewAccount(name="Acorn", owner_id=actor.id), at=now).owner_id


def test_an_external_id_names_one_account(now: datetime) -> None:
    actor = make_actor(Role.MANAGER)
    first = accounts.create_account(actor=actor, new=ACORN, at=now)
    with pytest.raises(DuplicateAccountError):
        accounts.create_account(actor=actor, new=ACORN, at=now)
    second = accounts.create_account(actor=actor, new=NewAccount(name="Acorn Foods"), at=now)
    with pytest.raises(DuplicateAccountError):
        accounts.edit_account(
            actor=actor, account_id=second.id, changes={"external_ids": {"salesforce": "0015g00000A"}}, at=now
        )
    kept = accounts.edit_account(actor=actor, account_id=first.id, changes={"licensed_seats": 300}, at=now)
    assert kept.external_ids == first.external_ids
    assert queries.get_account_by_external_id(actor=actor, system="salesforce", value="0015g00000A") == kept


def test_the_signature_is_news_only_the_first_time(now: datetime) -> None:
    actor = make_actor(Role.MANAGER)
    made = accounts.create_account(actor=actor, new=NewAccount(name="Acorn"), at=now)
    for moment in (now, now + timedelta(days=1)):
        accounts.edit_account(actor=actor, account_id=made.id, changes={"contract_signed_at": moment}, at=now)
    accounts.edit_account(actor=actor, account_id=made.id, changes={"contract_signed_at": moment}, at=now)
    assert recorded(actor) == ["account.created", "account.changed", "account.contract_signed", "account.changed"]


def test_possible_duplicates_say_why(now: datetime) -> None:
    actor = make_actor(Role.MANAGER)
    made = accounts.create_account(actor=actor, new=ACORN, at=now)
    other = accounts.create_account(actor=actor, new=NewAccount(name="ACORN  foods"), at=now)
    make_account(name="Acorn Foods", website="https://acorn.example")
    found = queries.find_possible_duplicates(actor=actor, name="acorn foods", website="acorn.example")
    assert {(duplicate.account_id, duplicate.reason) for duplicate in found} == {
        (made.id, "domain"),
        (other.id, "name"),
    }
    assert queries.find_possible_duplicates(actor=actor, name="acorn foods", except_account_id=other.id)[0].reason


def test_an_archived_account_leaves_the_list_and_comes_back(now: datetime) -> None:
    actor = make_actor(Role.MANAGER)
    account = make_account(workspace_of(actor))
    accounts.archive_account(actor=actor, account_id=account.id, at=now)
    accounts.archive_account(actor=actor, account_id=account.id, at=now)
    assert queries.count_accounts(actor=actor) == 0
    assert queries.count_accounts(actor=actor, filters=AccountFilters(is_archived=True)) == 1
    accounts.restore_account(actor=actor, account_id=account.id, at=now)
    assert queries.count_accounts(actor=actor) == 1
    assert recorded(actor) == ["account.archived", "account.restored"]


def test_an_account_knows_an_address_once(now: datetime) -> None:
    actor = make_actor(Role.SPECIALIST)
    account = make_account(workspace_of(actor))
    new = NewContact(name="Robin", email=" Robin@Acorn.example", roles=(StakeholderRole.END_USER,) * 2)
    made = contacts.add_contact(actor=actor, account_id=account.id, new=new, at=now)
    assert (made.email, made.roles) == ("robin@acorn.example", (StakeholderRole.END_USER,))
    with pytest.raises(ConflictError):
        contacts.add_contact(actor=actor, account_id=account.id, new=new, at=now)
    contacts.add_contact(actor=actor, account_id=account.id, new=NewContact(name="No address"), at=now)
    contacts.add_contact(actor=actor, account_id=account.id, new=NewContact(name="None either"), at=now)
    contacts.add_contact(actor=actor, account_id=make_account(workspace_of(actor)).id, new=new, at=now)
    assert len(queries.list_contacts(actor=actor, account_id=account.id)) == 3


def test_a_portal_link_lasts_and_is_the_same_in_every_mail(now: datetime) -> None:
    actor = make_actor(Role.SPECIALIST)
    contact = make_contact(make_account(workspace_of(actor)))
    url = portal_access.issue(actor=actor, contact_id=contact.id, at=now)
    assert portal_access.issue(actor=actor, contact_id=contact.id, at=now + timedelta(days=400)) == url
    visitor = portal_access.open_portal_link(token=token_of(url), at=now + timedelta(days=400))
    assert (visitor.kind, visitor.id, visitor.account_id) == (AuthorKind.CONTACT, contact.id, contact.account_id)
    assert recorded(actor) == ["portal_access.issued", "portal_access.opened"]


def test_opening_the_portal_is_written_once_an_hour(now: datetime) -> None:
    actor = make_actor(Role.SPECIALIST)
    contact = make_contact(make_account(workspace_of(actor)))
    token = token_of(portal_access.issue(actor=actor, contact_id=contact.id, at=now))
    for minutes in (0, 1, 59, 60, 61):
        portal_access.open_portal_link(token=token, at=now + timedelta(minutes=minutes))
    assert recorded(actor).count("portal_access.opened") == 2


def test_a_revoked_link_is_dead_and_a_new_one_is_another(now: datetime) -> None:
    actor = make_actor(Role.SPECIALIST)
    contact = make_contact(make_account(workspace_of(actor)))
    first = portal_access.issue(actor=actor, contact_id=contact.id, at=now)
    portal_access.revoke(actor=actor, contact_id=contact.id, at=now)
    with pytest.raises(PortalLinkEndedError):
        portal_access.open_portal_link(token=token_of(first), at=now)
    with pytest.raises(NotFoundError):
        portal_access.revoke(actor=actor, contact_id=contact.id, at=now)
    second = portal_access.issue(actor=actor, contact_id=contact.id, at=now)
    third = portal_access.reissue(actor=actor, contact_id=contact.id, at=now)
    assert len({first, second, third}) == 3
    with pytest.raises(PortalLinkEndedError):
        portal_access.open_portal_link(token=token_of(second), at=now)
    assert portal_access.open_portal_link(token=token_of(third), at=now).id == contact.id


def test_a_link_ends_with_its_date_its_contact_its_account_and_its_address(now: datetime) -> None:
    actor = make_actor(Role.MANAGER)
    account = make_account(workspace_of(actor))
    dated, left, moved, ours = (make_contact(account) for _ in range(4))
    urls = {
        contact.id: portal_access.issue(
            actor=actor,
            contact_id=contact.id,
            at=now,
            expires_at=now + timedelta(days=1) if contact is dated else None,
        )
        for contact in (dated, left, moved, ours)
    }
    contacts.archive_contact(actor=actor, contact_id=left.id, at=now)
    contacts.edit_contact(actor=actor, contact_id=moved.id, changes={"email": "other@acorn.example"}, at=now)
    later = now + timedelta(days=1)
    assert portal_access.open_portal_link(token=token_of(urls[ours.id]), at=later).id == ours.id
    accounts.archive_account(actor=actor, account_id=account.id, at=now)
    for contact in (dated, left, moved, ours):
        with pytest.raises(PortalLinkEndedError):
            portal_access.open_portal_link(token=token_of(urls[contact.id]), at=later)


@pytest.mark.parametrize("token", ["", "x", "A" * 48, "é" * 48, "../../etc/passwd", "=" * 48])
def test_a_made_up_link_is_not_found(token: str, now: datetime) -> None:
    with pytest.raises(NotFoundError):
        portal_access.open_portal_link(token=token, at=now)


def test_a_link_that_was_altered_anywhere_is_not_found(now: datetime) -> None:
    actor = make_actor(Role.SPECIALIST)
    contact = make_contact(make_account(workspace_of(actor)))
    token = token_of(portal_access.issue(actor=actor, contact_id=contact.id, at=now))
    for position in range(len(token)):
        altered = token[:position] + ("A" if token[position] != "A" else "B") + token[position + 1 :]
        with pytest.raises(NotFoundError):
            portal_access.open_portal_link(token=altered, at=now)


def token_of(url: str) -> str:
    return url.rstrip("/").split("/")[-1]
