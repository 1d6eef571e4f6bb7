"""The components that hold others: {% card title="Plan" %}...{% endcard %}. Each renders ui/<name>.html."""

from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from firstwin.shared import states
from firstwin.shared.templatetags.ui import attributes, button_classes, once

register = template.Library()


@register.simple_block_tag
def page_header(
    content: str,
    title: str,
    *,
    crumb: str = "",
    crumb_href: str = "",
    crumb2: str = "",
    crumb2_href: str = "",
    state: str = "",
    state_word: str = "",
    state_why: str = "",
    subtitle: str = "",
) -> SafeString:
    """Head a page: where one is, the title, its state; inside: one primary action, the rest under a menu."""
    crumbs = [(text, href) for text, href in ((crumb, crumb_href), (crumb2, crumb2_href)) if text]
    return render_to_string(
        "ui/page_header.html",
        {
            "title": title,
            "crumbs": crumbs,
            "state": state,
            "state_word": state_word,
            "state_why": state_why,
            "subtitle": subtitle,
            "actions": content.strip(),
        },
    )


@register.simple_tag
def part_header(title: str, *path: str) -> SafeString:
    """Head one thing below the tabs of a page: the way back (text, address, text, address ...) and its name."""
    crumbs = list(zip(path[::2], path[1::2], strict=True))
    return render_to_string("ui/part_header.html", {"title": title, "crumbs": crumbs})


@register.simple_block_tag
def card(
    content: str,
    title: str = "",
    *,
    subtitle: str = "",
    href: str = "",
    href_label: str = "",
    flush: bool = False,
    large: bool = False,
    level: int = 2,
    **given: Any,
) -> SafeString:
    """Put things that belong together on one surface; `flush` lets rows and tables reach its edge."""
    return render_to_string(
        "ui/card.html",
        {
            "content": content,
            "title": title,
            "subtitle": subtitle,
            "href": href,
            "href_label": href_label,
            "flush": flush,
            "large": large,
            "level": level,
            "attributes": attributes(given),
        },
    )


@register.simple_block_tag
def tabs(content: str, label: str) -> SafeString:
    """Hold the tabs of a page; each is a link, so that its address can be shared."""
    return render_to_string("ui/tabs.html", {"content": content, "label": label})


@register.simple_tag
def tab(label: str, href: str, *, active: bool = False, count: int | None = None, icon_name: str = "") -> SafeString:
    """Return one tab, with how many things are behind it."""
    return render_to_string(
        "ui/tab.html", {"label": label, "href": href, "active": active, "count": count, "icon_name": icon_name}
    )


@register.simple_block_tag
def segments(content: str, label: str) -> SafeString:
    """Hold two to four views of the same things: list, board, Gantt. Inside: {% segment %}."""
    return render_to_string("ui/segments.html", {"content": content, "label": label})


@register.simple_tag
def segment(label: str, href: str, *, active: bool = False, icon_name: str = "", **given: Any) -> SafeString:
    """Return one view of a segmented choice."""
    context = {"label": label, "href": href, "active": active, "icon_name": icon_name, "attributes": attributes(given)}
    return render_to_string("ui/segment.html", context)


WEEK_NAMES = [
    (name[:3], name) for name in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
]


@register.simple_tag
def month(month: Any, *, small: bool = False, add_url: str = "") -> SafeString:
    """Return a month by weeks: `month` has `first_on` and `weeks` of days with `on`, `look`, `icon`, `text`, `is_today` and
    `is_outside`. With `add_url` each day is a button that asks what to add on it.
    """
    return render_to_string("ui/month.html", {"month": month, "small": small, "add_url": add_url, "names": WEEK_NAMES})


@register.simple_block_tag
def menu(
    content: str,
    label: str,
    *,
    icon_name: str = "",
    kind: str = "plain",
    only_icon: bool = False,
    small: bool = False,
    start: bool = False,
) -> SafeString:
    """Fold actions away behind a button. Inside: {% menu_link %}, {% menu_button %}, {% menu_rule %}."""
    return render_to_string(
        "ui/menu.html",
        {
            "content": content,
            "label": label,
            "icon_name": icon_name,
            "classes": button_classes(kind, small=small, only_icon=only_icon),
            "only_icon": only_icon,
            "start": start,
        },
    )


@register.simple_tag
def menu_link(label: str, href: str, *, icon_name: str = "", **given: Any) -> SafeString:
    """Return an entry of a menu that leads somewhere."""
    context = {"label": label, "href": href, "icon_name": icon_name, "attributes": attributes(given)}
    return render_to_string("ui/menu_item.html", context)


