"""The pages about usage: who sees them, what stands there before the first event, and while the store is away."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse

from firstwin.identity.contracts import Role
from tests.desk.browsing import signed_in, text_of
from tests.factories.identity import actor_for, make_member
from tests.factories.usage import make_source, take_in, track

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_usage_and_only_those_who_govern_are_led_to_the_sources(role: Role) -> None:
    text = text_of(signed_in(make_member(role).user).get(reverse("usage")))
    assert "Connect your product" in text
    assert 'href="/usage/"' in text
    assert (reverse("settings_sources") in text) == (role in {Role.OWNER, Role.ADMIN})


def test_a_stranger_is_led_to_the_door() -> None:
    assert Client().get(reverse("usage")).status_code == 302


def test_a_source_that_sent_nothing_yet_is_waited_for() -> None:
    owner = make_member(Role.OWNER)
    make_source(actor_for(owner))
    assert "Waiting for the first event" in text_of(signed_in(owner.user).get(reverse("usage")))
    other = make_member(Role.OWNER)
    assert "Connect your product" in text_of(signed_in(other.user).get(reverse("usage")))


def test_the_first_event_ends_the_waiting(now: datetime) -> None:
    owner = make_member(Role.OWNER)
    source = make_source(actor_for(owner))
    take_in(source, track(), at=now)
    assert "Waiting for the first event" not in text_of(signed_in(owner.user).get(reverse("usage")))
