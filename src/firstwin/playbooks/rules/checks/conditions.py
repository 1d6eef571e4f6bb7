"""Conditions: they can be read, ask about what exists, and can hold."""

from collections.abc import Iterator

from firstwin.playbooks.contracts import OverlaySpec, StageSpec, TaskSpec
from firstwin.playbooks.contracts.resolved import ConditionField, InvalidConditionError, ValueType
from firstwin.playbooks.rules import conditions, expressions, facts, overlays
from firstwin.playbooks.rules.findings import Findings, walk_stages, walk_tasks
from firstwin.playbooks.rules.reading import Locator, did_you_mean
from firstwin.playbooks.rules.satisfying import Outcome, Trial

Fields = dict[str, ConditionField]


def check(findings: Findings) -> None:
    """Every condition can be evaluated and can be true for some account, alone and together with those around it."""
    fields = {field.name: field for field in facts.condition_fields(findings.definition)}
    trial = Trial(tuple(fields.values()))
    sound: dict[str, bool] = {}
    for at, condition in _conditions(findings):
        sound[condition] = _check_one(findings, at, condition, fields, trial)
    _check_overlays(findings, trial, sound)
    _check_reach(findings, trial, sound)


def _conditions(findings: Findings) -> Iterator[tuple[Locator, str]]:
    for at, stage in walk_stages(findings.definition):
        if stage.when.strip():
            yield (*at, "when"), stage.when
    for found in walk_tasks(findings.definition):
        if found.part.when.strip():
            yield (*found.at, "when"), found.part.when
    for index, overlay in enumerate(findings.definition.overlays):
        if overlay.when.strip():
            yield ("overlays", index, "when"), overlay.when


def _check_one(findings: Findings, at: Locator, condition: str, fields: Fields, trial: Trial) -> bool:
    """Report what is wrong in one condition; returns whether it can be evaluated."""
    try:
        words = expressions.words_of(condition)
        conditions.compiled(condition)
    except InvalidConditionError as error:
        findings.report(error.lint_code, at, error.detail, error.remedy, column=error.column)
        return False
    unknown = [field for field in expressions.fields_in(words) if field.name not in fields]
    for field in unknown:
        message = f"There is no field '{field.name}'."
        remedy = _remedy_for_field(field.name, fields)
        findings.report("condition_unknown_field", at, message, remedy, column=field.start + 1)
    strange = [] if unknown else list(_strange_values(words, fields))
    for field, value in strange:
        known = fields[field.name]
        message = f"{field.name} is never '{value}'."
        remedy = did_you_mean(value, known.values)
        findings.report("condition_unknown_value", at, message, remedy, column=field.start + 1)
    if unknown or strange:
        return False
    return _check_outcome(findings, at, condition, trial)


def _remedy_for_field(name: str, fields: Fields) -> str:
    if name.startswith("project.") and not any(known.startswith("project.") for known in fields):
        return "Declare the question under 'fields:' first."
    return did_you_mean(name, fields)


def _strange_values(words: tuple[expressions.Word, ...], fields: Fields) -> Iterator[tuple[expressions.Field, str]]:
    for comparison in expressions.comparisons_in(words):
        field = fields[comparison.field.name]
        if field.type is ValueType.CHOICE and comparison.sign in {"==", "!=", "in"}:
            for value in comparison.values:
                if value is not None and value not in field.values:
                    yield comparison.field, str(value)


def _check_outcome(findings: Findings, at: Locator, condition: str, trial: Trial) -> bool:
    tried = trial.outcome_of(condition)
    match tried.outcome:
        case Outcome.FAILS:
            message = f"The condition cannot be worked out: {tried.error}."
            remedy = "Compare a text with a text in quotes, a number with a number, and a yes-or-no field with nothing."
            findings.report("condition_type", at, message, remedy)
            return False
        case Outcome.NEVER:
            message = f"This can never be true: {condition.strip()}"
            findings.report("condition_never_holds", at, message, "Look for parts that exclude each other.")
            return False
        case Outcome.ALWAYS:
            message = f"This is always true: {condition.strip()}"
            findings.report("condition_always_holds", at, message, "Remove the condition, or look for a mistake in it.")
            return True
        case _:
            return True


def _check_overlays(findings: Findings, trial: Trial, sound: dict[str, bool]) -> None:
    for index, overlay in enumerate(findings.definition.overlays):
        at: Locator = ("overlays", index)
        wanted = [condition for condition in overlays.conditions_of(overlay) if condition.strip()]
        if not wanted:
            message = f"The overlay '{overlay.key}' names no industry, segment, product or condition."
            remedy = "Say what it applies to; as it is, somebody has to choose it at launch."
            findings.report("overlay_without_condition", at, message, remedy)
        if not overlay.remove and not any(addition.tasks for addition in overlay.add):
            message = f"The overlay '{overlay.key}' adds and removes nothing."
            findings.report("overlay_without_effect", at, message, "Add tasks, or remove the overlay.")
        if len(wanted) > 1 and sound.get(overlay.when, True) and _excluded(wanted, trial):
            message = f"The overlay '{overlay.key}' can never apply: {' && '.join(wanted)}"
            remedy = "What it names must be able to hold together."
            findings.report("condition_never_holds", (*at, "when" if overlay.when else "key"), message, remedy)


def _excluded(wanted: list[str], trial: Trial) -> bool:
    joined = " && ".join(f"({condition})" for condition in wanted)
    return trial.never_together(joined, "true")


def _check_reach(findings: Findings, trial: Trial, sound: dict[str, bool]) -> None:
    """A task is reachable when its condition, its stage's and its overlay's can hold together, and with what it awaits."""
    definition = findings.definition
    complete: dict[str, str] = {}
    for found in walk_tasks(definition):
        stage = definition.stages[found.stage_index] if found.stage_index >= 0 else None
        overlay = definition.overlays[found.overlay_index] if found.overlay_index >= 0 else None
        whole = _whole_condition(found.part, stage, overlay, sound)
        complete[found.part.key] = whole
        own = found.part.when if sound.get(found.part.when, True) else ""
        around = _whole_condition(None, stage, overlay, sound)
        if own.strip() and around and trial.never_together(own, around):
            message = f"'{found.part.key}' can never be part of a plan: it needs {own.strip()}, but what it is in needs {around}"
            remedy = "Change one of the two conditions, or move the task."
            findings.report("unreachable_task", (*found.at, "when"), message, remedy)
            complete[found.part.key] = ""
    complete |= {stage.key: _whole_condition(None, stage, None, sound) for stage in definition.stages}
    for found in walk_tasks(definition):
        for index, link in enumerate(found.part.after):
            mine, other = complete.get(found.part.key, ""), complete.get(link.task, "")
            if mine and other and mine != other and trial.never_together(mine, other):
                message = f"'{found.part.key}' waits for '{link.task}', which is never in the same plan ({other})."
                remedy = "Wait for something else, or give both conditions that can hold together."
                findings.report("unreachable_task", (*found.at, "after", index), message, remedy)


def _whole_condition(
    task: TaskSpec | None, stage: StageSpec | None, overlay: OverlaySpec | None, sound: dict[str, bool]
) -> str:
    parts = [part.when for part in (task, stage) if part is not None and sound.get(part.when, True)]
    if overlay is not None and sound.get(overlay.when, True):
        parts += overlays.conditions_of(overlay)
    wanted = [part.strip() for part in parts if part.strip()]
    return wanted[0] if len(wanted) == 1 else " && ".join(f"({part})" for part in wanted)
