"""How far customers have adopted what they bought: all accounts as a list, and every feature over them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from firstwin.customers.contracts import AccountFacts
from firstwin.desk.http.access import may_govern, words
from firstwin.desk.http.usage import charts, filters, frame
from firstwin.desk.http.usage.charts import Chart, Head, Kind
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError, Problem
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE
from firstwin.usage.contracts.analysis import AdoptionRow, Totals
from firstwin.usage.contracts.catalogue import FeatureInfo
from firstwin.usage.contracts.signals import SignalLimits
from firstwin.usage.contracts.store import AccountActivity, Adoption
from firstwin.usage.queries import features, figures, signals, sources, store

TARGET = 0.7
"""Active users over licensed users: the adoption target of the playbooks."""
RECENT = timedelta(weeks=4)
SORTS = {
    "name": attrgetter("name"),
    "share": attrgetter("seat_share"),
    "active": attrgetter("active"),
    "features": attrgetter("feature_share"),
    "trend": attrgetter("trend"),
    "seen": attrgetter("last_at"),
}
STANDINGS = (
    ("", "All", ""),
    ("reached", "At the target", "done"),
    ("below", "Below the target", "risk"),
    ("falling", "Losing people", "late"),
    ("full", "Seats nearly full", "progress"),
    ("none", "No usage yet", "neutral"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the event store says about all accounts: now, in the four weeks before, and ever."""

    now: Mapping[UUID, Adoption]
    before: Mapping[UUID, AccountActivity]
    ever: Mapping[UUID, AccountActivity]


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponseBase:
    """Show every account with how much of its seats and features it uses."""
    connection = sources.get_connection(actor=actor)
    if not connection.has_events:
        context: dict[str, Any] = {"connection": connection, "may_govern": may_govern(actor)}
        return frame.page(request, "usage_adoption", "not_yet.html", context)
    at = clock.now()
    asked = filters.read(request.GET, at, usual="26w")
    accounts = filters.accounts_of(actor, asked)
    known = features.list_features(actor=actor)
    licences = features.get_licensed_features(actor=actor, account_ids=[account.id for account in accounts])
    seen = ask(actor, asked, [account.id for account in accounts], at)
    rows = [row_of(account, licences.get(account.id, ()), seen) for account in accounts]
    limits = signals.get_limits(actor=actor)
    asked_for = narrowed(rows, words(request, "standing"), words(request, "q"), limits)
    shown = in_order(asked_for, request.GET.get("sort", "-share"))
    page, next_cursor = page_of(shown, request.GET.get("cursor", ""))
    context = {
        **filters.context_of(request, actor, asked),
        "now": at,
        "rows": [shown_row(row, limits) for row in page],
        "next_cursor": next_cursor,
        "total": len(shown),
        "totals": totals_of(rows),
        "standing": words(request, "standing"),
        "numbers": [(key, label, tone, len(narrowed(rows, key, "", limits))) for key, label, tone in STANDINGS],
        "q": words(request, "q"),
        "target": TARGET,
        "goal": round(TARGET * 100),
        "limits": limits,
    }
    return frame.figures(
        request,
        actor,
        "usage_adoption",
        "adoption.html",
        context,
        [accounts_chart(shown), features_chart(known, licences, seen)],
    )


def ask(actor: Actor, asked: filters.Asked, account_ids: Collection[UUID], at: datetime) -> Seen:
    """Ask the event store about accounts: three questions, however many accounts there are."""
    reader = store.event_reader()

    def scope(since: datetime, until: datetime) -> Any:
        narrowed_to = account_ids if asked.is_narrowed else None
        return figures.get_scope(actor=actor, since=since, until=until, account_ids=narrowed_to)

    by_feature = features.get_feature_events(actor=actor)
    return Seen(
        now={one.account_id: one for one in reader.adoption(scope(at - RECENT, at), features=by_feature)},
        before={one.account_id: one for one in reader.accounts(scope(at - 2 * RECENT, at - RECENT))},
        ever={one.account_id: one for one in reader.accounts(scope(asked.since, at))},
    )


def row_of(account: AccountFacts, licensed: Collection[str], seen: Seen) -> AdoptionRow:
    """Return an account as the list shows it."""
    now, before, ever = (part.get(account.id) for part in (seen.now, seen.before, seen.ever))
    active = now.active if isinstance(now, Adoption) else 0
    used = sum(bool(now.users.get(key)) for key in licensed) if isinstance(now, Adoption) else 0
    earlier = before.users if isinstance(before, AccountActivity) else 0
    return AdoptionRow(
        account_id=account.id,
        name=account.name,
        segment=account.segment,
        industry=account.industry,
        seats=account.licensed_seats,
        active=active,
        before=earlier,
        seat_share=active / account.licensed_seats if account.licensed_seats else None,
        used=used,
        licensed=len(licensed),
        feature_share=used / len(licensed) if licensed else None,
        trend=figures.get_trend(now=active, before=earlier),
        events=ever.events if isinstance(ever, AccountActivity) else 0,
        last_at=ever.last_at if isinstance(ever, AccountActivity) else None,
    )


def shown_row(row: AdoptionRow, limits: SignalLimits) -> dict[str, object]:
    """Return a row with its figures in words and the length of its bar."""
    return {
        "row": row,
        "meter": round(min(row.seat_share or 0.0, 1.0) * 100, 1),
        "share": "" if row.seat_share is None else charts.percent(row.seat_share),
        "trend": "" if row.trend is None else charts.signed_percent(row.trend),
        "loses_people": loses_people(row, limits),
    }


