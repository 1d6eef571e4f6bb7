"""The small components, written straight into the page: icon, state, person, time, progress, button, stat.

All tags of `firstwin.shared.templatetags` are built in: a template needs no {% load %}. Keyword arguments that a tag
does not know become attributes, with dashes for underscores: `hx_post=url` is `hx-post="..."`.
"""

import functools
import json
import re
import zlib
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from firstwin.shared import assets, clock, states, wording

register = template.Library()
NOTHING = SafeString("")
once = functools.lru_cache(maxsize=4096, typed=True)
"""For what is the same markup whenever it is asked for: a list of fifty rows asks for the same few things again and again.
Typed, so that a text is never taken for a safe text of the same letters."""


def attributes(given: dict[str, Any]) -> SafeString:
    """Return HTML attributes: True stands alone, None, False and "" are left out."""
    written = [
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{conditional_escape(value)}"')
        for name, value in given.items()
        if value not in ("", None, False)
    ]
    return SafeString("".join(written))


@register.simple_tag
def icon(name: str, label: str = "", *, large: bool = False, extra: str = "") -> SafeString:
    """Return an icon of frontend/src/ui/icons.txt; hidden from screen readers unless it has a label."""
    return _drawn(name, label, large, extra, assets.sprite())


@once
def _drawn(name: str, label: str, large: bool, extra: str, sprite: str) -> SafeString:
    """Return the markup of an icon of a sprite."""
    classes = " ".join(filter(None, ["fw-icon", "fw-icon-large" if large else "", extra]))
    spoken = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html('<svg class="{}" {}><use href="{}#{}"></use></svg>', classes, spoken, sprite, name)


@register.simple_tag
def state(key: str, word: str = "", *, why: str = "", tone: str = "") -> SafeString:
    """Return a state as icon and word in its colour; `word` replaces the usual word, `why` is told on hover."""
    return _state(key, word, why, tone, assets.sprite())


@once
def _state(key: str, word: str, why: str, tone: str, sprite: str) -> SafeString:
    shown = states.state_of(key)
    return format_html(
        '<span class="fw-state fw-tone-{}"{}>{}{}</span>',
        tone or shown.tone,
        attributes({"title": why}),
        _drawn(shown.icon, "", False, "", sprite),
        word or shown.word,
    )


@register.simple_tag
def tag(text: str, *, icon_name: str = "") -> SafeString:
    """Return a small neutral label, for kinds and properties (never for states)."""
    return format_html('<span class="fw-tag">{}{}</span>', icon(icon_name) if icon_name else "", text)


@register.simple_tag
@once
def avatar(name: str = "", *, large: bool = False) -> SafeString:
    """Return the initials of a person on a colour of their own; a dashed circle for nobody."""
    size = " fw-avatar-large" if large else ""
    if not name:
        return format_html('<span class="fw-avatar fw-avatar-none{}" aria-hidden="true"></span>', size)
    hue = zlib.crc32(name.encode()) % 8
    return format_html(
        '<span class="fw-avatar fw-hue-{}{}" aria-hidden="true">{}</span>', hue, size, wording.initials(name)
    )


@register.simple_tag
@once
def person(name: str = "", *, nobody: str = "Nobody yet", detail: str = "") -> SafeString:
    """Return a person: initials, name, and a detail such as their title."""
    if not name:
        return format_html('<span class="fw-person fw-soft">{}<span>{}</span></span>', avatar(), nobody)
    below = format_html('<span class="fw-soft fw-small d-block">{}</span>', detail) if detail else NOTHING
    return format_html('<span class="fw-person">{}<span class="fw-clip">{}{}</span></span>', avatar(name), name, below)


@register.simple_tag(takes_context=True)
def when(context: template.Context, at: datetime | None, *, format: str = "relative", empty: str = "") -> SafeString:
    """Return an instant: relative words ("relative"), a day ("day", "short") or day and time ("full").

    The exact instant in the reader's zone is told on hover. A context variable `now` replaces the clock.
    """
    if at is None:
        return format_html('<span class="fw-soft">{}</span>', empty) if empty else NOTHING
    zone = timezone.get_current_timezone()
    current = context.get("now")
    now = current if isinstance(current, datetime) else clock.now()
    near = wording.near(at, now=now) if format == "relative" else ""
    return _moment(at, zone, now.astimezone(zone).date(), format, near)


