"""Search over everything, and the palette: what was found, what can be done, where one can go."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from firstwin.desk import queries
from firstwin.desk.contracts import Found
from firstwin.desk.http.access import desk_page, is_fragment, may_edit, words
from firstwin.desk.http.settings.tabs import tabs_for
from firstwin.desk.http.shell import PLACES, address_of
from firstwin.identity.contracts import Actor
from firstwin.playbooks.contracts import PlaybookSummary
from firstwin.projects.contracts.portfolio import HitKind, SearchHit

DEEDS = (
    ("Start onboarding", "rocket", "start_project", "launch new project"),
    ("Add account", "building", "account_new", "new company customer"),
)
GROUPS = (("Accounts", HitKind.ACCOUNT), ("Projects", HitKind.PROJECT), ("Tasks", HitKind.TASK))
ICONS = {HitKind.ACCOUNT: "building", HitKind.PROJECT: "rocket", HitKind.TASK: "checkbox"}
EVERYTHING = 25
"""How many of each kind the page of results shows; the palette shows fewer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the palette."""

    title: str
    href: str
    icon: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines of one kind."""

    title: str
    entries: tuple[Item, ...]


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Answer the palette as a fragment, and anybody else with a page of results."""
    text = words(request, "q")
    if is_fragment(request):
        groups = [*_found(queries.search(actor=actor, text=text)), *_commands(actor, text)]
        return render(request, "ui/palette_results.html", {"groups": [group for group in groups if group.entries]})
    groups = _found(queries.search(actor=actor, text=text, limit=EVERYTHING))
    context = {"text": text, "groups": [group for group in groups if group.entries], "is_short": len(text) < 2}
    return render(request, "desk/search.html", context)


def _found(found: Found) -> list[Group]:
    groups = [
        Group(title=title, entries=tuple(_hit(hit) for hit in found.hits if hit.kind is kind)) for title, kind in GROUPS
    ]
    people = tuple(
        Item(
            title=person.name,
            detail=account,
            href=reverse("account", kwargs={"account_id": person.account_id}),
            icon="user",
        )
        for person, account in found.people
    )
    playbooks = tuple(filter(None, map(_playbook, found.playbooks)))
    groups.insert(1, Group(title="People", entries=people))
    return [*groups, Group(title="Playbooks", entries=playbooks)]


def _hit(hit: SearchHit) -> Item:
    if hit.kind is HitKind.ACCOUNT:
        href = reverse("account", kwargs={"account_id": hit.id})
    elif hit.kind is HitKind.PROJECT:
        href = reverse("project", kwargs={"project_id": hit.id})
    else:
        href = reverse("task", kwargs={"project_id": hit.project_id, "task_id": hit.id})
    return Item(title=hit.title, detail=hit.where, href=href, icon=ICONS[hit.kind])


def _playbook(playbook: PlaybookSummary) -> Item | None:
    """Return a playbook's line, or None while playbooks have no page."""
    try:
        href = reverse("playbook", kwargs={"playbook_id": playbook.id})
    except NoReverseMatch:
        return None
    return Item(title=playbook.name, href=href, icon="book-2")


def _commands(actor: Actor, text: str) -> list[Group]:
    """Return what can be done and where one can go, as far as its name holds every word."""
    deeds = [(label, icon, address_of(name), more) for label, icon, name, more in DEEDS if may_edit(actor)]
    places = [(label, icon, address_of(name), "") for label, icon, name in PLACES]
    places += [(f"Settings: {tab.label}", tab.icon, tab.href, "") for tab in tabs_for(actor)]
    return [
        Group(title="Do", entries=_matching(deeds, text)),
        Group(title="Go to", entries=_matching(places, text)),
    ]


def _matching(choices: Iterable[tuple[str, str, str, str]], text: str) -> tuple[Item, ...]:
    wanted = text.lower().split()
    return tuple(
        Item(title=label, href=href, icon=icon)
        for label, icon, href, more in choices
        if href and all(word in f"{label} {more}".lower() for word in wanted)
    )
