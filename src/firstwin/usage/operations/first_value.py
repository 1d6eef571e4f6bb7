"""Writes on what counts as the first win: every change is a version, and each can be taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from firstwin.customers import queries as customer_queries
from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError, Problem
from firstwin.usage import permissions
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.events import FirstValueRuleChanged
from firstwin.usage.models import FirstValueRule, FirstValueVersion
from firstwin.usage.queries import first_value as first_value_queries
from firstwin.usage.queries import goals as goal_queries

MOST_RULES = 2000


def set_rule(
    *,
    actor: Actor,
    place: RulePlace,
    goal: Goal,
    at: datetime,
    playbook_name: str = "",
    expected_version: int | None = None,
) -> UUID:
    """Say what counts as the first win for a place, and return the rule's id; the same goal again changes nothing.

    Raises InvalidInputError for a place or goal that cannot be, ConflictError when somebody changed the rule meanwhile.
    """
    _require(actor)
    goal_queries.read_goal(goal_queries.to_plain(goal))
    _check_place(actor, place)
    with transaction.atomic():
        row = _rows(actor).filter(**_fields(place)).select_for_update().first()
        if row is None:
            row = _new_rule(actor, place, at)
        elif expected_version is not None and row.number != expected_version:
            raise ConflictError("Somebody changed this rule meanwhile.", remedy="Look at it again.")
        row.playbook_name = (playbook_name or row.playbook_name)[:200]
        _write(actor, row, dict(goal_queries.to_plain(goal)), at)
    return row.id


def remove_rule(*, actor: Actor, rule_id: UUID, at: datetime) -> None:
    """Take a rule away: then the next wider one counts. Taken away already: nothing happens."""
    _require(actor)
    with transaction.atomic():
        _write(actor, _locked(actor, rule_id), None, at)


def restore_version(*, actor: Actor, rule_id: UUID, number: int, at: datetime) -> None:
    """Let a rule say again what it said in an earlier version; this is a new version. Raises NotFoundError."""
    _require(actor)
    with transaction.atomic():
        row = _locked(actor, rule_id)
        version = FirstValueVersion.objects.for_actor(actor).filter(rule_id=rule_id, number=number).first()
        if version is None:
            raise NotFoundError("There is no such version of this rule.")
        _write(actor, row, version.goal, at)


def undo_change(*, actor: Actor, rule_id: UUID, at: datetime) -> None:
    """Take the latest change back. Raises ConflictError where there is nothing before it."""
    _require(actor)
    with transaction.atomic():
        row = _locked(actor, rule_id)
        before = FirstValueVersion.objects.for_actor(actor).filter(rule_id=rule_id, number=row.number - 1).first()
        _write(actor, row, before.goal if before is not None else None, at)


def rename_playbook(*, actor: Actor, playbook_id: UUID, name: str) -> None:
    """Let the rules for a playbook bear its present name; in the caller's transaction. What they say stays the same."""
    rows = _rows(actor).filter(playbook_id=playbook_id).exclude(playbook_name=name[:200])
    rows.update(playbook_name=name[:200])


def _write(actor: Actor, row: FirstValueRule, goal: dict[str, Any] | None, at: datetime) -> None:
    if row.goal == goal and row.number > 0:
        return
    row.goal, row.number, row.changed_at = goal, row.number + 1, at
    row.save()
    FirstValueVersion(
        workspace_id=actor.workspace_id,
        rule=row,
        number=row.number,
        goal=goal,
        made_at=at,
        made_by=actor.name[:200],
    ).save(force_insert=True)
    info = first_value_queries.get_rule(actor=actor, rule_id=row.id)
    fact = FirstValueRuleChanged(
        rule_id=row.id,
        title=info.title,
        sentence=info.sentence,
        number=row.number,
        account_id=row.account_id,
        playbook_id=row.playbook_id,
        segment=row.segment,
    )
    journal_operations.record(fact, actor=actor, at=at)


def _new_rule(actor: Actor, place: RulePlace, at: datetime) -> FirstValueRule:
    if _rows(actor).count() >= MOST_RULES:
        raise ConflictError(f"A workspace has at most {MOST_RULES} rules of the first win.")
    row = FirstValueRule(workspace_id=actor.workspace_id, changed_at=at, **_fields(place))
    row.save(force_insert=True)
    return row


def _fields(place: RulePlace) -> dict[str, Any]:
    return {"account_id": place.account_id, "playbook_id": place.playbook_id, "segment": place.segment}


def _check_place(actor: Actor, place: RulePlace) -> None:
    problem = None
    if place.account_id is not None and (place.playbook_id is not None or place.segment):
        problem = Problem("account_id", "A rule for one account names nothing else.", "Leave playbook and segment out.")
    elif place.segment and place.segment not in {one.value for one in Segment}:
        choices = ", ".join(one.value for one in Segment)
        problem = Problem("segment", "There is no such segment.", f"Choose one of: {choices}.")
    if problem is not None:
        raise InvalidInputError(problem.message, problems=(problem,))
    if place.account_id is not None:
        customer_queries.get_account(actor=actor, account_id=place.account_id)


def _rows(actor: Actor) -> QuerySet[FirstValueRule]:
    return FirstValueRule.objects.for_actor(actor)


def _locked(actor: Actor, rule_id: UUID) -> FirstValueRule:
    row = _rows(actor).select_for_update().filter(id=rule_id).first()
    if row is None:
        raise NotFoundError("There is no such rule.", remedy="Look at the list under Usage, First win.")
    return row


def _require(actor: Actor) -> None:
    if not permissions.can_define_first_value(actor):
        raise PermissionDeniedError(
            "You may not change what counts as the first win.", remedy="Ask an owner, admin or manager."
        )