@register.simple_tag(takes_context=True)
def span(context: template.Context, start: datetime, end: datetime) -> SafeString:
    """Return from when to when, days and times; a day on which both lie is said once."""
    begin = when(context, start, format="full")
    local = end.astimezone(timezone.get_current_timezone())
    if local.date() != start.astimezone(local.tzinfo).date():
        return format_html("{} – {}", begin, when(context, end, format="full"))
    return format_html("{}–{}", begin, f"{local:%H:%M}")


@once
def _moment(at: datetime, zone: tzinfo, today: date, format: str, near: str) -> SafeString:
    """Return the markup of an instant; only words of the next and last hour change within a day."""
    local = at.astimezone(zone)
    match format:
        case "day" | "full":
            words = wording.day(local.date(), today=today) + (f", {local:%H:%M}" if format == "full" else "")
        case "short":
            words = wording.short_day(local.date(), today=today)
        case _:
            words = near or wording.far(local, today=today)
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), wording.exact(at, zone), words)


@register.simple_tag(takes_context=True)
def on_day(context: template.Context, on: date | None, *, short: bool = False) -> SafeString:
    """Return a calendar day, which has no zone."""
    if on is None:
        return NOTHING
    current = context.get("now")
    today = (current if isinstance(current, datetime) else clock.now()).date()
    words = wording.short_day(on, today=today) if short else wording.day(on, today=today)
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), words)


@register.simple_tag
@once
def progress(done: int, total: int, *, words: str = "", wide: bool = False, brief: bool = False) -> SafeString:
    """Return a bar and its words: "4 of 9 done", or the words given; `brief` says "4/9"."""
    said = words or (f"{done}/{total}" if brief else f"{done} of {total} done")
    return format_html(
        '<span class="fw-progress{}"><progress value="{}" max="{}" aria-label="{} of {} done"></progress>'
        '<span class="fw-small fw-soft">{}</span></span>',
        " fw-progress-wide" if wide else "",
        done,
        max(total, 1),
        done,
        total,
        said,
    )


@register.simple_tag
@once
def dots(position: int, total: int, *, label: str = "", is_done: bool = False) -> SafeString:
    """Return a small stepper for a table cell: stage `position` (from 0) of `total` is the current one."""
    marks = format_html_join("", '<i class="{}"></i>', ((_dot(index, position, is_done),) for index in range(total)))
    spoken = f"{label}, stage {min(position + 1, total)} of {total}" if label else f"Stage {position + 1} of {total}"
    return format_html('<span class="fw-dots" role="img" aria-label="{}" title="{}">{}</span>', spoken, spoken, marks)


def _dot(index: int, position: int, is_done: bool) -> str:
    if is_done or index < position:
        return "fw-dot-done"
    return "fw-dot-current" if index == position else ""


def button_classes(kind: str, *, small: bool, only_icon: bool) -> str:
    """Return the classes of a button: kind is primary, plain, quiet or danger."""
    return f"btn btn-{kind}{' btn-sm' if small else ''}{' btn-only-icon' if only_icon else ''}"


def _face(label: str, icon_name: str, only_icon: bool) -> SafeString:
    shown = icon(icon_name) if icon_name else NOTHING
    return shown if only_icon else format_html("{}{}", shown, label)


@register.simple_tag
def button(
    label: str,
    *,
    kind: str = "plain",
    icon_name: str = "",
    small: bool = False,
    only_icon: bool = False,
    type: str = "button",
    **given: Any,
) -> SafeString:
    """Return a button that says a verb; `only_icon` keeps the label for screen readers and on hover."""
    if only_icon:
        given |= {"aria_label": label, "title": label}
    classes = button_classes(kind, small=small, only_icon=only_icon)
    return format_html(
        '<button type="{}" class="{}"{}>{}</button>',
        type,
        classes,
        attributes(given),
        _face(label, icon_name, only_icon),
    )


@register.simple_tag
def link_button(
    label: str,
    href: str,
    *,
    kind: str = "plain",
    icon_name: str = "",
    small: bool = False,
    only_icon: bool = False,
    **given: Any,
) -> SafeString:
    """Return a link that looks like a button: it leads somewhere and changes nothing."""
    if only_icon:
        given |= {"aria_label": label, "title": label}
    classes = button_classes(kind, small=small, only_icon=only_icon)
    return format_html(
        '<a href="{}" class="{}"{}>{}</a>', href, classes, attributes(given), _face(label, icon_name, only_icon)
    )


