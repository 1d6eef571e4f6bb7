"""The walk through a document: each of its statements, and the element of the playbook that carries it out.

`at` names elements and the facts that hold for them; `elsewhere` names the area of the product that a statement belongs
to when it is not a matter of a playbook, without saying that this area is finished; `frame` is a heading, or says
nothing that a team does or measures.
"""

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from firstwin.playbooks.contracts import (
    MeetingSettings,
    MilestoneSettings,
    Moment,
    PlaybookDefinition,
    SegmentTarget,
    StageSpec,
    SurveySettings,
    TargetSpec,
    TaskKind,
    TaskSpec,
    TrainingSettings,
    Visibility,
)
from firstwin.scheduling.contracts import parse_span

Fact = Callable[[Any], None]

AREAS = frozenset(
    (
        "Playbooks",
        "Start",
        "Schedule",
        "Forecast",
        "Portal",
        "Success-plan",
        "Communication",
        "Training",
        "Usage",
        "Health",
        "Surveys",
        "Figures",
        "Rules",
        "Team",
        "Integrations",
        "Compliance",
        "Guides",
    )
)
"""The rows of the product's map."""


@dataclass(frozen=True)
class Place:
    """An element of a playbook by its path, and what holds for it."""

    path: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Statement:
    """What a document says (quoted from its beginning), and where it went."""

    quote: str
    places: tuple[Place, ...] = ()
    area: str = ""
    why: str = ""


def on(path: str, *facts: Fact) -> Place:
    return Place(path, facts)


def at(quote: str, *places: Place) -> Statement:
    assert places, quote
    return Statement(quote, places=places)


def elsewhere(quote: str, area: str, why: str) -> Statement:
    return Statement(quote, area=area, why=why)


def frame(quote: str) -> Statement:
    return Statement(quote)


def element(definition: PlaybookDefinition, path: str) -> Any:
    """Find 'stage', 'stage/task', 'overlay:key', 'overlay:key/task', 'target:metric', 'duration:segment', 'role:key', ..."""
    kind, _, name = path.partition(":") if ":" in path else ("", "", "")
    key, _, task = name.partition("/")
    match kind:
        case "playbook":
            return definition
        case "celebration":
            return definition.celebration
        case "overlay":
            overlay = _one(definition.overlays, key)
            tasks = [spec for addition in overlay.add for spec in addition.tasks]
            return _one(tasks, task) if task else overlay
        case "target":
            return next(target for target in definition.targets if target.metric == name)
        case "duration":
            return next(target for target in definition.durations if target.segment.value == name)
        case "role":
            return _one(definition.roles, name)
        case "field":
            return _one(definition.fields, name)
        case "completion":
            return _one(definition.completion, name)
    stage_key, _, task = path.partition("/")
    stage = _one(definition.stages, stage_key)
    return _one(stage.tasks, task) if task else stage


def _one(parts: Any, key: str) -> Any:
    found = [part for part in parts if part.key == key]
    assert len(found) == 1, f"'{key}' is not one of {[part.key for part in parts]}"
    return found[0]


