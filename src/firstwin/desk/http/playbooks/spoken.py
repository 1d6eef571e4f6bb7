"""What an outline says of a playbook's times and targets, in words."""

from typing import Any

from firstwin.playbooks.contracts import Anchor, Moment, PlaybookDefinition, StageSpec, TaskSpec
from firstwin.scheduling import queries as scheduling_queries

ANCHORS = {
    Anchor.SIGNATURE: "signature",
    Anchor.PROJECT_START: "the start of the project",
    Anchor.KICKOFF: "the kickoff",
    Anchor.STAGE_START: "the start of the stage",
    Anchor.GO_LIVE: "go-live",
    Anchor.FIRST_VALUE: "the first win",
    Anchor.PROJECT_END: "the end of the project",
}
COMPARISONS = {">=": "at least", "<=": "at most", ">": "more than", "<": "less than", "==": ""}


def outline(definition: PlaybookDefinition) -> list[tuple[StageSpec, list[tuple[TaskSpec, str, str]]]]:
    """Return each stage with its tasks: each task with who does it and when."""
    names = {role.key: role.name for role in definition.roles}
    return [
        (stage, [(task, names.get(task.owner, task.owner), when(task)) for task in stage.tasks])
        for stage in definition.stages
    ]


def when(task: TaskSpec) -> str:
    """Return when a task is: "Due 24 hours after signature", "Takes 2 working days"."""
    words = ""
    if task.due:
        words = f"Due {moment(task.due)}"
    elif task.start:
        words = f"Starts {moment(task.start)}"
    elif task.duration:
        words = f"Takes {scheduling_queries.spoken(task.duration)}"
    if task.repeat:
        words = f"{words}, every {scheduling_queries.spoken(task.repeat.every)}".removeprefix(", ").capitalize()
    return words


def moment(given: Moment) -> str:
    """Return an instant relative to its anchor."""
    anchor, amount = ANCHORS[given.anchor], given.offset.amount
    if amount == 0:
        return f"at {anchor}"
    return f"{scheduling_queries.spoken(given.offset)} {'before' if amount < 0 else 'after'} {anchor}"


def durations(definition: PlaybookDefinition) -> list[tuple[str, str]]:
    """Return how long the onboarding of each segment should take."""
    return [
        (
            target.segment.value,
            f"{scheduling_queries.spoken(target.at_least)} to {scheduling_queries.spoken(target.at_most)}"
            if target.at_least
            else f"up to {scheduling_queries.spoken(target.at_most)}",
        )
        for target in definition.durations
    ]


def targets(definition: PlaybookDefinition) -> list[tuple[str, str]]:
    """Return what the onboarding is judged by, and the target of each."""
    return [(target.label, _target(target)) for target in definition.targets]


def _target(target: Any) -> str:
    return f"{COMPARISONS.get(target.comparison, target.comparison)} {target.target:g} {target.unit}".strip()
