"""The pages of bookings, and the same over the API."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse
from django.utils import timezone

from firstwin.identity.contracts import Role
from firstwin.projects.contracts.bookings import BookingInfo, BookingState
from firstwin.projects.models import Booking, Project
from firstwin.projects.queries import bookings as booking_queries
from tests.desk.browsing import HTMX, colleague, outsider, text_of
from tests.factories.bookings import make_booking, new_booking
from tests.factories.http import key_client
from tests.factories.projects import Running, Scene, launch_example, make_scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def running() -> Running:
    return launch_example(make_scene(contract_signed_at=timezone.now()), at=timezone.now())


def book(scene: Scene, **fields: object) -> UUID:
    today = timezone.localdate()
    return make_booking(
        scene, **{"start_on": today + timedelta(days=max(21 - (today - scene.at.date()).days, 1)), **fields}
    )


@pytest.fixture
def booking_id(running: Running) -> UUID:
    return book(running.scene)


def booked(running: Running, booking_id: UUID) -> BookingInfo:
    return booking_queries.get_booking(actor=running.scene.manager, booking_id=booking_id)


def form_of(running: Running, **fields: object) -> dict[str, object]:
    day = (timezone.localdate() + timedelta(days=7)).isoformat()
    return {
        "customer": "Wren Robotics",
        "segment": "mid_market",
        "start_on": day,
        "probability": 60,
        "role.csm": str(running.scene.specialist.id),
        **fields,
    }


def new_url(running: Running) -> str:
    playbook_id = new_booking(running.scene).playbook_id
    return f"{reverse('new_booking')}?playbook={playbook_id}"


def test_the_way_from_the_empty_list_to_a_booking(running: Running) -> None:
    client = colleague(running)
    assert "Nothing is booked" in text_of(client.get(reverse("bookings")))
    assert "Example onboarding" in text_of(client.get(reverse("new_booking")))
    assert "Success manager" in text_of(client.get(new_url(running)))
    assert client.post(new_url(running), form_of(running)).status_code == 302
    text = text_of(client.get(reverse("bookings")))
    assert "Wren Robotics" in text
    assert "60 %" in text
    assert f"Success manager: {running.scene.specialist.name}" in text
    assert "fw-load-likely" in text_of(client.get(reverse("workload")))


def test_what_is_wrong_stays_typed_and_is_said(running: Running) -> None:
    client = colleague(running)
    response = client.post(new_url(running), form_of(running, segment="", note="From the fair"))
    assert response.status_code == 422
    assert "choose the segment of the prospect" in text_of(response)
    assert "From the fair" in text_of(response)
    assert client.post(new_url(running), form_of(running, probability=100)).status_code == 422
    assert client.post(new_url(running), form_of(running, start_on="2020-01-01")).status_code == 422
    assert not Booking.objects.for_actor(running.scene.manager).exists()


def test_the_name_of_an_account_books_for_it(running: Running) -> None:
    colleague(running).post(new_url(running), form_of(running, customer="acorn foods", segment=""))
    assert Booking.objects.for_actor(running.scene.manager).get().account_id == running.scene.account.id


def test_change_release_and_take_up_again(running: Running, booking_id: UUID) -> None:
    client = colleague(running)
    edit = reverse("edit_booking", kwargs={"booking_id": booking_id})
    assert 'value="50"' in text_of(client.get(edit))
    assert client.post(edit, form_of(running, probability=75)).status_code == 302
    assert booked(running, booking_id).probability == 75
    answer = client.post(reverse("release_booking", kwargs={"booking_id": booking_id}), headers=HTMX)
    restore = reverse("restore_booking", kwargs={"booking_id": booking_id})
    assert restore in text_of(answer)
    assert booked(running, booking_id).state is BookingState.RELEASED
    assert "Book again" in text_of(client.get(reverse("bookings")))
    assert "Likely start" in text_of(client.get(restore, headers=HTMX))
    client.post(restore, headers=HTMX)
    assert booked(running, booking_id).state is BookingState.OPEN


def test_two_people_editing_one_booking_do_not_overwrite_each_other(running: Running, booking_id: UUID) -> None:
    client, edit = colleague(running), reverse("edit_booking", kwargs={"booking_id": booking_id})
    version = booked(running, booking_id).version
    assert f'name="version" value="{version}"' in text_of(client.get(edit))
    assert client.post(edit, form_of(running, probability=75, version=version)).status_code == 302
    late = client.post(edit, form_of(running, probability=25, version=version))
    assert late.status_code == 422
    assert "Somebody has changed this booking meanwhile" in text_of(late)
    assert booked(running, booking_id).probability == 75


def test_who_only_looks_and_strangers_change_nothing(running: Running, booking_id: UUID) -> None:
    release = reverse("release_booking", kwargs={"booking_id": booking_id})
    viewer = colleague(running, Role.VIEWER)
    assert "Book time" not in text_of(viewer.get(reverse("bookings")))
    assert viewer.post(release, headers=HTMX).status_code == 403
    assert outsider().post(release, headers=HTMX).status_code == 404
    assert outsider().get(reverse("edit_booking", kwargs={"booking_id": booking_id})).status_code == 404
    assert booked(running, booking_id).state is BookingState.OPEN


def test_a_week_names_what_is_likely_too(running: Running, booking_id: UUID) -> None:
    start = booked(running, booking_id).start_on
    monday = start - timedelta(days=start.weekday())
    path = reverse("workload_week", kwargs={"member_id": running.scene.specialist.id})
    text = text_of(colleague(running).get(f"{path}?on={monday + timedelta(days=7)}", headers=HTMX))
    assert "Likely too" in text
    assert "Wren Robotics" in text


def test_the_launch_takes_the_booking_over_with_its_people(running: Running) -> None:
    scene = running.scene
    booking_id = book(scene, account_id=scene.account.id)
    client = colleague(running)
    url = f"{reverse('start_project')}?account={scene.account.id}&playbook={new_booking(scene).playbook_id}"
    form = client.get(url).context["form"]
    assert form["booking"].value() == str(booking_id)
    assert form["role.csm"].value() == str(scene.specialist.id)
    posted = {name: str(form[name].value() or "") for name in form.fields}
    client.post(url, posted)
    found = booked(running, booking_id)
    assert found.state is BookingState.LAUNCHED
    assert Project.objects.for_actor(scene.manager).filter(id=found.project_id).exists()
    assert "Started" in text_of(client.get(reverse("bookings")))


def test_a_booking_over_the_api(running: Running) -> None:
    client = key_client(workspace=running.scene.workspace)
    body = {
        "playbook_id": str(new_booking(running.scene).playbook_id),
        "start_on": (timezone.localdate() + timedelta(days=7)).isoformat(),
        "probability": 40,
        "prospect_name": "Wren Robotics",
        "segment": "mid_market",
    }
    made = client.post("/api/v1/bookings", body, content_type="application/json")
    assert made.status_code == 201
    path = f"/api/v1/bookings/{made.json()['id']}"
    patch = {"probability": 45, "version": 1}
    assert client.patch(path, patch, content_type="application/json").status_code == 204
    assert client.patch(path, patch, content_type="application/json").status_code == 409
    assert client.get(path).json()["probability"] == 45
    assert len(client.get("/api/v1/bookings").json()) == 1
    assert client.post(f"{path}/release", {}, content_type="application/json").status_code == 204
    assert client.get("/api/v1/bookings").json() == []
    assert client.post(f"{path}/restore", {}, content_type="application/json").status_code == 204
    refused = client.post("/api/v1/bookings", {**body, "probability": 0}, content_type="application/json")
    assert refused.status_code == 422