def texts(part: Any) -> Iterator[str]:
    """Yield every text in an element."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from texts(item)
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            yield from texts(getattr(part, field.name))


# ---------------------------------------------------------------------------------------------------- facts


def _moment(moment: Moment | None) -> str:
    assert moment is not None
    amount = moment.offset.amount
    return f"{moment.anchor.value}{'+' if amount >= 0 else ''}{moment.offset}"


def _same(moment: Moment | None, expected: str) -> None:
    assert _moment(moment) == expected


def due(expected: str) -> Fact:
    return lambda part: _same(part.due, expected)


def starts(expected: str) -> Fact:
    return lambda part: _same(part.start, expected)


def invited(expected: str) -> Fact:
    return lambda task: _same(_meeting(task).invite_within, expected)


def lasts(shortest: str, longest: str) -> Fact:
    def check(stage: StageSpec) -> None:
        assert (stage.duration_min, stage.duration_max) == (parse_span(shortest), parse_span(longest))

    return check


def says(*words: str) -> Fact:
    def check(part: Any) -> None:
        everything = "\n".join(texts(part)).lower()
        for word in words:
            assert word.lower() in everything, word

    return check


def kind(expected: str) -> Fact:
    def check(task: TaskSpec) -> None:
        assert task.kind is TaskKind(expected)

    return check


def automatic(task: TaskSpec) -> None:
    assert task.automatic


def internal(part: Any) -> None:
    assert part.visibility is Visibility.INTERNAL


def owned_by(role: str) -> Fact:
    def check(task: TaskSpec) -> None:
        assert task.owner == role

    return check


def _meeting(task: TaskSpec) -> MeetingSettings:
    assert isinstance(task.settings, MeetingSettings)
    return task.settings


def attended_by(*roles: str) -> Fact:
    def check(task: TaskSpec) -> None:
        assert set(_meeting(task).attendees) == set(roles)

    return check


def agenda(*points: str) -> Fact:
    def check(task: TaskSpec) -> None:
        for point in points:
            assert any(point.lower() in line.lower() for line in _meeting(task).agenda), point

    return check


def delivers(*things: str) -> Fact:
    def check(task: TaskSpec) -> None:
        of_meeting = task.settings.deliverables if isinstance(task.settings, MeetingSettings) else ()
        for thing in things:
            assert any(thing.lower() in line.lower() for line in (*task.deliverables, *of_meeting)), thing

    return check


def asks(*words: str) -> Fact:
    def check(task: TaskSpec) -> None:
        labels = [field.label.lower() for field in task.settings.fields]  # type: ignore[union-attr]
        for word in words:
            assert any(word.lower() in label for label in labels), word

    return check


def goes_to(*roles: str) -> Fact:
    def check(message: Any) -> None:
        settings = message.settings if isinstance(message, TaskSpec) else message
        assert set(settings.to) == set(roles)
        assert len(settings.body) > 200
        assert settings.subject

    return check


def approved_by(*roles: str) -> Fact:
    def check(task: TaskSpec) -> None:
        assert set(task.settings.approvers) == set(roles)  # type: ignore[union-attr]

    return check


def trains(*roles: str, recording: bool = False, certifies: bool = False) -> Fact:
    def check(task: TaskSpec) -> None:
        settings = task.settings
        assert isinstance(settings, TrainingSettings)
        assert set(settings.audience) == set(roles)
        assert settings.topics
        assert settings.recording or not recording
        assert (settings.certifies and settings.pass_mark) or not certifies

    return check


def surveys(survey: str, target: float) -> Fact:
    def check(task: TaskSpec) -> None:
        settings = task.settings
        assert isinstance(settings, SurveySettings)
        assert (settings.type, settings.target) == (survey, target)
        assert settings.question
        assert settings.audience

    return check


def reaches(metric: str, target: float, unit: str, comparison: str = ">=") -> Fact:
    def check(task: TaskSpec) -> None:
        settings = task.settings
        assert isinstance(settings, MilestoneSettings)
        assert (settings.metric, settings.comparison, settings.target, settings.unit) == (
            metric,
            comparison,
            target,
            unit,
        )
        assert settings.criterion

    return check


def first_value(*options: str) -> Fact:
    def check(task: TaskSpec) -> None:
        settings = task.settings
        assert isinstance(settings, MilestoneSettings)
        assert settings.first_value
        assert {option.lower() for option in options} <= {option.lower() for option in settings.options}

    return check


def seen_in_usage(event: str) -> Fact:
    def check(task: TaskSpec) -> None:
        assert task.settings.event == event  # type: ignore[union-attr]

    return check


def when(condition: str) -> Fact:
    def check(part: Any) -> None:
        assert part.when == condition

    return check


def repeats(every: str) -> Fact:
    def check(task: TaskSpec) -> None:
        assert task.repeat is not None
        assert task.repeat.every == parse_span(every)

    return check


def waits_for(*keys: str) -> Fact:
    def check(part: Any) -> None:
        assert {link.task for link in part.after} >= set(keys)

    return check


def exits(*words: str) -> Fact:
    def check(stage: StageSpec) -> None:
        for word in words:
            assert any(word.lower() in line.lower() for line in stage.exit_criteria), word

    return check


def named(name: str) -> Fact:
    def check(part: Any) -> None:
        assert part.name.lower() == name.lower()

    return check


def target_of(target: float, unit: str, comparison: str = ">=", baseline: float | None = None) -> Fact:
    def check(spec: TargetSpec) -> None:
        assert (spec.target, spec.unit, spec.comparison, spec.baseline) == (target, unit, comparison, baseline)

    return check


def between(at_least: str, at_most: str) -> Fact:
    def check(spec: SegmentTarget) -> None:
        assert spec.at_least == (parse_span(at_least) if at_least else None)
        assert spec.at_most == parse_span(at_most)

    return check


def stages(*keys: str) -> Fact:
    def check(definition: PlaybookDefinition) -> None:
        assert tuple(stage.key for stage in definition.stages) == keys

    return check
