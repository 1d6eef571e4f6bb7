"""Which usage a page looks at, read from its address: period, segment, industry, playbook and its version."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from django.http import HttpRequest, QueryDict

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import AccountFacts, AccountFilters, Industry, Segment
from firstwin.desk.http.portfolio_address import Chip, without
from firstwin.identity.contracts import Actor
from firstwin.projects.contracts.onboardings import OnboardingFilters, VersionInUse
from firstwin.projects.queries import onboardings
from firstwin.shared import wording
from firstwin.shared.errors import InvalidInputError, Problem
from firstwin.usage.contracts.store import EventScope

PERIODS = (
    ("4w", "Last 4 weeks", 4),
    ("12w", "Last 12 weeks", 12),
    ("26w", "Last 26 weeks", 26),
    ("52w", "Last 12 months", 52),
)
USUAL_PERIOD = "12w"
NARROWING = ("segment", "industry", "playbook")
Choice = TypeVar("Choice", Segment, Industry)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an address asks for. `since` is a Monday in UTC; `playbook_id` and `version` narrow to those who ran by it."""

    period: str
    weeks: int
    since: datetime
    until: datetime
    segment: Segment | None
    industry: Industry | None
    playbook_id: UUID | None
    version: int | None

    @property
    def is_narrowed(self) -> bool:
        """Return whether some accounts are left out."""
        return any(one is not None for one in (self.segment, self.industry, self.playbook_id))

    @property
    def said(self) -> str:
        """Return the period in words."""
        return next(label for key, label, _ in PERIODS if key == self.period)

    @property
    def onboardings(self) -> OnboardingFilters:
        """Return the same for onboardings."""
        return OnboardingFilters(
            segment=self.segment, industry=self.industry, playbook_id=self.playbook_id, version=self.version
        )


def read(query: QueryDict, at: datetime, *, usual: str = USUAL_PERIOD) -> Asked:
    """Return what an address asks for; raises InvalidInputError for a filter that does not exist."""
    period = query.get("period") or usual
    weeks = next((weeks for key, _, weeks in PERIODS if key == period), None)
    if weeks is None:
        raise _unknown("period", period)
    playbook_id, version = _playbook(query.get("playbook", ""))
    return Asked(
        period=period,
        weeks=weeks,
        since=monday_of(at) - timedelta(weeks=weeks - 1),
        until=at,
        segment=_choice(Segment, query.get("segment", ""), "segment"),
        industry=_choice(Industry, query.get("industry", ""), "industry"),
        playbook_id=playbook_id,
        version=version,
    )


def monday_of(at: datetime) -> datetime:
    """Return the beginning of a week in UTC, as the event store counts weeks."""
    day = at.astimezone(UTC).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time(), tzinfo=UTC)


def accounts_of(actor: Actor, asked: Asked) -> tuple[AccountFacts, ...]:
    """Return the accounts that the filters leave."""
    filters = AccountFilters(
        segments=(asked.segment,) if asked.segment else (), industries=(asked.industry,) if asked.industry else ()
    )
    found = customer_queries.list_account_facts(actor=actor, filters=filters)
    if asked.playbook_id is None:
        return found
    ran = {one.account_id for one in onboardings.list_onboardings(actor=actor, filters=asked.onboardings)}
    return tuple(account for account in found if account.id in ran)


def scope_of(actor: Actor, asked: Asked, *, since: datetime | None = None, until: datetime | None = None) -> EventScope:
    """Return the events that the filters leave, of all accounts and strangers where none of them is on."""
    ids = tuple(account.id for account in accounts_of(actor, asked)) if asked.is_narrowed else None
    return EventScope(
        workspace_id=actor.workspace_id, since=since or asked.since, until=until or asked.until, account_ids=ids
    )


def context_of(request: HttpRequest, actor: Actor, asked: Asked) -> dict[str, object]:
    """Return what the filters above a page show."""
    versions = onboardings.list_versions_in_use(actor=actor)
    names = dict(playbook_choices(versions))
    return {
        "asked": asked,
        "periods": [(key, label) for key, label, _ in PERIODS],
        "segments": list(Segment),
        "industries": list(Industry),
        "playbooks": names.items(),
        "chips": [
            Chip(_label(name, value, names), without(request.GET, name, value))
            for name in NARROWING
            if (value := request.GET.get(name, ""))
        ],
    }


def playbook_choices(versions: Iterable[VersionInUse]) -> list[tuple[str, str]]:
    """Return the playbooks, each followed by its versions where there are several."""
    by_book: dict[UUID, list[VersionInUse]] = {}
    for one in versions:
        by_book.setdefault(one.playbook_id, []).append(one)
    found = []
    for playbook_id, of_book in by_book.items():
        found.append((str(playbook_id), of_book[-1].name))
        if len(of_book) > 1:
            found += [(f"{playbook_id}:{one.version}", f"{one.name}, version {one.version}") for one in of_book]
    return found


def _label(name: str, value: str, playbooks: dict[str, str]) -> str:
    if name == "playbook":
        return f"Playbook: {playbooks.get(value, 'another one')}"
    return wording.in_words(value)


def _choice(kind: type[Choice], text: str, place: str) -> Choice | None:
    if not text:
        return None
    try:
        return kind(text)
    except ValueError:
        raise _unknown(place, text) from None


def _playbook(text: str) -> tuple[UUID | None, int | None]:
    if not text:
        return None, None
    key, _, version = text.partition(":")
    try:
        if version and not (version.isascii() and version.isdigit() and len(version) < 6):
            raise _unknown("playbook", text)
        return UUID(key), int(version) if version else None
    except ValueError:
        raise _unknown("playbook", text) from None


def _unknown(place: str, text: str) -> InvalidInputError:
    problem = Problem(place, f"“{text[:80]}” is not a filter of this page.", "Choose one from the filters.")
    return InvalidInputError(problem.message, remedy=problem.remedy, problems=(problem,))
