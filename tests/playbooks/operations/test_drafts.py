"""Editing drafts: one step for each change, undo and redo, two editors, and what is refused changes nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from firstwin.identity.contracts import Actor, Role
from firstwin.journal.models import Entry
from firstwin.playbooks import queries
from firstwin.playbooks.contracts import LinkSpec, Moment, TaskKind
from firstwin.playbooks.contracts.library import (
    AddPart,
    DuplicatePart,
    Edit,
    InvalidPlaybookError,
    MovePart,
    PartKind,
    PlaybookChangedError,
    RemovePart,
    SetFields,
)
from firstwin.playbooks.operations import drafts, versions
from firstwin.scheduling.contracts import parse_span
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories import identity as people
from tests.factories import playbooks as make
from tests.factories.usage import make_feature

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> Actor:
    return people.make_actor(Role.MANAGER)


@pytest.fixture
def playbook_id(actor: Actor) -> UUID:
    return make.make_playbook(actor)


def edit(actor: Actor, playbook_id: UUID, *edits: Edit, now: datetime = make.AT) -> Any:
    revision = queries.get_playbook(actor=actor, playbook_id=playbook_id).revision
    drafts.edit_draft(actor=actor, playbook_id=playbook_id, edits=edits, expected_revision=revision, at=now)
    return queries.get_playbook(actor=actor, playbook_id=playbook_id).draft


def task_keys(draft: Any) -> list[list[str]]:
    return [[task.key for task in stage.tasks] for stage in draft.stages]


def test_fields_of_a_task_are_set_in_the_form_of_the_file(actor: Actor, playbook_id: UUID) -> None:
    values = {"name": "Hello", "due": {"anchor": "signature", "offset": "24h"}, "message": {"to": ["owner"]}}
    draft = edit(actor, playbook_id, SetFields(kind=PartKind.TASK, key="welcome", values=values))
    task = draft.stages[0].tasks[0]
    assert (task.name, task.kind, task.settings.to) == ("Hello", TaskKind.MESSAGE, ("owner",))
    assert isinstance(task.due, Moment)
    assert task.due.offset == parse_span("24h")
    cleared = edit(
        actor, playbook_id, SetFields(kind=PartKind.TASK, key="welcome", values={"due": None, "kind": "todo"})
    )
    assert cleared.stages[0].tasks[0].due is None
    assert cleared.stages[0].tasks[0].settings is None


def test_a_new_key_is_followed_everywhere(actor: Actor, playbook_id: UUID) -> None:
    draft = edit(actor, playbook_id, SetFields(kind=PartKind.TASK, key="sso", values={"key": "single-sign-on"}))
    assert draft.stages[0].tasks[2].after == (LinkSpec(task="single-sign-on"),)
    draft = edit(actor, playbook_id, SetFields(kind=PartKind.ROLE, key="csm", values={"key": "manager"}))
    assert {task.owner for stage in draft.stages for task in stage.tasks} == {"manager", "owner"}
    draft = edit(actor, playbook_id, SetFields(kind=PartKind.FIELD, key="needs_sso", values={"key": "sso"}))
    assert draft.stages[0].tasks[1].when == "project.sso"
    draft = edit(actor, playbook_id, SetFields(kind=PartKind.STAGE, key="start", values={"key": "begin"}))
    assert draft.overlays[0].add[0].stage == "begin"
    assert draft.overlays[0].add[0].tasks[0].owner == "manager"


def test_parts_are_added_with_a_key_from_their_name(actor: Actor, playbook_id: UUID) -> None:
    draft = edit(
        actor,
        playbook_id,
        AddPart(kind=PartKind.TASK, stage="start", position=1, values={"name": "Welcome!", "owner": "csm"}),
        AddPart(kind=PartKind.STAGE, position=0, values={"name": "Before"}),
        AddPart(kind=PartKind.FIELD, values={"label": "2nd site?", "type": "boolean"}),
    )
    assert task_keys(draft)[1] == ["welcome", "welcome-2", "sso", "brief"]
    assert draft.stages[0].key == "before"
    assert draft.fields[1].key == "field_2nd_site"


def test_parts_are_moved_within_and_between_stages(actor: Actor, playbook_id: UUID) -> None:
    draft = edit(actor, playbook_id, MovePart(kind=PartKind.TASK, key="welcome", position=2))
    assert task_keys(draft)[0] == ["sso", "brief", "welcome"]
    draft = edit(actor, playbook_id, MovePart(kind=PartKind.TASK, key="brief", position=0, stage="win"))
    assert task_keys(draft) == [["sso", "welcome"], ["brief", "import", "first-win"]]
    draft = edit(actor, playbook_id, MovePart(kind=PartKind.STAGE, key="win", position=0))
    assert [stage.key for stage in draft.stages] == ["win", "start"]


def test_what_waited_for_a_removed_part_is_bridged(actor: Actor, playbook_id: UUID) -> None:
    draft = edit(actor, playbook_id, RemovePart(kind=PartKind.TASK, key="sso"))
    assert draft.stages[0].tasks[1].after == ()
    edit(actor, playbook_id, SetFields(kind=PartKind.TASK, key="import", values={"after": ["brief"]}))
    draft = edit(actor, playbook_id, RemovePart(kind=PartKind.STAGE, key="start"))
    assert draft.stages[0].tasks[0].after == ()


def test_a_stage_is_copied_with_links_to_the_copies(actor: Actor, playbook_id: UUID) -> None:
    draft = edit(actor, playbook_id, DuplicatePart(kind=PartKind.STAGE, key="start"))
    assert task_keys(draft)[1] == ["welcome-2", "sso-2", "brief-2"]
    assert draft.stages[1].tasks[2].after == (LinkSpec(task="sso-2"),)


def test_undo_and_redo_walk_the_history_until_a_new_edit(actor: Actor, playbook_id: UUID) -> None:
    start = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    assert (start.can_undo, start.can_redo) == (False, False)
    edit(actor, playbook_id, SetFields(kind=PartKind.PLAYBOOK, values={"name": "One"}))
    edit(actor, playbook_id, SetFields(kind=PartKind.PLAYBOOK, values={"name": "Two"}))
    revision = drafts.undo(actor=actor, playbook_id=playbook_id, expected_revision=3, at=make.AT)
    revision = drafts.undo(actor=actor, playbook_id=playbook_id, expected_revision=revision, at=make.AT)
    back = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    assert (back.draft, back.can_undo, back.can_redo) == (start.draft, False, True)
    drafts.redo(actor=actor, playbook_id=playbook_id, expected_revision=revision, at=make.AT)
    assert queries.get_playbook(actor=actor, playbook_id=playbook_id).draft.name == "One"
    edit(actor, playbook_id, SetFields(kind=PartKind.PLAYBOOK, values={"name": "Three"}))
    after = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    assert (after.can_undo, after.can_redo) == (True, False)
    with pytest.raises(ConflictError, match="nothing to redo"):
        drafts.redo(actor=actor, playbook_id=playbook_id, expected_revision=after.revision, at=make.AT)
    steps = queries.list_draft_steps(actor=actor, playbook_id=playbook_id)
    assert [(step.position, step.is_current) for step in steps] == [(2, True), (1, False), (0, False)]


def test_the_second_of_two_editors_is_told(actor: Actor, playbook_id: UUID) -> None:
    edit(actor, playbook_id, SetFields(kind=PartKind.PLAYBOOK, values={"name": "One"}))
    late = SetFields(kind=PartKind.PLAYBOOK, values={"name": "Late"})
    with pytest.raises(PlaybookChangedError, match="revision 2, you had 1"):
        drafts.edit_draft(actor=actor, playbook_id=playbook_id, edits=[late], expected_revision=1, at=make.AT)
    assert queries.get_playbook(actor=actor, playbook_id=playbook_id).draft.name == "One"


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        (
            [
                SetFields(kind=PartKind.TASK, key="welcome", values={"after": ["brief"]}),
                SetFields(kind=PartKind.TASK, key="sso", values={"after": ["welcome"]}),
            ],
            "welcome -> brief -> sso -> welcome",
        ),
        ([SetFields(kind=PartKind.TASK, key="sso", values={"key": "brief"})], "used twice"),
        ([SetFields(kind=PartKind.TASK, key="sso", values={"key": "Not A Key"})], "cannot be a key"),
        ([SetFields(kind=PartKind.TASK, key="sso", values={"colour": "red"})], "not known"),
        ([SetFields(kind=PartKind.TASK, key="sso", values={"due": "tomorrow"})], "mapping"),
        ([SetFields(kind=PartKind.TASK, key="nowhere", values={"name": "x"})], "no task 'nowhere'"),
        ([AddPart(kind=PartKind.TASK, stage="nowhere", values={"name": "x"})], "no stage 'nowhere'"),
        ([AddPart(kind=PartKind.STAGE, values={"key": "start", "name": "x"})], "already used"),
        ([MovePart(kind=PartKind.TASK, key="sso", position=0, stage="nowhere")], "no stage 'nowhere'"),
        ([RemovePart(kind=PartKind.ROLE, key="nowhere")], "no role 'nowhere'"),
        ([RemovePart(kind=PartKind.TASK, key="nowhere")], "no task 'nowhere'"),
        ([DuplicatePart(kind=PartKind.ROLE, key="csm")], "cannot be copied"),
        ([RemovePart(kind=PartKind.PLAYBOOK, key="")], "only be changed"),
        (
            [SetFields(kind=PartKind.PLAYBOOK, values={"name": "New"}), RemovePart(kind=PartKind.STAGE, key="x")],
            "no stage 'x'",
        ),
        ([], "nothing to change"),
    ],
)
def test_a_bad_edit_is_refused_and_changes_nothing(
    actor: Actor, playbook_id: UUID, edits: list[Edit], message: str
) -> None:
    before = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    entries = Entry.objects.count()
    with pytest.raises(InvalidInputError, match=message):
        edit(actor, playbook_id, *edits)
    assert queries.get_playbook(actor=actor, playbook_id=playbook_id) == before
    assert Entry.objects.count() == entries


def test_a_circle_says_which_tasks_and_where(actor: Actor, playbook_id: UUID) -> None:
    with pytest.raises(InvalidPlaybookError) as raised:
        edit(actor, playbook_id, SetFields(kind=PartKind.TASK, key="sso", values={"after": ["brief"]}))
    assert raised.value.found[0].path == "stages.start.tasks.sso.after.brief"
    assert raised.value.problems[0].remedy.startswith("Remove one of these")


def test_an_edit_that_changes_nothing_is_no_step(actor: Actor, playbook_id: UUID) -> None:
    edit(actor, playbook_id, SetFields(kind=PartKind.PLAYBOOK, values={"name": "Demo"}))
    detail = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    assert (detail.revision, detail.can_undo) == (1, False)


def test_discarding_goes_back_to_the_latest_version(actor: Actor, playbook_id: UUID) -> None:
    with pytest.raises(ConflictError, match="no published version"):
        drafts.discard_draft(actor=actor, playbook_id=playbook_id, expected_revision=1, at=make.AT)
    versions.publish(actor=actor, playbook_id=playbook_id, notes="One", at=make.AT)
    edit(actor, playbook_id, SetFields(kind=PartKind.PLAYBOOK, values={"name": "Two"}))
    assert queries.get_playbook(actor=actor, playbook_id=playbook_id).summary.has_draft_changes
    drafts.discard_draft(actor=actor, playbook_id=playbook_id, expected_revision=2, at=make.AT)
    detail = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    assert (detail.draft.name, detail.summary.has_draft_changes, detail.can_undo) == ("Demo", False, True)


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.VIEWER, Role.AUDITOR])
def test_who_may_not_edit_is_refused(role: Role, actor: Actor, playbook_id: UUID) -> None:
    reader = people.make_actor(role)
    with pytest.raises(PermissionDeniedError):
        drafts.edit_draft(
            actor=reader,
            playbook_id=playbook_id,
            edits=[RemovePart(kind=PartKind.TASK, key="sso")],
            expected_revision=1,
            at=make.AT,
        )
    with pytest.raises(PermissionDeniedError):
        drafts.undo(actor=reader, playbook_id=playbook_id, expected_revision=1, at=make.AT)


def test_another_workspace_does_not_find_it(playbook_id: UUID) -> None:
    stranger = people.make_actor(Role.OWNER)
    with pytest.raises(NotFoundError):
        drafts.undo(actor=stranger, playbook_id=playbook_id, expected_revision=1, at=make.AT)
    with pytest.raises(NotFoundError):
        queries.get_playbook(actor=stranger, playbook_id=playbook_id)
    with pytest.raises(NotFoundError):
        queries.get_version(stranger, uuid4())


def test_tasks_of_an_overlay_are_edited_one_by_one(actor: Actor, playbook_id: UUID) -> None:
    edit(actor, playbook_id, AddPart(kind=PartKind.OVERLAY, values={"name": "Bank", "industry": "financial_services"}))
    stage = queries.get_playbook(actor=actor, playbook_id=playbook_id).draft.stages[0].key
    first = AddPart(kind=PartKind.TASK, overlay="bank", stage=stage, values={"name": "Know your customer"})
    second = AddPart(
        kind=PartKind.TASK, overlay="bank", stage=stage, values={"name": "File it", "after": ["know-your-customer"]}
    )
    draft = edit(actor, playbook_id, first, second)
    assert [task.key for task in draft.overlays[-1].add[0].tasks] == ["know-your-customer", "file-it"]

    draft = edit(actor, playbook_id, SetFields(kind=PartKind.TASK, key="file-it", values={"duration": "2wd"}))
    assert str(draft.overlays[-1].add[0].tasks[1].duration) == "2wd"
    other = draft.stages[1].key
    draft = edit(actor, playbook_id, MovePart(kind=PartKind.TASK, key="file-it", stage=other, position=0))
    assert [(one.stage, len(one.tasks)) for one in draft.overlays[-1].add] == [(stage, 1), (other, 1)]
    draft = edit(actor, playbook_id, RemovePart(kind=PartKind.TASK, key="know-your-customer"))
    assert [(one.stage, one.tasks[0].after) for one in draft.overlays[-1].add] == [(other, ())]
    with pytest.raises(InvalidInputError):
        edit(actor, playbook_id, RemovePart(kind=PartKind.TASK, key="know-your-customer"))


def test_a_target_gets_its_figure_from_its_name(actor: Actor, playbook_id: UUID) -> None:
    draft = edit(actor, playbook_id, AddPart(kind=PartKind.TARGET, values={"label": "Days to go live", "target": 30}))
    assert draft.targets[-1].metric == "days_to_go_live"


def test_an_edit_that_waits_for_an_unknown_feature_says_so(actor: Actor, playbook_id: UUID) -> None:
    key = queries.get_playbook(actor=actor, playbook_id=playbook_id).draft.stages[0].tasks[0].key
    waits = SetFields(kind=PartKind.TASK, key=key, values={"usage": {"goal": {"feature": "reports"}}})

    def missing() -> list[str]:
        found = queries.check_edit(actor=actor, playbook_id=playbook_id, edit=waits).problems
        return [problem.code for problem in found if problem.code == "unknown_feature"]

    assert missing() == ["unknown_feature"]
    make_feature(actor)
    assert missing() == []


def test_an_edit_is_checked_without_being_made(actor: Actor, playbook_id: UUID) -> None:
    before = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    one, two = before.draft.stages[0].tasks[0].key, before.draft.stages[0].tasks[1].key
    edit(actor, playbook_id, SetFields(kind=PartKind.TASK, key=two, values={"after": [one]}))
    circle = SetFields(kind=PartKind.TASK, key=one, values={"after": [two]})
    check = queries.check_edit(actor=actor, playbook_id=playbook_id, edit=circle)
    assert f"{one} -> {two} -> {one}" in check.refusal or f"{two} -> {one} -> {two}" in check.refusal
    unknown = SetFields(kind=PartKind.TASK, key=one, values={"owner": "nobody-known"})
    assert any(
        "nobody-known" in problem.message
        for problem in queries.check_edit(actor=actor, playbook_id=playbook_id, edit=unknown).problems
    )
    assert queries.get_playbook(actor=actor, playbook_id=playbook_id).draft.stages[0].tasks[0].after == ()
