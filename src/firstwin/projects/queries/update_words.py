"""Differences of a running plan in the words in which people decide about them. Inside projects only."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import Anchor, LinkSpec, Moment
from firstwin.projects.contracts.updates import UpdateAspect, UpdateField, UpdateGroup, UpdateItem
from firstwin.projects.queries.updating import Compared
from firstwin.projects.rules.standing import day
from firstwin.projects.rules.updates.comparing import Action, Difference
from firstwin.projects.rules.updates.shapes import ROLE, STAGE, TASK
from firstwin.scheduling.contracts import LinkType, parse_span

LABELS: Mapping[str, str] = {
    "owner_role": "done by",
    "is_required": "needed to complete",
    "is_automatic": "done by Firstwin",
    "visibility": "the customer sees",
    "at_least": "takes at least",
    "duration": "takes",
    "length": "length at most",
    "task": "met when done",
    "settings": "what it consists of",
    "estimate_hours": "hours of work",
    "order": "order",
}
_SIDES = {"vendor": "our team", "customer": "the customer"}
_SIGHTS = {"internal": "nothing", "title_only": "its title", "shared": "everything"}
_WHOLE = ("stage", "owner_role", "description", "start", "due", "duration", "after", "text", "side")
"""What is told about a part that comes or goes."""


def items_of(compared: Compared) -> tuple[UpdateItem, ...]:
    """Return what is to be decided; all times that a repeating task comes are one item."""
    words = _Words(compared)
    grouped: dict[str, list[Difference]] = {}
    for difference in compared.differences:
        ref = difference.ref + (":done" if difference.group is UpdateGroup.DONE else "")
        grouped.setdefault(ref, []).append(difference)
    items = [words.item(ref, differences) for ref, differences in grouped.items()]
    return tuple(sorted(items, key=lambda item: list(UpdateGroup).index(item.group)))


class _Words:
    def __init__(self, compared: Compared) -> None:
        self.compared = compared
        parts = [*compared.theirs.parts.values(), *compared.ours.parts.values()]
        self.names = {part.key: part.name for part in parts if part.sort in (STAGE, TASK)}
        self.roles = {part.key: part.name for part in parts if part.sort == ROLE}

    def item(self, ref: str, differences: Sequence[Difference]) -> UpdateItem:
        first = differences[0]
        part, times = first.part, len(differences)
        stage = self.names.get(part.values.get("stage", ""), "") if part.sort == TASK else ""
        fields = tuple(self.fields(first))
        return UpdateItem(
            ref=ref,
            group=first.group,
            part=part.part,
            aspect=first.aspect,
            keys=tuple(difference.part.key for difference in differences),
            name=part.name,
            stage=stage,
            text=self.text(first, stage, times, fields),
            fields=fields,
            note=first.note,
            needs=first.needs,
            mark=hashlib.sha256("".join(d.mark for d in differences).encode()).hexdigest()[:16],
        )

    def text(self, first: Difference, stage: str, times: int, fields: Sequence[UpdateField]) -> str:
        where = f" in {stage}" if stage else ""
        is_repeated = times > 1
        match first.action:
            case Action.ADD:
                return f"New{where}{f', to come {times} times' if is_repeated else ''}"
            case Action.REMOVE:
                here = "it came" if first.group is UpdateGroup.DONE else "it was still to come"
                return f"No longer{where or ' in the playbook'}{f'; {here} {times} times here' if is_repeated else ''}"
            case _:
                said = "; ".join(f"{field.label} {_short(field.ours)} → {_short(field.theirs)}" for field in fields)
                return f"{said[:1].upper()}{said[1:]}{f', each of {times} times' if is_repeated else ''}"

    def fields(self, first: Difference) -> list[UpdateField]:
        if first.aspect is UpdateAspect.WHOLE:
            base, ours, theirs = first.fields[""]
            shown = [name for name in _WHOLE if any((values or {}).get(name) for values in (base, ours, theirs))]
            triples = {name: tuple((v or {}).get(name) for v in (base, ours, theirs)) for name in shown}
        else:
            triples = dict(first.fields)
        return [self.field(first, name, triple) for name, triple in triples.items()]

    def field(self, first: Difference, name: str, triple: tuple[Any, ...]) -> UpdateField:
        base, ours, theirs = (self.say(name, value) for value in triple)
        if first.part.has_own_dates and name in ("start", "due", "duration"):
            ours = self.own_dates(first)
        label = LABELS.get(name) or playbook_queries.say_field(name.rpartition(".")[2])
        return UpdateField(name=name, label=label, base=base, ours=ours, theirs=theirs)

    def own_dates(self, first: Difference) -> str:
        row = self.compared.plan.tasks.get(first.part.id) if first.part.id else None
        if row is None:
            return "set by hand"
        due_at = row.due_at.astimezone(ZoneInfo(self.compared.plan.calendar_of(row).time_zone))
        return f"set by hand: due {day(due_at, due_at)}"

    def say(self, name: str, value: Any) -> str:
        """Return a value of a field in words."""
        head = name.partition(".")[0]
        if value is None or value in ("", [], (), {}):
            return "nothing"
        if name in ("start", "due"):
            return self.moment(value)
        if name in ("duration", "at_least", "length"):
            return playbook_queries.say_value(parse_span(value), names=self.names)
        if name == "after":
            return ", ".join(self.link(*link) for link in value)
        if head == "settings":
            return "\n".join(self.setting(value)) if isinstance(value, dict | list) else self.plain(value)
        known = {"side": _SIDES, "visibility": _SIGHTS, "owner_role": self.roles, "stage": self.names}.get(name, {})
        return known.get(value, self.plain(value)) if isinstance(value, str) else self.plain(value)

    def moment(self, value: Mapping[str, Any]) -> str:
        anchor = str(value["anchor"])
        if anchor.startswith("start:"):
            name = self.names.get(anchor.partition(":")[2], "its first time")
            length = playbook_queries.say_value(parse_span(value["offset"]), names={})
            return f"{length} after the start of {name}"
        said = playbook_queries.say_value(
            Moment(anchor=Anchor(anchor), offset=parse_span(value["offset"])), names=self.names
        )
        further = [playbook_queries.say_value(parse_span(span), names={}) for span in value.get("further", ())]
        return " and ".join([said, *further])

    def link(self, ref: str, type_: str, lag: str) -> str:
        spec = LinkSpec(task=ref.partition(":")[2], type=LinkType(type_), lag=parse_span(lag) if lag else None)
        return playbook_queries.say_value(spec, names=self.names)

    def setting(self, value: Any) -> list[str]:
        rows = (
            value if isinstance(value, list) else [f"{key}: {self.say('', one)}" for key, one in value.items() if one]
        )
        return [
            str(row.get("label") or row.get("key") or row) if isinstance(row, dict) else self.roles.get(row, str(row))
            for row in rows
        ]

    def plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, list):
            return "\n".join(self.plain(item) for item in value)
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        return str(value).replace("_", " ") if isinstance(value, str) and value.islower() else str(value)


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
