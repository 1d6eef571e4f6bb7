"""Pages by cursor: every row once, in order, whatever the order and wherever values are missing."""

import base64
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstwin.customers.models import Account
from firstwin.identity.models import Workspace
from firstwin.shared import pagination
from firstwin.shared.errors import InvalidInputError
from tests.factories.customers import make_account
from tests.factories.identity import make_workspace

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)


def walk(workspace: Workspace, order: list[str], limit: int) -> list[Account]:
    rows: list[Account] = []
    cursor: str | None = None
    while True:
        page = pagination.page_of(
            Account.objects.for_workspace(workspace.id),
            order=order,
            cursor=cursor,
            limit=limit,
            convert=lambda row: row,
        )
        rows.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return rows
        assert len(page.items) == limit


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.tuples(st.none() | st.integers(0, 3), st.integers(0, 2), st.none() | st.integers(0, 2)), max_size=9
    ),
    order=st.lists(
        st.sampled_from(["contract_value", "-contract_value", "name_key", "-created_at", "-contract_signed_at"]),
        min_size=1,
        max_size=3,
        unique_by=lambda name: name.lstrip("-"),
    ),
    limit=st.integers(1, 4),
)
def test_walking_the_pages_gives_every_row_once_and_in_order(
    values: list[tuple[int | None, int, int | None]], order: list[str], limit: int
) -> None:
    workspace = make_workspace()
    for value, name, signed in values:
        make_account(
            workspace,
            name=f"Account {name}",
            contract_value=None if value is None else Decimal(value),
            contract_signed_at=None if signed is None else START + timedelta(days=signed, microseconds=signed),
            created_at=START + timedelta(hours=name),
        )
    found = walk(workspace, order, limit)
    assert [row.id for row in found] == [row.id for row in sorted(walk(workspace, ["id"], 200), key=sort_key(order))]


def sort_key(order: list[str]):  # noqa: ANN201
    def key(row: Account) -> tuple[object, ...]:
        parts: list[object] = []
        for name in order:
            value = getattr(row, name.lstrip("-"))
            if isinstance(value, datetime):
                value = value.timestamp()
            if name.startswith("-") and value is not None:
                value = -value
            parts.append((value is None, value if value is not None else 0))
        return (*parts, row.id)

    return key


def test_a_row_added_meanwhile_moves_nothing() -> None:
    workspace = make_workspace()
    names = [make_account(workspace, name=name).name for name in ("b", "d", "f")]
    rows = Account.objects.for_workspace(workspace.id)
    first = pagination.page_of(rows, order=["name_key"], cursor=None, limit=2, convert=lambda row: row.name)
    make_account(workspace, name="a")
    second = pagination.page_of(
        rows, order=["name_key"], cursor=first.next_cursor, limit=2, convert=lambda row: row.name
    )
    assert [*first.items, *second.items] == names


def test_a_page_is_one_query(django_assert_num_queries: type[CaptureQueriesContext]) -> None:
    workspace = make_workspace()
    for _ in range(3):
        make_account(workspace)
    with django_assert_num_queries(1):  # type: ignore[call-arg]
        pagination.page_of(
            Account.objects.for_workspace(workspace.id), order=["-created_at"], cursor=None, limit=2, convert=str
        )


def forged(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "!!!!",
        "é",
        "A" * 5000,
        forged({}),
        forged([]),
        forged(["name_key,pk", ["a"]]),
        forged(["name_key,pk", ["a", "no-uuid"]]),
        forged(["name_key,pk", ["\x00", "0196f0aa-0000-7000-8000-000000000000"]]),
        forged(["name_key,pk", [{"a": 1}, "0196f0aa-0000-7000-8000-000000000000"]]),
        forged(["-name_key,pk", ["a", "0196f0aa-0000-7000-8000-000000000000"]]),
        forged(["created_at,pk", ["a", "0196f0aa-0000-7000-8000-000000000000"]]),
    ],
)
def test_a_cursor_that_was_not_given_out_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        pagination.page_of(
            Account.objects.for_workspace(make_workspace().id), order=["name_key"], cursor=cursor, limit=2, convert=str
        )
    assert refused.value.problems[0].place == "cursor"


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_is_never_huge(limit: int) -> None:
    with pytest.raises(InvalidInputError):
        pagination.page_of(
            Account.objects.for_workspace(make_workspace().id), order=["pk"], cursor=None, limit=limit, convert=str
        )
