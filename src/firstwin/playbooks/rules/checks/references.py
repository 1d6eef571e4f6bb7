"""Keys and names: well formed, unique, and referring to what exists."""

import re
from collections.abc import Iterator

from firstwin.playbooks.contracts import (
    ApprovalSettings,
    FieldSpec,
    FormSettings,
    MeetingSettings,
    MessageSettings,
    PlaybookDefinition,
    SurveySettings,
    TaskSpec,
    TrainingSettings,
)
from firstwin.playbooks.rules.findings import Findings, walk_stages, walk_tasks
from firstwin.playbooks.rules.reading import Locator, did_you_mean

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,79}")
_FIELD_KEY = re.compile(r"[a-z][a-z0-9_]{0,79}")
_RESERVED = frozenset(
    {"true", "false", "null", "in", "as", "break", "const", "continue", "else", "for"}
    | {"function", "if", "import", "let", "loop", "package", "return", "var", "void", "while"}
)


def check(findings: Findings) -> None:
    """Every part has a key of its own, and whatever is named exists."""
    _check_keys(findings)
    _check_roles(findings)
    _check_fallbacks(findings)
    _check_tasks(findings)


def _keyed(definition: PlaybookDefinition) -> Iterator[tuple[str, Locator, str, str]]:
    """Return every key: the list that it must be unique in, its locator, the key, and the name beside it."""
    yield "playbook", (), definition.key, definition.name
    for index, role in enumerate(definition.roles):
        yield "roles", ("roles", index), role.key, role.name
    for index, question in enumerate(definition.fields):
        yield "fields", ("fields", index), question.key, question.label
    for at, stage in walk_stages(definition):
        yield "stages and tasks", at, stage.key, stage.name
    for found in walk_tasks(definition):
        scope = "stages and tasks" if found.overlay_index < 0 else "overlay tasks"
        yield scope, found.at, found.part.key, found.part.name
        yield from _form_keys(found.part, found.at)
    for index, overlay in enumerate(definition.overlays):
        yield "overlays", ("overlays", index), overlay.key, overlay.name
    for index, criterion in enumerate(definition.completion):
        yield "completion", ("completion", index), criterion.key, criterion.text


def _form_keys(task: TaskSpec, at: Locator) -> Iterator[tuple[str, Locator, str, str]]:
    if isinstance(task.settings, FormSettings):
        for index, question in enumerate(task.settings.fields):
            yield f"the form of '{task.key}'", (*at, "settings", "fields", index), question.key, question.label


def _check_keys(findings: Findings) -> None:
    taken: dict[tuple[str, str], Locator] = {}
    definition = findings.definition
    for scope, at, key, name in _keyed(definition):
        if not name.strip():
            label = "label" if scope == "fields" or scope.startswith("the form") else "name"
            label = "text" if scope == "completion" else label
            findings.report("empty_name", (*at, label), f"'{key}' has an empty {label}.", f"Write a {label}.")
        if not key:
            if at in findings.reading.places or not findings.reading.places:
                _report_empty_key(findings, at)
            continue
        is_field = scope == "fields" or scope.startswith("the form")
        pattern = _FIELD_KEY if is_field else _KEY
        if not pattern.fullmatch(key) or (is_field and key in _RESERVED):
            signs = "a-z, 0-9 and _, beginning with a letter" if is_field else "a-z, 0-9, - and _"
            message = f"'{key}' cannot be a key."
            findings.report(
                "invalid_key", (*at, "key"), message, f"Use {signs}; at most 80 signs, and no reserved word."
            )
        _check_unique(findings, taken, scope, at, key)


def _report_empty_key(findings: Findings, at: Locator) -> None:
    if (*at, "key") in findings.reading.places or not findings.reading.places:
        findings.report("invalid_key", (*at, "key"), "The key is empty.", "Write a short key such as kickoff-call.")


def _check_unique(findings: Findings, taken: dict[tuple[str, str], Locator], scope: str, at: Locator, key: str) -> None:
    first = taken.setdefault((scope, key), at)
    if scope == "overlay tasks":
        if first != at and not _exclude_each_other(findings.definition, first, at):
            _report_twice(findings, at, first, key)
        first = taken.get(("stages and tasks", key), at)
    if (first != at and scope != "overlay tasks") or (scope == "overlay tasks" and ("stages and tasks", key) in taken):
        _report_twice(findings, at, first, key)


def _exclude_each_other(definition: PlaybookDefinition, one: Locator, other: Locator) -> bool:
    """Say whether two overlays are never applied together, so that both may add a task of the same key."""
    first, second = (definition.overlays[int(at[1])] for at in (one, other))
    if first is second:
        return False
    by_industry = first.industry is not None and second.industry is not None and first.industry != second.industry
    by_segment = first.segment is not None and second.segment is not None and first.segment != second.segment
    return by_industry or by_segment


def _report_twice(findings: Findings, at: Locator, first: Locator, key: str) -> None:
    line = findings.place((*first, "key")).line
    where = f" (first in line {line})" if line else ""
    message = f"The key '{key}' is used twice{where}."
    findings.report("duplicate_key", (*at, "key"), message, "Give each its own key; stages and tasks share one list.")


