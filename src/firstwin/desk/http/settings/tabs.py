"""The tabs of the settings: whoever may not open one does not see it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from firstwin.desk.http.access import desk_page, may_audit, may_govern
from firstwin.desk.http.shell import address_of
from firstwin.identity.contracts import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab; `name` is the URL name of its page."""

    name: str
    label: str
    icon: str
    href: str


TABS: tuple[tuple[str, str, str, Callable[[Actor], bool] | None], ...] = (
    ("settings_workspace", "Workspace", "building", may_govern),
    ("settings_members", "Members", "users", None),
    ("settings_calendar", "Calendar", "calendar-event", None),
    ("settings_keys", "API keys", "key", may_govern),
    ("settings_sources", "Product events", "database-import", may_govern),
    ("settings_keeping", "Kept and erased", "shield-check", may_govern),
    ("settings_journal", "Journal", "history", may_audit),
    ("settings_work", "Background work", "activity", may_govern),
    ("settings_profile", "Your profile", "user", None),
    ("settings_own_calendar", "Your calendar", "calendar", None),
    ("settings_mail", "Your mail", "mail", None),
)
"""URL name, label, icon, and who sees it (None: everyone)."""


def tabs_for(actor: Actor) -> list[Tab]:
    """Return the tabs that the actor may open."""
    shown = [(name, label, icon) for name, label, icon, may in TABS if may is None or may(actor)]
    found = [Tab(name=name, label=label, icon=icon, href=address_of(name)) for name, label, icon in shown]
    return [tab for tab in found if tab.href]


def page(
    request: HttpRequest, actor: Actor, name: str, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Answer one page of the settings with its tabs."""
    shown = {**context, "tabs": tabs_for(actor), "current": name}
    return render(request, f"desk/settings/{template}", shown, status=status)


@require_safe
@desk_page
def show_first(_request: HttpRequest, actor: Actor) -> HttpResponse:
    """Lead to the first tab that the actor may open."""
    return redirect(tabs_for(actor)[0].href)
