"""What tasks of each kind need before they can be done."""

from collections.abc import Callable, Iterator
from typing import Any

from firstwin.playbooks.contracts import (
    ApprovalSettings,
    FieldSpec,
    FieldType,
    FileRequestSettings,
    FormSettings,
    IntegrationSettings,
    MeetingSettings,
    MessageSettings,
    MilestoneSettings,
    Side,
    SurveySettings,
    TaskKind,
    TaskSpec,
    TrainingSettings,
    UsageSettings,
    Visibility,
)
from firstwin.playbooks.rules import shapes
from firstwin.playbooks.rules.checks.references import questions
from firstwin.playbooks.rules.findings import Findings, Found, walk_tasks

Complaint = tuple[str, str, str, str]
"""Code, field of the settings, message, remedy."""

SURVEYS = {"csat": 5, "nps": 10, "ces": 7, "relationship": 5}
COMPARISONS = frozenset({">=", ">", "<=", "<", "=="})
AUTOMATIC = frozenset({TaskKind.MESSAGE, TaskKind.MEETING, TaskKind.SURVEY, TaskKind.MILESTONE, TaskKind.USAGE})


def check(findings: Findings) -> None:
    """Whoever opens a task finds everything there that it takes to do it."""
    for found in walk_tasks(findings.definition):
        _check_settings(findings, found)
        _check_owner(findings, found)
        if found.part.estimate_hours is not None and not 0 <= found.part.estimate_hours <= 10_000:
            message = f"'{found.part.key}' cannot take {found.part.estimate_hours} hours."
            findings.report("invalid_number", (*found.at, "estimate_hours"), message, "Write a number from 0 to 10000.")
    if findings.definition.celebration is not None:
        for code, name, message, remedy in _message(findings.definition.celebration, "the celebration"):
            findings.report(code, ("celebration", name), message, remedy)
    for at, question in questions(findings.definition):
        for code, name, message, remedy in _question(question):
            findings.report(code, (*at, name), message, remedy)
    for index, target in enumerate(findings.definition.targets):
        if target.comparison not in COMPARISONS:
            message = f"'{target.comparison}' is no comparison."
            findings.report("unknown_comparison", ("targets", index, "comparison"), message, _COMPARISON_REMEDY)


_COMPARISON_REMEDY = "Use one of: >=, >, <=, <, ==. In YAML they need quotes."


def _check_settings(findings: Findings, found: Found) -> None:
    kind = shapes.SETTINGS_OF_KIND.get(found.part.kind)
    if kind is None:
        return
    settings = found.part.settings if found.part.settings is not None else kind()
    for code, name, message, remedy in _RULES[kind](settings, f"'{found.part.key}'"):
        findings.report(code, (*found.at, "settings", name), message, remedy)


def _message(settings: MessageSettings, key: str) -> Iterator[Complaint]:
    if not settings.to:
        yield "message_without_recipients", "to", f"{key} goes to nobody.", "List roles under 'to:'."
    for name in ("subject", "body"):
        if not getattr(settings, name).strip():
            yield "message_without_text", name, f"{key} has no {name}.", f"Write a '{name}:'."


def _meeting(settings: MeetingSettings, key: str) -> Iterator[Complaint]:
    if not settings.attendees:
        yield "meeting_without_attendees", "attendees", f"{key} has no attendees.", "List roles under 'attendees:'."
    if not 5 <= settings.minutes <= 1440:
        message = f"{key} cannot last {settings.minutes} minutes."
        yield "invalid_number", "minutes", message, "Write a number from 5 to 1440."


def _form(settings: FormSettings, key: str) -> Iterator[Complaint]:
    if not settings.fields:
        yield "form_without_fields", "fields", f"{key} asks nothing.", "List questions under 'fields:'."


def _file_request(settings: FileRequestSettings, key: str) -> Iterator[Complaint]:
    if not settings.files:
        yield "file_request_without_files", "files", f"{key} does not say which files.", "List them under 'files:'."


def _approval(settings: ApprovalSettings, key: str) -> Iterator[Complaint]:
    if not settings.statement.strip():
        message = f"{key} does not say what is approved."
        yield "approval_without_statement", "statement", message, "Write a 'statement:' that somebody agrees to."


def _training(settings: TrainingSettings, key: str) -> Iterator[Complaint]:
    if not settings.audience:
        yield "training_without_audience", "audience", f"{key} is for nobody.", "List roles under 'audience:'."
    if settings.pass_mark is not None and not 1 <= settings.pass_mark <= 100:
        message = f"{key} has a pass mark of {settings.pass_mark} %."
        yield "invalid_number", "pass_mark", message, "Write percent, from 1 to 100."


