"""What usage has to show before tasks and milestones are done by themselves."""

from collections.abc import Collection

from firstwin.playbooks.contracts import MilestoneSettings, PlaybookDefinition, TaskSpec, UsageSettings
from firstwin.playbooks.rules.findings import Findings, walk_tasks
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.queries import goals as goal_queries


def check(findings: Findings) -> None:
    """A goal is one thing that usage can show, or several of them."""
    for found in walk_tasks(findings.definition):
        goal = written_goal(found.part)
        if goal is None:
            continue
        for problem in goal_queries.list_problems(goal):
            at = (*found.at, "settings", "goal", *problem.path)
            findings.report("invalid_goal", at, f"'{found.part.key}': {problem.message}", problem.remedy)


def check_features(findings: Findings, known: Collection[str]) -> None:
    """A goal names features that the workspace has; others may come later, so that this is advice."""
    for found in walk_tasks(findings.definition):
        goal = written_goal(found.part)
        if goal is None or goal_queries.list_problems(goal):
            continue
        for name in sorted(goal_queries.list_features(goal) - set(known)):
            message = f"'{found.part.key}' waits for the feature '{name}', which this workspace does not have."
            remedy = "Describe it under Usage, Features, or name one that is there."
            findings.report("unknown_feature", (*found.at, "settings", "goal"), message, remedy)


def features_named(definition: PlaybookDefinition) -> frozenset[str]:
    """Every feature that a goal of the playbook asks for, by key."""
    written = (written_goal(found.part) for found in walk_tasks(definition))
    return frozenset().union(*(goal_queries.list_features(goal) for goal in written if goal is not None))


def written_goal(task: TaskSpec) -> Goal | None:
    """A goal stands in the settings of a usage task or of a milestone."""
    return task.settings.goal if isinstance(task.settings, MilestoneSettings | UsageSettings) else None
