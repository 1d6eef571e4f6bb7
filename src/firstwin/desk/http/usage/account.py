"""How one account uses the product: people over time against seats, features, visits, who went quiet, and what came last."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountInfo
from firstwin.desk.http.access import may_govern, words
from firstwin.desk.http.usage import charts, filters, frame, overview
from firstwin.desk.http.usage.charts import Chart, Head, Kind
from firstwin.identity.contracts import Actor
from firstwin.shared import clock
from firstwin.usage.contracts.catalogue import LicenceInfo
from firstwin.usage.contracts.people import PersonName
from firstwin.usage.contracts.store import Adoption, Engagement, Period, PersonActivity
from firstwin.usage.queries import features, figures, first_value, people, signals, sources, store

MOST_PEOPLE, MOST_EVENTS = 25, 15
RECENT = timedelta(weeks=4)


@require_safe
@frame.account_page
def show(request: HttpRequest, actor: Actor, account_id: UUID) -> HttpResponseBase:
    """Show the usage of an account. Raises NotFoundError."""
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    connection = sources.get_connection(actor=actor)
    context: dict[str, Any] = {"account": account, "connection": connection, "may_govern": may_govern(actor)}
    if not connection.has_events:
        return render(request, "desk/usage/account.html", context)
    at = clock.now()
    asked = filters.read(request.GET, at)
    scope = figures.get_scope(actor=actor, since=asked.since, until=at, account_ids=[account_id])
    reader = store.event_reader()
    by_feature = features.get_feature_events(actor=actor)
    weekly = reader.active_users(scope, by=Period.WEEK)
    recent = figures.get_scope(actor=actor, since=at - RECENT, until=at, account_ids=[account_id])
    adoption = next(iter(reader.adoption(recent, features=by_feature)), None)
    wins = first_value.get_win_events(actor=actor, account_ids=scope.account_ids)
    engagement = reader.engagement(scope, gap=overview.SESSION_GAP, features=by_feature, wins=wins)
    who = reader.people(scope, limit=MOST_PEOPLE, after=words(request, "after"))
    latest = reader.timeline(scope, person="", limit=MOST_EVENTS)
    names = people.find_names(actor=actor, people={*(one.person for one in who), *(event.person for event in latest)})
    weekly_chart = overview.weekly_chart(weekly, asked, seats=account.licensed_seats)
    licences = features.list_licences(actor=actor, account_id=account_id)
    quiet_days = signals.get_limits(actor=actor).silent_days
    quiet = {one.person for one in who if at - one.last_at > timedelta(days=quiet_days)}
    context |= {
        "now": at,
        "asked": asked,
        "periods": [(key, label) for key, label, _ in filters.PERIODS],
        "stats": stats_of(account, adoption, engagement),
        "people": [{"activity": one, "name": names.get(one.person), "is_quiet": one.person in quiet} for one in who],
        "next_after": who[-1].cursor if len(who) == MOST_PEOPLE else None,
        "people_said": quiet_words(len(quiet), len(who), quiet_days),
        "quiet_why": f"Nothing for {charts.many(quiet_days, 'day')}",
        "latest": [(event, names.get(event.person)) for event in latest],
    }
    found = [weekly_chart, features_chart(licences, adoption), people_chart(who, names, quiet)]
    return frame.figures_of_account(request, "account.html", context, found)


def stats_of(account: AccountInfo, adoption: Adoption | None, engagement: Engagement) -> list[tuple[str, str, str]]:
    """Return the numbers above the page."""
    active = adoption.active if adoption else 0
    seats = f"of {account.licensed_seats:,} seats" if account.licensed_seats else "in four weeks"
    return [("Active in the last 4 weeks", f"{active:,}", seats), *overview.engagement_stats(engagement)]


def features_chart(licences: Sequence[LicenceInfo], adoption: Adoption | None) -> Chart:
    """Return which features the account uses, of those that it bought; others come last and say so."""
    active = adoption.active if adoption else 0
    users: Mapping[str, int] = adoption.users if adoption else {}
    rows = [
        (
            one.feature.name,
            users.get(one.feature.key, 0),
            users.get(one.feature.key, 0) / active if active else None,
            "Bought" if one.is_licensed else "Not bought",
        )
        for one in licences
    ]
    rows.sort(key=lambda row: (row[3] == "Not bought", -row[1], row[0]))
    bought = [row for row in rows if row[3] == "Bought"]
    used = sum(row[1] > 0 for row in bought)
    return Chart(
        key="account_features",
        title="Which features do they use?",
        said=f"{used} of {charts.many(len(bought), 'feature')} that they bought, in the last four weeks.",
        heads=(Head("Feature"), Head("People", Kind.COUNT), Head("Of those active", Kind.SHARE), Head("Licence")),
        rows=rows,
        empty="No features are described yet",
    )


def people_chart(who: Sequence[PersonActivity], names: Mapping[str, PersonName], quiet: Collection[str]) -> Chart:
    """Return the people as a table to download."""
    return Chart(
        key="account_people",
        title="Who uses it?",
        said="",
        heads=(Head("Person"), Head("Email"), Head("Id"), Head("Days", Kind.COUNT), Head("Events", Kind.COUNT),
               Head("First seen", Kind.DAY), Head("Last seen", Kind.DAY), Head("Quiet")),
        rows=[
            (names[one.person].title if one.person in names else one.person,
             names[one.person].email if one.person in names else "", one.person, one.days, one.events,
             one.first_at.date(), one.last_at.date(), "yes" if one.person in quiet else "")
            for one in who
        ],
    )  # fmt: skip


def quiet_words(quiet: int, shown: int, days: int) -> str:
    """Say how many of the people shown went quiet."""
    return f"{quiet} of {charts.many(shown, 'person', 'people')} shown did nothing for {charts.many(days, 'day')}."
