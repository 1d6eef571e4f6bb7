"""A playbook played through before it is published: how long it takes, what decides that, whose time, which messages."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import PlaybookDefinition, TaskSpec
from firstwin.projects import permissions
from firstwin.projects.contracts.simulations import CriticalTask, PlaybookSimulation, SimulatedLength
from firstwin.projects.queries import forecasts as project_forecasts
from firstwin.projects.queries import launching
from firstwin.projects.queries.launching import PlannedLaunch
from firstwin.projects.rules import dates, rehearsing
from firstwin.projects.rules.facts import PlanFacts, TaskFact
from firstwin.scheduling import queries as scheduling_queries
from firstwin.scheduling.contracts import CalendarSpec, Span
from firstwin.scheduling.contracts.forecasting import ForecastQuestion, Learned, PlanForecast, TaskTraits
from firstwin.scheduling.queries import forecasts
from firstwin.shared.errors import PermissionDeniedError

PATHS = 2_000
DAY = 86_400


def simulate_playbook(
    *, actor: Actor, definition: PlaybookDefinition, segments: Sequence[Segment], at: datetime, seed: int = 0
) -> tuple[PlaybookSimulation, ...]:
    """Play a playbook through for a made-up customer of each segment who signs at `at`; nothing is written.

    Lengths are learned from what a forecast learns from, else come from the estimates of the playbook. The same
    `seed` gives the same answer. Raises ConflictError for a playbook whose dependencies go in a circle.
    """
    if not permissions.can_view_portfolio(actor):
        raise PermissionDeniedError("You may not look at playbooks.")
    seen = project_forecasts.observations(actor, at, groups_of=lambda _playbook_id, *task: _groups(*task))
    learned = forecasts.learn_lengths(seen)
    return tuple(_simulated(actor, definition, segment, learned, at, seed) for segment in segments)


def _groups(key: str, kind: str, side: str, segment: str) -> tuple[str, ...]:
    """Return what a task has in common with others, from narrow to wide: the playbook may be new, so every other one teaches."""
    return (f"{key}|{kind}|{side}|{segment}", f"{kind}|{side}|{segment}", f"{kind}|{side}")


def _simulated(
    actor: Actor, definition: PlaybookDefinition, segment: Segment, learned: Learned, at: datetime, seed: int
) -> PlaybookSimulation:
    planned = launching.plan_sample(actor=actor, definition=definition, segment=segment, at=at)
    draft = planned.draft
    signed_at = planned.anchors["signature"]
    facts = PlanFacts(
        stages=draft.stages,
        tasks=draft.tasks,
        links=draft.links,
        anchors=planned.anchors,
        calendars=planned.calendars,
    )
    roles = {role.key: role for role in definition.roles}
    names = {key: role.name for key, role in roles.items()}
    first_win = next((task.id.hex for task in draft.tasks if _is_first_value(draft.task_specs[task.id])), "")
    question = ForecastQuestion(
        network=dates.network_of(facts),
        traits={task.id.hex: _traits(task, draft.task_specs[task.id], segment, names) for task in draft.tasks},
        learned=_with_estimates(learned, planned),
        now=at,
        target_at=planned.target_end_at if _has_target(definition, segment) else None,
        first_value=first_win,
        seed=seed,
        paths=PATHS,
    )
    forecast = forecasts.forecast_plan(question)
    return PlaybookSimulation(
        segment=segment,
        length=_length(planned, forecast, signed_at, question.target_at),
        critical=_critical(planned, forecast),
        loads=rehearsing.loads_of(draft, definition.roles, signed_at),
        messages=rehearsing.messages_of(draft, roles, {s.id.hex: s.name for s in draft.stages}, signed_at),
        task_count=len(draft.tasks),
        warnings=tuple(f"{warning}." for warning in planned.dates.warnings),
    )


def _has_target(definition: PlaybookDefinition, segment: Segment) -> bool:
    return any(target.segment is segment for target in definition.durations)


def _is_first_value(spec: TaskSpec) -> bool:
    return bool(getattr(spec.settings, "first_value", False))


def _traits(task: TaskFact, spec: TaskSpec, segment: Segment, names: Mapping[str, str]) -> TaskTraits:
    groups = _groups(task.key, task.kind.value, task.side.value, segment.value)
    if spec.duration_min or spec.duration_max:
        groups = (groups[0], f"estimate|{spec.key}", *groups[1:])
    return TaskTraits(groups=groups, owner=spec.owner, owner_name=names.get(spec.owner, ""))


def _with_estimates(learned: Learned, planned: PlannedLaunch) -> Learned:
    """Add what the playbook's best and worst cases say; what the same task has taught counts more."""
    groups = dict(learned.groups)
    for task in planned.draft.tasks:
        spec = planned.draft.task_specs[task.id]
        calendar = planned.calendars[task.side.value]
        likely = (task.due_at - task.start_at).total_seconds() / DAY
        best, worst = (_days(calendar, task.start_at, span) for span in (spec.duration_min, spec.duration_max))
        group = rehearsing.three_points(likely, best, worst)
        if group is not None:
            groups[f"estimate|{spec.key}"] = group
    return replace(learned, groups=groups)


def _days(calendar: CalendarSpec, start_at: datetime, span: Span | None) -> float | None:
    """Return how many days of the calendar a length takes from an instant on."""
    if span is None:
        return None
    return (scheduling_queries.ends_at(calendar, start_at, span) - start_at).total_seconds() / DAY


def _length(
    planned: PlannedLaunch, forecast: PlanForecast, signed_at: datetime, target_at: datetime | None
) -> SimulatedLength:
    def days(instant: datetime) -> int:
        return max(0, math.ceil((instant - signed_at).total_seconds() / DAY))

    end, win = forecast.completion, forecast.first_value
    return SimulatedLength(
        planned=days(planned.dates.end_at),
        p10=days(end.p10),
        p50=days(end.p50),
        p80=days(end.p80),
        p95=days(end.p95),
        target=days(target_at) if target_at is not None else None,
        chance=forecast.chance,
        first_value_p50=days(win.p50) if win is not None else None,
        has_history=forecast.has_history,
        finished=forecast.finished,
    )


def _critical(planned: PlannedLaunch, forecast: PlanForecast) -> tuple[CriticalTask, ...]:
    keys = {task.id.hex: task.key for task in planned.draft.tasks}
    return tuple(
        CriticalTask(
            key=keys[driver.key],
            name=driver.name,
            role=driver.owner_name,
            critical=driver.critical,
            spread=driver.share,
        )
        for driver in forecast.drivers
        if driver.key in keys
    )
