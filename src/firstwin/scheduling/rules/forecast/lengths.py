"""How much longer than planned people take, learned from finished work, with open work as "longer than so far".

A length is compared with its plan as a stretch: (a day + taken) / (a day + planned), so that one made of nothing, such
as a milestone, has a stretch too. Its logarithm is learned in groups from narrow (the same task of the playbook) to wide
(everything); what little is known of a narrow group is drawn towards the wider one (empirical Bayes).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from scipy import special

from firstwin.scheduling.contracts.forecasting import Learned, LearnedGroup, Observation
from firstwin.scheduling.rules.forecast.trees import Bools, Floats

LEAST_FINISHED = 30
ALL = "all"
ESTIMATE = LearnedGroup(count=0, mean=0.08, spread=0.32)
"""Where nothing is known: one in ten ends at about two thirds of the plan, half by a tenth over it, one in ten 60 % over."""
LEVELS = tuple(round(level, 3) for level in np.linspace(0.025, 0.975, 39))
_PULL_OF_ESTIMATE = 10.0
_SHARPEST, _WIDEST = 0.05, 1.6


def learn(observations: Iterable[Observation]) -> Learned:
    """How much longer than planned work takes, by group; falls back to estimates where too little is finished."""
    rows = list(observations)
    finished = sum(row.is_finished for row in rows)
    if finished < LEAST_FINISHED:
        return Learned(groups={ALL: ESTIMATE}, shape=_normal_shape(), finished=finished)
    stretch = np.log([(1 + max(row.taken_days, 0.0)) / (1 + max(row.planned_days, 0.0)) for row in rows])
    is_finished = np.array([row.is_finished for row in rows], dtype=np.bool_)
    members: dict[str, list[int]] = defaultdict(list)
    parents: dict[str, str] = {}
    for place, row in enumerate(rows):
        groups = (*row.groups, ALL)
        for narrow, wide in pairwise(groups):
            parents[narrow] = wide
        for group in groups:
            members[group].append(place)
    found: dict[str, LearnedGroup] = {}
    for group in _from_wide_to_narrow(parents, members):
        known = np.array(members[group])
        above = found[parents[group]] if group in parents else ESTIMATE
        pull = _PULL_OF_ESTIMATE if group not in parents else _pull(group, parents, members, stretch)
        found[group] = _shrunk(stretch[known], is_finished[known], above, pull)
    return Learned(groups=found, shape=_shape(rows, stretch, is_finished, found), finished=finished)


def _from_wide_to_narrow(parents: Mapping[str, str], members: Mapping[str, Sequence[int]]) -> list[str]:
    def depth(group: str) -> int:
        steps = 0
        while group in parents:
            group, steps = parents[group], steps + 1
        return steps

    return sorted(members, key=lambda group: (depth(group), group))


def _pull(group: str, parents: Mapping[str, str], members: Mapping[str, list[int]], stretch: Floats) -> float:
    """How many observations the wider group is worth: its spread within, over the spread between its parts."""
    wide = parents[group]
    parts = [members[name] for name, parent in parents.items() if parent == wide and len(members[name]) >= 3]
    if len(parts) < 3:
        return 8.0
    means = np.array([stretch[part].mean() for part in parts])
    within = float(np.mean([stretch[part].var() for part in parts]))
    between = float(means.var()) - within / float(np.mean([len(part) for part in parts]))
    return float(np.clip(within / max(between, 1e-3), 1.0, 40.0))


def _shrunk(stretch: Floats, is_finished: Bools, above: LearnedGroup, pull: float) -> LearnedGroup:
    """Mean and spread of a group, open work completed by what can be expected of it, drawn towards the wider group."""
    mean, spread = above.mean, above.spread
    for _ in range(6):
        least = (stretch - mean) / spread
        hazard = np.exp(-(least**2) / 2 - special.log_ndtr(-least)) / np.sqrt(2 * np.pi)
        value = np.where(is_finished, stretch, mean + spread * hazard)
        extra = np.where(is_finished, 0.0, spread**2 * np.clip(1 + least * hazard - hazard**2, 0.0, 1.0))
        mean = float((value.sum() + pull * above.mean) / (len(value) + pull))
        square = float(((value - mean) ** 2 + extra).sum())
        spread = float(np.sqrt((square + pull * above.spread**2) / (len(value) + pull)))
        spread = float(np.clip(spread, _SHARPEST, _WIDEST))
    return LearnedGroup(count=int(is_finished.sum()), mean=mean, spread=spread)


def group_for(learned: Learned, groups: Sequence[str]) -> LearnedGroup:
    """What is known of the narrowest group of which something is known."""
    return next((learned.groups[name] for name in (*groups, ALL) if name in learned.groups), ESTIMATE)


def _normal_shape() -> tuple[float, ...]:
    return tuple(float(value) for value in special.ndtri(np.array(LEVELS)))


def _shape(
    rows: Sequence[Observation], stretch: Floats, is_finished: Bools, found: Mapping[str, LearnedGroup]
) -> tuple[float, ...]:
    """The quantiles of how far lengths lie from their group, in spreads; the fewer there are, the more like a bell."""
    places = np.flatnonzero(is_finished)
    groups = [found[(*rows[int(place)].groups, ALL)[0]] for place in places]
    mean = np.array([group.mean for group in groups])
    spread = np.array([group.spread for group in groups])
    seen = np.quantile((stretch[places] - mean) / spread, LEVELS)
    trust = len(places) / (len(places) + 200)
    shape = np.maximum.accumulate(trust * seen + (1 - trust) * np.array(_normal_shape()))
    return tuple(float(value) for value in shape)
