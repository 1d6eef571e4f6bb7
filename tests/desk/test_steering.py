"""Dates, lengths and dependencies on the panel of a task, each with what it would do."""

import json
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from firstwin.identity.contracts import Role
from firstwin.playbooks.contracts import LinkSpec
from firstwin.projects.contracts.changes import TaskPatch
from firstwin.projects.contracts.steering import PlanChange, TaskTiming
from firstwin.projects.models import TaskLink
from firstwin.projects.operations import changes, steering
from tests.desk.browsing import HTMX, colleague, outsider, owner_of, text_of
from tests.factories.projects import Running, example_definition, launch_example, make_scene
from tests.projects.test_steering import away_for_two_weeks, dates_of, march, set_for_a_week

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example()


def timing_form(**fields: str) -> dict[str, str]:
    return {"amount": "2", "unit": "working_days", "start_at": "", "due_at": "", **fields}


def test_a_length_is_tried_out_and_saved(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    address = f"/tasks/{task.id}/timing/"
    asked = text_of(client.get(address, headers=HTMX))
    assert f'hx-post="{address}?try=1"' in asked
    assert 'value="3"' in asked
    said = timing_form(amount="20")
    tried = text_of(client.post(f"{address}?try=1", said, headers=HTMX))
    assert "later, to" in tried
    assert "Approve the plan" in tried
    assert running.task("provision").timing == task.timing
    assert client.post(address, said, headers=HTMX).headers["HX-Trigger"] == "changed"
    assert running.task("provision").timing["duration"] == "20wd"


def test_a_move_by_hours_within_a_day_is_told_with_its_hours(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    address = f"/tasks/{task.id}/timing/?try=1"
    own = '<span class="fw-strong">Provision the platform</span>'
    by_hours = text_of(client.post(address, timing_form(amount="22", unit="working_hours"), headers=HTMX)).split(own)[1]
    by_days = text_of(client.post(address, timing_form(amount="20"), headers=HTMX)).split(own)[1]
    hour = re.compile(r"\w, \d\d:\d\d</time>")
    assert len(hour.findall(by_hours.split("</p>")[0])) == 4
    assert not hour.search(by_days.split("</p>")[0])


def test_links_are_added_changed_and_removed(running: Running) -> None:
    client, task = owner_of(running), running.task("first-import")
    panel = f"/projects/{running.id}/tasks/{task.id}/"
    add = f"/tasks/{task.id}/links/add/"
    said = {"other": str(running.task("logo").id), "type": "finish_to_start", "lag": "2", "unit": "working_days"}
    client.post(add, said, headers=HTMX)
    assert "2 working days after Send us your logo ends" in text_of(client.get(panel, headers=HTMX))
    link = TaskLink.objects.for_actor(running.scene.manager).get(successor_id=task.id)
    change = f"/tasks/{task.id}/links/{link.id}/"
    assert 'value="2"' in text_of(client.get(change, headers=HTMX))
    client.post(change, {"type": "start_to_start", "lag": "", "unit": "working_days"}, headers=HTMX)
    assert "Starts after Send us your logo starts" in text_of(client.get(panel, headers=HTMX))
    tried = text_of(client.post(f"{change}remove/?try=1", headers=HTMX))
    assert "The end" in tried
    client.post(f"{change}remove/", headers=HTMX)
    assert not TaskLink.objects.for_actor(running.scene.manager).filter(id=link.id).exists()
    assert client.get(change, headers=HTMX).status_code == 404


def test_a_circle_is_said_in_the_dialog(running: Running) -> None:
    client, task = owner_of(running), running.task("kickoff")
    address = f"/tasks/{task.id}/links/add/"
    said = {"other": str(running.task("plan-approval").id), "type": "finish_to_start", "lag": "", "unit": "hours"}
    assert "These wait for each other" in text_of(client.post(f"{address}?try=1", said, headers=HTMX))
    assert client.post(address, said, headers=HTMX).status_code == 409


def test_viewers_and_strangers_steer_nothing(running: Running) -> None:
    task = running.task("provision")
    address = f"/tasks/{task.id}/timing/"
    viewer = colleague(running, Role.VIEWER)
    assert viewer.post(address, timing_form(amount="9"), headers=HTMX).status_code == 403
    assert address not in text_of(viewer.get(f"/projects/{running.id}/tasks/{task.id}/", headers=HTMX))
    assert outsider().get(address, headers=HTMX).status_code == 404
    assert running.task("provision").timing == task.timing


def test_a_drag_is_tried_out_and_saved(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    address = f"/tasks/{task.id}/drag/"
    asked = text_of(client.get(f"{address}?start=7&end=7", headers=HTMX))
    assert "Move “Provision the platform”" in asked
    assert 'name="start" value="7"' in asked
    assert "Change how long" in text_of(client.get(f"{address}?start=0&end=7", headers=HTMX))
    tried = text_of(client.post(f"{address}?try=1", {"start": "7", "end": "7"}, headers=HTMX))
    assert "later, to" in tried
    assert tried.index('<span class="fw-strong">Provision the platform</span>') < tried.index("later, to")
    assert running.task("provision").start_at == task.start_at
    client.post(address, {"start": "7", "end": "7"}, headers=HTMX)
    moved = running.task("provision")
    assert (moved.start_at - task.start_at).days == 7
    assert moved.is_start_fixed
    assert not moved.is_due_fixed
    client.post(address, {"start": "0", "end": "2"}, headers=HTMX)
    assert running.task("provision").is_due_fixed
    assert (running.task("provision").due_at - moved.due_at).days == 2
    assert client.post(address, {"start": "x", "end": "2"}, headers=HTMX).status_code == 422


def test_a_bar_dropped_before_what_it_waits_for_is_told_so_once(running: Running) -> None:
    client, task = owner_of(running), running.task("plan-approval")
    said = {"start": "-30", "end": "-30"}
    tried = text_of(client.post(f"/tasks/{task.id}/drag/?try=1", said, headers=HTMX))
    assert f"{task.name} is set to start on" in tried
    assert f"{task.name}: {task.name}" not in tried


def test_the_chart_tells_what_decides_the_end_and_what_was_planned_at_the_launch(running: Running) -> None:
    client = owner_of(running)
    page = text_of(client.get(f"/projects/{running.id}/?view=gantt"))
    assert "nothing: it decides the end" in page
    assert '"is_critical": true' in page
    assert "Planned at the launch" in page
    client.post(f"/tasks/{running.task('kickoff').id}/drag/", {"start": "14", "end": "14"}, headers=HTMX)
    assert "14 days later" in text_of(client.get(f"/projects/{running.id}/?view=gantt"))


def test_a_saved_change_is_undone_from_its_notice_and_by_key(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    address = f"/tasks/{task.id}/timing/"
    said = text_of(client.post(address, timing_form(amount="20"), headers=HTMX))
    undo = f"/projects/{running.id}/plan/undo/"
    assert f'hx-post="{undo}?step=' in said
    step = said.split(f"{undo}?step=")[1].split('"')[0]
    client.post(address, timing_form(amount="30"), headers=HTMX)
    assert client.post(f"{undo}?step={step}", headers=HTMX).status_code == 409
    assert "Taken back: the length of “Provision the platform”." in text_of(client.post(undo, headers=HTMX))
    assert running.task("provision").timing["duration"] == "20wd"
    assert client.post(f"{undo}?step={step}", headers=HTMX).headers["HX-Trigger"] == "changed"
    assert running.task("provision").timing == task.timing
    nothing = client.post(undo, headers=HTMX)
    assert nothing.status_code == 200
    assert "There is nothing to undo." in text_of(nothing)
    assert "HX-Trigger" not in nothing.headers
    assert client.post(f"{undo}?step=none", headers=HTMX).status_code == 404
    assert undo in text_of(client.get(f"/projects/{running.id}/"))


def test_viewers_and_strangers_undo_nothing(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    client.post(f"/tasks/{task.id}/timing/", timing_form(amount="20"), headers=HTMX)
    undo = f"/projects/{running.id}/plan/undo/"
    viewer = colleague(running, Role.VIEWER)
    assert viewer.post(undo, headers=HTMX).status_code == 403
    assert undo not in text_of(viewer.get(f"/projects/{running.id}/"))
    assert outsider().post(undo, headers=HTMX).status_code == 404
    assert running.task("provision").timing["duration"] == "20wd"


def test_a_bar_dropped_on_a_weekend_lands_on_monday_and_says_so(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    to_saturday = str((5 - task.start_at.weekday()) % 7)
    address = f"/tasks/{task.id}/drag/"
    tried = text_of(client.post(f"{address}?try=1", {"start": to_saturday, "end": to_saturday}, headers=HTMX))
    assert "“Provision the platform” cannot start on Saturday" in tried
    assert "a day off: it starts on Monday" in tried
    said = text_of(client.post(address, {"start": to_saturday, "end": to_saturday}, headers=HTMX))
    assert "it starts on Monday" in said
    moved = running.task("provision")
    assert moved.start_at.weekday() == 0
    assert (moved.start_at - task.start_at).days == int(to_saturday) + 2


def test_a_drag_says_before_it_is_saved_that_nobody_shares_an_hour_then(running: Running) -> None:
    client, kickoff = owner_of(running), running.task("kickoff")
    away_for_two_weeks(running, kickoff.start_at + timedelta(days=7))
    said, drag = "Kickoff call has no time that suits everybody", {"start": "7", "end": "7"}
    gantt = f"/projects/{running.id}/?view=gantt"
    assert said not in text_of(client.get(gantt))
    assert said in text_of(client.post(f"/tasks/{kickoff.id}/drag/?try=1", drag, headers=HTMX))
    client.post(f"/tasks/{kickoff.id}/drag/", drag, headers=HTMX)
    assert said in text_of(client.get(gantt))


def test_a_bar_with_both_ends_set_by_hand_keeps_its_length_when_it_is_dropped_on_a_weekend(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    set_for_a_week(running)
    said = text_of(client.post(f"/tasks/{task.id}/drag/", {"start": "5", "end": "5"}, headers=HTMX))
    assert "it starts on Monday 23 March" in said
    assert "ends on Friday 27 March" in said
    assert dates_of(running, "provision") == (march(23), march(27, 17))


def test_a_line_between_bars_asks_for_that_dependency(running: Running) -> None:
    client, logo, behind = owner_of(running), running.task("logo"), running.task("first-import")
    address = f"/tasks/{behind.id}/links/add/"
    asked = text_of(client.get(f"{address}?other={logo.id}&type=start_to_start", headers=HTMX))
    assert f'value="{logo.id}" selected' in asked
    assert 'value="start_to_start" selected' in asked


def test_the_chart_has_stages_milestones_dependencies_and_days_off(running: Running) -> None:
    client = owner_of(running)
    page = text_of(client.get(f"/projects/{running.id}/?view=gantt"))
    bars, more = (
        json.loads(page.split(f'id="{name}" type="application/json">')[1].split("</script>")[0])
        for name in ("bars", "chart")
    )
    shapes = {bar["name"]: bar.get("shape") for bar in bars}
    assert shapes["Welcome"] == "stage"
    assert shapes["First report run"] == "milestone"
    assert shapes["Kickoff call"] is None
    stage = next(bar for bar in bars if bar["name"] == "Set-up")
    assert "drag_href" not in stage
    assert stage["start"] <= min(bar["start"] for bar in bars if bar.get("stage") == "Set-up")
    bond = next(one for one in more["bonds"] if one["to"] == str(running.task("logo").id))
    assert bond == {"from": str(running.task("kickoff").id), "to": str(running.task("logo").id),
                    "type": "finish_to_start", "words": "Starts after Kickoff call ends"}  # fmt: skip
    assert "2026-03-07" in more["off_days"]
    assert "2026-03-09" not in more["off_days"]


def test_a_stage_that_waits_for_a_task_stands_on_its_panel() -> None:
    definition = example_definition()
    waiting = replace(definition.stages[2], after=(LinkSpec(task="logo"),))
    running = launch_example(make_scene(example_definition(stages=(*definition.stages[:2], waiting))))
    panel = text_of(owner_of(running).get(f"/projects/{running.id}/tasks/{running.task('logo').id}/", headers=HTMX))
    assert "Waits for this" in panel
    assert "First win" in panel
    assert "the whole stage" in panel


def test_an_answer_to_a_question_overwrites_nothing_that_its_reader_has_not_seen(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    seen = f"?version={task.version}"
    questions = {
        f"/tasks/{task.id}/timing/": timing_form(amount="20"),
        f"/tasks/{task.id}/drag/": {"start": "7", "end": "7"},
        f"/tasks/{task.id}/edit/": {"name": "Provision it", "visibility": "shared", "person": ""},
        f"/tasks/{task.id}/stuck/": {"side": "customer", "reason": "No answer"},
        f"/tasks/{task.id}/not-applicable/": {"reason": "Not needed"},
        f"/tasks/{task.id}/remove/": {"reason": "Not needed"},
    }
    for address in questions:
        assert f'hx-post="{address}{seen}"' in text_of(client.get(f"{address}{seen}", headers=HTMX)), address
    edit = f"/tasks/{task.id}/edit/{seen}"
    assert f'hx-post="{edit}"' in text_of(client.post(edit, {"name": ""}, headers=HTMX))
    changes.edit_task(
        actor=running.scene.manager, task_id=task.id, patch=TaskPatch(name="Set the platform up"), at=running.scene.at
    )
    for address, said in questions.items():
        refused = client.post(f"{address}{seen}", said, headers=HTMX)
        assert refused.status_code == 409, address
        assert "changed “Set the platform up”" in text_of(refused), address
    kept = running.task("provision")
    assert (kept.name, kept.version, kept.timing) == ("Set the platform up", task.version + 1, task.timing)
    assert client.post(f"/tasks/{task.id}/start/?version=²", headers=HTMX).status_code == 200


def test_dates_that_followed_others_while_a_question_was_open_are_not_set_back(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    address = f"/tasks/{task.id}/edit/"
    asked = text_of(client.get(address, headers=HTMX))
    start, due = (f"{at:%Y-%m-%dT%H:%M}" for at in (task.start_at, task.due_at))
    before = {name: asked.split(f'name="initial-{name}" value="')[1].split('"')[0] for name in ("start_at", "due_at")}
    kickoff = running.task("kickoff")
    week = TaskTiming(task_id=kickoff.id, due_at=kickoff.due_at + timedelta(days=7))
    change = PlanChange(timings=(week,))
    steering.change_plan(actor=running.scene.manager, project_id=running.id, change=change, at=running.scene.at)
    moved = running.task("provision")
    assert (moved.version, moved.start_at > task.start_at) == (task.version, True)
    said = {"name": "Provision it", "visibility": "title_only", "is_required": "on", "start_at": start, "due_at": due}
    said |= {f"initial-{name}": value for name, value in before.items()}
    assert client.post(f"{address}?version={task.version}", said, headers=HTMX).status_code == 200
    kept = running.task("provision")
    assert (kept.name, kept.start_at, kept.due_at) == ("Provision it", moved.start_at, moved.due_at)
    assert not kept.is_start_fixed
    assert not kept.is_due_fixed


def test_a_new_end_alone_leaves_the_start_to_the_plan(running: Running) -> None:
    client, task = owner_of(running), running.task("provision")
    form = {"name": task.name, "visibility": task.visibility, "is_required": "on"}
    form |= {f"initial-{name}": f"{getattr(task, name):%Y-%m-%d %H:%M:%S}" for name in ("start_at", "due_at")}
    form |= {
        "start_at": f"{task.start_at:%Y-%m-%dT%H:%M}",
        "due_at": f"{task.due_at + timedelta(days=2):%Y-%m-%dT%H:%M}",
    }
    client.post(f"/tasks/{task.id}/edit/?version={task.version}", form, headers=HTMX)
    kept = running.task("provision")
    assert (kept.due_at - task.due_at, kept.is_due_fixed, kept.is_start_fixed) == (timedelta(days=2), True, False)
