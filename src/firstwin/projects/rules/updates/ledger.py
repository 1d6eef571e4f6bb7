"""What has to stay as it was for an update to be taken back, and how updates are counted in words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from firstwin.projects.contracts.updates import UpdateGroup

TaskStamp = tuple[str, str, int, str, str, datetime]
_NOUNS = {
    UpdateGroup.ADDED: "addition",
    UpdateGroup.REMOVED: "removal",
    UpdateGroup.CHANGED: "change",
    UpdateGroup.CONFLICTING: "conflict",
}


def stamp(
    *, tasks: Sequence[TaskStamp], stages: Sequence[str], links: Sequence[str], project_version: int
) -> dict[str, Any]:
    """Return what identifies a plan: which parts it has, and at which version each task and the project are."""
    return {
        "tasks": {
            task_id: [name, version, who, what, when.isoformat()] for task_id, name, version, who, what, when in tasks
        },
        "stages": sorted(stages),
        "links": sorted(links),
        "version": project_version,
    }


def what_changed(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """An update can be taken back until the plan changes again; then the reason names the first change."""
    old, new = before["tasks"], now["tasks"]
    for task_id, (name, version, who, what, _) in new.items():
        if task_id not in old:
            return f"“{name}” was added since."
        if old[task_id][1] != version:
            return f"{who or 'Somebody'} changed “{name}” since: {what or 'changed'}."
    gone = [name for task_id, (name, *_) in old.items() if task_id not in new]
    if gone:
        return f"“{gone[0]}” was removed since."
    if before["stages"] != now["stages"] or before["links"] != now["links"]:
        return "Dependencies of the plan changed since."
    return "" if before["version"] == now["version"] else "The project as a whole changed since."


def counted(numbers: Mapping[UpdateGroup, int]) -> str:
    """Return numbers of items in words: 3 additions, 1 conflict."""
    parts = [
        f"{number} {_NOUNS[group]}{'' if number == 1 else 's'}"
        for group, number in numbers.items()
        if number and group in _NOUNS
    ]
    return ", ".join(parts) or "nothing that concerns this project"
