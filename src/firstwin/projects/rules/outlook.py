"""From a running plan to the question that scheduling forecasts an answer to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstwin.playbooks.contracts import Anchor, TaskKind
from firstwin.projects.rules import dates
from firstwin.projects.rules.facts import PlanFacts, TaskFact
from firstwin.scheduling.contracts.forecasting import (
    ForecastQuestion,
    Learned,
    LearnedGroup,
    Likely,
    Observation,
    OwnerLoad,
    PlanForecast,
    TaskTraits,
)

LONGEST_HISTORY = 400
"""Days of which is kept what was likely then."""
_DAY = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who does a task: a person where one is named, else a role, else a side."""

    key: str
    name: str


def groups_of(playbook_id: UUID, key: str, kind: str, side: str, segment: str) -> tuple[str, ...]:
    """A task is compared with the same task of the playbook, then its kind, side and segment, then ever wider groups."""
    return (
        f"task:{playbook_id.hex}:{key}",
        f"kind:{kind}:{side}:{segment}",
        f"kind:{kind}:{side}",
        f"side:{side}",
    )


def question_of(
    plan: PlanFacts,
    *,
    playbook_id: UUID,
    segment: str,
    owners: Mapping[UUID, Owner],
    learned: Learned,
    loads: Mapping[str, OwnerLoad],
    target_at: datetime,
    first_value: UUID | None,
    now: datetime,
    seed: int,
) -> ForecastQuestion:
    """Open tasks of people are uncertain; what happens by itself happens as planned, what is done stays."""
    tasks = [task for task in plan.tasks if task.is_open and not task.is_automatic]
    return ForecastQuestion(
        network=dates.network_of(plan),
        traits={
            task.id.hex: TaskTraits(
                groups=groups_of(playbook_id, task.key, task.kind, task.side, segment),
                owner=owners[task.id].key,
                owner_name=owners[task.id].name,
            )
            for task in tasks
        },
        learned=learned,
        now=now,
        target_at=target_at,
        first_value=first_value.hex if first_value else "",
        shown=tuple(one.id.hex for one in shown_of(plan)),
        loads=loads,
        seed=seed,
    )


def shown_of(plan: PlanFacts) -> list[Any]:
    """The open stages and milestones, whose own range is shown."""
    open_stages = {task.stage_id for task in plan.tasks if task.is_open}
    stages = [stage for stage in plan.stages if stage.id in open_stages]
    marks = [task for task in plan.tasks if task.is_open and task.kind is TaskKind.MILESTONE]
    return [*sorted(stages, key=lambda stage: stage.position), *sorted(marks, key=lambda task: task.due_at)]


def first_value_of(tasks: Iterable[TaskFact], marked: Iterable[UUID]) -> UUID | None:
    """The task that proves the first win: the one marked so, or the one that sets its anchor."""
    known = set(marked)
    found = (task.id for task in tasks if task.id in known or task.timing.get("anchors") == Anchor.FIRST_VALUE)
    return next(found, None)


def observation_of(
    groups: tuple[str, ...], *, start_at: datetime, due_at: datetime, finished_at: datetime | None, now: datetime
) -> Observation | None:
    """How long a task took against its plan, or has taken so far; None for one whose time has not come."""
    end_at = finished_at or now
    if finished_at is None and start_at >= now:
        return None
    return Observation(
        groups=groups,
        planned_days=max((due_at - start_at).total_seconds(), 0.0) / _DAY,
        taken_days=max((end_at - start_at).total_seconds(), 0.0) / _DAY,
        is_finished=finished_at is not None,
    )


# as it is stored ----------------------------------------------------------------------------------------------------


def stored_learned(learned: Learned) -> tuple[dict[str, list[float]], list[float]]:
    """What was learned as plain data."""
    groups = {
        name: [group.count, round(group.mean, 5), round(group.spread, 5)] for name, group in learned.groups.items()
    }
    return groups, [round(value, 5) for value in learned.shape]


def learned_of(groups: Mapping[str, Any], shape: Iterable[float], finished: int) -> Learned:
    """What was learned, from plain data."""
    return Learned(
        groups={
            name: LearnedGroup(count=int(count), mean=mean, spread=spread)
            for name, (count, mean, spread) in groups.items()
        },
        shape=tuple(shape),
        finished=finished,
    )


def stored_likely(likely: Likely) -> list[str]:
    """A range as plain data."""
    return [at.isoformat() for at in (likely.p10, likely.p50, likely.p80, likely.p95)]


def likely_of(stored: Iterable[str]) -> Likely:
    """A range from plain data."""
    p10, p50, p80, p95 = (datetime.fromisoformat(text) for text in stored)
    return Likely(p10=p10, p50=p50, p80=p80, p95=p95)


def stored_forecast(forecast: PlanForecast, plan: PlanFacts, target_at: datetime) -> dict[str, Any]:
    """A forecast as plain data, with the names of what it shows."""
    return {
        "completion": stored_likely(forecast.completion),
        "first_value": stored_likely(forecast.first_value) if forecast.first_value else None,
        "chance": forecast.chance,
        "target_at": target_at.isoformat(),
        "stages": [
            {
                "id": str(one.id),
                "name": one.name,
                "is_stage": not isinstance(one, TaskFact),
                "planned_at": one.due_at.isoformat(),
                "likely": stored_likely(forecast.items[one.id.hex]),
            }
            for one in shown_of(plan)
            if one.id.hex in forecast.items
        ],
        "drivers": [
            {
                "task_id": str(UUID(driver.key)),
                "name": driver.name,
                "owner_name": driver.owner_name,
                "share": round(driver.share, 4),
                "critical": round(driver.critical, 4),
            }
            for driver in forecast.drivers
        ],
        "limiting": forecast.limiting,
        "limiting_share": round(forecast.limiting_share, 4),
        "has_history": forecast.has_history,
        "finished": forecast.finished,
        "delays": [{"owner_name": delay.owner_name, "days": round(delay.days, 2)} for delay in forecast.delays],
    }


def with_today(history: list[list[str]], forecast: PlanForecast, now: datetime) -> list[list[str]]:
    """The days of which is known what was likely then, today's last entry being the newest."""
    today = now.date().isoformat()
    earlier = [entry for entry in history if entry[0] != today][-(LONGEST_HISTORY - 1) :]
    return [*earlier, [today, forecast.completion.p50.isoformat(), forecast.completion.p80.isoformat()]]
