"""The form of one part of a playbook: made from its entries, read back into the YAML form."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.http import QueryDict

from firstwin.desk.http import goal_fields
from firstwin.desk.http.playbooks.entries import ANCHORS, PARTS, SETTINGS, Entry, Shape
from firstwin.playbooks.contracts import FieldType, PlaybookDefinition
from firstwin.playbooks.contracts.library import PartKind
from firstwin.shared import wording

QUESTION_HELP = "One per line: key | question | type | needed or optional | choices, with, commas"
TYPES = {item.value for item in FieldType}


def entries_of(kind: PartKind, plain: Mapping[str, Any]) -> tuple[Entry, ...]:
    """Return the entries of a part; a task has those of its kind too, after its name, kind and owner."""
    entries = PARTS[kind]
    if kind is not PartKind.TASK:
        return entries
    return (*entries[:3], *SETTINGS.get(kind_of(plain), ()), *entries[3:])


def kind_of(plain: Mapping[str, Any]) -> str:
    """Return the kind of a task in the YAML form, where a kind's key stands for the kind."""
    return str(plain.get("kind") or next((name for name in SETTINGS if name in plain), "todo"))


def _value_at(plain: Mapping[str, Any], path: str) -> Any:
    found: Any = plain
    for step in path.split("."):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


LINK_WORDS = (
    ("finish_to_start", "begins when it has ended"),
    ("start_to_start", "begins when it begins"),
    ("finish_to_finish", "ends when it has ended"),
    ("start_to_finish", "ends when it begins"),
)


