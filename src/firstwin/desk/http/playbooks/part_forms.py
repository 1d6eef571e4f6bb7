"""The form of one part of a playbook: made from its entries, read back into the YAML form."""

from collections.abc import Mapping
from typing import Any

from django import forms

from firstwin.desk.http.playbooks.entries import ANCHORS, PARTS, SETTINGS, Entry, Shape
from firstwin.playbooks.contracts import FieldType, PlaybookDefinition
from firstwin.playbooks.contracts.library import PartKind

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


class PartForm(forms.Form):
    """Fields named like their entries; a moment is two fields, `<name>.anchor` and `<name>.offset`."""

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
        self._tasks = [
            (task.key, f"{stage.name}: {task.name}")
            for stage in definition.stages
            for task in stage.tasks
            if task.key != own
        ]
        for entry in self.entries:
            self._add(entry, _value_at(plain, entry.name))
        if "kind" in self.fields:
            self.initial["kind"] = kind_of(plain)

    def _add(self, entry: Entry, value: Any) -> None:
        label = entry.label or entry.name.split(".")[-1].replace("_", " ").capitalize()
        if entry.shape is Shape.MOMENT:
            moment = value if isinstance(value, Mapping) else {}
            choices = [("", "By what it waits for"), *((name, name.replace("_", " ").capitalize()) for name in ANCHORS)]
            self.fields[f"{entry.name}.anchor"] = forms.ChoiceField(label=label, choices=choices, required=False)
            self.fields[f"{entry.name}.offset"] = forms.CharField(
                label=f"{label}, how long after", required=False, max_length=10, help_text=entry.help
            )
            self.initial[f"{entry.name}.anchor"] = moment.get("anchor", "")
            self.initial[f"{entry.name}.offset"] = moment.get("offset", "")
            return
        self.fields[entry.name] = self._field(entry, label)
        self.initial[entry.name] = self._shown(entry, value)

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
                choices = [(item, item.replace("_", " ").capitalize() or "Nothing") for item in entry.choices]
                return forms.ChoiceField(choices=choices, **common)
            case Shape.ROLE:
                return forms.ChoiceField(choices=self._roles, **common)
            case Shape.ROLES:
                return forms.MultipleChoiceField(choices=self._roles[1:], widget=forms.CheckboxSelectMultiple, **common)
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
                return [link["task"] if isinstance(link, Mapping) else link for link in value or ()]
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
            case Shape.TASKS:
                known = {link["task"] if isinstance(link, Mapping) else link: link for link in before or ()}
                return [known.get(key, key) for key in data[entry.name]]
            case Shape.LONG:
                return str(data[entry.name]).replace("\r\n", "\n")
            case _:
                return data[entry.name]


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
