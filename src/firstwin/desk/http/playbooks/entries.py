"""What a person can fill in for each part of a playbook, in the order in which they think of it."""

from dataclasses import dataclass
from enum import StrEnum

from firstwin.customers.contracts import Industry, Segment
from firstwin.playbooks.contracts import Anchor, FieldType, TaskKind, Visibility
from firstwin.playbooks.contracts.library import PartKind


class Shape(StrEnum):
    """How an entry is filled in, and what it is in the YAML form."""

    TEXT = "text"
    LONG = "long"
    LINES = "lines"
    NUMBER = "number"
    FLAG = "flag"
    CHOICE = "choice"
    ROLE = "role"
    ROLES = "roles"
    TASK = "task"
    TASKS = "tasks"
    LINKS = "links"
    PLACES = "places"
    SPAN = "span"
    MOMENT = "moment"
    QUESTIONS = "questions"
    GOAL = "goal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: `name` is its path in the YAML form, such as due or meeting.agenda."""

    name: str
    shape: Shape = Shape.TEXT
    label: str = ""
    help: str = ""
    choices: tuple[str, ...] = ()
    is_needed: bool = False


SPAN_HELP = "24h, 8wh (working hours), 5wd (working days), 30d or 2w."
CONDITION_HELP = 'Empty means always. For example: account.segment == "enterprise" or project.needs_data_migration.'
LINK_HELP = f"Who waits for nothing begins with its stage. A pause is optional: {SPAN_HELP}"
VISIBILITIES = (Visibility.SHARED.value, Visibility.TITLE_ONLY.value, Visibility.INTERNAL.value)
"""What is not written means shared: a form shows the first choice where a playbook says nothing."""
ANCHORS = tuple(item.value for item in Anchor)

NAME = Entry(name="name", is_needed=True)
WHEN = Entry(name="when", label="Only when", help=CONDITION_HELP)
VISIBILITY = Entry(name="visibility", shape=Shape.CHOICE, label="The customer sees", choices=VISIBILITIES)
START = Entry(
    name="start", shape=Shape.MOMENT, label="Starts", help=f"Counted from what, and how long after: {SPAN_HELP}"
)
DUE = Entry(name="due", shape=Shape.MOMENT, label="Due", help=f"A promise. {SPAN_HELP}")
DESCRIPTION = Entry(name="description", shape=Shape.LONG, help="Shared parts: the customer reads this.")

PARTS: dict[PartKind, tuple[Entry, ...]] = {
    PartKind.PLAYBOOK: (
        NAME,
        Entry(name="summary", shape=Shape.LONG),
        Entry(name="description", shape=Shape.LONG),
    ),
    PartKind.STAGE: (
        NAME,
        Entry(name="objective", shape=Shape.LONG, help="What has been reached when this stage ends."),
        DESCRIPTION,
        Entry(name="exit_criteria", shape=Shape.LINES, label="Exit criteria", help="One sentence per line."),
        VISIBILITY,
        WHEN,
        Entry(name="after", shape=Shape.LINKS, label="Waits for", help=LINK_HELP),
        START,
        DUE,
        Entry(name="duration_min", shape=Shape.SPAN, label="Takes at least", help=SPAN_HELP),
        Entry(name="duration_max", shape=Shape.SPAN, label="Takes at most", help=SPAN_HELP),
    ),
    PartKind.TASK: (
        NAME,
        Entry(name="kind", shape=Shape.CHOICE, choices=tuple(item.value for item in TaskKind)),
        Entry(name="owner", shape=Shape.ROLE, label="Done by"),
        DESCRIPTION,
        Entry(name="guidance", shape=Shape.LONG, label="Guidance for the team", help="The customer never sees this."),
        VISIBILITY,
        WHEN,
        Entry(name="after", shape=Shape.LINKS, label="Waits for", help=LINK_HELP),
        START,
        DUE,
        Entry(name="duration", shape=Shape.SPAN, label="Takes", help=SPAN_HELP),
        Entry(
            name="duration_min", shape=Shape.SPAN, label="Takes at best", help="For simulations: when all goes well."
        ),
        Entry(
            name="duration_max", shape=Shape.SPAN, label="Takes at worst", help="For simulations: when much goes wrong."
        ),
        Entry(name="required", shape=Shape.FLAG, label="Needed before the project can complete"),
        Entry(name="automatic", shape=Shape.FLAG, label="Firstwin does it itself when its time comes"),
        Entry(name="anchors", shape=Shape.CHOICE, label="Sets the date of", choices=("", *ANCHORS)),
        Entry(name="estimate_hours", shape=Shape.NUMBER, label="Hours of work"),
        Entry(name="deliverables", shape=Shape.LINES, help="One per line."),
        Entry(name="repeat.every", shape=Shape.SPAN, label="Comes again every", help=SPAN_HELP),
        Entry(name="repeat.times", shape=Shape.NUMBER, label="How many times"),
        Entry(name="repeat.until", shape=Shape.MOMENT, label="Or until"),
    ),
    PartKind.ROLE: (
        NAME,
        Entry(name="side", shape=Shape.CHOICE, choices=("vendor", "customer")),
        Entry(name="description", shape=Shape.LONG),
        Entry(
            name="stakeholder",
            shape=Shape.CHOICE,
            label="Found at the customer as",
            choices=("", "project_owner", "executive_sponsor", "admin_champion", "technical_lead", "end_user"),
        ),
        Entry(name="fallback", shape=Shape.ROLE, label="When nobody has it"),
    ),
    PartKind.FIELD: (
        Entry(name="label", label="Question", is_needed=True),
        Entry(name="type", shape=Shape.CHOICE, choices=tuple(item.value for item in FieldType)),
        Entry(name="help", shape=Shape.LONG),
        Entry(name="choices", shape=Shape.LINES, help="For a choice: one per line."),
        Entry(name="required", shape=Shape.FLAG, label="Must be answered"),
    ),
    PartKind.CRITERION: (
        Entry(name="text", shape=Shape.LONG, is_needed=True),
        Entry(name="task", label="Met when this task is done", help="The key of a task or milestone; empty: by hand."),
    ),
    PartKind.TARGET: (
        Entry(name="label", label="What is measured", is_needed=True),
        Entry(name="target", shape=Shape.NUMBER, is_needed=True),
        Entry(name="comparison", shape=Shape.CHOICE, choices=(">=", "<=", "==")),
        Entry(name="unit"),
        Entry(name="baseline", shape=Shape.NUMBER),
    ),
    PartKind.DURATION: (
        Entry(name="segment", shape=Shape.CHOICE, choices=tuple(item.value for item in Segment)),
        Entry(name="at_least", shape=Shape.SPAN, help=SPAN_HELP),
        Entry(name="at_most", shape=Shape.SPAN, help=SPAN_HELP, is_needed=True),
    ),
    PartKind.OVERLAY: (
        NAME,
        DESCRIPTION,
        Entry(name="industry", shape=Shape.CHOICE, choices=("", *(item.value for item in Industry))),
        Entry(name="segment", shape=Shape.CHOICE, choices=("", *(item.value for item in Segment))),
        Entry(name="product", help="The name of a product in the contract."),
        WHEN,
        Entry(name="add", shape=Shape.PLACES, label="Where its tasks come"),
        Entry(name="remove", shape=Shape.TASKS, label="Takes these tasks out"),
    ),
}

