"""Placeholders in the texts that people read."""

import re
from collections.abc import Iterator

from firstwin.playbooks.contracts import MESSAGE_PLACEHOLDERS, ApprovalSettings, MessageSettings, PlaybookDefinition
from firstwin.playbooks.rules.findings import Findings, walk_tasks
from firstwin.playbooks.rules.reading import Locator, did_you_mean

_PLACEHOLDER = re.compile(r"\{\{([^{}\n]*)(\}\})?")


def check(findings: Findings) -> None:
    """Every placeholder is one that can be filled in."""
    known = known_placeholders(findings.definition)
    for at, text in texts(findings.definition):
        for match in _PLACEHOLDER.finditer(text):
            name = match.group(1).strip()
            if match.group(2) is None or not name:
                message = f"A placeholder is not finished: {match.group(0)[:40]}"
                findings.report(
                    "broken_placeholder", at, message, "Write {{ account.name }}, with both pairs of braces."
                )
            elif name not in known:
                message = f"There is no placeholder '{name}'."
                findings.report("unknown_placeholder", at, message, did_you_mean(name, known))


def known_placeholders(definition: PlaybookDefinition) -> frozenset[str]:
    """Return what texts of this playbook may hold in double braces."""
    return frozenset(MESSAGE_PLACEHOLDERS) | {f"project.{question.key}" for question in definition.fields}


def texts(definition: PlaybookDefinition) -> Iterator[tuple[Locator, str]]:
    """Return the texts in which placeholders are filled in, with their locators."""
    if definition.celebration is not None:
        yield from _of_message(("celebration",), definition.celebration)
    for found in walk_tasks(definition):
        yield (*found.at, "name"), found.part.name
        yield (*found.at, "description"), found.part.description
        if isinstance(found.part.settings, MessageSettings):
            yield from _of_message((*found.at, "settings"), found.part.settings)
        if isinstance(found.part.settings, ApprovalSettings):
            yield (*found.at, "settings", "statement"), found.part.settings.statement


def _of_message(at: Locator, message: MessageSettings) -> Iterator[tuple[Locator, str]]:
    yield (*at, "subject"), message.subject
    yield (*at, "body"), message.body
