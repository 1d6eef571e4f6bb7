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


def checked_settings(kind: TaskKind, settings: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """Settings in the form that the kind has, with defaults, and what is wrong with them; a to-do has none."""
    shape = SETTINGS.get(kind)
    if shape is None:
        return {}, "a to-do has no settings." if settings else ""
    known = {part.name for part in fields(shape)}
    unknown = sorted(set(settings) - known)
    if unknown:
        return {}, f"there is no {unknown[0]} here; there are: {', '.join(sorted(known))}."
    try:
        return msgspec.to_builtins(msgspec.convert(dict(settings), type=shape)), ""
    except msgspec.ValidationError as error:
        return {}, f"{error}."
