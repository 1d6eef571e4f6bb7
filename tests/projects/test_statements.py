"""The statement of a project's days: what a customer may read of it, sharing it, and taking it back."""

from datetime import timedelta

import pytest

from firstwin.identity.contracts import Role, system_actor
from firstwin.journal.models import Entry
from firstwin.projects.contracts import ReasonSide
from firstwin.projects.models import DayStatementRow, ProjectTask
from firstwin.projects.operations import clock, statements, tasks, undoing
from firstwin.projects.queries import day_sums
from firstwin.projects.queries import ledger as ledger_queries
from firstwin.projects.queries import statements as statement_queries
from firstwin.projects.rules.statements import OUR_WORK
from firstwin.shared.errors import ConflictError, NotFoundError, PermissionDeniedError
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.identity import actor_for, make_member
from tests.factories.projects import Running, launch_example
from tests.projects.test_day_ledger import correct, entries, moved
from tests.projects.test_ledger import finish_first_stage
from tests.projects.test_steering import save, timing

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Running:
    return moved(launch_example())


def share(project: Running, *, mark: str | None = None, message: str = "") -> None:
    seen = statement_queries.get_statement(actor=project.scene.manager, project_id=project.id)
    statements.share_statement(
        actor=project.scene.manager,
        project_id=project.id,
        mark=seen.mark if mark is None else mark,
        message=message,
        at=project.scene.at + timedelta(days=41),
    )


def test_it_has_every_day_of_the_ledger_for_both_sides_alike(project: Running) -> None:
    actor = project.scene.manager
    found = ledger_queries.get_ledger(actor=actor, project_id=project.id)
    statement = statement_queries.get_statement(actor=actor, project_id=project.id)
    assert statement.days == found.days == sum(line.days for line in statement.lines)
    assert sum(side.days for side in statement.sides) == found.days
    assert "on the side of Acorn Foods" in statement.sentence
    assert {line.side_name for line in statement.lines} <= {"Acorn Foods", statement.vendor_name}


def test_what_was_changed_and_put_back_on_the_same_day_counts_nowhere() -> None:
    project = launch_example()
    actor, at = project.scene.manager, project.scene.at
    for _ in range(2):
        save(project, timing(project, "provision", duration="30wd"))
        undoing.undo_step(actor=actor, project_id=project.id, at=at)
    assert [row.is_put_back for row in entries(actor, project)] == [True] * 4
    kept = ledger_queries.get_ledger(actor=actor, project_id=project.id)
    assert (kept.days, kept.sides, kept.entries) == (0, (), ())
    statement = statement_queries.get_statement(actor=actor, project_id=project.id)
    assert (statement.days, statement.sides, statement.lines) == (0, (), ())
    assert day_sums.get_totals(actor=actor).lost == 0


def test_what_was_put_back_another_day_was_lost_and_won() -> None:
    project = launch_example()
    actor, at = project.scene.manager, project.scene.at
    save(project, timing(project, "provision", duration="30wd"))
    undoing.undo_step(actor=actor, project_id=project.id, at=at + timedelta(days=1))
    statement = statement_queries.get_statement(actor=actor, project_id=project.id)
    assert sum(line.days for line in statement.lines) == statement.days
    assert any(line.days < 0 for line in statement.lines)
    assert not any(row.is_put_back for row in entries(actor, project))


def test_work_that_the_customer_does_not_see_is_work_on_our_side() -> None:
    project = launch_example()
    scene = project.scene
    clock.advance_project(
        actor=system_actor(scene.workspace.id), project_id=project.id, at=scene.at + timedelta(days=30)
    )
    told = ledger_queries.get_ledger(actor=scene.manager, project_id=project.id)
    ProjectTask.objects.for_actor(scene.manager).filter(project_id=project.id).update(visibility="internal")
    statement = statement_queries.get_statement(actor=scene.manager, project_id=project.id)
    names = {entry.task_name for entry in told.entries if entry.task_name}
    assert names
    assert {line.what for line in statement.lines if line.what} == {OUR_WORK}
    assert not any(name in str(statement) for name in names)


