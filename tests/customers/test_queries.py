"""Reads of customers: filters, search, order, and how many queries they need."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from firstwin.customers import queries
from firstwin.customers.contracts import AccountFilters, AccountSort, Industry, Segment, StakeholderRole
from firstwin.identity.contracts import Role
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_actor, make_workspace

pytestmark = pytest.mark.django_db


def test_a_page_of_accounts_is_one_query(django_assert_num_queries: object) -> None:
    workspace = make_workspace()
    actor = make_actor(Role.VIEWER, workspace=workspace)
    for number in range(5):
        make_account(workspace, products=(f"P{number}",), external_ids={"crm": str(number)})
    with django_assert_num_queries(1):  # type: ignore[operator]
        page = queries.list_accounts(actor=actor, limit=3)
    assert len(page.items) == 3
    assert page.items[0].products
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(queries.get_accounts(actor=actor, account_ids=[item.id for item in page.items])) == 3


def test_filters_and_search_find_what_they_say() -> None:
    workspace = make_workspace()
    actor = make_actor(Role.VIEWER, workspace=workspace)
    acorn = make_account(
        workspace,
        name="Acorn Größe AG",
        segment=Segment.ENTERPRISE,
        industry=Industry.SAAS,
        products=("Billing", "Ünder"),
        website="acorn.example",
        external_ids={"crm": "X-77"},
    )
    birch = make_account(workspace, name="Birch 100% Ltd", owner_id=actor.id)
    make_account(name="Acorn elsewhere")

    def found(**filters: object) -> list[str]:
        page = queries.list_accounts(actor=actor, filters=AccountFilters(**filters))  # type: ignore[arg-type]
        return [item.name for item in page.items]

    assert found() == [acorn.name, birch.name]
    assert found(segments=(Segment.ENTERPRISE,)) == [acorn.name]
    assert found(industries=(Industry.SAAS, Industry.HEALTHCARE)) == [acorn.name]
    assert found(products=("billing",)) == found(products=("ÜNDER",)) == [acorn.name]
    assert found(owner_ids=(actor.id,)) == [birch.name]
    assert found(search="GRÖSSE") == found(search="größe") == found(search="orn") == [acorn.name]
    assert found(search="acorn.ex") == found(search="x-77") == [acorn.name]
    assert found(search="100%") == [birch.name]
    assert found(search="10_%") == []
    assert queries.list_products(actor=actor) == ("billing", "ünder")
    assert queries.count_accounts(actor=actor, filters=AccountFilters(search="a")) == 1


def test_every_order_holds_with_missing_values() -> None:
    workspace = make_workspace()
    actor = make_actor(Role.VIEWER, workspace=workspace)
    day = datetime(2026, 2, 1, tzinfo=UTC)
    make_account(workspace, name="b", contract_value=Decimal(5), contract_signed_at=day)
    make_account(workspace, name="A", contract_value=Decimal(9))
    make_account(workspace, name="c")

    def names(sort: AccountSort) -> str:
        shown, cursor = "", None
        while True:
            page = queries.list_accounts(actor=actor, sort=sort, cursor=cursor, limit=1)
            shown += "".join(item.name for item in page.items)
            if (cursor := page.next_cursor) is None:
                return shown

    assert names(AccountSort.NAME) == "Abc"
    assert names(AccountSort.NAME_DESCENDING) == "cbA"
    assert names(AccountSort.VALUE_HIGHEST) == "Abc"
    assert names(AccountSort.VALUE_LOWEST) == "bAc"
    assert names(AccountSort.SIGNED_FIRST)[0] == names(AccountSort.SIGNED_LAST)[0] == "b"


def test_contacts_are_found_by_role_name_and_address(django_assert_num_queries: object) -> None:
    workspace = make_workspace()
    actor = make_actor(Role.VIEWER, workspace=workspace)
    account = make_account(workspace)
    sponsor = make_contact(account, name="Sam Sponsor", roles=(StakeholderRole.EXECUTIVE_SPONSOR,))
    owner = make_contact(account, name="Ola Owner", email="ola@acorn.example")
    found = queries.list_contacts(actor=actor, account_id=account.id, role=StakeholderRole.EXECUTIVE_SPONSOR)
    assert [contact.id for contact in found] == [sponsor.id]
    assert [contact.id for contact in queries.search_contacts(actor=actor, search="OLA@").items] == [owner.id]
    assert [contact.id for contact in queries.search_contacts(actor=actor, search="sam").items] == [sponsor.id]
    assert [c.id for c in queries.find_contacts_by_email(actor=actor, email="OLA@acorn.example")] == [owner.id]
    assert queries.find_contacts_by_email(actor=actor, email="") == ()
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(queries.get_contacts(actor=actor, contact_ids=[sponsor.id, owner.id])) == 2
