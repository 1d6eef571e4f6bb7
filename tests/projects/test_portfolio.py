"""The portfolio: filters, orders, pages, numbers, board, export; and that its columns are what the plan says."""

import csv
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from firstwin.customers.contracts import Industry, Segment, StakeholderRole
from firstwin.identity.contracts import Actor, system_actor
from firstwin.playbooks.contracts import Side
from firstwin.projects.contracts import PersonRef, ProjectState, ReasonSide, Standing
from firstwin.projects.contracts.changes import NewTask, TaskMove
from firstwin.projects.contracts.portfolio import ProjectFilters, ProjectSort
from firstwin.projects.models import Project
from firstwin.projects.operations import changes, clock, comments, lifecycle, scope, tasks, waking
from firstwin.projects.queries import export, plans, portfolio
from firstwin.projects.queries import projects as project_queries
from firstwin.projects.rules import progress
from firstwin.shared.errors import FirstwinError
from tests.factories.counting import statements
from tests.factories.customers import make_account, make_contact
from tests.factories.identity import make_actor
from tests.factories.projects import Running, Scene, launch_example, make_scene
from tests.projects.test_tasks import complete

pytestmark = pytest.mark.django_db


def launched(scene: Scene, name: str, **account: Any) -> Running:
    """A project for a new account of the scene's workspace."""
    account.setdefault("contract_signed_at", scene.at)
    row = make_account(scene.workspace, name=name, owner_id=scene.specialist.id, **account)
    sponsor = make_contact(row, name=f"Sponsor of {name}", roles=(StakeholderRole.EXECUTIVE_SPONSOR,))
    return launch_example(replace(scene, account=row, sponsor=sponsor), name=name)


def names(actor: Actor, at: datetime, sort: ProjectSort = ProjectSort.ACCOUNT, **filters: Any) -> list[str]:
    page = portfolio.list_projects(
        actor=actor, at=at, filters=ProjectFilters(**filters), sort=sort, is_descending=False
    )
    return [project.account_name for project in page.items]


@pytest.fixture
def fleet() -> dict[str, Running]:
    """Projects in every standing, at the scene's instant plus four days."""
    scene = make_scene()
    fleet = {
        "On time": launched(scene, "On time", segment=Segment.ENTERPRISE, industry=Industry.HEALTHCARE),
        "Late": launched(scene, "Late"),
        "Stuck": launched(scene, "Stuck"),
        "Waiting": launched(scene, "Waiting"),
        "Held": launched(scene, "Held"),
        "Done": launched(scene, "Done"),
        "Cancelled": launched(scene, "Cancelled"),
    }
    early = [run for name, run in fleet.items() if name != "Late"]
    for run in early:
        complete(run, "welcome-email")
        complete(run, "sales-handoff")
        complete(run, "kickoff", days=3)
    for name in ("On time", "Stuck"):
        complete(fleet[name], "company-form", result={"users": 1}, days=1)
    at = scene.at
    tasks.mark_task_stuck(
        actor=scene.manager,
        task_id=fleet["Stuck"].task("provision").id,
        side=ReasonSide.VENDOR,
        reason="Server",
        at=at,
    )
    for key in ("provision",):
        complete(fleet["Waiting"], key, days=3)
    changes.move_task(
        actor=scene.manager,
        task_id=fleet["Waiting"].task("company-form").id,
        move=TaskMove(due_at=at + timedelta(days=20)),
        at=at,
    )
    lifecycle.hold_project(
        actor=scene.manager, project_id=fleet["Held"].id, side=ReasonSide.CUSTOMER, reason="Budget", at=at
    )
    lifecycle.complete_project(
        actor=scene.manager, project_id=fleet["Done"].id, override_reason="Fine", confirmed=("agreed",), at=at
    )
    lifecycle.cancel_project(actor=scene.manager, project_id=fleet["Cancelled"].id, reason="Left", at=at)
    return fleet


