"""What every key of a playbook file means: hover help of editors, and the reference in the guide."""

from collections.abc import Mapping
from typing import Any

from firstwin.playbooks.contracts import (
    ApprovalSettings,
    CompletionCriterion,
    FieldSpec,
    FileRequestSettings,
    FormSettings,
    IntegrationSettings,
    LinkSpec,
    MeetingSettings,
    MessageSettings,
    MilestoneSettings,
    Moment,
    OverlayAddition,
    OverlaySpec,
    PlaybookDefinition,
    RepeatSpec,
    RoleSpec,
    SegmentTarget,
    StageSpec,
    SurveySettings,
    TargetSpec,
    TaskSpec,
    TrainingSettings,
    UsageSettings,
)
from firstwin.playbooks.rules import shapes
from firstwin.playbooks.rules.codes import LINT_CODES
from firstwin.scheduling.contracts import Span
from firstwin.usage.contracts.goals import Goal

KEYS: Mapping[type[Any], Mapping[str, str]] = {
    PlaybookDefinition: {
        "key": "Short name that never changes once published, such as `b2b-seven-stage`.",
        "name": "What people call it.",
        "summary": "One sentence for the library.",
        "description": "What it is for and how it works, in Markdown.",
        "language": "Language of its texts, such as `en` or `pt-BR`.",
        "roles": "Placeholders for people; the launch says who they are.",
        "fields": "Questions asked at launch; conditions and texts use the answers as `project.<key>`.",
        "durations": "How long the onboarding of each segment should take.",
        "targets": "Figures that the playbook is judged by.",
        "stages": "The parts of the onboarding, in order.",
        "overlays": "Changes for an industry, a segment, a product or a condition.",
        "completion": "When the onboarding is complete.",
        "celebration": "The message that the customer gets at the first win.",
    },
    RoleSpec: {
        "key": "Short name by which tasks refer to it.",
        "name": "What people call it.",
        "side": "Whose person it is.",
        "description": "What this person does in the onboarding.",
        "stakeholder": "The part a contact plays; the launch proposes the contact who plays it.",
        "fallback": "The role whose person does it when nobody is named.",
    },
    FieldSpec: {
        "key": "Short name; letters, digits and `_`, since conditions use it.",
        "label": "The question.",
        "type": "What kind of answer it takes.",
        "help": "What the person who answers should know.",
        "choices": "The possible answers of a choice.",
        "default": "The answer when none is given.",
        "required": "Whether it must be answered.",
    },
    SegmentTarget: {
        "segment": "The segment of accounts.",
        "at_least": "The shortest time that is normal, from signature to completion.",
        "at_most": "The longest time that counts as on time.",
    },
    TargetSpec: {
        "metric": "The figure, such as `time_to_value_days`, `activation_rate` or `csat`.",
        "label": "What people call it.",
        "target": "The value to reach.",
        "comparison": "How the value compares with the target; in quotes.",
        "unit": "The unit, such as days or %.",
        "baseline": "The value before.",
    },
    StageSpec: {
        "key": "Short name by which links refer to it; stages and tasks share one list of keys.",
        "name": "What people call it.",
        "objective": "What is achieved when it ends, in one sentence.",
        "description": "More about it.",
        "visibility": "What the customer sees of it.",
        "when": "Condition (CEL) under which it is part of the plan; without one, always.",
        "start": "When it starts; without it, when the stage before it ends.",
        "due": "When it should have ended.",
        "duration_min": "The shortest time that it typically takes.",
        "duration_max": "The longest time that it typically takes.",
        "after": "Tasks and stages that it waits for.",
        "exit_criteria": "Sentences that are true when it ends.",
        "tasks": "What is done in it.",
    },
    TaskSpec: {
        "key": "Short name by which links refer to it; stages and tasks share one list of keys.",
        "name": "What people read in the plan.",
        "kind": "What doing it means. May be left out when the settings of a kind are given.",
        "description": "What is to be done, in Markdown; the customer reads it when the task is shared.",
        "guidance": "Advice for the team only.",
        "owner": "The role whose person does it.",
        "visibility": "What the customer sees of it.",
        "when": "Condition (CEL) under which it is part of the plan; without one, always.",
        "start": "When it starts; without it, when its links and its stage allow.",
        "due": "When it should be done. Beats `duration`.",
        "duration": "How long it takes from its start.",
        "duration_min": "How long it takes when all goes well; for simulations.",
        "duration_max": "How long it takes when much goes wrong; for simulations.",
        "after": "Tasks and stages that it waits for: keys, or links with a type and a lag.",
        "required": "Whether the onboarding can be completed without it.",
        "automatic": "Firstwin does it by itself when its time comes.",
        "anchors": "The anchor that it sets when it is done.",
        "estimate_hours": "How many hours of work it takes.",
        "deliverables": "What there is when it is done.",
        "repeat": "Repeats it every so often.",
    },
    Moment: {
        "anchor": "The instant it is counted from.",
        "offset": "How long after it, or before it with a minus; 0h when left out.",
    },
    LinkSpec: {
        "task": "The key of the task or stage that is waited for.",
        "type": "Which end of the one binds which end of the other.",
        "lag": "How long to wait on top.",
    },
    RepeatSpec: {
        "every": "How far apart the repetitions are.",
        "times": "How many there are.",
        "until": "Until when they go on.",
    },
    MessageSettings: {
        "to": "Roles that get it.",
        "subject": "Its subject; may hold placeholders.",
        "body": "Its text in Markdown; may hold placeholders.",
        "attachments": "Names of files to attach to the task before it goes out. All files of the task go with it.",
        "unless_done": "Key of a task: the message is not sent once that task is done, or does not apply.",
    },
    MeetingSettings: {
        "attendees": "Roles that are invited.",
        "minutes": "How long it lasts.",
        "agenda": "Its points, in order.",
        "deliverables": "What there is when it ends.",
        "location": "Where it is held, or the address of the call.",
        "invite_within": "By when the invitation goes out.",
        "notice": "How far ahead of the invitation the meeting should lie, if its due time allows.",
    },
    FormSettings: {"fields": "The questions."},
    FileRequestSettings: {
        "files": "What is asked for, one line each.",
        "accept": "Extensions that are taken, without a dot; any when left out.",
    },
    ApprovalSettings: {
        "statement": "What is approved.",
        "approvers": "Roles that may approve it.",
    },
    TrainingSettings: {
        "audience": "Roles that are trained.",
        "format": "How: a live session, a recording, a course.",
        "topics": "What it covers.",
        "recording": "Whether a recording is kept.",
        "certifies": "Whether it ends with a certificate.",
        "pass_mark": "Percent needed to pass.",
    },
    SurveySettings: {
        "type": "`csat` (1-5), `nps` (0-10), `ces` (1-7) or `relationship` (1-5).",
        "question": "What is asked.",
        "audience": "Roles that are asked.",
        "target": "The score to reach.",
    },
    MilestoneSettings: {
        "criterion": "When it is reached, so that anybody can check it.",
        "metric": "The figure that decides it.",
        "comparison": "How the figure compares with the target; in quotes.",
        "target": "The value to reach.",
        "unit": "The unit of the figure.",
        "first_value": "Whether this is the first win.",
        "options": "Proposals from which the kickoff chooses.",
        "goal": "What usage has to show; then the milestone is reached by itself, with the evidence.",
    },
    UsageSettings: {
        "event": "The event that is seen in usage. Instead of a `goal`.",
        "count": "How often.",
        "window": "Within which time.",
        "description": "What the users do, in words.",
        "goal": "What usage has to show, where one event is not enough.",
    },
    Goal: {
        "events": "Names of events as the product sends them; any of them counts.",
        "feature": "The key of a feature, which is a named set of events.",
        "times": "How often it is done; once when left out.",
        "users": "That many different people; with events or a feature, who did these.",
        "share_of_seats": "That many percent of the licensed users of the account.",
        "days": "On that many different days; with `within` of this time, whatever is done.",
        "in_a_row": "Whether these days follow one another.",
        "features": "That many different features are used, of those that the workspace describes.",
        "stays": "Somebody is still active so long after the first time, such as 21d.",
        "sequence": "Events in this order, by one person; with `users`, by so many.",
        "metric": "The property of the event that holds a number.",
        "aggregate": "How its values are added up; `sum` when left out.",
        "comparison": "How the figure compares with the target; `>=` when left out; in quotes.",
        "target": "The figure to reach.",
        "within": "The time in which all of it happens, such as 30d.",
        "all": "Goals that all have to be reached. Nothing stands beside it.",
        "any": "Goals of which one has to be reached. Nothing stands beside it.",
    },
    IntegrationSettings: {
        "system": "The other system.",
        "check": "How one sees that it is connected.",
    },
    OverlaySpec: {
        "key": "Short name.",
        "name": "What people call it.",
        "description": "Why it is needed.",
        "industry": "Applies to accounts of this industry.",
        "segment": "Applies to accounts of this segment.",
        "product": "Applies to accounts that bought this product.",
        "when": "Applies when this condition (CEL) holds. Everything that is named has to hold.",
        "add": "Tasks that it adds, stage by stage.",
        "remove": "Keys of tasks that it takes out.",
    },
    OverlayAddition: {
        "stage": "The stage that gets the tasks.",
        "after_task": "The task behind which they go; at the end when left out.",
        "tasks": "The tasks.",
    },
    CompletionCriterion: {
        "key": "Short name; `required_tasks` means that all required tasks are done.",
        "text": "The criterion in words.",
        "task": "The task or milestone that has to be done; without one, somebody confirms it by hand.",
    },
}

