"""The library: creating, importing, copying, archiving, publishing, built-in playbooks."""

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from firstwin.identity.contracts import Actor, Role, system_actor
from firstwin.journal.models import Entry
from firstwin.playbooks import queries
from firstwin.playbooks.contracts import PlaybookDefinition, PlaybookStatus
from firstwin.playbooks.contracts.library import (
    InvalidPlaybookError,
    PartKind,
    PlaybookChangedError,
    PlaybookFilters,
    RemovePart,
    SetFields,
)
from firstwin.playbooks.models import Playbook, PlaybookVersion
from firstwin.playbooks.operations import builtin, drafts, library, versions
from firstwin.playbooks.rules import writing
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from firstwin.usage.contracts.first_value import RulePlace
from firstwin.usage.contracts.goals import Goal
from firstwin.usage.operations import first_value
from firstwin.usage.queries import first_value as first_values
from tests.factories import identity as people
from tests.factories import playbooks as make
from tests.playbooks.test_reading import KICKOFF

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor() -> Actor:
    return people.make_actor(Role.MANAGER)


def names(actor: Actor, **filters: Any) -> list[str]:
    return [row.key for row in queries.list_playbooks(actor=actor, filters=PlaybookFilters(**filters)).items]


def event_names() -> list[str]:
    return list(Entry.objects.order_by("id").values_list("event_name", flat=True))


def test_a_playbook_begins_empty_with_a_key_from_its_name(actor: Actor) -> None:
    first = library.create_playbook(actor=actor, name=" Partner onboarding ", at=make.AT)
    second = library.create_playbook(actor=actor, name="Partner onboarding", at=make.AT)
    assert queries.get_playbook(actor=actor, playbook_id=first).summary.key == "partner-onboarding"
    detail = queries.get_playbook(actor=actor, playbook_id=second)
    assert (detail.summary.key, detail.summary.status, detail.summary.owner_id) == (
        "partner-onboarding-2",
        PlaybookStatus.DRAFT,
        actor.id,
    )
    assert event_names() == ["playbook.created", "playbook.created"]


@pytest.mark.parametrize(("name", "key"), [(" ", ""), ("x", "Not a key")])
def test_a_playbook_without_a_proper_name_or_key_is_refused(actor: Actor, name: str, key: str) -> None:
    with pytest.raises(InvalidInputError):
        library.create_playbook(actor=actor, name=name, key=key, at=make.AT)
    assert names(actor) == []


def test_yaml_comes_in_and_goes_out_without_loss(actor: Actor) -> None:
    playbook_id = library.import_yaml(actor=actor, text=KICKOFF, file="demo.yaml", at=make.AT)
    text = queries.export_yaml(actor=actor, playbook_id=playbook_id)
    assert queries.read_definition(text) == queries.get_playbook(actor=actor, playbook_id=playbook_id).draft


def test_broken_yaml_is_refused_with_places_and_changes_nothing(actor: Actor) -> None:
    with pytest.raises(InvalidPlaybookError) as raised:
        library.import_yaml(actor=actor, text=KICKOFF.replace("owner: csm", "ownr: csm"), file="demo.yaml", at=make.AT)
    assert raised.value.problems[0].place == "demo.yaml:12:9"
    assert "Did you mean 'owner'" in raised.value.problems[0].remedy
    assert names(actor) == []
    assert event_names() == []


@pytest.mark.parametrize(
    ("old", "new"), [("key: plan", "key: call"), ("key: call\n", "key: call\n        after: [plan]\n")]
)
def test_a_file_with_shared_keys_or_circles_is_refused_with_its_place(actor: Actor, old: str, new: str) -> None:
    with pytest.raises(InvalidPlaybookError) as raised:
        library.import_yaml(actor=actor, text=KICKOFF.replace(old, new), file="demo.yaml", at=make.AT)
    assert raised.value.problems[0].place.startswith("demo.yaml:")
    assert names(actor) == []


