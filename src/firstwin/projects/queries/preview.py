"""The preview of a launch."""

from collections.abc import Sequence
from datetime import datetime

from firstwin.customers.contracts import Segment
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import PlaybookDefinition, Side
from firstwin.playbooks.contracts.resolved import ResolvedStage, ResolvedTask
from firstwin.projects import permissions
from firstwin.projects.contracts import LaunchPreview, NewProject, PersonRef, PreviewItem
from firstwin.projects.queries.launching import PlannedLaunch, plan_launches, plan_sample
from firstwin.projects.rules.drafting import effective_visibility
from firstwin.projects.rules.facts import TaskFact
from firstwin.shared.errors import PermissionDeniedError


def preview_launch(*, actor: Actor, new: NewProject, at: datetime) -> LaunchPreview:
    """Return what a launch would create, with every item that is in or out and why; nothing is written.

    Raises InvalidInputError for answers, roles or keys that the playbook does not know.
    """
    return preview_launches(actor=actor, news=[new], at=at)[0]


def preview_launches(*, actor: Actor, news: Sequence[NewProject], at: datetime) -> list[LaunchPreview]:
    """Return what launching many projects would create, in a constant number of reads; raises like preview_launch."""
    if not permissions.can_launch_projects(actor):
        raise PermissionDeniedError("You may not launch projects.", remedy="Ask a manager of your workspace.")
    return [_preview(planned) for planned in plan_launches(actor=actor, news=news, at=at)]


def preview_sample(
    *, actor: Actor, definition: PlaybookDefinition, segment: Segment, at: datetime
) -> tuple[PreviewItem, ...]:
    """Return the plan as it would be for a made-up customer of a segment who signs at `at`, all questions answered.

    For looking at a playbook over time before anybody uses it; yes and the first choice are the answers.
    """
    if not permissions.can_view_portfolio(actor):
        raise PermissionDeniedError("You may not look at playbooks.")
    return _preview(plan_sample(actor=actor, definition=definition, segment=segment, at=at)).items


def _preview(planned: PlannedLaunch) -> LaunchPreview:
    people = {role.key: role.person for role in planned.roles}
    items: list[PreviewItem] = []
    for stage in planned.resolved.stages:
        items.append(_stage_item(planned, stage))
        for task in stage.tasks:
            items.extend(_task_items(planned, stage, task, people))
    return LaunchPreview(
        account_id=planned.account.id,
        playbook_version_id=planned.version.id,
        name=planned.name,
        items=tuple(items),
        roles=planned.roles,
        overlays=planned.resolved.applied_overlays,
        planned_end_at=planned.dates.end_at,
        target_end_at=planned.target_end_at,
        past_count=planned.past_count,
        wish=planned.wish,
        warnings=planned.warnings,
    )


def _stage_item(planned: PlannedLaunch, stage: ResolvedStage) -> PreviewItem:
    fact = next((fact for fact in planned.draft.stages if fact.key == stage.spec.key), None)
    return PreviewItem(
        key=stage.spec.key,
        stage_key=stage.spec.key,
        name=stage.spec.name,
        kind=None,
        is_included=stage.is_included,
        why=stage.why,
        start_at=fact.start_at if fact else None,
        due_at=fact.due_at if fact else None,
        side=None,
        role="",
        assignee=None,
        visibility=stage.spec.visibility,
    )


def _task_items(
    planned: PlannedLaunch, stage: ResolvedStage, task: ResolvedTask, people: dict[str, PersonRef | None]
) -> list[PreviewItem]:
    """Return a task, once for every time that it comes."""
    sides = {role.key: role.side for role in planned.roles}
    facts: list[TaskFact | None] = [
        fact for fact in planned.draft.tasks if planned.draft.task_specs[fact.id].key == task.spec.key
    ]
    return [
        PreviewItem(
            key=fact.key if fact else task.spec.key,
            stage_key=task.stage_key,
            name=fact.name if fact else task.spec.name,
            kind=task.spec.kind,
            is_included=fact is not None,
            why=task.why,
            start_at=fact.start_at if fact else None,
            due_at=fact.due_at if fact else None,
            side=sides.get(task.spec.owner, Side.VENDOR),
            role=task.spec.owner,
            assignee=people.get(task.spec.owner),
            visibility=effective_visibility(stage.spec.visibility, task.spec.visibility),
        )
        for fact in (facts or [None])
    ]
