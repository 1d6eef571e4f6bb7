"""When people can meet."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from firstwin.communications.contracts import NewMeeting
from firstwin.communications.operations import meetings
from firstwin.communications.queries import times
from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.projects.contracts import TaskState
from firstwin.projects.queries import preview
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
