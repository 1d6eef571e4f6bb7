"""What a playbook comes to for one account and the answers at launch, with the reason for every part."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from firstwin.playbooks.contracts import OverlaySpec, PlaybookDefinition, StageSpec, TaskSpec
from firstwin.playbooks.contracts.resolved import (
    Facts,
    ResolvedOverlay,
    ResolvedPlaybook,
    ResolvedStage,
    ResolvedTask,
    Verdict,
)
from firstwin.playbooks.rules import conditions, overlays


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What somebody decided by hand at launch: keys of stages and tasks, and overlays by key."""

    included: Collection[str] = ()
    excluded: Collection[str] = ()
    overlays: Mapping[str, bool] | None = None


def resolve(definition: PlaybookDefinition, facts: Facts, choices: Choices) -> ResolvedPlaybook:
    """A stage or task is in when its condition holds, its stage is in, and no applied overlay removes it.

    What somebody includes or excludes by hand at launch wins over conditions, though not over a stage that is out.
    """
    verdicts = {
        overlay.key: overlays.applies(overlay, facts, chosen=choices.overlays) for overlay in definition.overlays
    }
    applied = [overlay for overlay in definition.overlays if verdicts[overlay.key].holds]
    everything = overlays.apply(
        replace(definition, overlays=tuple(replace(o, remove=()) for o in applied)), _keys(applied)
    )
    origin = _origins(definition, everything)
    removed = {key: overlay.name for overlay in applied for key in overlay.remove}
    added_by = {
        key: f"added by the overlay '{overlay.name}' because {verdicts[overlay.key].why}"
        for overlay in applied
        for key, source in origin.items()
        if source == overlay.key
    }
    judge = _Judge(facts, choices, removed, added_by)
    stages = tuple(judge.stage(stage, origin) for stage in everything.stages)
    return ResolvedPlaybook(
        definition=overlays.apply(definition, _keys(applied)),
        stages=_link(everything, stages),
        overlays=tuple(
            ResolvedOverlay(
                spec=overlay,
                is_applied=verdicts[overlay.key].holds,
                why=verdicts[overlay.key].why,
                added=tuple(key for key, source in origin.items() if source == overlay.key),
                removed=overlay.remove if verdicts[overlay.key].holds else (),
            )
            for overlay in definition.overlays
        ),
    )


def _keys(applied: list[OverlaySpec]) -> frozenset[str]:
    return frozenset(overlay.key for overlay in applied)


def _origins(definition: PlaybookDefinition, everything: PlaybookDefinition) -> dict[str, str]:
    """Return the overlay that each added task comes from."""
    own = {task.key for stage in definition.stages for task in stage.tasks}
    origins: dict[str, str] = {}
    for overlay in everything.overlays:
        for addition in overlay.add:
            for task in addition.tasks:
                if task.key not in own:
                    origins.setdefault(task.key, overlay.key)
    return origins


@dataclass(frozen=True, slots=True)
class _Judge:
    facts: Facts
    choices: Choices
    removed: Mapping[str, str]
    added_by: Mapping[str, str]
    judged: dict[str, Verdict] = field(default_factory=dict)

    def stage(self, stage: StageSpec, origin: Mapping[str, str]) -> ResolvedStage:
        verdict = self.verdict(stage)
        tasks = tuple(self.task(task, stage, verdict, origin.get(task.key, "")) for task in stage.tasks)
        return ResolvedStage(spec=stage, is_included=verdict.holds, why=verdict.why, after=stage.after, tasks=tasks)

    def task(self, task: TaskSpec, stage: StageSpec, of_stage: Verdict, overlay: str) -> ResolvedTask:
        verdict = self.verdict(task)
        if not of_stage.holds:
            verdict = Verdict(holds=False, why=f"its stage '{stage.name}' is out: {of_stage.why}")
        return ResolvedTask(
            spec=task,
            stage_key=stage.key,
            is_included=verdict.holds,
            why=verdict.why,
            overlay=overlay,
            after=task.after,
        )

    def verdict(self, part: StageSpec | TaskSpec) -> Verdict:
        if part.key in self.choices.excluded:
            return Verdict(holds=False, why="left out by hand")
        if part.key in self.choices.included:
            return Verdict(holds=True, why="included by hand")
        if isinstance(part, TaskSpec) and part.key in self.removed:
            return Verdict(holds=False, why=f"removed by the overlay '{self.removed[part.key]}'")
        verdict = self.condition(part.when)
        if verdict.holds and part.key in self.added_by:
            condition = f", and {verdict.why}" if part.when else ""
            return Verdict(holds=True, why=self.added_by[part.key] + condition)
        return verdict

    def condition(self, text: str) -> Verdict:
        """Judge each condition once, however many parts hang on it."""
        if text not in self.judged:
            self.judged[text] = conditions.holds(text, self.facts)
        return self.judged[text]


def _link(definition: PlaybookDefinition, stages: tuple[ResolvedStage, ...]) -> tuple[ResolvedStage, ...]:
    parts = overlays.parts_by_key(definition.stages)
    out = {stage.spec.key for stage in stages if not stage.is_included}
    out |= {task.spec.key for stage in stages for task in stage.tasks if not task.is_included}
    return tuple(
        replace(
            stage,
            after=overlays.bridged(stage.spec, parts, out),
            tasks=tuple(replace(task, after=overlays.bridged(task.spec, parts, out)) for task in stage.tasks),
        )
        for stage in stages
    )