class PartForm(forms.Form):
    """Fields named like their entries; what has several parts is several fields in a row, such as `due.anchor` and
    `due.offset`, or `after.0.task`, `after.0.type` and `after.0.lag`.
    """

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        kind: PartKind,
        plain: Mapping[str, Any],
        definition: PlaybookDefinition,
    ) -> None:
        super().__init__(data)
        self.entries = entries_of(kind, plain)
        self.plain = plain
        self._roles = [("", "Nobody"), *((role.key, role.name) for role in definition.roles)]
        own = plain.get("key")
        self._stages = [(stage.key, stage.name) for stage in definition.stages if stage.key != own]
        self._tasks = [
            (task.key, f"{stage.name}: {task.name}")
            for stage in definition.stages
            for task in stage.tasks
            if task.key != own
        ]
        self._added = [
            (task.key, f"{overlay.name}: {task.name}")
            for overlay in definition.overlays
            for addition in overlay.add
            for task in addition.tasks
            if task.key != own
        ]
        self.rows: list[list[str]] = []
        for entry in self.entries:
            self._add(entry, _value_at(plain, entry.name))
        if "kind" in self.fields:
            self.initial["kind"] = kind_of(plain)

    def grouped(self) -> list[list[forms.BoundField]]:
        """Return the fields as they stand on the page: those in one list share a row."""
        return [[self[name] for name in row] for row in self.rows]

    def _add(self, entry: Entry, value: Any) -> None:
        label = entry.label or wording.in_words(entry.name.split(".")[-1])
        match entry.shape:
            case Shape.MOMENT:
                self._add_moment(entry, label, value if isinstance(value, Mapping) else {})
            case Shape.LINKS:
                self._add_links(entry, label, value or ())
            case Shape.PLACES:
                self._add_places(entry, value or ())
            case Shape.GOAL:
                for row in goal_fields.fields_of(entry.name, value):
                    self._add_row(row)
            case _:
                self.fields[entry.name] = self._field(entry, label)
                self.initial[entry.name] = self._shown(entry, value)
                self.rows.append([entry.name])

    def _add_row(self, row: Mapping[str, tuple[forms.Field, Any]]) -> None:
        for name, (field, value) in row.items():
            self.fields[name] = field
            self.initial[name] = value
        self.rows.append(list(row))

    def _add_moment(self, entry: Entry, label: str, moment: Mapping[str, Any]) -> None:
        choices = [("", "By what it waits for"), *((name, wording.in_words(name)) for name in ANCHORS)]
        anchor = forms.ChoiceField(label=label, choices=choices, required=False)
        offset = forms.CharField(label=f"{label}: how long after", required=False, max_length=10, help_text=entry.help)
        self._add_row(
            {
                f"{entry.name}.anchor": (anchor, moment.get("anchor", "")),
                f"{entry.name}.offset": (offset, moment.get("offset", "")),
            }
        )

    def _add_links(self, entry: Entry, label: str, links: Sequence[Any]) -> None:
        """One row for each link, and an empty one to add the next."""
        choices = [
            ("", "Nothing"),
            ("Stages", self._stages),
            ("Tasks", self._tasks),
            ("Added where it fits", self._added),
        ]
        for index in range(len(links) + 1):
            link = _link(links[index]) if index < len(links) else {}
            said = f"{label} (another)" if index == len(links) and links else label
            task = forms.ChoiceField(
                label=said, choices=choices, required=False, help_text=entry.help if index == len(links) else ""
            )
            kind = forms.ChoiceField(label=f"{said}: how", choices=LINK_WORDS, required=False)
            lag = forms.CharField(label=f"{said}: pause", required=False, max_length=10)
            self._add_row(
                {
                    f"{entry.name}.{index}.task": (task, link.get("task", "")),
                    f"{entry.name}.{index}.type": (kind, link.get("type", LINK_WORDS[0][0])),
                    f"{entry.name}.{index}.lag": (lag, link.get("lag", "")),
                }
            )

    def _add_places(self, entry: Entry, places: Sequence[Mapping[str, Any]]) -> None:
        for index, place in enumerate(places):
            names = ", ".join(str(task.get("name")) for task in place.get("tasks", ()))
            stage = forms.ChoiceField(label=f"{names}: in stage", choices=self._stages)
            behind = forms.ChoiceField(
                label=f"{names}: after", choices=[("", "At the end"), *self._tasks], required=False
            )
            self._add_row(
                {
                    f"{entry.name}.{index}.stage": (stage, place.get("stage", "")),
                    f"{entry.name}.{index}.after_task": (behind, place.get("after_task", "")),
                }
            )

    def _field(self, entry: Entry, label: str) -> forms.Field:
        common: dict[str, Any] = {"label": label, "help_text": entry.help, "required": entry.is_needed}
        match entry.shape:
            case Shape.LONG | Shape.LINES:
                # A text keeps its blanks and line ends, so that saving it unread changes nothing.
                return forms.CharField(
                    widget=forms.Textarea(attrs={"rows": 4}), max_length=20000, strip=False, **common
                )
            case Shape.QUESTIONS:
                common["help_text"] = QUESTION_HELP
                return forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=20000, **common)
            case Shape.NUMBER:
                return forms.DecimalField(**common)
            case Shape.FLAG:
                return forms.BooleanField(**{**common, "required": False})
            case Shape.CHOICE:
                choices = [(item, wording.in_words(item) or "Nothing") for item in entry.choices]
                return forms.ChoiceField(choices=choices, **common)
            case Shape.ROLE:
                return forms.ChoiceField(choices=self._roles, **common)
            case Shape.ROLES:
                return forms.MultipleChoiceField(choices=self._roles[1:], widget=forms.CheckboxSelectMultiple, **common)
            case Shape.TASK:
                return forms.ChoiceField(choices=[("", "Nothing"), *self._tasks, *self._added], **common)
            case Shape.TASKS:
                return forms.MultipleChoiceField(
                    choices=self._tasks, widget=forms.SelectMultiple(attrs={"size": 6}), **common
                )
            case _:
                return forms.CharField(max_length=1000, **common)

    @staticmethod
    def _shown(entry: Entry, value: Any) -> Any:
        match entry.shape:
            case Shape.LINES:
                return "\n".join(map(str, value or ()))
            case Shape.TASKS:
                return list(value or ())
            case Shape.QUESTIONS:
                return "\n".join(_question_line(question) for question in value or ())
            case Shape.FLAG:
                return entry.name == "required" if value is None else value
            case _:
                return value

    def clean(self) -> dict[str, Any]:
        """Read the questions of a form."""
        data: dict[str, Any] = super().clean() or {}
        for entry in self.entries:
            if entry.shape is Shape.QUESTIONS and entry.name in data:
                known = {question["key"]: question for question in _value_at(self.plain, entry.name) or ()}
                try:
                    data[entry.name] = [
                        _question(line, known) for line in data[entry.name].splitlines() if line.strip()
                    ]
                except ValueError as error:
                    self.add_error(entry.name, str(error))
        return data

    def changes(self) -> dict[str, Any]:
        """Return what was changed, in the YAML form, for an edit; a part in braces is given whole."""
        changed: dict[str, Any] = {}
        for entry in self.entries:
            before = _value_at(self.plain, entry.name)
            after = self._given(entry, before)
            if after == before or (after in (None, "", [], False) and before in (None, "", [], False)):
                continue
            if entry.name == "required" and after is True and before is None:
                continue
            top, _, rest = entry.name.partition(".")
            if rest:
                group = changed.setdefault(top, dict(self.plain.get(top) or {}))
                group.pop(rest, None)
                if after not in (None, "", []):
                    group[rest] = after
            else:
                changed[top] = after if after not in ("", []) else None
        if "kind" in changed and changed["kind"] == kind_of(self.plain):
            del changed["kind"]
        return {name: value or None if value == {} else value for name, value in changed.items()}

    def _given(self, entry: Entry, before: Any) -> Any:
        data = self.cleaned_data
        match entry.shape:
            case Shape.MOMENT:
                anchor, offset = data.get(f"{entry.name}.anchor"), data.get(f"{entry.name}.offset")
                if not anchor:
                    return None
                return {"anchor": anchor, "offset": offset} if offset else {"anchor": anchor}
            case Shape.LINES:
                return [line.strip() for line in data[entry.name].splitlines() if line.strip()]
            case Shape.NUMBER:
                value = data[entry.name]
                return None if value is None else int(value) if value == int(value) else float(value)
            case Shape.LINKS:
                return self._given_links(entry, before or ())
            case Shape.PLACES:
                return [
                    _without_empty({**place, **{key: data[f"add.{index}.{key}"] for key in ("stage", "after_task")}})
                    for index, place in enumerate(before or ())
                ]
            case Shape.GOAL:
                is_shown = f"{entry.name}.join" in self.fields
                return goal_fields.read(entry.name, data) if is_shown else before
            case Shape.LONG:
                return str(data[entry.name]).replace("\r\n", "\n")
            case _:
                return data[entry.name]

    def _given_links(self, entry: Entry, before: Sequence[Any]) -> list[Any]:
        """Return the links; one that was not touched stays written as it is, and a task is waited for once."""
        found: dict[str, Any] = {}
        for index in range(len(before) + 1):
            given = {key: self.cleaned_data[f"{entry.name}.{index}.{key}"] for key in ("task", "type", "lag")}
            if not given["task"]:
                continue
            link = {key: text for key, text in given.items() if text and text != LINK_WORDS[0][0]}
            is_same = index < len(before) and _link(before[index]) == link
            found.setdefault(given["task"], before[index] if is_same else link if len(link) > 1 else given["task"])
        return list(found.values())