@register.simple_tag
def menu_button(
    label: str, *, icon_name: str = "", danger: bool = False, type: str = "button", **given: Any
) -> SafeString:
    """Return an entry of a menu that does something (hx_post, data_opens_dialog, type="submit" in a form, ...)."""
    context = {
        "label": label,
        "icon_name": icon_name,
        "danger": danger,
        "type": type,
        "attributes": attributes(given),
    }
    return render_to_string("ui/menu_item.html", context)


@register.simple_tag
def menu_rule() -> SafeString:
    """Return the line between groups of a menu."""
    return SafeString('<div class="fw-menu-rule"></div>')


@register.simple_block_tag
def dialog(
    content: str, title: str, *, id: str, open: bool = False, wide: bool = False, return_to: str = ""
) -> SafeString:
    """Ask something over the page. A button opens it by data_opens_dialog="<id>"; as an htmx fragment it is open=True."""
    context = {"content": content, "title": title, "id": id, "open": open, "wide": wide, "return_to": return_to}
    return render_to_string("ui/dialog.html", context)


@register.simple_block_tag
def panel(content: str, title: str, *, id: str, over: str = "", return_to: str = "", open: bool = True) -> SafeString:
    """Show one thing beside the page (a side panel, put in by htmx); `return_to` is the page's own address."""
    context = {"content": content, "title": title, "id": id, "over": over, "return_to": return_to, "open": open}
    return render_to_string("ui/panel.html", context)


@register.simple_block_tag
def alert(content: str, tone: str = "progress", *, title: str = "", icon_name: str = "") -> SafeString:
    """Tell something that stays on the page; tone is a state colour."""
    shown = {"progress": "info-circle"}.get(tone, states.state_of(tone).icon)
    context = {"content": content, "tone": tone, "title": title, "icon_name": icon_name or shown}
    return render_to_string("ui/alert.html", context)


@register.simple_block_tag
def empty_state(content: str, title: str, *, icon_name: str, text: str = "", small: bool = False) -> SafeString:
    """Say what belongs here and why it helps; inside: one button."""
    context = {"content": content.strip(), "title": title, "icon_name": icon_name, "text": text, "small": small}
    return render_to_string("ui/empty_state.html", context)


@register.simple_block_tag
def data_table(content: str, caption: str, *, id: str = "", dense: bool = False, stacked: bool = False) -> SafeString:
    """Frame a table; inside: <thead> with {% th %} and <tbody>. The caption is for screen readers.

    On a phone a `stacked` one shows what a row holds below its name (td.fw-head, or whatever opens the row), with
    `data-label` before what nobody would understand without the head of its column; others scroll sideways.
    """
    context = {"content": content, "caption": caption, "id": id, "dense": dense, "stacked": stacked}
    return render_to_string("ui/data_table.html", context)


@register.simple_tag(takes_context=True)
def th(context: template.Context, label: str, *, sort: str = "", default: str = "", end: bool = False) -> SafeString:
    """Return a column's head; with `sort` it is a link that sorts by it (?sort=name, ?sort=-name)."""
    if not sort:
        return _head(label, end=end)
    given = context["request"].GET
    current = given.get("sort", default)
    parameters = given.copy()
    parameters.pop("cursor", None)
    parameters["sort"] = f"-{sort}" if current == sort else sort
    direction = "ascending" if current == sort else "descending" if current == f"-{sort}" else ""
    return _head(label, end=end, href=f"?{parameters.urlencode()}", direction=direction)


@once
def _head(label: str, *, end: bool, href: str = "", direction: str = "") -> SafeString:
    return render_to_string("ui/th.html", {"label": label, "end": end, "href": href, "direction": direction})


@register.simple_tag(takes_context=True)
def paging(context: template.Context, next_cursor: str | None, *, shown: int, total: int | None = None) -> SafeString:
    """Return the foot of a list: how many are shown, the way to the next page and back to the first."""
    request = context["request"]
    parameters = request.GET.copy()
    is_first = not parameters.pop("cursor", None)
    first = parameters.urlencode()
    if next_cursor:
        parameters["cursor"] = next_cursor
    return render_to_string(
        "ui/paging.html",
        {
            "shown": shown,
            "total": total,
            "is_first": is_first,
            "first_href": f"{request.path}?{first}" if first else request.path,
            "next_href": f"?{parameters.urlencode()}" if next_cursor else "",
        },
    )


