"""All reads of playbooks. The first part needs no database: it answers questions about a definition."""

from collections.abc import Collection, Mapping
from typing import Any

from firstwin.customers.contracts import AccountInfo
from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.contracts.resolved import ConditionField, Facts, ResolvedPlaybook, Verdict
from firstwin.playbooks.rules import conditions, overlays, resolving, writing
from firstwin.playbooks.rules import facts as fact_rules


def get_facts(account: AccountInfo, answers: Mapping[str, Any], *, definition: PlaybookDefinition) -> Facts:
    """Return what conditions are asked about: the account, and the answers to the playbook's questions with defaults."""
    return fact_rules.facts_of(account, answers, definition)


def resolve(
    definition: PlaybookDefinition,
    *,
    facts: Facts,
    included: Collection[str] = (),
    excluded: Collection[str] = (),
    chosen_overlays: Mapping[str, bool] | None = None,
) -> ResolvedPlaybook:
    """Return what a playbook comes to: which overlays apply, and each stage and task in or out with the reason.

    `included` and `excluded` are keys of stages and tasks decided by hand, `chosen_overlays` overlays by key. Links of
    what is in are bridged over what is out. Raises InvalidConditionError for a broken condition, which publishing
    prevents.
    """
    choices = resolving.Choices(included=included, excluded=excluded, overlays=chosen_overlays)
    return resolving.resolve(definition, facts, choices)


def apply_overlays(definition: PlaybookDefinition, keys: Collection[str]) -> PlaybookDefinition:
    """Return the playbook with these overlays worked in, in the order in which it declares them."""
    return overlays.apply(definition, keys)


def holds(condition: str, facts: Facts) -> Verdict:
    """Return whether a condition holds and why, as a sentence; raises InvalidConditionError for a broken one."""
    return conditions.holds(condition, facts)


def list_condition_fields(definition: PlaybookDefinition) -> tuple[ConditionField, ...]:
    """Return the fields that conditions of this playbook may ask about."""
    return fact_rules.condition_fields(definition)


def to_plain(part: Any) -> Any:
    """Return a playbook, or any part of one such as a task, as JSON-like data in the keys of the YAML form."""
    return writing.to_plain(part)


def export_definition(definition: PlaybookDefinition) -> str:
    """Return a playbook as a YAML file."""
    return writing.to_yaml(definition)
