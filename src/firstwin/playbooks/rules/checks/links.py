"""Who waits for whom: no circles, and not for what comes later."""

import itertools
from collections.abc import Mapping

from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.rules import overlays
from firstwin.playbooks.rules.findings import Findings, walk_stages, walk_tasks
from firstwin.playbooks.rules.reading import Locator

MAX_CIRCLES = 50
Edges = Mapping[str, tuple[str, ...]]


def check(findings: Findings) -> None:
    """Nothing waits for itself, directly or around a corner; that holds with every overlay too."""
    known: set[frozenset[str]] = set()
    _report_circles(findings, findings.definition, known, "")
    for overlay in findings.definition.overlays:
        with_overlay = overlays.apply(findings.definition, {overlay.key})
        _report_circles(findings, with_overlay, known, f" with the overlay '{overlay.name}'")
    _check_order(findings)


def waiting(definition: PlaybookDefinition) -> dict[str, tuple[str, ...]]:
    """Return for each stage and task what it waits for; a stage has ended when all its tasks have."""
    edges: dict[str, tuple[str, ...]] = {}
    begins = {stage.key: tuple(link.task for link in stage.after) for stage in definition.stages}
    for stage in definition.stages:
        edges[stage.key] = begins[stage.key] + tuple(task.key for task in stage.tasks)
        for task in stage.tasks:
            edges.setdefault(task.key, tuple(link.task for link in task.after) + begins[stage.key])
    return edges


def circles(definition: PlaybookDefinition) -> list[tuple[str, ...]]:
    """Return the circles in who waits for whom, each as keys whose last is its first again."""
    edges = waiting(definition)
    done: set[str] = set()
    found: list[tuple[str, ...]] = []
    for start in edges:
        _search(start, edges, done, found)
    return found[:MAX_CIRCLES]


def _search(start: str, edges: Edges, done: set[str], found: list[tuple[str, ...]]) -> None:
    """Walk depth first without recursion, so that a long chain cannot overflow the stack."""
    path: list[str] = []
    on_path: dict[str, int] = {}
    stack: list[tuple[str, int]] = [(start, 0)]
    while stack:
        key, step = stack.pop()
        if step == 0:
            if key in done:
                continue
            on_path[key] = len(path)
            path.append(key)
        targets = edges.get(key, ())
        if step < len(targets):
            stack.append((key, step + 1))
            target = targets[step]
            if target in on_path and len(found) < MAX_CIRCLES:
                found.append((*path[on_path[target] :], target))
            elif target not in done and target not in on_path:
                stack.append((target, 0))
        else:
            path.pop()
            del on_path[key]
            done.add(key)


def _report_circles(findings: Findings, definition: PlaybookDefinition, known: set[frozenset[str]], when: str) -> None:
    for circle in circles(definition):
        if (members := frozenset(circle)) not in known:
            known.add(members)
            spelled = " -> ".join(circle)
            message = f"These wait for each other in a circle{when}: {spelled}."
            remedy = "Remove one of these 'after' links."
            if any(stage.key in members for stage in definition.stages):
                remedy += " A stage has ended only when all its tasks have."
            findings.report("dependency_cycle", _place_of(findings.definition, circle), message, remedy)


def _place_of(definition: PlaybookDefinition, circle: tuple[str, ...]) -> Locator:
    """Return the first link that makes up the circle."""
    steps = set(itertools.pairwise(circle))
    for found in walk_tasks(definition):
        for index, link in enumerate(found.part.after):
            if (found.part.key, link.task) in steps:
                return (*found.at, "after", index)
    for at, stage in walk_stages(definition):
        for index, link in enumerate(stage.after):
            if link.task in circle:
                return (*at, "after", index)
    return ()


def _check_order(findings: Findings) -> None:
    definition = findings.definition
    stage_of = {task.key: index for index, stage in enumerate(definition.stages) for task in stage.tasks}
    stage_of |= {stage.key: index for index, stage in enumerate(definition.stages)}
    for found in walk_tasks(definition):
        for index, link in enumerate(found.part.after):
            target = stage_of.get(link.task, -1)
            if found.part.start is None and 0 <= found.stage_index < target and _in_sequence(definition, target):
                message = f"'{found.part.key}' waits for '{link.task}', which is in a later stage."
                remedy = "Move one of the two, or give the later stage a start or an 'after' of its own."
                findings.report("later_stage", (*found.at, "after", index), message, remedy)


def _in_sequence(definition: PlaybookDefinition, index: int) -> bool:
    """Say whether a stage begins when the one before it ends, since nothing else is said."""
    stage = definition.stages[index]
    return stage.start is None and not stage.after
