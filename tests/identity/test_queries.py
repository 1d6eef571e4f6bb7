"""Reads of identity: how many queries they need, and what they hide."""

from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from firstwin.identity import queries
from firstwin.identity.contracts import NotSignedInError, NoWorkspaceError, Role
from firstwin.shared.errors import NotFoundError
from tests.factories.identity import actor_for, make_actor, make_member, make_user, make_workspace

pytestmark = pytest.mark.django_db


def test_members_are_listed_with_one_query(django_assert_num_queries: object) -> None:
    workspace = make_workspace()
    actor = make_actor(Role.VIEWER, workspace=workspace)
    for role in Role:
        make_member(role, workspace=workspace)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert len(queries.list_members(actor=actor)) == 7


def test_members_are_picked_by_role_activity_and_id() -> None:
    workspace = make_workspace()
    owner = make_member(Role.OWNER, workspace=workspace)
    former = make_member(Role.MANAGER, workspace=workspace, is_active=False)
    actor = actor_for(owner)
    assert [m.id for m in queries.list_members(actor=actor)] == [owner.id]
    assert {m.id for m in queries.list_members(actor=actor, is_active=None)} == {owner.id, former.id}
    assert [m.id for m in queries.list_members(actor=actor, is_active=None, roles=[Role.MANAGER])] == [former.id]
    assert [m.id for m in queries.list_members(actor=actor, ids=[owner.id, make_member().id])] == [owner.id]
    assert queries.find_member_by_email(actor=actor, email=owner.user.email.upper()) is not None
    with pytest.raises(NotFoundError):
        queries.get_member(actor=actor, member_id=make_member().id)


def test_the_actor_of_a_request_is_found_once(django_assert_num_queries: object) -> None:
    user = make_user()
    first, second = make_member(Role.OWNER, user=user), make_member(Role.VIEWER, user=user)
    request = RequestFactory().get("/")
    request.user, request.session = user, SessionStore()  # type: ignore[assignment]
    request.session[queries.WORKSPACE_IN_SESSION] = str(second.workspace_id)
    assert queries.actor_of(request).id == second.id
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert queries.actor_of(request).id == second.id
    fresh = RequestFactory().get("/")
    fresh.user, fresh.session = user, SessionStore()  # type: ignore[assignment]
    assert queries.actor_of(fresh).id == first.id


def test_nobody_has_no_actor() -> None:
    request = RequestFactory().get("/")
    request.user, request.session = AnonymousUser(), SessionStore()  # type: ignore[assignment]
    with pytest.raises(NotSignedInError):
        queries.actor_of(request)
    request.user = make_user()
    with pytest.raises(NoWorkspaceError):
        queries.actor_of(request)


def test_memberships_are_those_that_are_active(now: datetime) -> None:
    user = make_user()
    member = make_member(Role.OWNER, user=user)
    make_member(Role.VIEWER, user=user, is_active=False)
    assert [found.id for found, _ in queries.list_memberships(user_id=user.id)] == [member.id]
    assert queries.find_user_id(email=user.email) == user.id
