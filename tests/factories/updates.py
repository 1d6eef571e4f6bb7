"""Versions of playbooks that differ at random, and what is left of them when two plans are compared."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import (
    Anchor,
    CompletionCriterion,
    LinkSpec,
    MilestoneSettings,
    Moment,
    PlaybookDefinition,
    RepeatSpec,
    RoleSpec,
    Side,
    StageSpec,
    TaskKind,
    TaskSpec,
    Visibility,
)
from firstwin.playbooks.operations import library, versions
from firstwin.projects.contracts.updates import Decision, UpdateReview
from firstwin.projects.operations import keeping
from firstwin.projects.queries import plans
from firstwin.projects.queries.updates import find_review
from firstwin.scheduling.contracts import parse_span
from tests.factories.projects import SIGNED_AT, Running, Scene, example_definition

STAGES = ("alpha", "beta", "gamma")
TASKS = tuple(f"step-{number}" for number in range(8))
_spans = st.sampled_from(["1wd", "3wd", "5d", "24h", "10wd"]).map(parse_span)
_moments = st.builds(
    Moment, anchor=st.sampled_from([Anchor.SIGNATURE, Anchor.PROJECT_START, Anchor.STAGE_START]), offset=_spans
)


@st.composite
def _task(draw: st.DrawFn, key: str, before: list[str]) -> TaskSpec:
    after = draw(st.lists(st.sampled_from(before), unique=True, max_size=2)) if before else []
    is_repeated = draw(st.integers(0, 7)) == 0
    is_milestone = draw(st.integers(0, 5)) == 0
    owner = draw(st.sampled_from(["csm", "sponsor"]))
    return TaskSpec(
        key=key,
        name=draw(st.sampled_from([key.title(), f"{key.title()} again"])),
        kind=TaskKind.MILESTONE if is_milestone else TaskKind.TODO,
        settings=MilestoneSettings(criterion="It is reached") if is_milestone else None,
        description=draw(st.sampled_from(["", "What to do."])),
        owner=owner,
        visibility=draw(st.sampled_from(list(Visibility)[1 if owner == "sponsor" else 0 :])),
        start=draw(st.none() | _moments),
        duration=draw(st.none() | _spans),
        after=tuple(LinkSpec(task=other, lag=draw(st.none() | _spans)) for other in after),
        required=draw(st.booleans()),
        estimate_hours=draw(st.sampled_from([None, 1.0, 4.0])),
        deliverables=draw(st.sampled_from([(), ("A report",)])),
        repeat=RepeatSpec(every=parse_span("1w"), times=draw(st.integers(2, 4))) if is_repeated else None,
    )


@st.composite
def definitions(draw: st.DrawFn) -> PlaybookDefinition:
    """A playbook of a few stages and tasks out of a small supply, so that two of them have much in common."""
    stage_keys = draw(st.permutations(STAGES))[: draw(st.integers(1, 3))]
    keys = list(draw(st.permutations(TASKS))[: draw(st.integers(1, 8))])
    stages: list[StageSpec] = []
    before: list[str] = []
    for index, stage_key in enumerate(stage_keys):
        share = keys[index :: len(stage_keys)]
        tasks = []
        for key in share:
            tasks.append(draw(_task(key, before)))
            before.append(key)
        stages.append(
            StageSpec(
                key=stage_key,
                name=draw(st.sampled_from([stage_key.title(), f"The {stage_key}"])),
                visibility=draw(st.sampled_from([Visibility.SHARED, Visibility.TITLE_ONLY])),
                exit_criteria=draw(st.sampled_from([(), ("It is over.",)])),
                tasks=tuple(tasks),
            )
        )
    extra = draw(st.booleans())
    return example_definition(
        stages=tuple(stages),
        roles=(
            RoleSpec(key="csm", name="Success manager", side=Side.VENDOR),
            RoleSpec(key="sponsor", name="Sponsor", side=Side.CUSTOMER),
            *((RoleSpec(key="trainer", name="Trainer", side=Side.VENDOR),) if extra else ()),
        ),
        completion=(CompletionCriterion(key="required_tasks", text="Done" if extra else "All is done"),),
    )


def publish_next(actor: Actor, playbook_id: UUID, definition: PlaybookDefinition, **fields: Any) -> UUID:
    """Publish another version of a playbook; returns the version's id."""
    at = fields.get("at", SIGNED_AT)
    library.import_definition(actor=actor, definition=definition, into=playbook_id, at=at)
    return versions.publish(actor=actor, playbook_id=playbook_id, notes=fields.get("notes", "Better"), at=at)