def test_the_onboarding_of_an_account_is_the_one_that_runs_or_else_the_last(
    fleet: dict[str, Running], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    scene = fleet["On time"].scene
    at = scene.at + timedelta(days=4)
    ended, cancelled = fleet["Done"], fleet["Cancelled"]
    again = launch_example(
        replace(scene, account=cancelled.scene.account, sponsor=cancelled.scene.sponsor), name="Again"
    )
    without = make_account(scene.workspace, name="Never")
    stranger = make_account()
    asked = [run.scene.account.id for run in fleet.values()] + [without.id, stranger.id]
    with django_assert_num_queries(3):
        found = portfolio.latest_by_account(actor=scene.manager, account_ids=asked, at=at)
    assert set(found) == set(asked) - {without.id, stranger.id}
    assert found[ended.scene.account.id].standing is Standing.DONE
    assert found[cancelled.scene.account.id].id == again.id
    assert portfolio.latest_by_account(actor=make_actor(), account_ids=asked, at=at) == {}


def test_every_standing_is_found_by_the_question_that_the_rule_asks(fleet: dict[str, Running]) -> None:
    scene = fleet["Late"].scene
    for days in (0, 1, 4, 9, 16, 40):
        at = scene.at + timedelta(days=days)
        page = portfolio.list_projects(actor=scene.manager, at=at, sort=ProjectSort.ACCOUNT, is_descending=False)
        said = {project.account_name: project.standing for project in page.items}
        for standing in Standing:
            expected = sorted(name for name, one in said.items() if one is standing)
            assert sorted(names(scene.manager, at, standings=(standing,))) == expected, (days, standing)
        facets = portfolio.count_projects(actor=scene.manager, at=at)
        assert {s: n for s, n in facets.by_standing.items() if n} == {
            standing: list(said.values()).count(standing) for standing in set(said.values())
        }
    at = scene.at + timedelta(days=4)
    page = portfolio.list_projects(actor=scene.manager, at=at)
    reasons = {project.account_name: (project.standing, project.standing_reason) for project in page.items}
    assert reasons["On time"] == (Standing.ON_TRACK, "Everything due is done")
    assert reasons["Late"] == (Standing.LATE, "3 tasks late, the oldest since 2 March")
    assert reasons["Stuck"] == (Standing.AT_RISK, "1 task stuck")
    assert reasons["Waiting"] == (Standing.WAITING, "Waiting for Waiting since 2 March: 1 task")
    assert reasons["Held"] == (Standing.ON_HOLD, "On hold since 2 March: Budget")
    assert reasons["Cancelled"] == (Standing.CANCELLED, "Left")
    silent = portfolio.list_projects(
        actor=scene.manager, at=scene.at + timedelta(days=16), filters=ProjectFilters(search="late")
    )
    assert silent.items[0].standing_reason == "No sign from Late since 2 March"


@pytest.mark.parametrize(
    ("chance", "standing", "reason"),
    [
        (0.001, Standing.AT_RISK, "1 % chance to meet its target"),
        (0.39, Standing.AT_RISK, "39 % chance to meet its target"),
        (0.4, Standing.ON_TRACK, "Everything due is done"),
    ],
)
def test_a_project_that_will_hardly_meet_its_target_is_at_risk(
    fleet: dict[str, Running], chance: float, standing: Standing, reason: str
) -> None:
    scene, one = fleet["On time"].scene, fleet["On time"]
    at = scene.at + timedelta(days=4)
    Project.objects.for_actor(scene.manager).filter(id=one.id).update(likely_chance=chance)
    page = portfolio.list_projects(actor=scene.manager, at=at, filters=ProjectFilters(standings=(standing,)))
    found = {project.account_name: project.standing_reason for project in page.items}
    assert found["On time"] == reason
    facets = portfolio.count_projects(actor=scene.manager, at=at)
    assert facets.by_standing[standing] == len(found)


def test_filters_narrow_and_combine(fleet: dict[str, Running]) -> None:
    scene, at = fleet["Late"].scene, fleet["Late"].scene.at + timedelta(days=4)
    find = lambda **filters: names(scene.manager, at, **filters)  # noqa: E731
    assert find(segment=Segment.ENTERPRISE) == ["On time"]
    assert find(industry=Industry.HEALTHCARE) == ["On time"]
    assert find(states=(ProjectState.ON_HOLD, ProjectState.COMPLETED)) == ["Done", "Held"]
    assert find(is_running=True) == ["Held", "Late", "On time", "Stuck", "Waiting"]
    assert find(is_late=True) == ["Late"]
    assert "Late" not in find(is_late=False)
    assert find(is_stuck=True) == ["Stuck"]
    assert find(search="TIM on") == ["On time"]
    assert find(search="100%") == []
    assert find(search="\x00") == find()
    assert len(find(owner_id=scene.specialist.id)) == 7
    assert find(owner_id=scene.manager.id) == []
    assert find(account_id=fleet["Held"].scene.account.id) == ["Held"]
    assert find(playbook_id=fleet["Late"].row().playbook_id, stage="Welcome", is_late=True) == ["Late"]


@pytest.mark.parametrize(
    ("later", "said"),
    [(timedelta(hours=2), "some hours"), (timedelta(hours=23), "1 day"), (timedelta(days=1, hours=2), "1 day")],
)
def test_a_plan_that_ends_on_the_day_of_its_target_is_not_said_to_end_a_day_later(later: timedelta, said: str) -> None:
    running = launch_example()
    row = running.row()
    Project.objects.for_actor(running.scene.manager).filter(id=row.id).update(target_end_at=row.planned_end_at - later)
    detail = running.detail()
    assert detail.summary.standing is Standing.AT_RISK
    assert detail.summary.standing_reason == f"Planned to end {said} after its target"


def test_pages_follow_one_another_in_every_order(fleet: dict[str, Running]) -> None:
    scene = fleet["Late"].scene
    for sort, is_descending in product(ProjectSort, (True, False)):
        seen: list[str] = []
        cursor = None
        while not seen or cursor is not None:
            page = portfolio.list_projects(
                actor=scene.manager, at=scene.at, sort=sort, is_descending=is_descending, cursor=cursor, limit=3
            )
            seen += [project.account_name for project in page.items]
            cursor = page.next_cursor
        assert sorted(seen) == sorted(fleet), (sort, is_descending)
        if sort is ProjectSort.ACCOUNT:
            assert seen == sorted(fleet, reverse=is_descending)


def test_lists_take_the_same_statements_however_long(fleet: dict[str, Running], django_assert_num_queries: Any) -> None:
    scene, at = fleet["Late"].scene, fleet["Late"].scene.at + timedelta(days=4)
    with django_assert_num_queries(2):
        portfolio.list_projects(actor=scene.manager, at=at)
    with django_assert_num_queries(1):
        portfolio.count_projects(actor=scene.manager, at=at)
    with django_assert_num_queries(4):
        portfolio.get_board(actor=scene.manager, at=at)
    with django_assert_num_queries(statements(postgresql=3, sqlite=6)):
        project_queries.get_project(actor=scene.manager, project_id=fleet["Late"].id, at=at)


def test_the_board_shows_running_projects_by_stage(fleet: dict[str, Running]) -> None:
    scene, at = fleet["Late"].scene, fleet["Late"].scene.at + timedelta(days=4)
    board = portfolio.get_board(actor=scene.manager, at=at, limit=2)
    assert [(column.stage, column.count, len(column.projects)) for column in board] == [
        ("Welcome", 3, 2),
        ("Set-up", 2, 2),
    ]


def test_the_export_holds_every_row_and_no_formula(fleet: dict[str, Running]) -> None:
    scene = fleet["Late"].scene
    Project.objects.for_actor(scene.manager).filter(id=fleet["Held"].id).update(account_name="=cmd()")
    rows = list(csv.DictReader(export.portfolio_csv(actor=scene.manager, at=scene.at)))
    assert len(rows) == 7
    assert rows[0]["account"] == "'=cmd()"
    assert {row["standing"] for row in rows} >= {"on_hold", "done", "cancelled"}


def test_other_workspaces_and_other_accounts_see_nothing(fleet: dict[str, Running]) -> None:
    scene = fleet["Late"].scene
    assert names(make_actor(), scene.at) == []
    assert names(fleet["Held"].scene.contact, scene.at) == ["Held"]
    assert portfolio.count_projects(actor=make_actor(), at=scene.at).total == 0


def columns_and_recomputation(project: Running) -> tuple[dict[str, Any], dict[str, Any]]:
    actor = project.scene.manager
    row = plans.project_row(actor, project.id)
    facts = plans.load_plan(actor, row).facts()
    held = progress.blockers(facts)
    figures = progress.figures_of(facts, held)
    kept = {name: getattr(row, name) for name in waking.FIGURES}
    kept |= {str(task.id): task.is_released for task in plans.load_plan(actor, row).tasks.values()}
    wanted = {name: getattr(figures, name) for name in waking.FIGURES}
    wanted |= {str(fact.id): fact.id not in held for fact in facts.tasks}
    return kept, wanted


@pytest.mark.parametrize("seed", range(6))
def test_the_columns_are_what_the_plan_says_whatever_happens(seed: int) -> None:
    project = launch_example()
    chance, at = Random(seed), project.scene.at
    happened = 0
    for _ in range(25):
        at += timedelta(hours=chance.randrange(0, 40))
        try:
            chance.choice(STEPS)(project, chance, at)
            happened += 1
        except FirstwinError:
            pass
        kept, wanted = columns_and_recomputation(project)
        assert kept == wanted
    assert happened > 5


def any_task(project: Running, chance: Random) -> Any:
    return chance.choice([task for stage in project.detail().stages for task in stage.tasks]).id


def _complete(project: Running, chance: Random, at: datetime) -> None:
    tasks.complete_task(
        actor=system_actor(project.scene.workspace.id),
        task_id=any_task(project, chance),
        result={"users": 2},
        evidence="Seen",
        at=at,
    )


def _stick(project: Running, chance: Random, at: datetime) -> None:
    side = chance.choice(list(ReasonSide))
    tasks.mark_task_stuck(
        actor=project.scene.manager, task_id=any_task(project, chance), side=side, reason="Why not", at=at
    )


def _skip(project: Running, chance: Random, at: datetime) -> None:
    tasks.mark_task_not_applicable(
        actor=project.scene.manager, task_id=any_task(project, chance), reason="No need", at=at
    )


def _reopen(project: Running, chance: Random, at: datetime) -> None:
    tasks.reopen_task(actor=project.scene.manager, task_id=any_task(project, chance), at=at)


def _add(project: Running, chance: Random, at: datetime) -> None:
    new = NewTask(
        stage_id=chance.choice(project.detail().stages).id,
        name="Extra",
        side=chance.choice(list(Side)),
        predecessor_ids=(any_task(project, chance),),
    )
    scope.add_task(actor=project.scene.manager, project_id=project.id, new=new, at=at)


def _remove(project: Running, chance: Random, at: datetime) -> None:
    scope.remove_task(actor=project.scene.manager, task_id=any_task(project, chance), reason="Gone", at=at)


def _move(project: Running, chance: Random, at: datetime) -> None:
    due_at = at + timedelta(days=chance.randrange(1, 30))
    changes.move_task(
        actor=project.scene.manager, task_id=any_task(project, chance), move=TaskMove(due_at=due_at), at=at
    )


def _assign(project: Running, chance: Random, at: datetime) -> None:
    person = PersonRef(side=Side.CUSTOMER, id=project.scene.sponsor.id, name="")
    changes.assign_task(actor=project.scene.manager, task_id=any_task(project, chance), person=person, at=at)


def _hold(project: Running, chance: Random, at: datetime) -> None:
    side = chance.choice(list(ReasonSide))
    lifecycle.hold_project(actor=project.scene.manager, project_id=project.id, side=side, reason="Wait", at=at)


def _resume(project: Running, _: Random, at: datetime) -> None:
    lifecycle.resume_project(actor=project.scene.manager, project_id=project.id, at=at)


def _advance(project: Running, _: Random, at: datetime) -> None:
    clock.advance_project(actor=system_actor(project.scene.workspace.id), project_id=project.id, at=at)


def _comment(project: Running, _: Random, at: datetime) -> None:
    comments.add_comment(actor=project.scene.contact, project_id=project.id, body="Hello", at=at)


STEPS = (
    _complete, _complete, _complete, _stick, _skip, _reopen, _add, _remove, _move, _assign, _hold, _resume, _advance,
    _comment,
)  # fmt: skip