@register.simple_tag
def stat(
    label: str,
    value: object,
    *,
    href: str = "",
    active: bool = False,
    tone: str = "",
    icon_name: str = "",
    unit: str = "",
) -> SafeString:
    """Return a number that is a filter: a link to the rows it counts, marked while that filter is on."""
    name = "a" if href else "div"
    mark = icon(icon_name) if icon_name else NOTHING
    given = attributes({"href": href, "aria_current": "true" if active else None})
    return format_html(
        '<{} class="fw-stat"{}><span class="fw-stat-label {}">{}{}</span><span class="fw-stat-value">{}{}</span></{}>',
        SafeString(name),
        given,
        f"fw-ink-{tone}" if tone else "fw-soft",
        mark,
        label,
        value,
        format_html(' <span class="fw-soft fw-small">{}</span>', unit) if unit else NOTHING,
        SafeString(name),
    )


@register.filter
def file_size(count: int) -> str:
    """Return a file size in words."""
    return wording.size(count)


@register.filter
def in_words(key: str) -> str:
    """Return a stored key as words: "in_progress" is "In progress"."""
    return wording.in_words(str(key))


@register.filter
def sentence(text: str) -> SafeString:
    """Return a Title Cased Text of a library in sentence case."""
    return conditional_escape(text.strip().capitalize())


@register.filter
def begins(text: str, start: str) -> bool:
    """Return whether a text begins with another one."""
    return text.startswith(start)


@register.filter
def eq(one: object, other: object) -> bool:
    """Return whether two things are equal, for arguments of tags, where no comparison can stand."""
    return one == other


@register.filter
def breakable(text: str) -> SafeString:
    """Return an address or an id with places where a narrow column may break it; what is copied stays the same."""
    parts = (part for part in re.findall(r"[.@_]?[^/.@_]*/*", text) if part)
    return format_html_join(SafeString("<wbr>"), "{}", ([part] for part in parts))


@register.filter
def zone_name(name: str) -> SafeString:
    """Return the name of a time zone for people, with a place where a narrow column may break it."""
    return format_html_join(SafeString("/<wbr>"), "{}", ([part] for part in name.replace("_", " ").split("/")))


@register.filter
def browser_name(user_agent: str) -> str:
    """Return the browser and the system behind a user agent: "Firefox on Linux"."""
    systems = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    browser = next((name for mark, name in browsers if mark in user_agent), "A browser")
    system = next((name for name in systems if name in user_agent), "")
    return f"{browser} on {'Mac' if system == 'Macintosh' else system}" if system else browser


@register.filter
def words_of(text: str) -> list[str]:
    """Return the words of a text, for loops over a few names."""
    return text.split()


@register.filter
def all_of(query: QueryDict, name: str) -> list[str]:
    """Return every value of a parameter of the address."""
    return query.getlist(name)


@register.filter
def days_after(at: datetime, other: datetime) -> int:
    """Return how many of the reader's days one instant lies after another; negative when it lies before."""
    return (timezone.localtime(at).date() - timezone.localtime(other).date()).days


@register.filter
def is_over(at: datetime | None) -> bool:
    """Say whether an instant has passed."""
    return at is not None and at < clock.now()


@register.filter
def absolute(number: int) -> int:
    """Return a number without its sign."""
    return abs(number)


@register.filter
def percent(share: float) -> int:
    """Return a share as a whole percentage; what is neither impossible nor certain is never shown as if it were."""
    return min(max(round(share * 100), 1), 99)


@register.filter
def pairs(text: str) -> list[list[str]]:
    """Return "key|Label,key|Label" as pairs, for a few fixed choices of a template."""
    return [pair.split("|", 1) for pair in text.split(",")]


@register.filter
def at_version(address: str, version: int) -> str:
    """Return an address that says which version the reader has seen."""
    return f"{address}?version={version}"


@register.filter
def as_json(value: object) -> str:
    """Return a value for a data attribute that a controller reads."""
    return json.dumps(value)


@register.filter
def after_prefix(text: str, prefix: str) -> str:
    """Return what a name adds to another one: "Acme: Onboarding" after "Acme" is "Onboarding"."""
    return text.removeprefix(prefix).lstrip(" :-–·")


@register.filter
def first_of(items: Sequence[Any], most: int | None) -> Sequence[Any]:
    """Return the first so many of a list; all of them without a number."""
    return items if most is None else items[:most]


@register.filter
def first_word(text: str) -> str:
    """Return the first word, as the short form of a name."""
    return text.split(" ", 1)[0]
