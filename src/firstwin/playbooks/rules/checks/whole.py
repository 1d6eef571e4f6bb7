"""What a playbook needs as a whole, and what in it has no use."""

import re
from collections.abc import Iterator

from firstwin.playbooks.contracts import MilestoneSettings, PlaybookDefinition
from firstwin.playbooks.rules.checks.references import role_uses
from firstwin.playbooks.rules.checks.texts import texts
from firstwin.playbooks.rules.findings import Findings, walk_stages, walk_tasks

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def check(findings: Findings) -> None:
    """A playbook has stages, tasks and a first win, and nothing that nobody needs."""
    definition = findings.definition
    if not definition.stages:
        findings.report("no_stages", ("stages",), "The playbook has no stages.", "Add a stage with tasks.")
    if not _LANGUAGE.fullmatch(definition.language):
        message = f"'{definition.language}' is no language code."
        findings.report("unknown_language", ("language",), message, "Write a code such as en, de or pt-BR.")
    for at, stage in walk_stages(definition):
        if not stage.tasks and not any(
            addition.stage == stage.key for overlay in definition.overlays for addition in overlay.add
        ):
            findings.report("empty_stage", at, f"The stage '{stage.key}' has no tasks.", "Add a task, or remove it.")
    _check_first_value(findings)
    _check_roles(findings)
    _check_questions(findings)


def _check_first_value(findings: Findings) -> None:
    wins = [
        found
        for found in walk_tasks(findings.definition)
        if isinstance(found.part.settings, MilestoneSettings) and found.part.settings.first_value
    ]
    if not wins and findings.definition.stages:
        message = "No milestone marks the first win."
        remedy = "Write 'first_value: true' on the milestone at which the customer first gets what they bought it for."
        findings.report("no_first_value", ("stages",), message, remedy)
    for found in wins[1:]:
        if not found.part.when and found.overlay_index < 0:
            message = f"'{found.part.key}' marks the first win, as '{wins[0].part.key}' does."
            remedy = "Keep one, or give them conditions; the first that is reached counts."
            findings.report("several_first_values", (*found.at, "settings", "first_value"), message, remedy)


def _check_roles(findings: Findings) -> None:
    definition = findings.definition
    used = {role for _, role in role_uses(definition)} | {role.fallback for role in definition.roles}
    for index, role in enumerate(definition.roles):
        if role.key not in used:
            message = f"Nobody needs the role '{role.key}'."
            findings.report("unused_role", ("roles", index), message, "Give it a task, or remove it.")


def _check_questions(findings: Findings) -> None:
    asked = " ".join(_where_answers_are_used(findings.definition))
    for index, question in enumerate(findings.definition.fields):
        if not re.search(rf"(?<![\w.])project\.{re.escape(question.key)}(?!\w)", asked):
            message = f"The answer to '{question.key}' is never used."
            remedy = f"Use project.{question.key} in a condition or a text, or do not ask."
            findings.report("unused_field", ("fields", index), message, remedy)


def _where_answers_are_used(definition: PlaybookDefinition) -> Iterator[str]:
    for _, stage in walk_stages(definition):
        yield stage.when
    for found in walk_tasks(definition):
        yield found.part.when
    for overlay in definition.overlays:
        yield overlay.when
    for _, text in texts(definition):
        yield text
