"""How the facts of the journal read on a timeline. Pure: an entry in, a sentence out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from firstwin.desk.contracts import Fact, PreviewStage, PreviewTask
from firstwin.journal.contracts import AuthorKind, EntryInfo
from firstwin.playbooks.contracts import PlaybookDefinition, TaskKind
from firstwin.projects.contracts import PreviewItem
from firstwin.projects.contracts.changes import FIELD_NAMES


@dataclass(frozen=True, slots=True)
class Wording:
    """How one kind of fact reads: {fields} of the event are filled in; `quote` names the field that holds what was said."""

    text: str
    icon: str
    tone: str = "neutral"
    quote: str = ""


WORDINGS: Mapping[str, Wording] = {
    "account.archived": Wording("archived the account", "archive"),
    "account.changed": Wording("changed {changes}", "edit"),
    "account.contract_signed": Wording("noted that the contract was signed", "signature", "done"),
    "account.created": Wording("added the account", "building"),
    "account.restored": Wording("restored the account", "arrow-back-up"),
    "api_key.created": Wording("made the API key “{title}”", "key"),
    "api_key.revoked": Wording("revoked the API key “{title}”", "key", "risk"),
    "booking.changed": Wording("changed the booking of {playbook_name} for {title}", "calendar-cog"),
    "booking.expired": Wording("let the booking of {playbook_name} for {title} lapse", "hourglass", "risk"),
    "booking.launched": Wording("started what was booked for {title}", "rocket", "done"),
    "booking.made": Wording("booked {playbook_name} for {title}, likely by {probability} %", "calendar-plus"),
    "booking.released": Wording(
        "released the booking of {playbook_name} for {title}", "calendar-minus", quote="reason"
    ),
    "booking.restored": Wording("took the booking of {playbook_name} for {title} up again", "arrow-back-up"),
    "calendar.changed": Wording("changed the working hours of {holder_name}", "calendar-cog"),
    "calendar.day_added": Wording("entered {why}", "calendar-plus"),
    "calendar.day_changed": Wording("changed an exception: {why}", "calendar-cog"),
    "calendar.day_removed": Wording("took out {why}", "calendar-minus"),
    "calendar.import_undone": Wording("undid the import of {file_name} for {holder_name}", "arrow-back-up"),
    "calendar.imported": Wording("imported {file_name} into the calendar of {holder_name}", "file-upload", "done"),
    "comment.added": Wording("commented on “{title}”", "message-circle", quote="excerpt"),
    "contact.added": Wording("added {person_name}", "user-plus"),
    "contact.archived": Wording("archived {person_name}", "user"),
    "contact.changed": Wording("changed {changes} of {person_name}", "user-cog"),
    "contact.restored": Wording("restored {person_name}", "user"),
    "customer.nudged": Wording("reminded {to_name} of “{title}”", "bell"),
    "event_batch.dropped": Wording("deleted a batch of {events} events that could not be stored", "trash", "risk"),
    "event_batch.retried": Wording("put a batch of {events} events back into the inbox", "refresh"),
    "event_retention.changed": Wording("changed how long product events are kept", "clock"),
    "event_retention.dropped": Wording("deleted {dropped} product events that were too old", "trash"),
    "event_source.created": Wording("added “{title}” as a source of product events", "database-import"),
    "event_source.history_cancelled": Wording(
        "stopped the import of {file_name}; {taken} events had come in", "x", "risk"
    ),
    "event_source.history_finished": Wording(
        "read {file_name} to its end: {taken} events came in", "file-upload", "done"
    ),
    "event_source.history_started": Wording("began to import past events from {file_name}", "file-upload"),
    "event_source.key_revoked": Wording("revoked a write key of “{title}”", "key", "risk"),
    "event_source.key_rotated": Wording("made a new write key for “{title}”", "key"),
    "event_source.rejected_dropped": Wording("deleted {dropped} rejected events of “{title}”", "trash", "risk"),
    "event_source.rejected_replayed": Wording(
        "tried the rejected events of “{title}” again: {taken} came in", "refresh"
    ),
    "event_source.renamed": Wording("renamed the source “{old_title}” to “{title}”", "edit"),
    "event_drift.reopened": Wording("wants another look at “{title}”: {detail}", "eye"),
    "event_drift.settled": Wording("looked at “{title}” and found it right: {detail}", "check"),
    "event_type.blocked": Wording("blocked the event “{title}”", "lock", "risk"),
    "event_type.described": Wording("wrote what the event “{title}” means", "edit", quote="description"),
    "event_type.expected": Wording("expects the event “{title}”", "flag"),
    "event_type.not_expected": Wording("no longer expects the event “{title}”", "flag"),
    "event_type.unblocked": Wording("lets the event “{title}” in again", "eye"),
    "file.attached": Wording("handed in {file_name}", "paperclip"),
    "file.removed": Wording("removed {file_name}", "trash", "risk"),
    "import.finished": Wording("imported {file_name}", "file-upload", "done"),
    "invitation.resent": Wording("sent the invitation to {email} again", "mail-forward"),
    "invitation.revoked": Wording("took the invitation of {email} back", "x"),
    "meeting.answered": Wording("noted that {person_name} answered “{rsvp}” to “{title}”", "calendar"),
    "meeting.cancelled": Wording("cancelled the meeting “{title}”", "calendar", "late", quote="reason"),
    "meeting.held": Wording("noted that “{title}” took place", "calendar-event", "done"),
    "meeting.moved": Wording("moved the meeting “{title}”", "calendar-time", "risk", quote="reason"),
    "meeting.scheduled": Wording("sent the invitation to “{title}”", "calendar-event", "progress"),
    "member.capacity_changed": Wording("changed the weekly hours or skills of {person_name}", "user-cog"),
    "member.changed": Wording("changed {changes} of a member", "user-cog"),
    "member.deactivated": Wording("deactivated a member", "lock", "risk"),
    "member.invited": Wording("invited {email} as {role}", "mail"),
    "member.joined": Wording("joined as {role}", "user-plus", "done"),
    "member.reactivated": Wording("reactivated a member", "user"),
    "member.role_changed": Wording("changed a role from {old_role} to {new_role}", "user-cog"),
    "member.sign_in_link_issued": Wording("asked for a sign-in link", "key"),
    "member.sign_in_failed": Wording("refused a sign-in as {email} by {method}", "lock", "risk"),
    "member.signed_in": Wording("signed in", "login"),
    "message.failed": Wording("could not send “{subject}” to {to_name}", "alert-triangle", "late", quote="reason"),
    "message.sent": Wording("sent “{subject}” to {to_name}", "mail", "progress"),
    "message.sent_to_team": Wording("told {to_name}: “{subject}”", "mail"),
    "milestone.reached": Wording("reached the milestone “{title}”", "flag-check", "done", quote="evidence"),
    "playbook.archived": Wording("archived the playbook “{title}”", "archive"),
    "playbook.created": Wording("created the playbook “{title}”", "book-2"),
    "playbook.draft_edited": Wording("edited the draft of “{title}”: {summary}", "edit"),
    "playbook.owner_changed": Wording("made {owner_name} the owner of “{title}”", "user"),
    "playbook.published": Wording("published version {number} of “{title}”", "book-2", "done", quote="notes"),
    "playbook.restored": Wording("restored the playbook “{title}”", "arrow-back-up"),
    "portal_access.issued": Wording("gave {person_name} a link to the portal", "key"),
    "portal_access.opened": Wording("opened the portal", "eye", "progress"),
    "portal_access.revoked": Wording("revoked the portal link of {person_name}", "lock", "risk"),
    "portal.viewed_as_customer": Wording("looked at the portal as {person_name}", "eye", "risk"),
    "preferences.changed": Wording("chose which messages to get", "settings"),
    "project.anchor_moved": Wording("moved the {what} of the project", "calendar-time"),
    "project.baseline_kept": Wording("kept the dates of the plan as “{title}”", "stack-2"),
    "project.baseline_removed": Wording("removed the baseline “{title}”", "trash"),
    "project.cancelled": Wording("cancelled the project", "x", "late", quote="reason"),
    "project.completed": Wording("completed the onboarding", "circle-check", "done"),
    "project.day_statement_shared": Wording("shared a statement of the days with the customer", "send", "progress"),
    "project.day_statement_withdrawn": Wording("withdrew the statement of the days", "eye-off"),
    "project.days_reattributed": Wording("put {days} working days down to {side}", "edit", quote="note"),
    "project.first_value_reached": Wording("recorded the first win: {title}", "trophy", "done", quote="evidence"),
    "project.held": Wording("put the project on hold ({side})", "player-pause", "risk", quote="reason"),
    "project.launched": Wording("started “{title}” with {task_count} tasks", "rocket", "progress"),
    "project.reopened": Wording("opened the project again", "arrow-back-up", quote="reason"),
    "project.plan_change_undone": Wording("took a change of the plan back: {what}", "arrow-back-up"),
    "project.plan_returned": Wording(
        "took the plan back to version {playbook_version} of the playbook", "arrow-back-up"
    ),
    "project.playbook_update_undone": Wording(
        "took the update to version {to_version} of the playbook back", "arrow-back-up"
    ),
    "project.playbook_updated": Wording("took over version {to_version} of the playbook", "refresh", "progress"),
    "project.rescheduled": Wording("moved dates: {cause}", "calendar-time", quote="extent"),
    "project.resumed": Wording("resumed the project", "player-play", "progress"),
    "project.role_filled": Wording("made {person_name} responsible as {role}", "user-check"),
    "stage.entered": Wording("brought the project to “{title}”", "flag", "progress"),
    "task.added": Wording("added “{title}”", "plus"),
    "task.assigned": Wording("assigned “{title}” to {assignee_name}", "user-check"),
    "task.became_overdue": Wording("noticed that “{title}” is overdue", "clock-exclamation", "late"),
    "task.came_due": Wording("began “{title}” on time", "clock"),
    "task.changed": Wording("changed {changes} of “{title}”", "edit"),
    "task.completed": Wording("finished “{title}”", "check", "done"),
    "task.marked_not_applicable": Wording("said that “{title}” does not apply", "circle-minus", quote="reason"),
    "task.rejected": Wording("sent “{title}” back", "arrow-back-up", "risk", quote="reason"),
    "task.removed": Wording("removed “{title}”", "trash", quote="reason"),
    "task.reopened": Wording("opened “{title}” again", "arrow-back-up", quote="reason"),
    "task.started": Wording("began “{title}”", "player-play", "progress"),
    "task.stuck": Wording("said that “{title}” is stuck", "hand-stop", "late", quote="reason"),
    "task.submitted": Wording("asked for approval of “{title}”", "send", "waiting"),
    "workspace.changed": Wording("changed {changes} of the workspace", "settings"),
    "workspace.created": Wording("created the workspace", "building"),
    "tracking_plan.imported": Wording(
        "imported {file_name} as tracking plan: {added} new events", "file-upload", "done"
    ),
    "usage_erasure.asked": Wording("asked that the product events of a person be erased ({title})", "trash", "risk"),
    "usage_erasure.done": Wording("erased the product events of a person ({title}): {found} found", "check", "done"),
    "usage_erasure.refusal_ended": Wording("takes events of an erased person in again ({title})", "arrow-back-up"),
    "usage_feature.archived": Wording("archived the feature “{title}”", "archive"),
    "usage_feature.changed": Wording("changed {changes} of the feature “{title}”", "edit"),
    "usage_feature.created": Wording("described the feature “{title}”", "packages"),
    "usage_feature.licence_ended": Wording("lets the products say whether {account_name} may use “{title}”", "key"),
    "usage_feature.licence_given": Wording("decided whether {account_name} may use “{title}”", "key", quote="note"),
    "usage_feature.restored": Wording("restored the feature “{title}”", "arrow-back-up"),
    "usage_group.mapped": Wording("found that the group “{title}” is {account_name}", "building", "done"),
    "usage_group.released": Wording("lets the group “{title}” find its account by itself", "refresh"),
    "usage_group.set_aside": Wording("set the group “{title}” aside", "eye-off"),
    "usage_group.unmapped": Wording("no longer counts the group “{title}” for {account_name}", "x", "risk"),
    "usage_link.made": Wording("made two ids one person", "users"),
    "usage_link.redone": Wording("made two ids one person again", "users"),
    "usage_link.undone": Wording("made two ids different people", "arrow-back-up"),
    "usage_person.mapped": Wording("found {contact_name} among the users", "user", "done"),
    "usage_person.released": Wording("lets a user find their contact by themselves", "refresh"),
    "usage_person.set_aside": Wording("set a user aside", "eye-off"),
    "first_value_rule.changed": Wording("changed what counts as the first win of {title}", "flag", quote="sentence"),
    "usage_goal.met": Wording("saw in usage: “{title}” is reached", "activity", "done", quote="evidence"),
    "usage_signal.dismissed": Wording("settled a signal: {title}", "check", quote="reason"),
    "usage_signal.ended": Wording("saw that this is over: {title}", "circle-check"),
    "usage_signal.raised": Wording("noticed: {title}", "bulb", "risk", quote="todo"),
    "usage_signal.settings_changed": Wording("changed when signals are raised: {changes}", "adjustments-horizontal"),
    "usage_signal.snoozed": Wording("put a signal off: {title}", "clock"),
}


NOT_ON_TIMELINES = ("message.sent_to_team",)
"""What Firstwin mails to the team is no news of a customer: it would drown what happened. The journal has it."""


class _Words(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return ""


def _readable(name: str, value: Any) -> str:
    if name == "changes":
        names = [str(change[0]) for change in value]
        fields = [
            FIELD_NAMES.get(name) or name.replace("_", " ").removesuffix(" id").removesuffix(" at") for name in names
        ]
        return ", ".join(fields[:3]) + (" and more" if len(fields) > 3 else "")
    if name in {"assignee_name", "person_name", "owner_name"}:
        return str(value or "nobody")
    return str(value).replace("_", " ") if name in {"side", "role", "old_role", "new_role", "rsvp"} else str(value)


def fact_in_words(entry: EntryInfo) -> Fact:
    """Tell what a journal entry says as a sentence with its author, and whom they acted for."""
    wording = WORDINGS.get(entry.event_name) or Wording(entry.event_name.replace(".", " ").replace("_", " "), "history")
    words = _Words({name: _readable(name, value) for name, value in entry.data.items()})
    author = entry.author
    # Whoever answers for themselves notes nothing about somebody else.
    is_own = bool(author.name) and entry.data.get("person_name") == author.name
    said = wording.text.removeprefix("noted that {person_name} ") if is_own else wording.text
    name = author.name or ("Firstwin" if author.kind is AuthorKind.SYSTEM else "Somebody")
    if author.on_behalf_of_name:
        name = f"{name} for {author.on_behalf_of_name}"
    return Fact(
        entry_id=entry.id,
        kind=entry.event_name,
        at=entry.at,
        author=name,
        text=said.format_map(words),
        quote=words[wording.quote] if wording.quote else "",
        icon=wording.icon,
        tone=wording.tone,
        project_id=entry.project_id,
        task_id=_id(entry.data.get("task_id")),
    )


MOST_ALIKE = 2
"""Of what one person did at one moment, more than this of a kind are told together."""


def told_together(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """A timeline in which what was done in one go is told once, and what was said is not repeated line by line."""
    found: list[Fact] = []
    said: set[tuple[datetime, str]] = set()
    for (at, _, _, quote), group in groupby(facts, key=lambda fact: (fact.at, fact.author, fact.kind, fact.quote)):
        alike = list(group)
        if (at, quote) in said:
            alike = [replace(fact, quote="") for fact in alike]
        said.add((at, quote))
        if len(alike) > MOST_ALIKE:
            alike = [replace(alike[0], more=tuple(fact.text for fact in alike[1:]))]
        found.extend(alike)
    return tuple(found)


def _id(value: Any) -> UUID | None:
    return UUID(value) if isinstance(value, str) else None


def spec_keys(definition: PlaybookDefinition) -> frozenset[str]:
    """The keys by which a launch can leave out or take in a task: those of the playbook and of its overlays."""
    own = {task.key for stage in definition.stages for task in stage.tasks}
    added = {task.key for overlay in definition.overlays for part in overlay.add for task in part.tasks}
    return frozenset(own | added)


def stages_of_preview(items: Sequence[PreviewItem], keys: Collection[str]) -> tuple[PreviewStage, ...]:
    """A preview by stage, with a repeating task told once: the first time it comes, how often, and the last time."""
    tasks: dict[str, list[PreviewTask]] = {}
    heads: list[PreviewItem] = []
    for item in items:
        if item.kind is None:
            heads.append(item)
            continue
        row = tasks.setdefault(item.stage_key, [])
        if item.key not in keys and row and item.key.startswith(row[-1].spec_key):
            row[-1] = replace(row[-1], times=row[-1].times + 1, last_due_at=item.due_at)
        else:
            row.append(_preview_task(item))
    return tuple(PreviewStage(item=head, tasks=tuple(tasks.get(head.key, ()))) for head in heads)


def _preview_task(item: PreviewItem) -> PreviewTask:
    return PreviewTask(item=item, spec_key=item.key, why=reason_in_words(item.why), times=1, last_due_at=item.due_at)


def reason_in_words(why: str) -> str:
    """Why a conditional item is in or out, without the dots and underscores of conditions; nothing where it always is."""
    if why.startswith("always"):
        return ""
    words = why.replace("account.", "").replace("project.", "").replace("_", " ")
    return words[:1].upper() + words[1:]


def bars_of(items: Sequence[PreviewItem]) -> list[dict[str, str]]:
    """The bars of a plan over time as the chart takes them: stages stand out, milestones too, what is left out is not there."""
    return [
        {
            "id": f"{item.stage_key}-{position}",
            "name": item.name,
            "start": item.start_at.date().isoformat(),
            "end": max(item.start_at, item.due_at).date().isoformat(),
            "custom_class": _bar_class(item),
            "href": "",
        }
        for position, item in enumerate(items)
        if item.is_included and item.start_at is not None and item.due_at is not None
    ]


def _bar_class(item: PreviewItem) -> str:
    if item.kind is None:
        return "fw-bar-progress"
    return "fw-bar-done" if item.kind is TaskKind.MILESTONE else "fw-bar-neutral"
