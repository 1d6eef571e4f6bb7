"""Made-up event logs whose structure is known: how long steps take is drawn, so the best possible forecast is too."""

import numpy as np

from firstwin.scheduling.contracts.forecasting import EventLog

DAY = 86_400.0


def made_log(
    *,
    cases: int = 600,
    seed: int = 0,
    drift: float = 1.0,
    spread: float = 0.6,
    is_weekly: bool = False,
    loops: float = 0.0,
) -> EventLog:
    """Return cases of four to six steps, one starting every few hours.

    `drift`: by which factor steps of the last cases are longer than those of the first. `loops`: the chance that a step
    is done again. `is_weekly`: nothing ends on a weekend. The second step tells which way a case goes (short or long).
    """
    random = np.random.default_rng(seed)
    numbers: list[int] = []
    steps: list[int] = []
    at: list[float] = []
    start = 0.0
    for case in range(cases):
        start += float(random.exponential(0.2 * DAY))
        factor = drift ** (case / cases)
        way = int(random.random() < 0.4)
        now = start
        path = [0, 1 + way, 3, 4 + way, 6]
        place = 0
        while place < len(path):
            numbers.append(case)
            steps.append(path[place])
            at.append(now)
            now += factor * float(random.lognormal(way * 0.8, spread)) * DAY
            if is_weekly and (now // DAY) % 7 >= 5:
                now += (7 - (now // DAY) % 7) * DAY
            if random.random() >= loops:
                place += 1
    return EventLog(
        cases=numbers,
        activities=steps,
        at=at,
        case_names=tuple(str(case) for case in range(cases)),
        activity_names=tuple(f"step {step}" for step in range(7)),
    )
