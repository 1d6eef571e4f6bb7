"""The parts of a draft as the editor names, lists and adds them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from firstwin.customers.contracts import Segment
from firstwin.playbooks import queries as playbook_queries
from firstwin.playbooks.contracts import PlaybookDefinition, TaskSpec
from firstwin.playbooks.contracts.library import AddPart, PartKind
from firstwin.shared import wording
from firstwin.shared.errors import InvalidInputError

Selection = tuple[PartKind, str]
WHOLE: Selection = (PartKind.PLAYBOOK, "")
NEW_PARTS: dict[PartKind, dict[str, Any]] = {
    PartKind.STAGE: {"name": "New stage"},
    PartKind.TASK: {"name": "New task"},
    PartKind.ROLE: {"name": "New role", "side": "vendor"},
    PartKind.FIELD: {"label": "New question"},
    PartKind.CRITERION: {"text": "What has to be true"},
    PartKind.TARGET: {"label": "New target", "target": 0},
    PartKind.OVERLAY: {"name": "New addition"},
    PartKind.DURATION: {"at_most": "90d"},
}
LISTED = (
    (PartKind.ROLE, "Roles", "New role"),
    (PartKind.FIELD, "Questions at the start", "New question"),
    (PartKind.CRITERION, "Complete when", "New criterion"),
    (PartKind.DURATION, "Should take", "Segment"),
    (PartKind.TARGET, "Judged by", "New target"),
    (PartKind.OVERLAY, "Added where it fits", "New addition"),
)
OTHER_PLACES = {"stages", "roles", "fields", "overlays", "completion", "durations", "targets"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PartList:
    """A list of parts beside the stages; `choices` are what can be added where that is not named freely."""

    kind: PartKind
    title: str
    label: str
    parts: tuple[tuple[str, str], ...]
    choices: tuple[tuple[str, str], ...] | None = None


def selection(text: str) -> Selection:
    """Return what an address such as `task:welcome-email` selects; the whole playbook where it says nothing known."""
    kind, _, key = text.partition(":")
    return (PartKind(kind), key) if kind in {item.value for item in PartKind} else WHOLE


def of_kind(definition: PlaybookDefinition, kind: PartKind) -> dict[str, Any]:
    """Return the parts of a kind by what they are called by; tasks with those that overlays add."""
    match kind:
        case PartKind.PLAYBOOK:
            return {"": definition}
        case PartKind.TASK:
            added = [task for overlay in definition.overlays for one in overlay.add for task in one.tasks]
            tasks = [task for stage in definition.stages for task in stage.tasks]
            return {task.key: task for task in (*tasks, *added)}
        case PartKind.DURATION:
            return {part.segment.value: part for part in definition.durations}
        case PartKind.TARGET:
            return {part.metric: part for part in definition.targets}
        case PartKind.CRITERION:
            return {part.key: part for part in definition.completion}
        case _:
            return {part.key: part for part in getattr(definition, f"{kind.value}s")}


def plain_of(definition: PlaybookDefinition, chosen: Selection) -> dict[str, Any] | None:
    """Return the selected part in the keys of the YAML form; None when it is not there (any more)."""
    part = of_kind(definition, chosen[0]).get(chosen[1])
    plain: dict[str, Any] | None = None if part is None else playbook_queries.to_plain(part)
    return plain


def title_of(plain: Mapping[str, Any], key: str) -> str:
    """Return what a part is called on the page."""
    named = plain.get("name") or plain.get("label") or plain.get("text")
    return str(named or wording.in_words(key))


def lists_of(definition: PlaybookDefinition) -> tuple[PartList, ...]:
    """Return the lists beside the stages."""
    used = set(of_kind(definition, PartKind.DURATION))
    free = tuple((item.value, wording.in_words(item.value)) for item in Segment if item.value not in used)
    return tuple(
        PartList(
            kind=kind,
            title=title,
            label=label,
            parts=tuple(
                (key, title_of(playbook_queries.to_plain(part), key)) for key, part in of_kind(definition, kind).items()
            ),
            choices=free if kind is PartKind.DURATION else None,
        )
        for kind, title, label in LISTED
    )


def added_by(definition: PlaybookDefinition, key: str) -> list[tuple[str, tuple[TaskSpec, ...]]]:
    """Return the tasks that an overlay adds, with the name of the stage they come into."""
    names = {stage.key: stage.name for stage in definition.stages}
    overlay = of_kind(definition, PartKind.OVERLAY).get(key)
    return [(names.get(one.stage, one.stage), one.tasks) for one in overlay.add] if overlay else []


def new_part(posted: QueryDict) -> AddPart:
    """Return the addition that a form asks for. Raises InvalidInputError for what cannot be added."""
    kind = selection(f"{posted.get('kind', '')}:")[0]
    if kind not in NEW_PARTS:
        raise InvalidInputError("This cannot be added here.")
    values, name = dict(NEW_PARTS[kind]), posted.get("name", "").strip()
    if kind is PartKind.DURATION:
        values["segment"] = name
    elif name:
        values[next(iter(values))] = name
    return AddPart(kind=kind, values=values, stage=posted.get("stage", ""), overlay=posted.get("overlay", ""))


def is_about(path: str, chosen: Selection) -> bool:
    """Tell whether a problem found at a path concerns the selected part."""
    kind, key = chosen
    if kind is PartKind.PLAYBOOK:
        return not path or path.split(".")[0] not in OTHER_PLACES
    return key in path.split(".")


def base_of(posted: QueryDict, now: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the part as the reader saw it when they began to type; what it is now where the form does not say."""
    try:
        base = json.loads(posted.get("base", ""))
    except ValueError:
        return now
    return base if isinstance(base, dict) else now


def in_names(text: str, definition: PlaybookDefinition) -> str:
    """Return a message about keys with the names that the page shows for them instead, circles spelled out too."""
    names = {key: task.name for key, task in of_kind(definition, PartKind.TASK).items()}
    for named in (definition.stages, definition.roles, definition.overlays):
        for one in named:
            names.setdefault(one.key, one.name)

    def spell(found: re.Match[str]) -> str:
        return " → ".join(f"“{names.get(key, key)}”" for key in found[0].split(" -> "))

    text = re.sub(r"[\w-]+(?: -> [\w-]+)+", spell, text)
    return re.sub(r"'([\w-]+)'", lambda found: f"“{names[found[1]]}”" if found[1] in names else found[0], text)