SETTINGS: dict[str, tuple[Entry, ...]] = {
    "message": (
        Entry(name="message.to", shape=Shape.ROLES, label="Goes to"),
        Entry(name="message.subject", label="Subject"),
        Entry(
            name="message.body", shape=Shape.LONG, label="Text", help="Markdown; {{ contact.first_name }} and the like."
        ),
        Entry(
            name="message.unless_done",
            shape=Shape.TASK,
            label="Not sent once this is done",
            help="For reminders: who has done it already is left in peace.",
        ),
        Entry(
            name="message.attachments",
            shape=Shape.LINES,
            label="Waits for files",
            help="One name per line. It goes out once they are attached to its task, and they go with it.",
        ),
    ),
    "meeting": (
        Entry(name="meeting.attendees", shape=Shape.ROLES, label="Attendees"),
        Entry(name="meeting.minutes", shape=Shape.NUMBER, label="Minutes"),
        Entry(name="meeting.agenda", shape=Shape.LINES, label="Agenda", help="One point per line."),
        Entry(name="meeting.deliverables", shape=Shape.LINES, label="What it delivers", help="One per line."),
        Entry(name="meeting.location", label="Where"),
    ),
    "form": (Entry(name="form.fields", shape=Shape.QUESTIONS, label="Questions"),),
    "file_request": (
        Entry(name="file_request.files", shape=Shape.LINES, label="Files", help="One per line."),
        Entry(
            name="file_request.accept", shape=Shape.LINES, label="File types", help="Endings without dot; empty: any."
        ),
    ),
    "approval": (
        Entry(name="approval.statement", shape=Shape.LONG, label="What is approved"),
        Entry(name="approval.approvers", shape=Shape.ROLES, label="Approved by"),
    ),
    "training": (
        Entry(name="training.audience", shape=Shape.ROLES, label="For"),
        Entry(name="training.format", label="Format"),
        Entry(name="training.topics", shape=Shape.LINES, label="Topics", help="One per line."),
        Entry(name="training.recording", shape=Shape.FLAG, label="Is recorded"),
        Entry(name="training.certifies", shape=Shape.FLAG, label="Ends with a certificate"),
        Entry(name="training.pass_mark", shape=Shape.NUMBER, label="Pass mark in percent"),
    ),
    "survey": (
        Entry(
            name="survey.type",
            shape=Shape.CHOICE,
            label="Kind of survey",
            choices=("csat", "nps", "ces", "relationship"),
        ),
        Entry(name="survey.question", shape=Shape.LONG, label="Question"),
        Entry(name="survey.audience", shape=Shape.ROLES, label="Asked of"),
        Entry(name="survey.target", shape=Shape.NUMBER, label="Target"),
    ),
    "milestone": (
        Entry(name="milestone.criterion", shape=Shape.LONG, label="Reached when"),
        Entry(name="milestone.metric", label="Figure"),
        Entry(name="milestone.comparison", shape=Shape.CHOICE, label="Is", choices=(">=", "<=", "==")),
        Entry(name="milestone.target", shape=Shape.NUMBER, label="Target"),
        Entry(name="milestone.unit", label="Unit"),
        Entry(name="milestone.first_value", shape=Shape.FLAG, label="This is the first win"),
        Entry(name="milestone.options", shape=Shape.LINES, label="Proposals to choose from", help="One per line."),
        Entry(name="milestone.goal", shape=Shape.GOAL, label="Usage reaches it by itself"),
    ),
    "usage": (
        Entry(name="usage.event", label="Event in the product"),
        Entry(name="usage.count", shape=Shape.NUMBER, label="How often"),
        Entry(name="usage.window", shape=Shape.SPAN, label="Within", help=SPAN_HELP),
        Entry(name="usage.description", shape=Shape.LONG, label="In words"),
        Entry(name="usage.goal", shape=Shape.GOAL, label="Instead of one event"),
    ),
    "integration": (
        Entry(name="integration.system", label="System"),
        Entry(name="integration.check", shape=Shape.LONG, label="Connected means"),
    ),
}
