"""What everyone settles for themselves, and the way between workspaces."""

from datetime import time

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.communications.contracts import MailChoice, NotificationKind
from firstwin.communications.models import Preference
from firstwin.communications.queries import preferences as preference_queries
from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from tests.factories.http import member_client
from tests.factories.identity import actor_for, make_member, make_workspace

pytestmark = pytest.mark.django_db
CHOSEN = {
    **{kind.value: "daily" for kind in NotificationKind},
    "mention": "off",
    "quiet_from": "19:00",
    "quiet_until": "08:30",
    "summary_at": "09:00",
}


@pytest.fixture
def member() -> Member:
    return make_member(Role.VIEWER)


def test_everyone_chooses_their_own_mail(member: Member) -> None:
    client = member_client(member=member)
    assert client.get("/settings/mail/").status_code == 200

    client.post(reverse("settings_mail"), CHOSEN)

    chosen = preference_queries.get_preferences(actor=actor_for(member))
    assert chosen.choices[NotificationKind.MENTION] is MailChoice.OFF
    assert (chosen.quiet_from, chosen.quiet_until, chosen.summary_at) == (time(19), time(8, 30), time(9))
    assert 'value="19:00"' in client.get(reverse("settings_mail")).content.decode()


def test_a_choice_that_does_not_exist_is_said_beside_it(member: Member) -> None:
    response = member_client(member=member).post(reverse("settings_mail"), {**CHOSEN, "reply": "sometimes"})
    assert response.status_code == 422
    assert "Please correct this first" in response.content.decode()
    assert not Preference.objects.for_workspace(member.workspace_id).exists()


def test_a_profile_is_changed(member: Member) -> None:
    client = member_client(member=member)
    typed = {"name": "Mara Lindqvist", "title": "Lead", "time_zone": "Europe/Berlin"}
    assert client.post(reverse("settings_profile"), typed).status_code == 302
    member.refresh_from_db()
    member.user.refresh_from_db()
    assert (member.user.name, member.title, member.user.time_zone) == ("Mara Lindqvist", "Lead", "Europe/Berlin")

    assert client.post(reverse("settings_profile"), {**typed, "name": " "}).status_code == 422
    member.user.refresh_from_db()
    assert member.user.name == "Mara Lindqvist"


def test_the_switcher_offers_the_other_workspaces_of_a_person(member: Member) -> None:
    client = member_client(member=member)
    assert "Other workspaces" not in client.get(reverse("settings_mail")).content.decode()

    other = make_workspace("Second Company")
    make_member(Role.OWNER, workspace=other, user=member.user)
    assert "Second Company" in client.get(reverse("settings_mail")).content.decode()

    client.post(reverse("switch_workspace"), {"workspace_id": str(other.id)})
    text = client.get(reverse("settings_mail")).content.decode()
    assert "Owner in Second Company" in text
    assert member.workspace.name in text.split("Other workspaces")[1]


def test_a_stranger_is_led_to_the_sign_in_page() -> None:
    for name in ("settings", "settings_mail", "settings_profile"):
        assert Client().get(reverse(name))["Location"].startswith(reverse("account_login"))
