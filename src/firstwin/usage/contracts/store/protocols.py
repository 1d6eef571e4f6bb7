"""The event store as its callers see it, and the engine beneath it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import ClassVar, Protocol
from uuid import UUID

from firstwin.shared.errors import FirstwinError
from firstwin.usage.contracts.goals import Aggregate, Comparison
from firstwin.usage.contracts.store.answers import (
    AccountActivity,
    AccountPeriod,
    ActiveUsers,
    Adoption,
    BreakdownRow,
    Engagement,
    EventScope,
    FeatureUse,
    FirstOccurrence,
    FunnelStep,
    GroupActivity,
    NameUse,
    Period,
    PersonActivity,
    Reach,
    RetentionCohort,
    Sessions,
    StoredEvent,
    Subject,
)


class AccountQuestions(Protocol):
    """What is asked about accounts and people; events of groups that have no account count for none."""

    def activity_by_account(self, scope: EventScope, *, by: Period) -> list[AccountPeriod]:
        """Return what each account did in each period, by account id as text, then time."""
        ...

    def accounts(self, scope: EventScope) -> list[AccountActivity]:
        """Return the accounts that did anything, by their id as text."""
        ...

    def people(self, scope: EventScope, *, limit: int, after: str = "") -> list[PersonActivity]:
        """Return people, who did something last first, then by name; `after` is the cursor of the last of the page before."""
        ...

    def people_named(self, scope: EventScope, *, people: Sequence[str]) -> list[PersonActivity]:
        """Return those of these people who did anything, by name; somebody merged into another is that one."""
        ...

    def groups_named(self, scope: EventScope, *, group_ids: Sequence[str]) -> list[GroupActivity]:
        """Return those of these groups in which anybody did anything, by group id."""
        ...

    def engagement(
        self,
        scope: EventScope,
        *,
        gap: timedelta,
        features: Mapping[str, Sequence[str]],
        wins: Mapping[UUID, Sequence[str]],
    ) -> Engagement:
        """Return how often people come, how long they stay, how many features they use and how often they win.

        `wins` names for each account the track events that are its wins; an account that is left out has none.
        """
        ...

    def did_by_account(self, scope: EventScope, *, names: Sequence[str]) -> Mapping[UUID, Mapping[str, int]]:
        """Return for each account how many people did each of these track events; without names, of all there are."""
        ...

    def catalogue(self, scope: EventScope) -> list[NameUse]:
        """Return every kind and name of events, most frequent first, then by kind and name."""
        ...


class GoalQuestions(Protocol):
    """When accounts reached what was asked. All lists are by account id as text; windows include both of their ends."""

    def reach_count(
        self, scope: EventScope, *, names: Sequence[str], count: int, window: timedelta | None
    ) -> list[Reach]:
        """Return when these track events had happened so often within a window; the value counts the last window."""
        ...

    def reach_users(
        self, scope: EventScope, *, names: Sequence[str], users: int, window: timedelta | None
    ) -> list[Reach]:
        """Return when so many people had done one of these track events, or anything without names, within a window.

        The value counts the last window.
        """
        ...

    def reach_days(self, scope: EventScope, *, names: Sequence[str], days: int, consecutive: bool) -> list[Reach]:
        """Return when one of these track events, or anything without names, had happened on so many days.

        The value counts the days; of consecutive ones those of the run that still goes on: it ends on the last day of the
        scope or the day before.
        """
        ...

    def reach_sequence(
        self, scope: EventScope, *, steps: Sequence[str], within: timedelta, count: int = 1
    ) -> list[Reach]:
        """Return when so many people of an account had done all steps in order within a time; the value counts them."""
        ...

    def reach_metric(
        self, scope: EventScope, *, name: str, key: str, aggregate: Aggregate, comparison: Comparison, target: float
    ) -> list[Reach]:
        """Return when the numbers of a property of a track event came to what is asked; the value is what they come to.

        They are added up from the beginning of the scope. What is no number in JSON does not count.
        """
        ...


class ProofQuestions(AccountQuestions, GoalQuestions, Protocol):
    """Everything that goals are read from."""


class EventStore(ProofQuestions, Protocol):
    """Questions with meaning; no caller ever writes SQL. All lists come in a fixed order, which each method says."""

    def append(self, events: Sequence[StoredEvent]) -> int:
        """Add the events whose message key is not there yet, and return how many that were; durable on return."""
        ...

    def active_users(self, scope: EventScope, *, by: Period) -> list[ActiveUsers]:
        """Return the periods in which somebody was active, in order of time."""
        ...

    def sessions(self, scope: EventScope, *, gap: timedelta) -> Sessions:
        """Count sessions: a pause longer than `gap` begins a new one."""
        ...

    def adoption(self, scope: EventScope, *, features: Mapping[str, Sequence[str]]) -> list[Adoption]:
        """Return use by feature (named sets of event names) for each account, by its id as text."""
        ...

    def first_occurrence(
        self, scope: EventScope, *, names: Sequence[str], count: int, of: Subject
    ) -> list[FirstOccurrence]:
        """Return who did one of these things for the `count`-th time, and when, by time and subject."""
        ...

    def funnel(
        self, scope: EventScope, *, steps: Sequence[str], within: timedelta, of: Subject = Subject.PERSON
    ) -> list[FunnelStep]:
        """Return how many got to each step in order, the last within so long of the first. Steps are distinct.

        The times of a subject are those of the way on which it first got as far as it ever did, the latest before that.
        """
        ...

    def retention(self, scope: EventScope, *, weeks: int) -> list[RetentionCohort]:
        """Return cohorts by the week of a person's first event of the scope, in order of time; `weeks` columns after week 0."""
        ...

    def stickiness(self, scope: EventScope) -> Mapping[int, int]:
        """Return how many people were active on one day, on two, and so on."""
        ...

    def top_features(self, scope: EventScope, *, limit: int) -> list[FeatureUse]:
        """Return the track events with most users, then most uses, then by name."""
        ...

    def timeline(self, scope: EventScope, *, person: str, limit: int) -> list[StoredEvent]:
        """Return events latest first, of one person or, with "", of everybody; those of one instant in a fixed order.

        The events of somebody are also those of the ids that were linked to them or merged into them.
        """
        ...

    def breakdown(self, scope: EventScope, *, name: str, key: str, limit: int) -> list[BreakdownRow]:
        """Return the values of a top-level property of a track event by frequency, then by value."""
        ...

    def delete_person(self, workspace_id: UUID, *, person: str) -> int:
        """Delete all events of a person for good, under every id that is known to be theirs, and return how many there were."""
        ...

    def link(self, workspace_id: UUID, *, anonymous_id: str, user_id: str) -> None:
        """Let the events of an anonymous id, past and future, be those of a user. Again with another user: of that one."""
        ...

    def unlink(self, workspace_id: UUID, *, anonymous_id: str) -> None:
        """Let the events of an anonymous id be those of nobody known again."""
        ...

    def merge(self, workspace_id: UUID, *, user_id: str, into: str | None) -> None:
        """Let the events of one user, past and future, be those of another; None takes it back. Chains are followed."""
        ...

    def place(self, workspace_id: UUID, *, group_id: str, account_id: UUID | None) -> None:
        """Let the events of a group, past and future, be those of an account; None takes it back."""
        ...

    def export(self, scope: EventScope) -> Iterator[StoredEvent]:
        """Return every event of the scope by time, those of one instant in a fixed order."""
        ...


class Engine(Protocol):
    """What runs the store's SQL: chDB in its owner's process, a client of that process, or a cluster some day."""

    def read(self, text: str, parameters: Mapping[str, str]) -> bytes:
        """Return the rows of a query as JSON, one object per line. Raises StoreUnavailableError."""
        ...

    def write(self, text: str, parameters: Mapping[str, str], lines: Iterable[bytes] = ()) -> int:
        """Run a statement and return how many rows were written; `lines` to insert may come in pieces of whole lines.

        Raises StoreUnavailableError.
        """
        ...


class StoreUnavailableError(FirstwinError):
    """The event store does not answer; what comes in waits in the inbox, and nothing is lost."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "event_store_unavailable"
    title: ClassVar[str] = "The event store does not answer"