def test_control_characters_are_refused_before_the_database_sees_them(actor: Actor) -> None:
    version = make.make_version(actor)
    edit = SetFields(kind=PartKind.PLAYBOOK, values={"name": "Second"})
    drafts.edit_draft(actor=actor, playbook_id=version.playbook_id, edits=[edit], expected_revision=1, at=make.AT)
    with pytest.raises(InvalidInputError, match="control"):
        versions.publish(actor=actor, playbook_id=version.playbook_id, notes="a\x00b", at=make.AT)
    with pytest.raises(InvalidInputError, match="control"):
        library.duplicate_playbook(actor=actor, playbook_id=version.playbook_id, name="a\x00b", at=make.AT)
    with pytest.raises(InvalidInputError, match="control"):
        library.create_playbook(actor=actor, name="a\x00b", at=make.AT)


def test_importing_a_key_that_is_taken_needs_to_say_where_to(actor: Actor) -> None:
    playbook_id = library.import_yaml(actor=actor, text=KICKOFF, at=make.AT)
    changed = KICKOFF.replace("name: Demo", "name: Changed")
    with pytest.raises(ConflictError, match="already a playbook"):
        library.import_yaml(actor=actor, text=changed, at=make.AT)
    with pytest.raises(PlaybookChangedError):
        library.import_yaml(actor=actor, text=changed, into=playbook_id, expected_revision=7, at=make.AT)
    library.import_yaml(actor=actor, text=changed, into=playbook_id, expected_revision=1, at=make.AT)
    detail = queries.get_playbook(actor=actor, playbook_id=playbook_id)
    assert (detail.draft.name, detail.can_undo) == ("Changed", True)


def test_publishing_makes_numbered_versions_that_keep_their_content(actor: Actor) -> None:
    version = make.make_version(actor)
    playbook_id = version.playbook_id
    edit = SetFields(kind=PartKind.PLAYBOOK, values={"name": "Second"})
    drafts.edit_draft(actor=actor, playbook_id=playbook_id, edits=[edit], expected_revision=1, at=make.AT)
    second = versions.publish(actor=actor, playbook_id=playbook_id, notes=" New name ", expected_revision=2, at=make.AT)
    assert [(row.number, row.notes) for row in queries.list_versions(actor=actor, playbook_id=playbook_id)] == [
        (2, "New name"),
        (1, "First edition"),
    ]
    assert queries.get_version(actor, version.id).definition.name == "Demo"
    assert queries.latest_version(actor=actor, playbook_id=playbook_id).id == second
    assert queries.get_versions(actor=actor, version_ids=[version.id, second, uuid4()]).keys() == {version.id, second}
    summary = queries.get_playbook(actor=actor, playbook_id=playbook_id).summary
    assert (summary.latest_version, summary.has_draft_changes, summary.status) == (2, False, PlaybookStatus.PUBLISHED)
    assert event_names()[-1] == "playbook.published"
    assert "First edition" not in queries.export_yaml(actor=actor, playbook_id=playbook_id, number=1)


def test_a_rule_of_the_first_win_bears_the_name_that_its_playbook_is_published_under(actor: Actor) -> None:
    playbook_id, other_id = (
        make.make_version(actor, make.definition(make.stage("one", make.task("a")), key=key)).playbook_id
        for key in "xy"
    )
    edit = SetFields(kind=PartKind.PLAYBOOK, values={"name": "New name"})
    for id, name in ((playbook_id, "Old name"), (other_id, "Another")):
        place = RulePlace(playbook_id=id, segment="enterprise")
        first_value.set_rule(actor=actor, place=place, playbook_name=name, goal=Goal(users=2), at=make.AT)
    drafts.edit_draft(actor=actor, playbook_id=playbook_id, edits=[edit], expected_revision=1, at=make.AT)

    def titles() -> list[str]:
        return [rule.title for rule in first_values.list_rules(actor=actor)]

    assert titles() == ["Another, Enterprise customers", "Old name, Enterprise customers"]
    versions.publish(actor=actor, playbook_id=playbook_id, notes="Renamed", at=make.AT)
    assert titles() == ["Another, Enterprise customers", "New name, Enterprise customers"]
    assert [rule.version for rule in first_values.list_rules(actor=actor)] == [1, 1]


