"""What scenes are made of. Each returns plain values for the journey that asked."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from firstwin.identity.contracts import Role
from tests.factories import identity


def member(name: str = "Mara Lindqvist", role: str = "owner", workspace: str = "Northwind Software") -> dict[str, Any]:
    """A member of a workspace of their own, signed in: the value of their session's cookie."""
    made = identity.make_member(
        Role(role), workspace=identity.make_workspace(workspace), user=identity.make_user(name=name)
    )
    return {"member_id": made.id, "workspace_id": made.workspace_id, "email": made.user.email, "session": session(made)}


def session(made: Any) -> str:
    """Sign a member in and return the key of the session."""
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(made.user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = made.user.get_session_auth_hash()
    store.save()
    return str(store.session_key)
