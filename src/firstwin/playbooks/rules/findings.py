"""Collect what is wrong in a playbook, each with its place, path, level and remedy."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from firstwin.playbooks.contracts import (
    PlaybookDefinition,
    PlaybookProblem,
    ProblemLevel,
    StageSpec,
    TaskSpec,
)
from firstwin.playbooks.rules.codes import LINT_CODES
from firstwin.playbooks.rules.reading import Locator, Reading
from firstwin.playbooks.rules.tree import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the playbook with its locator; for a task also its stage and the overlay that adds it (or -1)."""

    part: TaskSpec
    at: Locator
    stage_index: int
    overlay_index: int = -1


def walk_stages(definition: PlaybookDefinition) -> Iterator[tuple[Locator, StageSpec]]:
    """Return the stages with their locators."""
    for index, stage in enumerate(definition.stages):
        yield ("stages", index), stage


def walk_tasks(definition: PlaybookDefinition) -> Iterator[Found]:
    """Return every task, those of overlays too, with their locators."""
    for index, stage in enumerate(definition.stages):
        for number, task in enumerate(stage.tasks):
            yield Found(task, ("stages", index, "tasks", number), index)
    stages = {stage.key: index for index, stage in enumerate(definition.stages)}
    for index, overlay in enumerate(definition.overlays):
        for step, addition in enumerate(overlay.add):
            for number, task in enumerate(addition.tasks):
                at: Locator = ("overlays", index, "add", step, "tasks", number)
                yield Found(task, at, stages.get(addition.stage, -1), index)


MAX_PROBLEMS = 300


class TooManyProblemsError(Exception):
    """So much is wrong that looking further helps nobody."""


@dataclass(slots=True)
class Findings:
    """Problems found so far in one playbook, as it was read."""

    reading: Reading
    problems: list[PlaybookProblem] = field(default_factory=list)
    seen: set[tuple[str, Locator, str]] = field(default_factory=set)

    @property
    def definition(self) -> PlaybookDefinition:
        """Return the playbook under inspection."""
        assert self.reading.definition is not None  # noqa: S101  # linting begins with a readable playbook
        return self.reading.definition

    def report(self, code: str, at: Locator, message: str, remedy: str, *, column: int | None = None) -> None:
        """Note a problem at a locator; `column` is counted from 1 within the text that stands there."""
        if (code, at, message) in self.seen:
            return
        if len(self.problems) >= MAX_PROBLEMS:
            raise TooManyProblemsError
        self.seen.add((code, at, message))
        place = self.place(at, column)
        self.problems.append(
            PlaybookProblem(
                code=code,
                level=LINT_CODES[code].level,
                message=message,
                remedy=remedy,
                path=path_of(self.definition, at),
                file=self.reading.file,
                line=place.line,
                column=place.column,
            )
        )

    def place(self, at: Locator, column: int | None = None) -> Place:
        """Return where a part stands; where it is left out, where the part stands that it belongs to."""
        if column is not None and (text := self.reading.places.get((*at, TEXT))) is not None and text.column:
            return Place(text.line, text.column + column - 1)
        while at and at not in self.reading.places:
            at = at[:-1]
        return self.reading.places.get(at, NOWHERE)


TEXT = "="
"""The last step of the locator under which the place of a value's text is kept."""


def path_of(definition: PlaybookDefinition, at: Locator) -> str:
    """Return a locator as people write it: keys instead of numbers (stages.kickoff.tasks.call.due)."""
    words: list[str] = []
    part: object = definition
    for step in at:
        if isinstance(step, int) and isinstance(part, tuple):
            part = part[step] if step < len(part) else None
            words.append(_key(part) or str(step))
        else:
            part = getattr(part, str(step), None)
            words.append(str(step))
    return ".".join(words)


def _key(part: object) -> str:
    for name in ("key", "stage", "segment", "metric", "task"):
        value = getattr(part, name, "")
        if isinstance(value, str) and value:
            return str(value)
    return ""


def is_error(problem: PlaybookProblem) -> bool:
    """Say whether a problem stops publishing."""
    return problem.level is ProblemLevel.ERROR
