"""What a rule for many projects decides in one of them."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from firstwin.projects.contracts.updates import (
    DateEffect,
    Decision,
    UpdateAspect,
    UpdateGroup,
    UpdateItem,
    UpdateRule,
    UpdateScope,
)


def decisions_of(rule: UpdateRule, items: Iterable[UpdateItem]) -> dict[str, Decision]:
    """Take the groups that the rule names whole, of changes its aspects; what it does not name is left for a person."""
    found: dict[str, Decision] = {}
    for item in items:
        is_taken = item.group in rule.take or (item.group is UpdateGroup.CHANGED and item.aspect in rule.aspects)
        if item.group is UpdateGroup.CONFLICTING:
            if rule.conflicts is not None:
                found[item.ref] = rule.conflicts
        elif item.is_asked and is_taken:
            found[item.ref] = Decision.ACCEPT
    return found


def why_skipped(rule: UpdateRule, effect: DateEffect) -> str:
    """A project whose end would move further than the rule allows is left alone, whole."""
    days = effect.end_moves_by_days
    if rule.most_days is None or abs(days) <= rule.most_days:
        return ""
    direction = "later" if days > 0 else "earlier"
    return f"Its end would be {abs(days)} days {direction}; the rule allows {rule.most_days}."


def rule_to_plain(rule: UpdateRule) -> dict[str, Any]:
    """Return a rule as it is stored."""
    return {
        "take": [group.value for group in rule.take],
        "aspects": [aspect.value for aspect in rule.aspects],
        "conflicts": rule.conflicts.value if rule.conflicts else None,
        "most_days": rule.most_days,
    }


def rule_from_plain(data: Mapping[str, Any]) -> UpdateRule:
    """Return a stored rule."""
    return UpdateRule(
        take=tuple(UpdateGroup(value) for value in data["take"]),
        aspects=tuple(UpdateAspect(value) for value in data["aspects"]),
        conflicts=Decision(data["conflicts"]) if data["conflicts"] else None,
        most_days=data["most_days"],
    )


def scope_to_plain(scope: UpdateScope) -> dict[str, Any]:
    """Return a scope as it is stored."""
    return {
        "segment": scope.segment,
        "owner_id": str(scope.owner_id) if scope.owner_id else None,
        "stage": scope.stage,
        "project_ids": [str(project_id) for project_id in scope.project_ids],
    }


def scope_from_plain(data: Mapping[str, Any]) -> UpdateScope:
    """Return a stored scope."""
    return UpdateScope(
        segment=data["segment"],
        owner_id=UUID(data["owner_id"]) if data["owner_id"] else None,
        stage=data["stage"],
        project_ids=tuple(UUID(text) for text in data["project_ids"]),
    )