def loses_people(row: AdoptionRow, limits: SignalLimits) -> bool:
    """Say whether so many percent fewer people came as a signal wants of events; in whole numbers, as signals count."""
    return row.before > 0 and 100 * (row.before - row.active) >= limits.falling_percent * row.before


def narrowed(rows: Sequence[AdoptionRow], standing: str, search: str, limits: SignalLimits) -> list[AdoptionRow]:
    """Return the accounts of a standing whose name holds the text. Raises InvalidInputError."""
    tests: Mapping[str, Callable[[AdoptionRow], bool]] = {
        "": lambda _row: True,
        "reached": lambda row: row.seat_share is not None and row.seat_share >= TARGET,
        "below": lambda row: row.events > 0 and row.seat_share is not None and row.seat_share < TARGET,
        "falling": lambda row: loses_people(row, limits),
        "full": lambda row: bool(row.seats) and row.active * 100 >= (row.seats or 0) * limits.seats_percent,
        "none": lambda row: not row.events,
    }
    if standing not in tests:
        raise _wrong("standing", standing)
    return [row for row in rows if tests[standing](row) and search.casefold() in row.name.casefold()]


def in_order(rows: Sequence[AdoptionRow], sort: str) -> list[AdoptionRow]:
    """Return the rows in an order; what has no value comes last either way. Raises InvalidInputError."""
    read = SORTS.get(sort.removeprefix("-"))
    if read is None:
        raise _wrong("sort", sort)
    known = sorted((row for row in rows if read(row) is not None), key=read, reverse=sort.startswith("-"))
    return known + [row for row in rows if read(row) is None]


def page_of(rows: Sequence[AdoptionRow], cursor: str) -> tuple[Sequence[AdoptionRow], str | None]:
    """Return the rows after the account that the cursor names, and the cursor of the next page."""
    start = 0
    if cursor:
        start = next((number + 1 for number, row in enumerate(rows) if str(row.account_id) == cursor), -1)
        if start < 0:
            raise _wrong("cursor", cursor)
    page = rows[start : start + DEFAULT_PAGE_SIZE]
    return page, str(page[-1].account_id) if start + len(page) < len(rows) else None


def totals_of(rows: Sequence[AdoptionRow]) -> Totals:
    """Add the accounts up. Seats count where the account uses the product at all; features weigh accounts alike."""
    using = [row for row in rows if row.events]
    seats = sum(row.seats or 0 for row in using)
    active = sum(row.active for row in using if row.seats)
    shares = [row.feature_share for row in using if row.feature_share is not None]
    return Totals(
        accounts=len(rows),
        with_usage=len(using),
        active=sum(row.active for row in using),
        seats=seats,
        seat_share=active / seats if seats else None,
        feature_share=sum(shares) / len(shares) if shares else None,
    )


def accounts_chart(rows: Sequence[AdoptionRow]) -> Chart:
    """Return the list as a table to download: every account, on all pages."""
    return Chart(
        key="accounts",
        title="How much of what they bought do customers use?",
        said="",
        heads=(
            Head("Account"), Head("Segment"), Head("Industry"), Head("Licensed seats", Kind.COUNT),
            Head("Active people", Kind.COUNT), Head("Share of seats", Kind.SHARE), Head("Features used", Kind.COUNT),
            Head("Features licensed", Kind.COUNT), Head("Active people before", Kind.COUNT), Head("Change", Kind.SHARE),
            Head("Events", Kind.COUNT), Head("Last seen", Kind.DAY),
        ),
        rows=[
            (row.name, row.segment, row.industry, row.seats, row.active, row.seat_share, row.used, row.licensed,
             row.before, row.trend, row.events, row.last_at and row.last_at.astimezone(UTC).date())
            for row in rows
        ],
    )  # fmt: skip


def features_chart(known: Sequence[FeatureInfo], licences: Mapping[UUID, Collection[str]], seen: Seen) -> Chart:
    """Return how many of the accounts that may use a feature do."""
    rows = []
    for feature in known:
        may = [account_id for account_id, keys in licences.items() if feature.key in keys and account_id in seen.ever]
        using = [
            account_id for account_id in may if account_id in seen.now and seen.now[account_id].users.get(feature.key)
        ]
        people = sum(seen.now[account_id].users[feature.key] for account_id in using)
        share = figures.get_share(count=len(using), base=len(may))
        rows.append((feature.name, len(using), share.value, len(may), people))
    rows.sort(key=lambda row: (-(row[2] or 0.0), row[0]))
    return Chart(
        key="features",
        title="How far is each feature adopted?",
        said=f"{charts.many(len(seen.ever), 'account')} use the product. Counted is who used a feature in the last four weeks.",
        heads=(
            Head("Feature"), Head("Accounts", Kind.COUNT), Head("Of those that bought it", Kind.SHARE),
            Head("Bought by", Kind.COUNT), Head("People", Kind.COUNT),
        ),
        rows=rows,
        empty="No features are described yet",
    )  # fmt: skip


def _wrong(place: str, text: str) -> InvalidInputError:
    problem = Problem(place, f"“{text[:80]}” is not known here.", "Choose one from the page.")
    return InvalidInputError(problem.message, remedy=problem.remedy, problems=(problem,))
