"""Find everything that is wrong in a playbook, at once."""

from collections.abc import Callable, Collection, Iterable
from contextlib import suppress

from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookProblem
from firstwin.playbooks.rules import reading
from firstwin.playbooks.rules.checks import conditions, goals, kinds, links, references, texts, timing, whole
from firstwin.playbooks.rules.findings import Findings, TooManyProblemsError, is_error
from firstwin.playbooks.rules.reading import Reading

CHECKS = (
    references.check,
    links.check,
    conditions.check,
    timing.check,
    kinds.check,
    goals.check,
    texts.check,
    whole.check,
)


def lint_text(text: str, *, file: str = "", features: Collection[str] | None = None) -> tuple[PlaybookProblem, ...]:
    """A playbook can be published when linting finds no error; warnings are advice.

    `features` are the keys of those that the workspace has; without them nobody says that one is missing.
    """
    read = reading.read_yaml(text, file=file)
    found = lint_reading(read)
    if features is None or read.definition is None:
        return found
    return tuple(sorted((*found, *lint_features(read, features)), key=_order))


def lint_definition(definition: PlaybookDefinition) -> tuple[PlaybookProblem, ...]:
    """Find what is wrong in a playbook that was not read from a file."""
    return lint_reading(Reading(definition=definition, problems=(), places={}))


STRUCTURE = frozenset({"duplicate_key", "dependency_cycle", "fallback_cycle", "invalid_key"})
"""What an edit may not bring in, since nothing sensible can be shown or planned with it."""


def lint_structure(definition: PlaybookDefinition) -> tuple[PlaybookProblem, ...]:
    """Find only what makes a playbook impossible to work with: shared or broken keys, and circles."""
    return lint_structure_of(Reading(definition=definition, problems=(), places={}))


def lint_structure_of(read: Reading) -> tuple[PlaybookProblem, ...]:
    """Find the same in a playbook that was read without mistakes of form."""
    found = _run(read, (references.check, links.check)).problems
    return tuple(problem for problem in found if problem.code in STRUCTURE)


def _run(read: Reading, checks: Iterable[Callable[[Findings], None]]) -> Findings:
    findings = Findings(read)
    with suppress(TooManyProblemsError):
        for check in checks:
            check(findings)
    return findings


def lint_reading(read: Reading) -> tuple[PlaybookProblem, ...]:
    """Join the problems of form with those of meaning; one place is not blamed twice for the same reason."""
    if read.definition is None:
        return read.problems
    findings = _run(read, CHECKS)
    broken = {problem.path for problem in read.problems}
    found = [problem for problem in findings.problems if problem.path not in broken]
    return tuple(sorted((*read.problems, *found), key=_order))


def lint_features(read: Reading, known: Collection[str]) -> tuple[PlaybookProblem, ...]:
    """Find features that goals ask for and a workspace does not have; the playbook could be read."""
    return tuple(_run(read, (lambda findings: goals.check_features(findings, known),)).problems)


def lint_features_of(definition: PlaybookDefinition, known: Collection[str]) -> tuple[PlaybookProblem, ...]:
    """Find the same in a playbook that was not read from a file."""
    return lint_features(Reading(definition=definition, problems=(), places={}), known)


def _order(problem: PlaybookProblem) -> tuple[int, int, bool]:
    return (problem.line or 0, problem.column or 0, not is_error(problem))
