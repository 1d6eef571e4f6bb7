"""Figures about usage over HTTP, as the event store answers them. Written as customers/http/api.py says."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import AwareDatetime, Field

from firstwin.customers import queries as customer_queries
from firstwin.identity.queries import actor_of
from firstwin.shared import clock
from firstwin.shared.errors import InvalidInputError, Problem
from firstwin.shared.schemas import StrictSchema
from firstwin.usage.contracts import EARLIEST_EVENT
from firstwin.usage.contracts.analysis import FunnelRow, RetentionRow
from firstwin.usage.contracts.store import (
    AccountActivity,
    ActiveUsers,
    Adoption,
    Engagement,
    EventScope,
    Period,
    Subject,
)
from firstwin.usage.queries import features, figures, first_value, store

usage_figures = Router(tags=["usage"])
USUAL = timedelta(weeks=4)
LONGEST = timedelta(days=3 * 366)
Name = Annotated[str, Field(min_length=1, max_length=500)]


class ScopeQuery(StrictSchema):
    """Which events: from `since` until `until`, the last four weeks without them; of one account, or of all."""

    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    account_id: UUID | None = None


class PeopleQuery(ScopeQuery):
    by: Period = Period.WEEK


class FunnelQuery(ScopeQuery):
    steps: Annotated[list[Name], Field(min_length=2, max_length=8)]
    within_days: Annotated[int, Field(ge=1, le=366)] = 14
    of: Subject = Subject.PERSON


class RetentionQuery(ScopeQuery):
    weeks: Annotated[int, Field(ge=1, le=26)] = 12


class EngagementQuery(ScopeQuery):
    gap_minutes: Annotated[int, Field(ge=1, le=24 * 60)] = 30


@usage_figures.get("/active-people", response=list[ActiveUsers])
def list_active_people(request: HttpRequest, query: Query[PeopleQuery]) -> list[ActiveUsers]:
    """List how many people were active in each day, week or month."""
    return store.event_reader().active_users(_scope(request, query), by=query.by)


@usage_figures.get("/account-activity", response=list[AccountActivity])
def list_account_activity(request: HttpRequest, query: Query[ScopeQuery]) -> list[AccountActivity]:
    """List the accounts that did anything: people, events, days, first and last."""
    return store.event_reader().accounts(_scope(request, query))


@usage_figures.get("/adoption", response=list[Adoption])
def list_adoption(request: HttpRequest, query: Query[ScopeQuery]) -> list[Adoption]:
    """List for each account how many people were active, and how many of them used each feature, by its key."""
    by_feature = features.get_feature_events(actor=actor_of(request))
    return store.event_reader().adoption(_scope(request, query), features=by_feature)


@usage_figures.get("/engagement", response=Engagement)
def get_engagement(request: HttpRequest, query: Query[EngagementQuery]) -> Engagement:
    """Tell how often people return, how long they stay, how many features they use, and how many wins they get.

    A win is each time an account does something of which its own first win is made.
    """
    actor = actor_of(request)
    by_feature = features.get_feature_events(actor=actor)
    gap, scope = timedelta(minutes=query.gap_minutes), _scope(request, query)
    wins = first_value.get_win_events(actor=actor, account_ids=scope.account_ids)
    return store.event_reader().engagement(scope, gap=gap, features=by_feature, wins=wins)


@usage_figures.get("/funnel", response=list[FunnelRow])
def get_funnel(request: HttpRequest, query: Query[FunnelQuery]) -> list[FunnelRow]:
    """Tell how many people, groups or accounts got to each step in order, and how long the middle one of them took."""
    steps, within = list(dict.fromkeys(query.steps)), timedelta(days=query.within_days)
    found = store.event_reader().funnel(_scope(request, query), steps=steps, within=within, of=query.of)
    return figures.list_funnel(steps=found)


@usage_figures.get("/retention", response=list[RetentionRow])
def list_retention(request: HttpRequest, query: Query[RetentionQuery]) -> list[RetentionRow]:
    """List weekly cohorts with the share that came back in each later week; null where that week is not over."""
    cohorts = store.event_reader().retention(_scope(request, query), weeks=query.weeks)
    return figures.list_retention(cohorts=cohorts, today=clock.now().date())[0]


def _scope(request: HttpRequest, query: ScopeQuery) -> EventScope:
    until: datetime = query.until or clock.now()
    if until <= EARLIEST_EVENT or (query.since is not None and query.since < EARLIEST_EVENT):
        problem = Problem("since", f"No event is older than {EARLIEST_EVENT.year}.", "Look at the year.")
        raise InvalidInputError(problem.message, problems=(problem,))
    since: datetime = query.since or until - USUAL
    if not timedelta(0) < until - since <= LONGEST:
        problem = Problem("since", "The period is empty, or longer than three years.", "Ask for a shorter one.")
        raise InvalidInputError(problem.message, problems=(problem,))
    actor = actor_of(request)
    ids = None
    if query.account_id is not None:
        ids = [customer_queries.get_account(actor=actor, account_id=query.account_id).id]
    return figures.get_scope(actor=actor, since=since, until=until, account_ids=ids)