def test_publishing_is_refused_with_every_error_and_without_notes_or_changes(actor: Actor) -> None:
    broken = make.definition(make.stage("one", make.task("a", owner="nobody"), make.task("b", after=make.links("c"))))
    playbook_id = make.make_playbook(actor, broken)
    with pytest.raises(InvalidPlaybookError) as raised:
        versions.publish(actor=actor, playbook_id=playbook_id, notes="x", at=make.AT)
    assert {problem.code for problem in raised.value.found} == {"unknown_role", "unknown_task"}
    with pytest.raises(InvalidInputError, match="notes"):
        versions.publish(actor=actor, playbook_id=playbook_id, notes="  ", at=make.AT)
    assert not queries.list_versions(actor=actor, playbook_id=playbook_id)
    good = make.make_version(actor, key="good")
    with pytest.raises(ConflictError, match="Nothing changed since version 1"):
        versions.publish(actor=actor, playbook_id=good.playbook_id, notes="x", at=make.AT)


def test_the_database_refuses_to_change_a_version(actor: Actor) -> None:
    version = make.make_version(actor)
    rows = PlaybookVersion.objects.for_actor(actor).filter(id=version.id)
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.update(notes="Something else")
    assert rows.get().notes == "First edition"


def test_the_key_of_a_published_playbook_stays(actor: Actor) -> None:
    version = make.make_version(actor)
    edit = SetFields(kind=PartKind.PLAYBOOK, values={"key": "other"})
    with pytest.raises(ConflictError, match="cannot change"):
        drafts.edit_draft(actor=actor, playbook_id=version.playbook_id, edits=[edit], expected_revision=1, at=make.AT)


def test_a_copy_is_a_playbook_of_its_own(actor: Actor) -> None:
    version = make.make_version(actor)
    copy = library.duplicate_playbook(actor=actor, playbook_id=version.playbook_id, at=make.AT)
    detail = queries.get_playbook(actor=actor, playbook_id=copy)
    assert (detail.summary.key, detail.summary.name, detail.summary.latest_version) == (
        "demo-copy",
        "Demo (copy)",
        None,
    )
    assert detail.draft.stages == version.definition.stages


def test_archived_playbooks_leave_the_library_and_come_back(actor: Actor) -> None:
    version = make.make_version(actor)
    for _ in range(2):
        library.archive_playbook(actor=actor, playbook_id=version.playbook_id, at=make.AT)
    assert names(actor) == []
    assert names(actor, status=PlaybookStatus.ARCHIVED) == ["demo"]
    with pytest.raises(ConflictError, match="archived"):
        versions.publish(actor=actor, playbook_id=version.playbook_id, notes="x", at=make.AT)
    for _ in range(2):
        library.restore_playbook(actor=actor, playbook_id=version.playbook_id, at=make.AT)
    assert names(actor) == ["demo"]
    assert event_names()[2:] == ["playbook.archived", "playbook.restored"]


def test_the_owner_is_a_member_of_the_workspace(actor: Actor) -> None:
    playbook_id = make.make_playbook(actor)
    stranger = people.make_actor(Role.OWNER)
    with pytest.raises(NotFoundError):
        library.assign_owner(actor=actor, playbook_id=playbook_id, owner_id=stranger.id, at=make.AT)
    for _ in range(2):
        library.assign_owner(actor=actor, playbook_id=playbook_id, owner_id=None, at=make.AT)
    assert queries.get_playbook(actor=actor, playbook_id=playbook_id).summary.owner_id is None
    assert event_names() == ["playbook.created", "playbook.owner_changed"]


