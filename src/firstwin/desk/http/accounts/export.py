"""The list of accounts as a CSV file."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from django.http import HttpRequest, StreamingHttpResponse
from django.views.decorators.http import require_safe

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountFilters, AccountInfo, AccountSort
from firstwin.desk.http.access import desk_page
from firstwin.desk.http.accounts.filters import filters_of, sort_of
from firstwin.desk.http.downloads import csv_answer
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import PermissionDeniedError
from firstwin.shared.pagination import MAX_PAGE_SIZE, Page

HEAD = (
    "Id",
    "Name",
    "Segment",
    "Industry",
    "Products",
    "Contract signed",
    "Contract value",
    "Currency",
    "Licensed seats",
    "Country",
    "Time zone",
    "Website",
    "Owner",
    "Ids in other systems",
)


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Send every account that the filters leave."""
    if not customer_queries.abilities_of(actor).import_many:
        raise PermissionDeniedError("Only owners, admins and managers export accounts.", remedy="Ask a manager.")
    names = {member.id: member.email for member in identity_queries.list_members(actor=actor, is_active=None)}
    filters, sort = filters_of(request), sort_of(request)
    first = _page(actor, filters, sort, None)
    rows = (_row(account, names) for account in _all(actor, filters, sort, first))
    return csv_answer(f"accounts-{clock.now():%Y-%m-%d}.csv", HEAD, rows)


def _page(actor: Actor, filters: AccountFilters, sort: AccountSort, cursor: str | None) -> Page[AccountInfo]:
    return customer_queries.list_accounts(actor=actor, filters=filters, sort=sort, cursor=cursor, limit=MAX_PAGE_SIZE)


def _all(actor: Actor, filters: AccountFilters, sort: AccountSort, page: Page[AccountInfo]) -> Iterator[AccountInfo]:
    yield from page.items
    while page.next_cursor:
        page = _page(actor, filters, sort, page.next_cursor)
        yield from page.items


def _row(account: AccountInfo, names: Mapping[UUID, str]) -> tuple[object, ...]:
    return (
        account.id,
        account.name,
        account.segment.value,
        account.industry.value,
        "; ".join(account.products),
        account.contract_signed_at.isoformat() if account.contract_signed_at else "",
        "" if account.contract_value is None else account.contract_value,
        account.currency,
        "" if account.licensed_seats is None else account.licensed_seats,
        account.country,
        account.time_zone,
        account.website,
        names.get(account.owner_id, "") if account.owner_id else "",
        "; ".join(f"{system}: {value}" for system, value in account.external_ids.items()),
    )