@pytest.mark.parametrize(("key", "is_said"), [("company-form", True), ("kickoff", False)])
def test_what_was_said_stands_there_only_where_the_customers_plan_shows_it(key: str, is_said: bool) -> None:
    project = launch_example()
    scene = project.scene
    if key == "kickoff":
        finish_first_stage(project)
    tasks.mark_task_stuck(
        actor=scene.manager,
        task_id=project.task(key).id,
        side=ReasonSide.VENDOR,
        reason="Nobody dared to ask",
        at=scene.at + timedelta(days=1),
    )
    clock.advance_project(
        actor=system_actor(scene.workspace.id), project_id=project.id, at=scene.at + timedelta(days=60)
    )
    statement = statement_queries.get_statement(actor=scene.manager, project_id=project.id)
    assert ("Nobody dared to ask" in str(statement)) is is_said


def test_notes_and_names_stay_with_the_team(project: Running) -> None:
    correct(project, project.scene.manager)
    statement = statement_queries.get_statement(actor=project.scene.manager, project_id=project.id)
    assert "The bank was closed" not in str(statement)
    assert "Budget" not in str(statement)
    assert project.scene.specialist.name not in str(statement)
    assert "Third parties" in {line.side_name for line in statement.lines}


def test_the_customer_reads_it_once_it_is_shared_and_as_it_was_then(project: Running) -> None:
    contact = contact_actor(project.scene.sponsor)
    assert statement_queries.find_shared_statement(actor=contact, project_id=project.id) is None
    with pytest.raises(PermissionDeniedError):
        statement_queries.get_statement(actor=contact, project_id=project.id)
    share(project, message="  Let us talk.  ")
    shared = statement_queries.get_shared_statement(actor=contact, project_id=project.id)
    assert shared.message == "Let us talk."
    before = shared.statement
    correct(project, project.scene.manager)
    assert statement_queries.get_shared_statement(actor=contact, project_id=project.id).statement == before
    share(project)
    assert statement_queries.get_shared_statement(actor=contact, project_id=project.id).statement != before
    names = list(Entry.objects.filter(event_name__startswith="project.day_statement").values_list("event_name"))
    assert names == [("project.day_statement_shared",)] * 2


def test_nobody_else_reads_it(project: Running) -> None:
    share(project)
    stranger = contact_actor(make_contact(make_account(project.scene.workspace)))
    elsewhere = actor_for(make_member(Role.OWNER))
    for actor in (stranger, elsewhere):
        assert statement_queries.find_shared_statement(actor=actor, project_id=project.id) is None
        with pytest.raises(NotFoundError):
            statement_queries.get_shared_statement(actor=actor, project_id=project.id)


def test_withdrawn_it_is_gone_and_the_journal_knows(project: Running) -> None:
    actor = project.scene.manager
    share(project)
    statements.withdraw_statement(actor=actor, project_id=project.id, at=project.scene.at + timedelta(days=42))
    assert statement_queries.find_shared_statement(actor=actor, project_id=project.id) is None
    row = DayStatementRow.objects.for_actor(actor).get()
    assert row.withdrawn_by == actor.name
    assert Entry.objects.filter(event_name="project.day_statement_withdrawn").count() == 1
    with pytest.raises(NotFoundError):
        statements.withdraw_statement(actor=actor, project_id=project.id, at=project.scene.at + timedelta(days=43))


def test_what_changed_since_it_was_looked_at_is_not_shared(project: Running) -> None:
    seen = statement_queries.get_statement(actor=project.scene.manager, project_id=project.id)
    correct(project, project.scene.manager)
    with pytest.raises(ConflictError):
        share(project, mark=seen.mark)
    assert not DayStatementRow.objects.for_actor(project.scene.manager).exists()


def test_who_only_looks_shares_and_withdraws_nothing(project: Running) -> None:
    share(project)
    viewer = actor_for(make_member(Role.VIEWER, workspace=project.scene.workspace))
    at = project.scene.at + timedelta(days=42)
    for actor in (viewer, contact_actor(project.scene.sponsor)):
        with pytest.raises(PermissionDeniedError):
            statements.share_statement(actor=actor, project_id=project.id, mark="", at=at)
        with pytest.raises(PermissionDeniedError):
            statements.withdraw_statement(actor=actor, project_id=project.id, at=at)
    assert DayStatementRow.objects.for_actor(viewer).filter(withdrawn_at__isnull=True).count() == 1


def test_on_paper_it_is_one_pdf_whatever_was_typed(project: Running) -> None:
    statement = statement_queries.get_statement(actor=project.scene.manager, project_id=project.id)
    paper = statement_queries.paper_of(statement, 'A #panic("no") *word* $x_1$ \\ "quoted" 漢字')
    assert paper.startswith(b"%PDF-")
    assert paper == statement_queries.paper_of(statement, 'A #panic("no") *word* $x_1$ \\ "quoted" 漢字')