def test_the_library_is_searched_and_filtered_with_few_queries(actor: Actor, django_assert_num_queries: Any) -> None:
    for number in range(5):
        make.make_playbook(actor, key=f"p{number}", name=f"Play {number}", summary="Retail" if number % 2 else "Banks")
    make.make_version(actor, key="done", name="Done")
    make.make_playbook(people.make_actor(Role.OWNER), key="elsewhere", name="Play elsewhere")
    assert names(actor, search="play RETAIL") == ["p1", "p3"]
    assert names(actor, status=PlaybookStatus.PUBLISHED) == ["done"]
    assert len(names(actor, status=PlaybookStatus.DRAFT)) == 5
    assert names(actor, is_builtin=True) == []
    with django_assert_num_queries(1):
        page = queries.list_playbooks(actor=actor, limit=4)
    rest = queries.list_playbooks(actor=actor, limit=4, cursor=page.next_cursor)
    assert [row.key for row in (*page.items, *rest.items)] == ["done", "p0", "p1", "p2", "p3", "p4"]
    assert queries.find_playbook_by_key(actor=actor, key="p3") is not None
    assert queries.find_playbook_by_key(actor=actor, key="elsewhere") is None


def test_versions_are_read_once(actor: Actor, django_assert_num_queries: Any) -> None:
    version = make.make_version(actor)
    with django_assert_num_queries(1):
        assert queries.get_version(actor, version.id) == version


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.VIEWER, Role.AUDITOR])
def test_readers_see_the_library_and_change_nothing(role: Role) -> None:
    manager = people.make_actor(Role.MANAGER)
    playbook_id = make.make_playbook(manager)
    reader = replace(manager, role=role)
    assert names(reader) == ["demo"]
    for refused in (
        lambda: library.create_playbook(actor=reader, name="x", at=make.AT),
        lambda: library.import_yaml(actor=reader, text=KICKOFF, at=make.AT),
        lambda: library.import_definition(actor=reader, definition=make.definition(), at=make.AT),
        lambda: library.duplicate_playbook(actor=reader, playbook_id=playbook_id, at=make.AT),
        lambda: library.archive_playbook(actor=reader, playbook_id=playbook_id, at=make.AT),
        lambda: library.restore_playbook(actor=reader, playbook_id=playbook_id, at=make.AT),
        lambda: library.assign_owner(actor=reader, playbook_id=playbook_id, owner_id=None, at=make.AT),
        lambda: versions.publish(actor=reader, playbook_id=playbook_id, notes="x", at=make.AT),
        lambda: builtin.install_builtin_playbooks(actor=reader, at=make.AT),
    ):
        with pytest.raises(PermissionDeniedError):
            refused()
    assert Playbook.objects.for_actor(manager).count() == 1
    assert event_names() == ["playbook.created"]


def test_contacts_never_see_the_library() -> None:
    manager = people.make_actor(Role.MANAGER)
    make.make_playbook(manager)
    contact = replace(manager, kind="contact", role=None, account_id=uuid4())
    with pytest.raises(PermissionDeniedError):
        queries.list_playbooks(actor=contact)


def test_builtin_playbooks_are_installed_once() -> None:
    actor = system_actor(people.make_workspace().id)
    installed = builtin.install_builtin_playbooks(actor=actor, at=make.AT)
    shipped = queries.list_builtin_playbooks()
    assert len(installed) == len(shipped) > 0
    assert [queries.find_builtin_playbook(definition.key) for definition, _ in shipped] == list(shipped)
    assert queries.find_builtin_playbook("nothing") is None
    assert builtin.install_builtin_playbooks(actor=actor, at=make.AT) == ()
    rows = queries.list_playbooks(actor=actor, filters=PlaybookFilters(is_builtin=True)).items
    assert {(row.latest_version, row.status) for row in rows} == {(1, PlaybookStatus.PUBLISHED)}


def shipped(*definitions: PlaybookDefinition) -> tuple[tuple[PlaybookDefinition, str], ...]:
    return tuple((one, writing.digest_of(writing.to_plain(one))) for one in definitions)


