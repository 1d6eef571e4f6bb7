"""What counts as the first win, over HTTP: rules, their versions, and what a goal would have come to in the past."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Actor
from firstwin.identity.queries import actor_of
from firstwin.playbooks import queries as playbook_queries
from firstwin.projects.queries import proofs
from firstwin.shared import clock
from firstwin.shared.schemas import StrictSchema
from firstwin.usage.contracts.first_value import FirstValueRuleInfo, PastReach, RulePlace
from firstwin.usage.operations import first_value as operations
from firstwin.usage.queries import first_value as queries
from firstwin.usage.queries import goals as goal_queries
from firstwin.usage.queries.store import event_reader

first_values = Router(tags=["first value"])


class FirstValueRuleBody(StrictSchema):
    """For one account, for a playbook (perhaps in one segment), a segment, or with nothing for the whole workspace."""

    goal: dict[str, Any]
    account_id: UUID | None = None
    playbook_id: UUID | None = None
    segment: Segment | None = None
    version: int | None = None


class GoalBody(StrictSchema):
    """A goal as playbooks have it: `{"events": ["report_run"], "times": 3, "within": "30d"}`."""

    goal: dict[str, Any]
    playbook_id: UUID | None = None
    segment: Segment | None = None


class GoalMeaning(StrictSchema):
    sentence: str


class FirstValueAnswer(StrictSchema):
    """A rule; without `goal` it was taken away."""

    id: UUID
    title: str
    account_id: UUID | None
    playbook_id: UUID | None
    segment: str
    goal: dict[str, Any] | None
    sentence: str
    version: int
    changed_at: datetime
    changed_by: str


class FirstValueVersionAnswer(StrictSchema):
    number: int
    goal: dict[str, Any] | None
    sentence: str
    made_at: datetime
    made_by: str


@first_values.get("", response=list[FirstValueAnswer])
def list_first_values(request: HttpRequest) -> list[FirstValueAnswer]:
    return [_answer(rule) for rule in queries.list_rules(actor=actor_of(request), is_whole=True)]


@first_values.put("", response=FirstValueAnswer)
def set_first_value(request: HttpRequest, body: FirstValueRuleBody) -> FirstValueAnswer:
    actor = actor_of(request)
    rule_id = operations.set_rule(
        actor=actor,
        place=RulePlace(account_id=body.account_id, playbook_id=body.playbook_id, segment=body.segment or ""),
        goal=goal_queries.read_goal(body.goal),
        playbook_name=_playbook_name(actor, body.playbook_id),
        expected_version=body.version,
        at=clock.now(),
    )
    return _answer(queries.get_rule(actor=actor, rule_id=rule_id))


@first_values.post("/meaning", response=GoalMeaning)
def read_meaning(request: HttpRequest, body: GoalBody) -> GoalMeaning:
    actor_of(request)
    return GoalMeaning(sentence=goal_queries.get_sentence(goal_queries.read_goal(body.goal)))


@first_values.post("/preview", response=PastReach)
def preview_first_value(request: HttpRequest, body: GoalBody) -> PastReach:
    actor = actor_of(request)
    account_ids = proofs.list_account_ids(actor=actor, playbook_id=body.playbook_id) if body.playbook_id else None
    return queries.preview_goal(
        actor=actor,
        store=event_reader(),
        goal=goal_queries.read_goal(body.goal),
        account_ids=account_ids,
        segment=body.segment or "",
        at=clock.now(),
    )


@first_values.get("/{uuid:rule_id}/versions", response=list[FirstValueVersionAnswer])
def list_first_value_versions(request: HttpRequest, rule_id: UUID) -> list[FirstValueVersionAnswer]:
    return [
        FirstValueVersionAnswer(
            number=one.number,
            goal=dict(goal_queries.to_plain(one.goal)) if one.goal is not None else None,
            sentence=one.sentence,
            made_at=one.made_at,
            made_by=one.made_by,
        )
        for one in queries.list_versions(actor=actor_of(request), rule_id=rule_id)
    ]


@first_values.post("/{uuid:rule_id}/versions/{int:number}/restore", response={204: None})
def restore_first_value(request: HttpRequest, rule_id: UUID, number: int) -> None:
    operations.restore_version(actor=actor_of(request), rule_id=rule_id, number=number, at=clock.now())


@first_values.delete("/{uuid:rule_id}", response={204: None})
def remove_first_value(request: HttpRequest, rule_id: UUID) -> None:
    operations.remove_rule(actor=actor_of(request), rule_id=rule_id, at=clock.now())


def _playbook_name(actor: Actor, playbook_id: UUID | None) -> str:
    """Return what a playbook is called; raises NotFoundError for one that is not there or was never published."""
    if playbook_id is None:
        return ""
    return playbook_queries.latest_version(actor=actor, playbook_id=playbook_id).definition.name


def _answer(rule: FirstValueRuleInfo) -> FirstValueAnswer:
    return FirstValueAnswer(
        id=rule.id,
        title=rule.title,
        account_id=rule.account_id,
        playbook_id=rule.playbook_id,
        segment=rule.segment,
        goal=dict(goal_queries.to_plain(rule.goal)) if rule.goal is not None else None,
        sentence=rule.sentence,
        version=rule.version,
        changed_at=rule.changed_at,
        changed_by=rule.changed_by,
    )
