"""The frame around every page of the team: rail, search, notifications, me."""

import functools
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from firstwin.communications.queries import notifications as notification_queries
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import WorkspaceInfo


@dataclass(frozen=True, slots=True)
class Entry:
    """A place in the rail."""

    label: str
    icon: str
    href: str
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """What desk/layout.html shows around a page; empty texts for somebody without a workspace."""

    workspace_name: str = ""
    brand: str = ""
    member_name: str = ""
    member_first_name: str = ""
    member_role: str = ""
    entries: tuple[Entry, ...] = ()
    foot: tuple[Entry, ...] = ()
    search_url: str = ""
    unread: int = 0
    others: tuple[WorkspaceInfo, ...] = ()


PLACES = (
    ("My day", "home", "my_day"),
    ("Projects", "rocket", "projects"),
    ("People", "users", "workload"),
    ("Accounts", "building", "accounts"),
    ("Playbooks", "book-2", "playbooks"),
    ("Messages", "mail", "messages"),
    ("Usage", "chart-bar", "usage"),
)
FOOT = (("Settings", "settings", "settings"),)
"""Label, icon and URL name. A place whose address does not exist yet is not shown."""


def shell(request: HttpRequest) -> dict[str, object]:
    """Offer `shell` to templates; nothing is read until a page shows it."""
    return {"shell": SimpleLazyObject(lambda: shell_of(request))}


def shell_of(request: HttpRequest) -> Shell:
    """Return the frame for whoever is signed in."""
    actor = identity_queries.find_actor_of(request)
    if actor is None:
        return Shell()
    own = identity_queries.list_workspaces_of(request)
    workspace = next(one for one in own if one.id == actor.workspace_id)
    return Shell(
        workspace_name=workspace.name,
        brand=workspace.brand_color.removeprefix("#"),
        member_name=actor.name,
        member_first_name=actor.name.split(" ")[0],
        member_role=actor.role.value if actor.role else "",
        entries=_entries(PLACES, request.path),
        foot=_entries(FOOT, request.path),
        search_url=address_of("search"),
        others=tuple(one for one in own if one.id != workspace.id),
        unread=notification_queries.count_unread(actor=actor),
    )


def _entries(places: tuple[tuple[str, str, str], ...], path: str) -> tuple[Entry, ...]:
    existing = [(label, icon, address_of(name)) for label, icon, name in places]
    return tuple(
        Entry(label, icon, href, is_current=path == href or (href != "/" and path.startswith(href)))
        for label, icon, href in existing
        if href
    )


@functools.cache
def address_of(name: str) -> str:
    """Return the address of a named page, or "" while there is none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