def test_a_new_edition_of_a_builtin_becomes_a_version_unless_the_workspace_edited_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    actor = system_actor(people.make_workspace().id)
    first = make.definition()
    editions = [shipped(first, make.definition(key="mine"), make.definition(key="used"))]
    monkeypatch.setattr(queries, "list_builtin_playbooks", lambda: editions[-1])
    used = make.make_playbook(actor, key="used")
    builtin.install_builtin_playbooks(actor=actor, at=make.AT)
    mine = queries.find_playbook_by_key(actor=actor, key="mine")
    assert mine is not None
    remove = RemovePart(kind=PartKind.TASK, key="sso")
    drafts.edit_draft(actor=actor, playbook_id=mine.id, edits=[remove], expected_revision=1, at=make.AT)
    editions.append(shipped(*(replace(definition, name="New") for definition, _ in editions[0])))
    changed = builtin.install_builtin_playbooks(actor=actor, at=make.AT)
    demo = queries.find_playbook_by_key(actor=actor, key="demo")
    assert demo is not None
    assert changed == (demo.id,)
    assert (demo.name, demo.latest_version, demo.has_draft_changes) == ("New", 2, False)
    kept = queries.get_playbook(actor=actor, playbook_id=mine.id)
    assert (kept.draft.name, kept.summary.latest_version) == ("Demo", 1)
    assert not queries.list_versions(actor=actor, playbook_id=used)
    assert builtin.install_builtin_playbooks(actor=actor, at=make.AT) == ()


def test_a_new_edition_is_offered_to_who_changed_the_builtin_and_nothing_is_overwritten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = people.make_workspace()
    actor = people.make_actor(Role.MANAGER, workspace=workspace)
    editions = [shipped(make.definition(key="one"), make.definition(key="two"))]
    monkeypatch.setattr(queries, "list_builtin_playbooks", lambda: editions[-1])
    monkeypatch.setattr(
        queries, "find_builtin_playbook", lambda key: {one.key: (one, digest) for one, digest in editions[-1]}.get(key)
    )
    one, two = builtin.install_builtin_playbooks(actor=actor, at=make.AT)
    remove = RemovePart(kind=PartKind.TASK, key="sso")
    for id in (one, two):
        drafts.edit_draft(actor=actor, playbook_id=id, edits=[remove], expected_revision=1, at=make.AT)
        assert queries.find_new_edition(actor=actor, playbook_id=id) is None
    editions.append(shipped(*(replace(definition, summary="Better") for definition, _ in editions[0])))
    builtin.install_builtin_playbooks(actor=actor, at=make.AT)

    offered = queries.find_new_edition(actor=actor, playbook_id=one)
    assert offered is not None
    assert any("sso" in change.text.lower() or "single" in change.text.lower() for change in offered.changes)
    with pytest.raises(PlaybookChangedError):
        builtin.take_edition_over(actor=actor, playbook_id=one, expected_revision=1, at=make.AT)
    assert queries.get_playbook(actor=actor, playbook_id=one).draft.summary != "Better"
    revision = builtin.take_edition_over(actor=actor, playbook_id=one, expected_revision=2, at=make.AT)
    taken = queries.get_playbook(actor=actor, playbook_id=one)
    assert (taken.draft.summary, taken.summary.latest_version, taken.can_undo) == ("Better", 1, True)
    drafts.undo(actor=actor, playbook_id=one, expected_revision=revision, at=make.AT)
    assert queries.get_playbook(actor=actor, playbook_id=one).draft.summary != "Better"

    builtin.keep_own_edition(actor=actor, playbook_id=two)
    assert queries.find_new_edition(actor=actor, playbook_id=two) is None
    assert queries.get_playbook(actor=actor, playbook_id=two).draft.summary != "Better"
    with pytest.raises(ConflictError):
        builtin.keep_own_edition(actor=actor, playbook_id=two)
