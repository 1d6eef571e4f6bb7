"""The event store: what can be asked of it and what it answers, whatever engine is behind it.

A person is who an event names: the user id, or "anonymous:" and the anonymous id where there is none; after that the user
whom the anonymous id was linked to, and the user into whom that one was merged. The account of an event is that of its
group. Days, weeks (from Monday) and months are those of UTC. A scope includes its beginning and not its end.
"""

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
from firstwin.usage.contracts.store.protocols import (
    AccountQuestions,
    Engine,
    EventStore,
    GoalQuestions,
    ProofQuestions,
    StoreUnavailableError,
)

__all__ = [
    "AccountActivity",
    "AccountPeriod",
    "AccountQuestions",
    "ActiveUsers",
    "Adoption",
    "BreakdownRow",
    "Engagement",
    "Engine",
    "EventScope",
    "EventStore",
    "FeatureUse",
    "FirstOccurrence",
    "FunnelStep",
    "GoalQuestions",
    "GroupActivity",
    "NameUse",
    "Period",
    "PersonActivity",
    "ProofQuestions",
    "Reach",
    "RetentionCohort",
    "Sessions",
    "StoreUnavailableError",
    "StoredEvent",
    "Subject",
]
