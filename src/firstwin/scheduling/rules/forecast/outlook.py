"""What the paths of a plan say: by when it is likely done, what drives the spread, and who limits it."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from firstwin.scheduling.contracts.forecasting import Delay, Driver, ForecastQuestion, Likely, PlanForecast
from firstwin.scheduling.rules.forecast.lengths import LEAST_FINISHED
from firstwin.scheduling.rules.forecast.paths import Simulation
from firstwin.scheduling.rules.forecast.trees import Floats, Ints
from firstwin.scheduling.rules.network import End

_MOST_DRIVERS = 8
_LEAST_SHARE = 0.01
_MOST_BUSY, _FEW_PATHS = 3, 400
_LEAST_DELAY = 0.5
"""Working days; less is not worth naming."""
_LEVELS = (0.1, 0.5, 0.8, 0.95)


def forecast(question: ForecastQuestion) -> PlanForecast:
    """By when half, four of five and nineteen of twenty plans like this are done, and why not sooner."""
    simulation = Simulation(question).run()
    last, completion = _completion(simulation)
    drivers = _drivers(simulation, last, completion)
    limiting, share = _limiting(drivers)
    target = question.target_at
    return PlanForecast(
        completion=likely(completion),
        first_value=_item(simulation, question.first_value),
        chance=None if target is None else float((completion <= target.timestamp()).mean()),
        items={key: found for key in question.shown if (found := _item(simulation, key)) is not None},
        drivers=tuple(drivers[:_MOST_DRIVERS]),
        limiting=limiting,
        limiting_share=share,
        has_history=question.learned.finished >= LEAST_FINISHED,
        finished=question.learned.finished,
        delays=_delays(question),
    )


def _completion(simulation: Simulation) -> tuple[list[End], Ints]:
    """The ends of all items, and when the last of them comes on every path."""
    last = [2 * number + 1 for number, item in enumerate(simulation.graph.items) if not item.is_stage]
    completion = simulation.at[last[0]] if last else simulation.now
    for end in last:
        completion = np.maximum(completion, simulation.at[end])
    return last, np.broadcast_to(completion, (simulation.question.paths,))


def _delays(question: ForecastQuestion) -> tuple[Delay, ...]:
    """Whose other work moves the end, and by how much: the same cases lived through without it, one person at a time."""
    names = {traits.owner: traits.owner_name for traits in question.traits.values()}
    busy = sorted(
        (owner for owner, load in question.loads.items() if owner in names and any(load.waits)),
        key=lambda owner: (-max(question.loads[owner].waits), owner),
    )[:_MOST_BUSY]
    if not busy:
        return ()
    few = replace(question, paths=min(question.paths, _FEW_PATHS))
    simulation = Simulation(few).run()
    usual, hours = _completion(simulation)[1], simulation.usual_hours
    found = []
    for owner in busy:
        others = {name: load for name, load in question.loads.items() if name != owner}
        free = _completion(Simulation(replace(few, loads=others)).run())[1]
        days = float(np.median(hours.worked(usual) - hours.worked(free))) / max(hours.day, 1.0)
        if days >= _LEAST_DELAY:
            found.append(Delay(owner=owner, owner_name=names[owner], days=days))
    return tuple(sorted(found, key=lambda delay: (-delay.days, delay.owner)))


def likely(at: Ints) -> Likely:
    """The instants by which one, five, eight and nine and a half of ten paths are done."""
    ordered = np.sort(at)
    places = (min(int(np.ceil(level * len(ordered))), len(ordered)) - 1 for level in _LEVELS)
    p10, p50, p80, p95 = (datetime.fromtimestamp(int(ordered[max(place, 0)]), tz=UTC) for place in places)
    return Likely(p10=p10, p50=p50, p80=p80, p95=p95)


def _item(simulation: Simulation, key: str) -> Likely | None:
    number = simulation.graph.index.get(key)
    return None if number is None else likely(simulation.at[2 * number + 1])


def _drivers(simulation: Simulation, last: list[End], completion: Ints) -> list[Driver]:
    """Items by their share of the spread: how their length and the end go together over the paths."""
    critical = _criticality(simulation, last, completion)
    items, traits = simulation.graph.items, simulation.question.traits
    # Lengths that only happen to go along with the end, and never decide it, drive nothing.
    drawn = [number for number, work in simulation.worked.items() if len(work) > 1 and critical[2 * number + 1] > 0]
    spread = completion - completion.mean()
    shares: Floats = np.zeros(len(drawn))
    if drawn and spread.any():
        lengths = np.vstack([simulation.worked[number] for number in drawn])
        shares = np.maximum((lengths - lengths.mean(1, keepdims=True)) @ spread, 0.0)
        shares /= max(float(shares.sum()), 1e-9)
    found = [
        Driver(
            key=items[number].key,
            name=items[number].name,
            share=float(share),
            critical=float(critical[2 * number + 1]),
            owner=traits[items[number].key].owner,
            owner_name=traits[items[number].key].owner_name,
        )
        for number, share in zip(drawn, shares, strict=True)
        if share >= _LEAST_SHARE or critical[2 * number + 1] >= 0.5
    ]
    return sorted(found, key=lambda driver: (-driver.share, -driver.critical, driver.key))


def _criticality(simulation: Simulation, last: list[End], completion: Ints) -> Floats:
    """In which share of the paths the end waited for each end of an item, followed back from the last one."""
    paths = len(completion)
    place = np.full(paths, -1)
    for end in last:
        place = np.where(simulation.at[end] == completion, end, place)
    sources = np.full((simulation.graph.project_end + 1, paths), -1, dtype=np.int32)
    for end, bound in simulation.bound.items():
        sources[end] = bound
    visits: Floats = np.zeros(len(sources))
    rows = np.arange(paths)
    for _ in range(len(sources)):
        is_open = place >= 0
        if not is_open.any():
            break
        visits += np.bincount(place[is_open], minlength=len(visits))
        place = np.where(is_open, sources[place, rows], -1)
    return visits / paths


def _limiting(drivers: list[Driver]) -> tuple[str, float]:
    """The person or role whose work drives most of the spread."""
    shares: dict[str, float] = {}
    for driver in drivers:
        if driver.owner_name:
            shares[driver.owner_name] = shares.get(driver.owner_name, 0.0) + driver.share
    if not shares:
        return "", 0.0
    name = max(sorted(shares), key=lambda name: shares[name])
    return name, shares[name]
