"""Overlays: when one applies to an account, and what a playbook is with it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from firstwin.playbooks.contracts import LinkSpec, OverlaySpec, PlaybookDefinition, StageSpec, TaskSpec
from firstwin.playbooks.contracts.resolved import Facts, Verdict
from firstwin.playbooks.rules import conditions


def applies(overlay: OverlaySpec, facts: Facts, *, chosen: Mapping[str, bool] | None = None) -> Verdict:
    """An overlay applies when everything that it names holds: industry, segment, product, condition.

    One that names nothing applies only when somebody chooses it; a choice made by hand always wins.
    """
    if chosen and overlay.key in chosen:
        holds = chosen[overlay.key]
        return Verdict(holds=holds, why="chosen by hand" if holds else "left out by hand")
    wanted = [condition for condition in conditions_of(overlay) if condition]
    if not wanted:
        return Verdict(holds=False, why="applies only when it is chosen by hand")
    verdicts = [
        _sold(overlay.product, facts)
        if condition == _product_condition(overlay)
        else conditions.holds(condition, facts)
        for condition in wanted
    ]
    holds = all(verdict.holds for verdict in verdicts)
    telling = [verdict.why for verdict in verdicts if verdict.holds is holds]
    return Verdict(holds=holds, why=" and ".join(telling))


def conditions_of(overlay: OverlaySpec) -> tuple[str, ...]:
    """Return what an overlay asks for, each as a condition; empty where it does not ask."""
    return (
        f"account.industry == '{overlay.industry.value}'" if overlay.industry else "",
        f"account.segment == '{overlay.segment.value}'" if overlay.segment else "",
        _product_condition(overlay),
        overlay.when,
    )


def _product_condition(overlay: OverlaySpec) -> str:
    return f"{quoted(overlay.product)} in account.products" if overlay.product else ""


def _sold(product: str, facts: Facts) -> Verdict:
    """A product counts as sold however its name is capitalised, since it comes from another system."""
    products = [str(sold) for sold in facts.get("account", {}).get("products") or ()]
    holds = product.casefold() in {sold.casefold() for sold in products}
    return Verdict(holds=holds, why=f"account.products {'includes' if holds else 'does not include'} {product}")


def quoted(text: str) -> str:
    """Return a text as a condition writes it."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def apply(definition: PlaybookDefinition, keys: Collection[str]) -> PlaybookDefinition:
    """Work overlays into a playbook, in the order in which it declares them.

    A task that already exists is not added twice; a link to a task that is removed is bridged over.
    """
    for overlay in definition.overlays:
        if overlay.key in keys:
            definition = without_tasks(_with_additions(definition, overlay), frozenset(overlay.remove))
    return definition


def _with_additions(definition: PlaybookDefinition, overlay: OverlaySpec) -> PlaybookDefinition:
    existing = {task.key for stage in definition.stages for task in stage.tasks}
    stages = list(definition.stages)
    for addition in overlay.add:
        for index, stage in enumerate(stages):
            if stage.key == addition.stage:
                new = tuple(task for task in addition.tasks if task.key not in existing)
                existing |= {task.key for task in new}
                stages[index] = replace(stage, tasks=_insert(stage.tasks, new, addition.after_task))
    return replace(definition, stages=tuple(stages))


def _insert(tasks: tuple[TaskSpec, ...], new: tuple[TaskSpec, ...], after: str) -> tuple[TaskSpec, ...]:
    for index, task in enumerate(tasks):
        if task.key == after:
            return (*tasks[: index + 1], *new, *tasks[index + 1 :])
    return (*tasks, *new)


def without_tasks(definition: PlaybookDefinition, keys: Collection[str]) -> PlaybookDefinition:
    """Take tasks out; who waited for one of them waits for what it waited for."""
    if not keys:
        return definition
    linked = without_links(definition, keys)
    stages = tuple(
        replace(stage, tasks=tuple(task for task in stage.tasks if task.key not in keys)) for stage in linked.stages
    )
    return replace(definition, stages=stages)


def without_links(definition: PlaybookDefinition, keys: Collection[str]) -> PlaybookDefinition:
    """Bridge every link that leads to one of these stages or tasks."""
    parts = parts_by_key(definition.stages)
    stages = tuple(
        replace(
            stage,
            after=bridged(stage, parts, keys),
            tasks=tuple(replace(task, after=bridged(task, parts, keys)) for task in stage.tasks),
        )
        for stage in definition.stages
    )
    return replace(definition, stages=stages)


Part = StageSpec | TaskSpec


def parts_by_key(stages: Iterable[StageSpec]) -> dict[str, Part]:
    """Return stages and tasks by key; links may name either."""
    parts: dict[str, Part] = {}
    for stage in stages:
        parts.setdefault(stage.key, stage)
        for task in stage.tasks:
            parts.setdefault(task.key, task)
    return parts


def bridged(part: Part, parts: Mapping[str, Part], out: Collection[str]) -> tuple[LinkSpec, ...]:
    """Who waits for something that is out waits for what that waited for instead; the lag of the link stays."""
    if not any(link.task in out for link in part.after):
        return part.after
    links: dict[str, LinkSpec] = {}
    seen = {part.key}
    waiting = list(part.after)
    while waiting:
        link = waiting.pop(0)
        if link.task not in out:
            links.setdefault(link.task, link)
            continue
        if link.task in seen or link.task not in parts:
            continue
        seen.add(link.task)
        behind = [replace(further, lag=further.lag or link.lag) for further in parts[link.task].after]
        waiting = behind + waiting
    return tuple(links.values())