def _survey(settings: SurveySettings, key: str) -> Iterator[Complaint]:
    if not settings.audience:
        yield "survey_without_audience", "audience", f"{key} asks nobody.", "List roles under 'audience:'."
    if settings.type not in SURVEYS:
        yield "unknown_survey", "type", f"'{settings.type}' is no type of survey.", f"Use one of: {', '.join(SURVEYS)}."
    elif settings.target is not None and not -100 <= settings.target <= 100:
        yield "invalid_number", "target", f"{key} cannot reach {settings.target}.", "Write a score that can be reached."
    elif settings.target is not None and settings.type != "nps" and not 0 <= settings.target <= SURVEYS[settings.type]:
        message = f"{key} aims at {settings.target}, but the scale ends at {SURVEYS[settings.type]}."
        yield "invalid_number", "target", message, "Write a score on the scale."


def _milestone(settings: MilestoneSettings, key: str) -> Iterator[Complaint]:
    if not settings.criterion.strip():
        message = f"{key} does not say when it is reached."
        yield "milestone_without_criterion", "criterion", message, "Write a 'criterion:' that can be checked."
    if settings.comparison not in COMPARISONS:
        message = f"'{settings.comparison}' is no comparison."
        yield "unknown_comparison", "comparison", message, _COMPARISON_REMEDY
    if settings.metric and settings.target is None:
        message = f"{key} measures {settings.metric} but has no target."
        yield "milestone_without_target", "target", message, "Write a 'target:'."


def _usage(settings: UsageSettings, key: str) -> Iterator[Complaint]:
    if settings.goal is None and not settings.event.strip():
        message = f"{key} does not name the event that completes it."
        yield (
            "usage_without_event",
            "event",
            message,
            "Write the name of the event, such as report_created, or a 'goal:'.",
        )
    if settings.goal is not None and settings.event.strip():
        message = f"{key} names an event and a goal."
        yield "usage_said_twice", "event", message, "Keep one: name the event in the goal and leave it out here."
    if not 1 <= settings.count <= 1_000_000:
        message = f"{key} cannot count to {settings.count}."
        yield "invalid_number", "count", message, "Write a number from 1 to 1000000."
    if settings.window is not None and settings.window.amount <= 0:
        yield "invalid_duration", "window", f"{key} has a window of {settings.window}.", "Write a length above zero."


def _integration(settings: IntegrationSettings, key: str) -> Iterator[Complaint]:
    if not settings.system.strip():
        yield "integration_without_system", "system", f"{key} does not name the system.", "Write a 'system:'."


_RULES: dict[type[Any], Callable[[Any, str], Iterator[Complaint]]] = {
    MessageSettings: _message,
    MeetingSettings: _meeting,
    FormSettings: _form,
    FileRequestSettings: _file_request,
    ApprovalSettings: _approval,
    TrainingSettings: _training,
    SurveySettings: _survey,
    MilestoneSettings: _milestone,
    UsageSettings: _usage,
    IntegrationSettings: _integration,
}


def _check_owner(findings: Findings, found: Found) -> None:
    task = found.part
    if task.automatic and task.kind not in AUTOMATIC:
        message = f"'{task.key}' is automatic, but a {task.kind.value.replace('_', ' ')} needs somebody to do it."
        remedy = "Only messages, meetings, surveys, milestones and usage are; remove 'automatic: true'."
        findings.report("cannot_be_automatic", (*found.at, "automatic"), message, remedy)
    if not task.owner and not task.automatic:
        message = f"'{task.key}' has no owner."
        findings.report("no_owner", found.at, message, "Name a role under 'owner:', so that somebody answers for it.")
    if _is_customers(findings, task) and _is_hidden(findings, found):
        message = f"'{task.key}' is for the customer, who cannot see it."
        remedy = "Set 'visibility: shared' on the task and its stage, or give it to somebody of the vendor."
        findings.report("internal_customer_task", (*found.at, "visibility"), message, remedy)


def _is_customers(findings: Findings, task: TaskSpec) -> bool:
    return any(role.key == task.owner and role.side is Side.CUSTOMER for role in findings.definition.roles)


def _is_hidden(findings: Findings, found: Found) -> bool:
    stage = findings.definition.stages[found.stage_index] if found.stage_index >= 0 else None
    hidden = {Visibility.INTERNAL}
    return found.part.visibility in hidden or (stage is not None and stage.visibility in hidden)


def _question(question: FieldSpec) -> Iterator[Complaint]:
    if question.type is FieldType.CHOICE and not question.choices:
        message = f"'{question.key}' is a choice without choices."
        yield "choice_without_choices", "choices", message, "List the possible answers under 'choices:'."
        return
    default = question.default
    if default is None:
        return
    fits = {
        FieldType.CHOICE: default in question.choices,
        FieldType.BOOLEAN: isinstance(default, bool),
        FieldType.NUMBER: isinstance(default, int | float) and not isinstance(default, bool),
    }.get(question.type, isinstance(default, str))
    if not fits:
        message = f"'{question.key}' cannot be answered with {default!r}."
        remedy = f"Use one of: {', '.join(question.choices)}." if question.choices else "Write a default of its type."
        yield "invalid_default", "default", message, remedy