def next_version(project: Running, definition: PlaybookDefinition | None = None, **fields: Any) -> UUID:
    """Publish another version of a running project's playbook: the example with other `fields` of the definition."""
    chosen = definition or example_definition(**fields)
    return publish_next(project.scene.manager, project.row().playbook_id, chosen)


def with_task(definition: PlaybookDefinition, key: str, **fields: Any) -> PlaybookDefinition:
    """The playbook with a task changed."""
    return replace(
        definition,
        stages=tuple(
            replace(stage, tasks=tuple(replace(task, **fields) if task.key == key else task for task in stage.tasks))
            for stage in definition.stages
        ),
    )


def without_task(definition: PlaybookDefinition, key: str) -> PlaybookDefinition:
    """The playbook without a task; who waited for it waits for nothing."""
    return replace(
        definition,
        stages=tuple(
            replace(
                stage,
                tasks=tuple(
                    replace(task, after=tuple(link for link in task.after if link.task != key))
                    for task in stage.tasks
                    if task.key != key
                ),
            )
            for stage in definition.stages
        ),
    )


def plus_task(definition: PlaybookDefinition, stage_key: str, task: TaskSpec) -> PlaybookDefinition:
    """The playbook with one more task at the end of a stage."""
    return replace(
        definition,
        stages=tuple(
            replace(stage, tasks=(*stage.tasks, task)) if stage.key == stage_key else stage
            for stage in definition.stages
        ),
    )


def richer() -> PlaybookDefinition:
    """The example with a task more, one less, one changed."""
    task = TaskSpec(key="security-review", name="Security review", owner="csm", duration=parse_span("15wd"))
    more = plus_task(example_definition(), "setup", task)
    return with_task(without_task(more, "logo"), "company-form", name="Your company", duration=parse_span("4wd"))


def review(project: Running, at: Any = None) -> UpdateReview:
    """What the newest version would change; there is one."""
    found = find_review(actor=project.scene.specialist, project_id=project.id, at=at or project.scene.at)
    assert found is not None
    return found


def everything(found: UpdateReview, decision: Decision = Decision.ACCEPT) -> dict[str, Decision]:
    """The same decision about every item."""
    return {item.ref: decision for item in found.asked}


def rows_of(scene: Scene, project_id: UUID) -> dict[str, Any]:
    """Every row of a project's plan as plain data."""
    plan = plans.load_plan(scene.manager, plans.project_row(scene.manager, project_id))
    roles = keeping.ProjectRole.objects.for_actor(scene.manager).filter(project_id=project_id).order_by("key")
    return keeping.kept(plan, roles)


def outline_of(scene: Scene, project_id: UUID) -> dict[str, Any]:
    """A plan by its keys: what two projects that should be the same have in common, whatever their ids."""
    rows = rows_of(scene, project_id)
    keys = {row["id"]: row["key"] for table in ("stages", "tasks") for row in rows[table].values()}
    stages = sorted(rows["stages"].values(), key=lambda row: row["position"])
    order = {row["id"]: index for index, row in enumerate(stages)}
    tasks = sorted(rows["tasks"].values(), key=lambda row: (order[row["stage_id"]], row["position"]))
    told = ("key", "name", "kind", "description", "owner_role", "side", "visibility", "is_required", "details", "member_id",
            "contact_id", "start_at", "due_at", "is_released")  # fmt: skip
    return {
        "stages": [(row["key"], row["name"], row["visibility"], row["start_at"], row["due_at"]) for row in stages],
        "tasks": [{column: row[column] for column in told} | {"stage": keys[row["stage_id"]]} for row in tasks],
        "links": sorted(
            (
                keys[row["predecessor_id"] or row["predecessor_stage_id"]],
                keys[row["successor_id"] or row["successor_stage_id"]],
                row["type"],
                row["lag"],
            )
            for row in rows["links"].values()
        ),
        "roles": sorted((row["key"], row["name"], row["side"], row["person_name"]) for row in rows["roles"].values()),
        "completion": rows["project"][""]["completion"],
        "version": rows["project"][""]["playbook_number"],
    }
