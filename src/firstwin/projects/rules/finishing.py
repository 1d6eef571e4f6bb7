"""What finishes each kind of task."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from firstwin.playbooks.contracts import FormSettings, TaskKind
from firstwin.projects.rules.answers import checked_answers
from firstwin.shared.errors import Problem

_SCORES = {"csat": (1.0, 5.0), "nps": (0.0, 10.0), "ces": (1.0, 7.0), "relationship": (1.0, 5.0)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """A result in its stored form, and what is missing before the task counts as done."""

    result: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def finish(
    kind: TaskKind,
    settings: Mapping[str, Any],
    *,
    result: Mapping[str, Any],
    evidence: str,
    handed_in: Sequence[str],
    at: datetime,
) -> Finish:
    """Whether a task is done with this result. `handed_in` names, for each file, what it was handed in for."""
    match kind:
        case TaskKind.FORM:
            return _form(settings, result)
        case TaskKind.FILE_REQUEST:
            return Finish(result=result, problems=_files(settings, handed_in))
        case TaskKind.MILESTONE:
            return Finish(result=result, problems=_milestone(settings, result, evidence))
        case TaskKind.SURVEY:
            return Finish(result=result, problems=_survey(settings, result))
        case TaskKind.MEETING:
            return Finish(result=result, problems=_meeting(result, at))
        case TaskKind.USAGE if not evidence.strip():
            return Finish(result=result, problems=(_no_evidence("where you saw it"),))
        case _:
            return Finish(result=result)


def _form(settings: Mapping[str, Any], result: Mapping[str, Any]) -> Finish:
    """A form is done when every required question is answered and every answer is understood."""
    form = msgspec.convert(dict(settings), type=FormSettings)
    checked = checked_answers(form.fields, result, place="result")
    return Finish(result=checked.values, problems=checked.problems)


def _files(settings: Mapping[str, Any], handed_in: Sequence[str]) -> tuple[Problem, ...]:
    """A file request is done when each file asked for is there; one that names none needs one file."""
    wanted = list(settings.get("files", ()))
    if not wanted:
        return () if handed_in else (Problem("files", "No file is attached.", "Attach it."),)
    unnamed = sum(1 for name in handed_in if name not in wanted)
    missing = [name for name in wanted if name not in handed_in]
    return tuple(Problem("files", f"{name} is missing.", "Attach it.") for name in missing[unnamed:])


def _milestone(settings: Mapping[str, Any], result: Mapping[str, Any], evidence: str) -> tuple[Problem, ...]:
    """A milestone is reached when something proves it; a figure given for a measured one has to meet its target."""
    problems: list[Problem] = []
    if not evidence.strip():
        problems.append(_no_evidence(settings.get("criterion") or "what proves it"))
    target, value = settings.get("target"), result.get("value")
    if target is not None and value is not None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            problems.append(Problem("result.value", "The measured value is not a number.", "Write a number."))
        elif not compares(float(value), settings.get("comparison", ">="), float(target)):
            unit = f" {settings['unit']}" if settings.get("unit") else ""
            problems.append(
                Problem(
                    "result.value",
                    f"{value:g}{unit} does not reach the target: {settings.get('comparison', '>=')} {target:g}{unit}.",
                    "Reach the target first, or change the criterion of this milestone.",
                )
            )
    return tuple(problems)


def compares(value: float, comparison: str, target: float) -> bool:
    """Whether a measured value meets a target."""
    match comparison:
        case "<=":
            return value <= target
        case "==":
            return value == target
        case "<":
            return value < target
        case ">":
            return value > target
        case _:
            return value >= target


def _no_evidence(what: str) -> Problem:
    return Problem("evidence", f"Nothing proves it yet: {what}", "Write down what proves it, or where it can be seen.")


def _survey(settings: Mapping[str, Any], result: Mapping[str, Any]) -> tuple[Problem, ...]:
    """A survey is done when it was answered within its scale."""
    low, high = _SCORES.get(settings.get("type", "csat"), (0.0, 10.0))
    score = result.get("score")
    if isinstance(score, bool) or not isinstance(score, int | float) or not low <= score <= high:
        return (Problem("result.score", f"The answer is a number from {low:g} to {high:g}.", "Enter the answer."),)
    return ()


def _meeting(result: Mapping[str, Any], at: datetime) -> tuple[Problem, ...]:
    """A meeting counts when it was held: not before it began."""
    held = result.get("held_at")
    if held is None:
        return ()
    try:
        instant = datetime.fromisoformat(str(held))
    except ValueError:
        return (Problem("result.held_at", "This is not an instant.", "Write 2026-03-31T14:00:00+00:00."),)
    if instant.tzinfo is None:
        return (Problem("result.held_at", "The time zone is missing.", "Write 2026-03-31T14:00:00+00:00."),)
    if instant > at:
        return (Problem("result.held_at", "This meeting has not been held yet.", "Mark it done afterwards."),)
    return ()


def unmet(
    completion: Collection[Mapping[str, str]],
    *,
    open_required: Sequence[str],
    states: Mapping[str, str],
    names: Mapping[str, str],
    confirmed: Collection[str],
) -> list[tuple[str, str, bool, str]]:
    """The completion criteria as (key, text, is met, reason).

    `required_tasks` is met when every required task is done or not applicable; one that names a task, when that one
    is; any other when somebody confirmed it. A playbook without criteria asks for its required tasks.
    """
    criteria = list(completion) or [{"key": "required_tasks", "text": "Every required task is done", "task": ""}]
    found: list[tuple[str, str, bool, str]] = []
    for criterion in criteria:
        key, text, task = criterion["key"], criterion["text"], criterion.get("task", "")
        named = task or (key if key in states else "")
        if key == "required_tasks":
            count = len(open_required)
            reason = "Every required task is done" if not count else f"Still open: {', '.join(open_required[:3])}"
            if count > 3:
                reason += f" and {count - 3} more"
            found.append((key, text, not count, reason))
        elif named:
            state = states.get(named, "not_applicable")
            is_met = state in {"done", "not_applicable"}
            name = names.get(named, named)
            found.append((key, text, is_met, f"{name} is done" if is_met else f"{name} is not done"))
        else:
            is_met = key in confirmed
            found.append((key, text, is_met, "Confirmed" if is_met else "Nobody has confirmed it"))
    return found