def rebased(posted: QueryDict, base: PartForm, now: PartForm) -> QueryDict:
    """Return what was typed on top of what a part is now: only what the reader touched is theirs."""
    merged = posted.copy()
    for name in now.fields:
        if name in base.fields and posted.getlist(name) == _posted(base, name):
            merged.setlist(name, _posted(now, name))
    return merged


def _posted(form: PartForm, name: str) -> list[str]:
    """Return what a browser sends for a field that nobody touched."""
    value = form[name].value()
    if isinstance(form.fields[name], forms.BooleanField):
        return ["on"] if value else []
    if isinstance(value, list):
        return [str(item) for item in value]
    return ["" if value is None else str(value)]


def _link(plain: Any) -> dict[str, Any]:
    """Return a link as its parts; the usual kind of link is not named."""
    parts = dict(plain) if isinstance(plain, Mapping) else {"task": plain}
    return {key: value for key, value in parts.items() if value and value != LINK_WORDS[0][0]}


def _without_empty(plain: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in plain.items() if value not in ("", None)}


def _question_line(question: Mapping[str, Any]) -> str:
    parts = [
        str(question.get("key", "")),
        str(question.get("label", "")),
        str(question.get("type", "text")),
        "needed" if question.get("required") else "optional",
        ", ".join(map(str, question.get("choices", ()))),
    ]
    return " | ".join(parts).removesuffix(" | ")


def _question(line: str, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Read one question; what the line does not say (its help, its default) stays as it is for a key that is known."""
    key, label, type, needed, choices = ([part.strip() for part in line.split("|")] + [""] * 5)[:5]
    if not key or not label:
        raise ValueError(f"“{line.strip()}” is not a question. Write: {QUESTION_HELP}")
    if type and type not in TYPES:
        raise ValueError(f"“{type}” is not a type of answer. Choose one of: {', '.join(sorted(TYPES))}.")
    before = known.get(key, {})
    question: dict[str, Any] = {
        **before,
        "key": key,
        "label": label,
        "type": type or "text",
        "required": needed == "needed",
        "choices": [choice.strip() for choice in choices.split(",") if choice.strip()],
    }
    usual: dict[str, Any] = {"type": "text", "required": False, "choices": []}
    return {name: value for name, value in question.items() if name in before or value != usual.get(name, object())}
