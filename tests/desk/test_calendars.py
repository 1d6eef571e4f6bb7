"""Pages of working time: the month, the year, what is entered, hours, files; and the same over the API."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from firstwin.calendars.contracts import DayKind, Holder
from firstwin.calendars.models import Calendar, CalendarDay
from firstwin.identity.contracts import Role, Scope
from firstwin.identity.models import Member
from tests.calendars.test_rules import ics
from tests.desk.browsing import HTMX, signed_in, text_of
from tests.factories.calendars import enter, holder_of
from tests.factories.customers import make_account, make_contact
from tests.factories.http import key_client
from tests.factories.identity import make_member, make_workspace

pytestmark = pytest.mark.django_db

LEAVE = {"kind": "leave", "first_on": "2026-08-03", "last_on": "2026-08-14", "repeat": "never", "label": "Sea"}


@pytest.fixture
def member() -> Member:
    return make_member(Role.SPECIALIST, workspace=make_workspace(country="DE", time_zone="Europe/Berlin"))


def address(name: str, holder: Holder) -> str:
    return reverse(name, kwargs={"holder_kind": holder.kind.value, "holder_id": holder.id})


def opened(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return text_of(answer)


def test_a_month_says_why_days_are_closed(member: Member) -> None:
    client = signed_in(member.user)
    enter(member.workspace_id, holder_of(member), date(2026, 12, 28), date(2026, 12, 29), label="Sea")
    text = opened(client, f"{reverse('settings_own_calendar')}?month=2026-12")
    for words in (
        "December 2026",
        "Christmas Day",
        "Leave, Sea",
        "Europe/<wbr>Berlin",
        "Germany",
        "Leave 28–29 December",
    ):
        assert words in text
    assert "Christmas Day" in opened(client, f"{reverse('settings_own_calendar')}?year=2026")


@pytest.mark.parametrize("asked", ["month=2026-13", "month=0001-01", "month=9999-12", "year=1", "year=٢٠٢٦", "year=x"])
def test_months_and_years_that_are_none_show_the_present_one(member: Member, asked: str) -> None:
    assert "fw-month-day-today" in opened(signed_in(member.user), f"{reverse('settings_own_calendar')}?{asked}")


def test_leave_is_entered_changed_taken_out_and_put_back(member: Member) -> None:
    client, holder = signed_in(member.user), holder_of(member)
    asked = client.get(f"{address('calendar_day_add', holder)}?on=2026-08-03", headers=HTMX)
    assert 'value="2026-08-03"' in text_of(asked)
    assert client.post(address("calendar_day_add", holder), LEAVE, headers=HTMX).headers["HX-Trigger"] == "changed"
    row = CalendarDay.objects.for_workspace(member.workspace_id).get()
    assert (row.first_on, row.last_on, row.label) == (date(2026, 8, 3), date(2026, 8, 14), "Sea")
    change = reverse("calendar_day", kwargs={"day_id": row.id})
    assert "Sea" in text_of(client.get(change, headers=HTMX))
    client.post(change, {**LEAVE, "last_on": "2026-08-07"}, headers=HTMX)
    removed = client.post(reverse("calendar_day_remove", kwargs={"day_id": row.id}), headers=HTMX)
    assert not CalendarDay.objects.for_workspace(member.workspace_id).exists()
    undo = text_of(removed).split('hx-post="')[1].split('"')[0].replace("&amp;", "&")
    assert client.post(undo, headers=HTMX).status_code == 200
    assert CalendarDay.objects.for_workspace(member.workspace_id).get().last_on == date(2026, 8, 7)


def test_faults_stay_beside_their_fields_and_nothing_typed_is_lost(member: Member) -> None:
    client, holder = signed_in(member.user), holder_of(member)
    wrong = {**LEAVE, "last_on": "2026-08-01", "starts": "09:00"}
    answer = client.post(address("calendar_day_add", holder), wrong, headers=HTMX)
    assert answer.status_code == 422
    assert "Give both times" in text_of(answer)
    answer = client.post(address("calendar_day_add", holder), {**LEAVE, "last_on": "2026-08-01"}, headers=HTMX)
    assert "The last day is before the first." in text_of(answer)
    assert 'value="Sea"' in text_of(answer)
    assert not CalendarDay.objects.for_workspace(member.workspace_id).exists()


HOURS = {
    **{f"day_{index}": "8:00-12:00, 13:00-16:30" for index in range(5)},
    "day_5": "",
    "day_6": "",
    "time_zone": "",
    "country": "inherit",
    "subdivision": "BY",
}


def test_hours_are_changed_and_inherited_again(member: Member) -> None:
    client, holder = signed_in(member.user), holder_of(member)
    path = address("calendar_hours", holder)
    assert "Bayern" in text_of(client.get(path, headers=HTMX))
    assert client.post(path, HOURS, headers=HTMX).status_code == 200
    text = opened(client, reverse("settings_own_calendar"))
    assert "8:00–12:00, 13:00–16:30" in text
    assert "Germany, Bayern" in text
    assert client.post(path, {**HOURS, "inherits": "on"}, headers=HTMX).status_code == 200
    assert Calendar.objects.for_workspace(member.workspace_id).get().week is None
    answer = client.post(path, {**HOURS, "day_0": "morning"}, headers=HTMX)
    assert answer.status_code == 422
    assert "Write hours as" in text_of(answer)


def test_time_and_skills(member: Member) -> None:
    client = signed_in(member.user)
    path = reverse("set_capacity", kwargs={"member_id": member.id})
    assert client.post(path, {"weekly_hours": "30", "skills": "SSO, Data import"}, headers=HTMX).status_code == 200
    text = opened(client, reverse("settings_own_calendar"))
    assert "30 hours" in text
    assert "Data import" in text
    asked = client.get(
        reverse("set_capacity", kwargs={"member_id": make_member(workspace=member.workspace).id}), headers=HTMX
    )
    assert "Others here know: Data import, SSO." in text_of(asked)


def test_a_file_is_looked_at_taken_over_and_undone(member: Member) -> None:
    client, holder = signed_in(member.user), holder_of(member)
    file = SimpleUploadedFile("leave.ics", ics("UID:a\nDTSTART;VALUE=DATE:20300803\nSUMMARY:Sea"))
    shown = client.post(address("calendar_file", holder), {"file": file}, follow=True)
    assert "Leave 3 August 2030: Sea" in text_of(shown)
    preview = shown.redirect_chain[0][0]
    done = client.post(preview.replace("preview", "take-over"), follow=True)
    assert "1 added, 0 changed" in text_of(done)
    assert "Leave 3 August 2030: Sea" in text_of(done)
    assert CalendarDay.objects.for_workspace(member.workspace_id).count() == 1
    undone = client.post(preview.replace("preview", "undo"), follow=True)
    assert "was undone" in text_of(undone)
    assert not CalendarDay.objects.for_workspace(member.workspace_id).exists()


def test_a_file_that_is_none_says_so(member: Member) -> None:
    client, holder = signed_in(member.user), holder_of(member)
    wrong = SimpleUploadedFile("photo.ics", b"GIF89a")
    text = text_of(client.post(address("calendar_file", holder), {"file": wrong}, follow=True))
    assert "This is not a calendar file (ICS)." in text
    assert "Take it over" not in text
    assert f'href="{address("calendar_file", holder)}"' in text
    assert client.post(address("calendar_file", holder), {}).status_code == 422


def test_accounts_contacts_and_the_workspace_have_theirs(member: Member) -> None:
    client = signed_in(member.user)
    account = make_account(member.workspace, country="US", time_zone="America/New_York")
    contact = make_contact(account)
    enter(member.workspace_id, holder_of(contact), date(2099, 8, 3))
    enter(member.workspace_id, holder_of(account), date(2030, 8, 4), kind=DayKind.DAY_OFF, label="Inventory")
    text = opened(client, address("calendar", holder_of(account)))
    assert contact.name in text
    assert "Add a day" in text
    theirs = opened(client, address("calendar", holder_of(contact)))
    assert "Add leave" in theirs
    assert f"{account.name}</a>" in theirs
    assert address("calendar", holder_of(account)) in opened(
        client, reverse("account", kwargs={"account_id": account.id})
    )
    shared = opened(client, reverse("settings_calendar"))
    assert "Add a day" not in shared
    boss = make_member(Role.ADMIN, workspace=member.workspace)
    assert "Add a day" in opened(signed_in(boss.user), reverse("settings_calendar"))
    assert client.get(reverse("calendar", kwargs={"holder_kind": "planet", "holder_id": member.id})).status_code == 404


def test_the_page_takes_a_constant_number_of_queries(
    member: Member, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(member.user)
    account = make_account(member.workspace)
    for _ in range(5):
        enter(member.workspace_id, holder_of(make_contact(account)), date(2099, 8, 3))
    opened(client, address("calendar", holder_of(account)))
    with django_assert_max_num_queries(24):
        opened(client, address("calendar", holder_of(account)))


def test_the_same_over_the_api(member: Member) -> None:
    client = key_client(Scope.ADMIN, workspace=member.workspace)
    base = f"/api/v1/calendars/member/{member.id}"
    body = {"kind": "leave", "first_on": "2026-08-03", "last_on": "2026-08-14"}
    made = client.post(f"{base}/exceptions", body, content_type="application/json")
    assert made.status_code == 201
    assert made.json()["words"] == "Leave 3–14 August"
    day = f"/api/v1/calendars/exceptions/{made.json()['id']}"
    changed = client.put(day, {**body, "last_on": "2026-08-07"}, content_type="application/json")
    assert changed.json()["words"] == "Leave 3–7 August"
    days = client.get(f"{base}/days?first_on=2026-08-03&last_on=2026-08-10").json()
    assert [one["state"] for one in days] == ["leave"] * 5 + ["weekend"] * 2 + ["working"]
    hours = client.patch(base, {"week": [[["08:00", "12:00"]]] * 5 + [[], []]}, content_type="application/json")
    assert hours.json()["weekly_hours"] in ("20.00", 20.0)
    assert client.delete(day).status_code == 204
    file = SimpleUploadedFile("days.csv", b"from\n2026-08-03\n")
    looked = client.post(f"{base}/imports", {"file": file})
    assert looked.status_code == 201
    for step, state in (("finish", "done"), ("undo", "undone")):
        answer = client.post(f"/api/v1/calendars/imports/{looked.json()['id']}/{step}")
        assert answer.json()["state"] == state
    capacity = client.put(
        f"/api/v1/calendars/capacities/{member.id}",
        {"weekly_hours": 30, "skills": ["SSO"]},
        content_type="application/json",
    )
    assert capacity.json()["skills"] == ["SSO"]
    assert any(one["code"] == "DE" for one in client.get("/api/v1/calendars/countries").json())
    assert any(one["code"] == "BY" for one in client.get("/api/v1/calendars/countries/DE/subdivisions").json())
    assert client.get(f"/api/v1/calendars/account/{member.id}").status_code == 404
