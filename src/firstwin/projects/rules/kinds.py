"""What the settings of each kind of task hold."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import msgspec

from firstwin.playbooks.contracts import (
    ApprovalSettings,
    FileRequestSettings,
    FormSettings,
    IntegrationSettings,
    MeetingSettings,
    MessageSettings,
    MilestoneSettings,
    SurveySettings,
    TaskKind,
    TrainingSettings,
    UsageSettings,
)
from firstwin.shared.errors import InvalidInputError, Problem

SETTINGS: Mapping[TaskKind, type[Any]] = {
    TaskKind.MESSAGE: MessageSettings,
    TaskKind.MEETING: MeetingSettings,
    TaskKind.FORM: FormSettings,
    TaskKind.FILE_REQUEST: FileRequestSettings,
    TaskKind.APPROVAL: ApprovalSettings,
    TaskKind.TRAINING: TrainingSettings,
    TaskKind.SURVEY: SurveySettings,
    TaskKind.MILESTONE: MilestoneSettings,
    TaskKind.USAGE: UsageSettings,
    TaskKind.INTEGRATION: IntegrationSettings,
}


def checked_settings(kind: TaskKind, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings have the form that the kind of the task has, with defaults; a to-do has none."""
    shape = SETTINGS.get(kind)
    if shape is None:
        if settings:
            raise _misfit("a to-do has no settings.")
        return {}
    known = {part.name for part in fields(shape)}
    unknown = sorted(set(settings) - known)
    if unknown:
        raise _misfit(f"there is no {unknown[0]} here; there are: {', '.join(sorted(known))}.")
    try:
        found: dict[str, Any] = msgspec.to_builtins(msgspec.convert(dict(settings), type=shape))
    except msgspec.ValidationError as error:
        raise _misfit(f"{error}.") from error
    return found


def _misfit(fault: str) -> InvalidInputError:
    return InvalidInputError(f"The settings do not fit: {fault}", problems=(Problem("settings", fault),))