def role_uses(definition: PlaybookDefinition) -> Iterator[tuple[Locator, str]]:
    """Return every place that names a role, with the role."""
    for found in walk_tasks(definition):
        if found.part.owner:
            yield (*found.at, "owner"), found.part.owner
        for name in _role_lists(found.part):
            for index, role in enumerate(getattr(found.part.settings, name)):
                yield (*found.at, "settings", name, index), role
    for index, role in enumerate(definition.celebration.to if definition.celebration else ()):
        yield ("celebration", "to", index), role


def _role_lists(task: TaskSpec) -> tuple[str, ...]:
    match task.settings:
        case MessageSettings():
            return ("to",)
        case MeetingSettings():
            return ("attendees",)
        case ApprovalSettings():
            return ("approvers",)
        case TrainingSettings() | SurveySettings():
            return ("audience",)
        case _:
            return ()


def _check_roles(findings: Findings) -> None:
    known = {role.key for role in findings.definition.roles}
    fallbacks = [
        (("roles", index, "fallback"), role.fallback)
        for index, role in enumerate(findings.definition.roles)
        if role.fallback
    ]
    for at, role in (*role_uses(findings.definition), *fallbacks):
        if role not in known:
            findings.report("unknown_role", at, f"There is no role '{role}'.", did_you_mean(role, known))


def _check_fallbacks(findings: Findings) -> None:
    fallback = {role.key: role.fallback for role in findings.definition.roles if role.fallback}
    for index, role in enumerate(findings.definition.roles):
        chain = [role.key]
        while (following := fallback.get(chain[-1])) and following not in chain:
            chain.append(following)
        if following == role.key and role.key == min(chain):
            circle = " -> ".join([*chain, following])
            message = f"Roles fall back on each other in a circle: {circle}."
            findings.report("fallback_cycle", ("roles", index, "fallback"), message, "Take one fallback out.")


def _check_tasks(findings: Findings) -> None:
    definition = findings.definition
    stages = {stage.key for stage in definition.stages}
    own = {task.key for stage in definition.stages for task in stage.tasks}
    added = [{task.key for addition in overlay.add for task in addition.tasks} for overlay in definition.overlays]
    everything = stages | own | set().union(*added)
    for at, stage in walk_stages(definition):
        for index, link in enumerate(stage.after):
            _check_target(findings, (*at, "after", index), link.task, stages | own, everything)
    for found in walk_tasks(definition):
        reachable = stages | own | (added[found.overlay_index] if found.overlay_index >= 0 else set())
        for index, link in enumerate(found.part.after):
            _check_target(findings, (*found.at, "after", index), link.task, reachable, everything)
        settings = found.part.settings
        if isinstance(settings, MessageSettings) and settings.unless_done:
            at = (*found.at, "settings", "unless_done")
            _check_target(findings, at, settings.unless_done, reachable - stages, everything - stages)
    for index, criterion in enumerate(definition.completion):
        if criterion.task:
            _check_target(findings, ("completion", index, "task"), criterion.task, stages | own, everything)
    _check_overlays(findings, stages, own)


def _check_target(findings: Findings, at: Locator, key: str, reachable: set[str], everything: set[str]) -> None:
    if key in reachable:
        return
    if key in everything:
        message = f"'{key}' is only there when an overlay adds it."
        remedy = "Move the task into its stage with a condition, or put this part into the same overlay."
        findings.report("overlay_task_elsewhere", at, message, remedy)
        return
    findings.report("unknown_task", at, f"There is no task or stage '{key}'.", did_you_mean(key, reachable))


def _check_overlays(findings: Findings, stages: set[str], own: set[str]) -> None:
    for index, overlay in enumerate(findings.definition.overlays):
        for step, addition in enumerate(overlay.add):
            at: Locator = ("overlays", index, "add", step)
            if addition.stage not in stages:
                message = f"There is no stage '{addition.stage}'."
                findings.report("unknown_stage", (*at, "stage"), message, did_you_mean(addition.stage, stages))
                continue
            inside = _tasks_of(findings.definition, addition.stage)
            if addition.after_task and addition.after_task not in inside:
                message = f"The stage '{addition.stage}' has no task '{addition.after_task}'."
                remedy = did_you_mean(addition.after_task, inside)
                findings.report("unknown_task", (*at, "after_task"), message, remedy)
        for number, key in enumerate(overlay.remove):
            if key not in own:
                message = f"There is no task '{key}' to remove."
                findings.report("unknown_task", ("overlays", index, "remove", number), message, did_you_mean(key, own))


def _tasks_of(definition: PlaybookDefinition, stage_key: str) -> set[str]:
    return {task.key for stage in definition.stages if stage.key == stage_key for task in stage.tasks}


def questions(definition: PlaybookDefinition) -> Iterator[tuple[Locator, FieldSpec]]:
    """Return every question: those asked at launch, and those of forms."""
    for index, question in enumerate(definition.fields):
        yield ("fields", index), question
    for found in walk_tasks(definition):
        if isinstance(found.part.settings, FormSettings):
            for index, question in enumerate(found.part.settings.fields):
                yield (*found.at, "settings", "fields", index), question
