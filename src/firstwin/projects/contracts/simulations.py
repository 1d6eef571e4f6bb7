"""What a playbook would come to before anybody uses it: how long, what decides it, whose time, which messages."""

from dataclasses import dataclass

from firstwin.customers.contracts import Segment
from firstwin.playbooks.contracts import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedLength:
    """Days from signature to the end: as planned, and reached by one, five, eight and nine and a half of ten projects.

    `chance` is the share that meets the segment's target. `has_history` is False where too little is finished to learn
    from: then the playbook's own estimates count.
    """

    planned: int
    p10: int
    p50: int
    p80: int
    p95: int
    target: int | None
    chance: float | None
    first_value_p50: int | None
    has_history: bool
    finished: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CriticalTask:
    """A task that decides the length: in which share of projects the end waits for it, and its share of the spread."""

    key: str
    name: str
    role: str
    critical: float
    spread: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLoad:
    """Hours of work of a role by week after the signature; `missing` counts tasks that name no hours: the usual ones count."""

    role: str
    name: str
    side: Side
    hours: tuple[float, ...]
    missing: int

    @property
    def total(self) -> float:
        """Return the hours in all."""
        return sum(self.hours)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMessage:
    """A message that a customer would get: on which day after the signature, to whom, about what."""

    day: int
    task: str
    stage: str
    to: tuple[str, ...]
    subject: str
    is_automatic: bool
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaybookSimulation:
    """A playbook played through for a made-up customer of a segment who signs on a given day."""

    segment: Segment
    length: SimulatedLength
    critical: tuple[CriticalTask, ...]
    loads: tuple[RoleLoad, ...]
    messages: tuple[PlannedMessage, ...]
    task_count: int
    warnings: tuple[str, ...]

    @property
    def weeks(self) -> int:
        """Return over how many weeks there is work."""
        return max((len(load.hours) for load in self.loads), default=0)