TITLES: Mapping[type[Any], str] = {
    PlaybookDefinition: "The playbook",
    RoleSpec: "A role",
    FieldSpec: "A question",
    SegmentTarget: "A duration",
    TargetSpec: "A target",
    StageSpec: "A stage",
    TaskSpec: "A task",
    Moment: "A moment",
    LinkSpec: "A link",
    RepeatSpec: "A repetition",
    **{cls: f"Settings of kind `{kind.value}`" for kind, cls in shapes.SETTINGS_OF_KIND.items()},
    Goal: "A goal",
    OverlaySpec: "An overlay",
    OverlayAddition: "Tasks that an overlay adds",
    CompletionCriterion: "A completion criterion",
}


def reference() -> str:
    """Return the reference of every key and every lint code, as Markdown."""
    parts = []
    for cls, title in TITLES.items():
        rows = [_row(cls, name, meaning) for name, meaning in KEYS[cls].items()]
        parts.append("\n".join([f"### {title}", "", "| Key | Takes | Means |", "|---|---|---|", *rows]))
    codes = [f"| `{code}` | {about.level.value} | {about.meaning} |" for code, about in LINT_CODES.items()]
    parts.append("\n".join(["### Lint codes", "", "| Code | Level | Means |", "|---|---|---|", *codes]))
    return "\n\n".join(parts) + "\n"


def _row(cls: type[Any], name: str, meaning: str) -> str:
    shape = shapes.fields_by_name(cls)[name]
    need = ", needed" if shape.required else ""
    return f"| `{name}` | {_takes(shape)}{need} | {meaning} |"


def _takes(shape: shapes.FieldShape) -> str:
    if shapes.is_enum(shape.kind):
        word = ", ".join(f"`{member.value}`" for member in shapes.members(shape.kind))
    elif shape.kind in KEYS:
        title = TITLES[shape.kind]
        word = title.lower() if title.startswith("A ") else title[:1].lower() + title[1:]
    else:
        word = {str: "text", int: "whole number", float: "number", bool: "true or false"}.get(
            shape.kind, "a length of time" if shape.kind is Span else "text, number, true or false"
        )
    return f"list of: {word}" if shape.is_list else word
