"""When people can meet."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from firstwin.calendars.operations import hours
from firstwin.communications.contracts import MeetingInfo, NewMeeting
from firstwin.communications.operations import meetings
from firstwin.communications.queries import times
from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.projects.contracts import ReasonSide, TaskState
from firstwin.projects.operations import tasks
from firstwin.projects.queries import preview, steering
from firstwin.shared.errors import NotFoundError, PermissionDeniedError
from tests.factories.calendars import enter, holder_of
from tests.factories.communications import MORNING, launch_talking
from tests.factories.communications import meetings as meeting_rows
from tests.factories.identity import make_actor
from tests.factories.projects import Running, launch_example, make_scene, new_project

pytestmark = pytest.mark.django_db
SINCE = datetime(2026, 3, 3, 12, tzinfo=UTC)


def _find(running: Running, starts_at: datetime | None = None, minutes: int = 60) -> times.MeetingTimes:
    ids = [running.scene.specialist.id, running.scene.sponsor.id]
    return times.find_times(
        actor=running.scene.specialist,
        project_id=running.id,
        attendee_ids=ids,
        minutes=minutes,
        since=SINCE,
        starts_at=starts_at,
    )


def _member(running: Running) -> Member:
    return Member.objects.for_actor(running.scene.manager).get(id=running.scene.specialist.id)


def test_the_first_free_time_of_each_day_is_offered() -> None:
    running = launch_example()
    found = _find(running)
    assert found.free == (
        SINCE,
        datetime(2026, 3, 4, 9, tzinfo=UTC),
        datetime(2026, 3, 5, 9, tzinfo=UTC),
        datetime(2026, 3, 6, 9, tzinfo=UTC),
    )
    assert (found.why_none, found.objections) == ("", ())


def test_leave_and_other_meetings_are_gone_round_and_told() -> None:
    running = launch_example()
    scene = running.scene
    enter(scene.workspace.id, holder_of(_member(running)), date(2026, 3, 4))
    thursday = datetime(2026, 3, 5, 9, tzinfo=UTC)
    new = NewMeeting(project_id=running.id, title="Demo", starts_at=thursday, minutes=90, attendees=(scene.sponsor.id,))
    meeting = meetings.schedule_meeting(actor=scene.specialist, new=new, at=SINCE)
    assert _find(running).free[1:3] == (thursday + timedelta(minutes=90), datetime(2026, 3, 6, 9, tzinfo=UTC))
    assert _find(running, datetime(2026, 3, 4, 9, tzinfo=UTC)).objections == (
        f"{_member(running).user.name} does not work then: it is Wednesday, 09:00 where they are.",
    )
    assert _find(running, thursday + timedelta(hours=1)).objections == ("Nia Park has another meeting then.",)
    assert _find(running, SINCE + timedelta(days=5000)).objections == ()
    ids = [scene.sponsor.id]
    same = times.find_times(
        actor=scene.specialist,
        project_id=running.id,
        attendee_ids=ids,
        minutes=60,
        since=SINCE,
        starts_at=thursday,
        leave_out=meeting.id,
    )
    assert same.objections == ()


def test_without_shared_hours_it_says_who_shares_none() -> None:
    running = launch_example(make_scene(time_zone="Pacific/Auckland"))
    found = _find(running)
    name = _member(running).user.name
    assert found.free[0] == datetime(2026, 3, 3, 18, tzinfo=UTC)  # seven in the morning there, and early evening here
    assert found.why_none == f"{name} and Nia Park share no working hours in this time."
    enter(running.scene.workspace.id, holder_of(_member(running)), date(2026, 3, 1), date(2026, 4, 30))
    found = _find(running)
    assert found.free == ()
    assert found.why_none == f"{name} does not work in this time."


def test_a_launch_names_meetings_without_shared_hours_once() -> None:
    scene = make_scene(time_zone="Pacific/Auckland")
    seen = preview.preview_launch(actor=scene.specialist, new=new_project(scene), at=scene.at)
    [warning] = [text for text in seen.warnings if "suits everybody" in text]
    assert warning.startswith("Kickoff call has no time that suits everybody: ")
    assert warning.endswith(" and Nia Park share no working hours in this time.")
    near = make_scene(time_zone="Europe/Berlin")
    seen = preview.preview_launch(actor=near.specialist, new=new_project(near), at=near.at)
    assert not [text for text in seen.warnings if "suits everybody" in text]


def test_a_meeting_that_arranges_itself_stops_and_says_why(run_jobs: Callable[[datetime], int]) -> None:
    running = launch_talking(time_zone="Pacific/Auckland")
    enter(running.scene.workspace.id, holder_of(_member(running)), date(2026, 3, 2), date(2026, 3, 13))
    run_jobs(MORNING)
    task = running.task("kickoff")
    assert task.state == TaskState.STUCK
    assert f"{_member(running).user.name} and Nia Park share no working hours in this time." in task.reason
    assert meeting_rows(running) == []


def test_who_may_not_arrange_meetings_asks_for_no_times() -> None:
    running = launch_example()
    viewer = make_actor(Role.VIEWER, workspace=running.scene.workspace)
    for actor, error in (
        (viewer, PermissionDeniedError),
        (running.scene.contact, PermissionDeniedError),
        (make_actor(Role.MANAGER), NotFoundError),
    ):
        with pytest.raises(error):
            times.find_times(
                actor=actor, project_id=running.id, attendee_ids=[running.scene.sponsor.id], minutes=60, since=SINCE
            )


def test_people_of_another_account_are_not_looked_at() -> None:
    running, other = launch_example(), launch_example()
    found = times.find_times(
        actor=running.scene.specialist,
        project_id=running.id,
        attendee_ids=[other.scene.sponsor.id],
        minutes=60,
        since=SINCE,
    )
    assert found == times.MeetingTimes(free=())


def _said(running: Running) -> list[str]:
    """What the plan says of meetings whose people share no hours."""
    room = steering.get_room(actor=running.scene.specialist, project_id=running.id)
    return [one.conflict for one in room.tasks if "suits everybody" in one.conflict]


def _arrange(running: Running, starts_at: datetime) -> MeetingInfo:
    ids = (running.scene.specialist.id, running.scene.sponsor.id)
    task_id = running.task("kickoff").id
    new = NewMeeting(
        project_id=running.id, title="Kickoff", starts_at=starts_at, minutes=60, attendees=ids, task_id=task_id
    )
    return meetings.schedule_meeting(actor=running.scene.specialist, new=new, at=SINCE)


def test_a_plan_says_that_no_time_suits_until_a_meeting_is_arranged_nevertheless_and_again_once_it_is_called_off() -> (
    None
):
    running = launch_example(make_scene(time_zone="Pacific/Auckland"))
    [said] = _said(running)
    before = running.row().updated_at
    meeting = _arrange(running, SINCE + timedelta(days=1))
    assert _said(running) == []
    meetings.move_meeting(
        actor=running.scene.specialist, meeting_id=meeting.id, starts_at=SINCE + timedelta(days=2), at=SINCE
    )
    assert running.task("kickoff").meeting_at == SINCE + timedelta(days=2)
    assert _said(running) == []
    meetings.cancel_meeting(actor=running.scene.specialist, meeting_id=meeting.id, reason="Ill", at=SINCE)
    assert _said(running) == [said]
    assert running.row().updated_at == before


def test_a_plan_no_longer_says_it_once_their_hours_permit_it() -> None:
    running = launch_example(make_scene(time_zone="Pacific/Auckland"))
    assert _said(running)
    holder = holder_of(_member(running))
    hours.set_hours(actor=running.scene.specialist, holder=holder, changes={"time_zone": "Pacific/Auckland"}, at=SINCE)
    assert _said(running) == []


def test_a_meeting_that_could_not_arrange_itself_goes_on_once_somebody_arranged_it(
    run_jobs: Callable[[datetime], int],
) -> None:
    running = launch_talking(time_zone="Pacific/Auckland")
    enter(running.scene.workspace.id, holder_of(_member(running)), date(2026, 3, 2), date(2026, 3, 13))
    run_jobs(MORNING)
    assert running.task("kickoff").state == TaskState.STUCK
    _arrange(running, SINCE + timedelta(days=20))
    run_jobs(SINCE)
    task = running.task("kickoff")
    assert (task.state, task.reason) == (TaskState.OPEN, "Its meeting is arranged.")
    assert len(meeting_rows(running)) == 1


def test_what_somebody_else_said_about_a_stuck_meeting_stays() -> None:
    running = launch_example()
    tasks.mark_task_stuck(
        actor=running.scene.specialist,
        task_id=running.task("kickoff").id,
        side=ReasonSide.CUSTOMER,
        reason="No budget yet",
        at=SINCE,
    )
    _arrange(running, SINCE + timedelta(days=1))
    assert running.task("kickoff").state == TaskState.STUCK