@register.simple_block_tag
def toolbar(content: str, label: str) -> SafeString:
    """Hold the search, the filters and the views of a list."""
    return render_to_string("ui/toolbar.html", {"content": content, "label": label})


@register.simple_tag
def chip(label: str, remove_href: str) -> SafeString:
    """Return a filter that is on, with the link that takes it off."""
    return render_to_string("ui/chip.html", {"label": label, "remove_href": remove_href})


@register.simple_block_tag
def bulk_bar(content: str, noun: str) -> SafeString:
    """Hold what can be done with the selected rows; inside an element with data-controller="select-rows"."""
    return render_to_string("ui/bulk_bar.html", {"content": content, "noun": noun})


@register.simple_block_tag
def facts(content: str) -> SafeString:
    """Hold a definition list of <dt> and <dd>."""
    return render_to_string("ui/facts.html", {"content": content})


@register.simple_tag
def stepper(steps: list[dict[str, Any]], *, label: str) -> SafeString:
    """Return stages in a row: each step has name, state ("done", "current", "ahead"), and perhaps detail and href."""
    return render_to_string("ui/stepper.html", {"steps": steps, "label": label})


@register.simple_block_tag
def timeline(content: str, label: str = "Timeline") -> SafeString:
    """Hold what happened, newest first. Inside: {% moment %}."""
    return render_to_string("ui/timeline.html", {"content": content, "label": label})


@register.simple_block_tag(takes_context=True)
def moment(
    context: template.Context, content: str, *, icon_name: str, tone: str = "neutral", at: Any = None
) -> SafeString:
    """Hold one thing that happened and when."""
    return render_to_string(
        "ui/moment.html",
        {"content": content, "icon_name": icon_name, "tone": tone, "at": at, "now": context.get("now")},
    )


@register.simple_block_tag
def board(content: str, label: str, **given: Any) -> SafeString:
    """Hold columns side by side. Inside: {% column %}."""
    context = {"content": content, "label": label, "attributes": attributes(given)}
    return render_to_string("ui/board.html", context)


@register.simple_block_tag
def column(content: str, title: str, *, count: int | None = None, key: str = "", empty: str = "") -> SafeString:
    """Hold the cards of one column of a board. Inside: {% tile %}."""
    context = {"content": content.strip(), "title": title, "count": count, "key": key, "empty": empty}
    return render_to_string("ui/column.html", context)


@register.simple_block_tag
def tile(content: str, **given: Any) -> SafeString:
    """Hold one card of a board."""
    return render_to_string("ui/tile.html", {"content": content, "attributes": attributes(given)})


@register.simple_block_tag
def comment_item(
    content: str, author: str, *, at: Any, is_internal: bool = False, is_customer: bool = False
) -> SafeString:
    """Hold what somebody wrote; internal ones are marked, since the customer never sees them."""
    context = {
        "content": content,
        "author": author,
        "at": at,
        "is_internal": is_internal,
        "is_customer": is_customer,
    }
    return render_to_string("ui/comment_item.html", context)


@register.simple_tag
def file_drop(
    name: str = "file",
    *,
    label: str = "Choose a file",
    hint: str = "",
    multiple: bool = False,
    send: bool = False,
    accept: str = "",
) -> SafeString:
    """Return a place to drop or choose files in a form; `send` sends the form at once."""
    context = {"name": name, "label": label, "hint": hint, "multiple": multiple, "send": send, "accept": accept}
    return render_to_string("ui/file_drop.html", context)


@register.simple_tag
def skeleton(rows: int = 3) -> SafeString:
    """Return grey lines in place of what is being fetched."""
    return render_to_string("ui/skeleton.html", {"rows": range(rows)})


@register.simple_tag
def toast(
    text: str, *, undo_url: str = "", undo_label: str = "Undo", undo_values: str = "", alert: bool = False
) -> SafeString:
    """Return a passing notice with a way back; put into #toasts by hx-swap-oob. With `alert` it says that something failed."""
    context = {
        "text": text,
        "undo_url": undo_url,
        "undo_label": undo_label,
        "undo_values": undo_values,
        "alert": alert,
    }
    return render_to_string("ui/toast.html", context)


@register.simple_block_tag
def meeting(content: str, title: str, *, start_at: Any, end_at: Any = None) -> SafeString:
    """Hold a meeting with its day as a small calendar leaf."""
    return render_to_string(
        "ui/meeting.html", {"content": content.strip(), "title": title, "start_at": start_at, "end_at": end_at}
    )
