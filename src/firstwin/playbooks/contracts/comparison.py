"""What differs between two playbooks, item by item, so that each can be shown, accepted or refused."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from firstwin.playbooks.contracts import PlaybookDefinition
from firstwin.playbooks.contracts.library import PartKind


class ChangeType(StrEnum):
    """How a part differs."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One difference. `text` says it in plain words.

    A part is named by `kind` and `key`; `stage` is where a task is (or was). `field` names the changed key in the form
    of the YAML file ("due", "meeting.agenda", and "stage" or "position" when moved), `before` and `after` are plain data.
    """

    type: ChangeType
    kind: PartKind
    key: str
    name: str
    text: str
    stage: str = ""
    field: str = ""
    before: Any = None
    after: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEdition:
    """A newer edition of a built-in playbook than the one that a workspace took over and then changed."""

    definition: PlaybookDefinition
    changes: tuple[Change, ...]
