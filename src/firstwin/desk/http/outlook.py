"""By when a project is likely done, in words and as bars over time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from firstwin.identity.contracts import Actor
from firstwin.projects.contracts import UNLIKELY, ProjectSummary
from firstwin.projects.contracts.forecasts import ForecastDelay, ForecastDriver, ProjectForecastInfo
from firstwin.projects.queries import forecasts
from firstwin.scheduling.contracts.forecasting import Likely
from firstwin.shared import wording

LEAST_FINISHED = 30
_WIDTH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A row of the fan: a name, its range in words, and where its parts lie on a line of a thousand."""

    name: str
    is_end: bool
    is_stage: bool
    planned: date | None
    likely: Likely
    start: int
    width: int
    core_start: int
    core_width: int
    half: int
    plan: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What the page says about the end of a project."""

    forecast: ProjectForecastInfo
    sentence: str
    first_value: str
    chance: str
    tone: str
    basis: str
    limiting: str
    delays: tuple[str, ...]
    drivers: tuple[ForecastDriver, ...]
    bands: tuple[Band, ...]
    today: int
    target: int | None
    days: tuple[tuple[date, date, date], ...]


def outlook_of(actor: Actor, project: ProjectSummary, at: datetime) -> Outlook | None:
    """Return the forecast of a project as the page shows it; None before the first one."""
    found = forecasts.find_forecast(actor=actor, project_id=project.id)
    return None if found is None else shown(found, at)


def shown(found: ProjectForecastInfo, at: datetime) -> Outlook:
    """Return a forecast in words and bars."""
    today = local(at)
    scale = _Scale(found, at)
    return Outlook(
        forecast=found,
        sentence=sentence(found.completion, today, "done"),
        first_value=sentence(found.first_value, today, "at their first win") if found.first_value else "",
        chance=chance(found, today),
        tone=tone(found.chance),
        basis=basis(found),
        limiting=limiting(found),
        delays=tuple(delay(one) for one in found.delays),
        drivers=found.drivers[:5],
        bands=tuple(scale.bands()),
        today=scale.place(at),
        target=scale.place(found.target_at) if found.target_at else None,
        days=tuple((day.on, local(day.p50), local(day.p80)) for day in reversed(found.history[-10:])),
    )


def local(at: datetime) -> date:
    """Return the reader's day of an instant."""
    return timezone.localtime(at).date()


def sentence(likely: Likely, today: date, what: str) -> str:
    """Return a range in plain words."""
    half, four, most = (wording.short_day(local(day), today=today) for day in (likely.p50, likely.p80, likely.p95))
    if half == most:
        return f"19 of 20 plans like this are {what} by {most}."
    if half == four:
        return f"4 of 5 plans like this are {what} by {four}, 19 of 20 by {most}."
    return f"Half of plans like this are {what} by {half}, 4 of 5 by {four}, 19 of 20 by {most}."


def chance(found: ProjectForecastInfo, today: date) -> str:
    """Return the chance to meet the target in words; never quite certain either way."""
    if found.chance is None or found.target_at is None:
        return ""
    share = min(max(round(found.chance * 100), 1), 99)
    return f"{share} % chance to be done by the target, {wording.short_day(local(found.target_at), today=today)}."


def tone(share: float | None) -> str:
    """Return the colour of a chance."""
    if share is None:
        return "neutral"
    return "done" if share >= 0.8 else "risk" if share >= UNLIKELY else "late"


def basis(found: ProjectForecastInfo) -> str:
    """Return what a forecast stands on."""
    if found.has_history:
        return f"Learned from {found.finished:,} finished tasks of this workspace."
    return (
        f"Too little is finished here to learn from ({found.finished} of {LEAST_FINISHED} tasks): "
        "how long things take follows the plan's estimates."
    )


def limiting(found: ProjectForecastInfo) -> str:
    """Return who the end waits for most."""
    if not found.limiting or found.limiting_share < 0.25:
        return ""
    return f"The end depends most on {found.limiting}: {round(found.limiting_share * 100)} % of the uncertainty."


def delay(one: ForecastDelay) -> str:
    """Return whose other work moves the end, and by how much."""
    days = max(round(one.days), 1)
    whose = f"{one.owner_name}'" if one.owner_name.endswith("s") else f"{one.owner_name}'s"
    return f"{whose} other work delays this by about {days} working day{'' if days == 1 else 's'}."


class _Scale:
    """Places instants between the first and the last that are shown."""

    def __init__(self, found: ProjectForecastInfo, at: datetime) -> None:
        self.found = found
        ranges = [found.completion, *(stage.likely for stage in found.stages)]
        marks = [at, *([found.target_at] if found.target_at else []), *(stage.planned_at for stage in found.stages)]
        begin = min(*(likely.p10 for likely in ranges), *marks)
        end = max(*(likely.p95 for likely in ranges), *marks)
        edge = max((end - begin) * 0.02, timedelta(hours=12))
        self.begin, self.length = begin - edge, (end - begin + 2 * edge).total_seconds()

    def place(self, at: datetime) -> int:
        """Return where an instant lies on the line."""
        return round(min(max((at - self.begin).total_seconds() / self.length, 0.0), 1.0) * _WIDTH)

    def bands(self) -> Iterable[Band]:
        """Return a band for each stage and milestone, and the last for the end."""
        for stage in self.found.stages:
            yield self.band(stage.name, stage.likely, stage.planned_at, is_stage=stage.is_stage)
        yield self.band("The whole plan", self.found.completion, None, is_end=True)

    def band(
        self, name: str, likely: Likely, planned_at: datetime | None, *, is_stage: bool = False, is_end: bool = False
    ) -> Band:
        """Return one band."""
        p10, p50, p80, p95 = (self.place(at) for at in (likely.p10, likely.p50, likely.p80, likely.p95))
        return Band(
            name=name,
            is_end=is_end,
            is_stage=is_stage,
            planned=local(planned_at) if planned_at else None,
            likely=likely,
            start=p10,
            width=max(p95 - p10, 4),
            core_start=p50,
            core_width=max(p80 - p50, 3),
            half=p50,
            plan=self.place(planned_at) if planned_at else None,
        )
