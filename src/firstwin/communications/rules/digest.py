"""What a daily summary says."""

from collections.abc import Sequence
from dataclasses import dataclass

from firstwin.communications.contracts import NotificationKind
from firstwin.communications.rules import placeholders
from firstwin.playbooks.contracts import Side

_HEADINGS = {
    NotificationKind.OVERDUE: "Overdue",
    NotificationKind.STUCK: "Stuck",
    NotificationKind.MENTION: "You were mentioned",
    NotificationKind.REPLY: "New replies",
    NotificationKind.ASSIGNED: "New for you",
    NotificationKind.MEETING: "Meetings",
    NotificationKind.PLAN: "Dates that moved",
    NotificationKind.FIRST_VALUE: "First wins",
    NotificationKind.DELIVERY: "Mail that did not arrive",
    NotificationKind.PLAYBOOK: "New versions of playbooks",
}
_CUSTOMER_HEADINGS = {NotificationKind.OVERDUE: "Still open", NotificationKind.ASSIGNED: "New for you"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a summary."""

    kind: NotificationKind
    title: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A summary in words; `body` is Markdown."""

    subject: str
    body: str


def summary_of(items: Sequence[Item], *, first_name: str, side: Side) -> Summary:
    """A summary lists what is most urgent first, each thing once, under a heading in plain words."""
    headings = {**_HEADINGS, **_CUSTOMER_HEADINGS} if side is Side.CUSTOMER else _HEADINGS
    parts = [f"Hello {placeholders.escape(first_name)},"]
    count = 0
    for kind, heading in headings.items():
        lines = list(dict.fromkeys(_line(item, heading) for item in items if item.kind is kind))
        count += len(lines)
        if lines:
            parts.append(f"**{heading}**\n\n" + "\n".join(lines))
    subject = "1 thing for you" if count == 1 else f"{count} things for you"
    return Summary(subject=subject, body="\n\n".join(parts))


def _line(item: Item, heading: str) -> str:
    """Return a thing as a line under its heading, which it need not say again."""
    title = placeholders.escape(item.title.removeprefix(f"{heading}: "))
    return f"- {title} · {placeholders.escape(item.detail)}" if item.detail else f"- {title}"
