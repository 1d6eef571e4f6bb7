"""Forms about one task: what finishes each kind, and the questions that some changes ask."""

from collections.abc import Sequence
from typing import Any

from django import forms

from firstwin.playbooks.contracts import TaskKind, Visibility
from firstwin.projects.contracts import ReasonSide, TaskInfo
from firstwin.shared import questions, wording
from firstwin.shared.errors import InvalidInputError

SIDES = [
    (ReasonSide.VENDOR.value, "Ours"),
    (ReasonSide.CUSTOMER.value, "The customer's"),
    (ReasonSide.THIRD_PARTY.value, "Somebody else's"),
]
SCALES = {"csat": (1, 5), "nps": (0, 10), "ces": (1, 7), "relationship": (1, 5)}


class InstantInput(forms.DateTimeInput):
    """The browser's own picker of a day and a time, in the reader's zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")


class ReasonForm(forms.Form):
    """A reason in a few words."""

    reason = forms.CharField(label="Why", max_length=2000, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}))


class StuckForm(forms.Form):
    """On whose side something stops, and why."""

    side = forms.ChoiceField(label="On whose side is the cause", choices=SIDES, widget=forms.RadioSelect)
    reason = forms.CharField(
        label="What stops it",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="It appears on the plan and tells the others what to do.",
    )


class TaskForm(forms.Form):
    """What a task says, when it is and who does it."""

    name = forms.CharField(label="Name", max_length=300)
    description = forms.CharField(label="Description", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    guidance = forms.CharField(
        label="Guidance for the team",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The customer never sees it.",
    )
    person = forms.ChoiceField(label="Who does it", required=False)
    start_at = forms.DateTimeField(label="Starts", required=False, widget=InstantInput())
    due_at = forms.DateTimeField(label="Due", required=False, widget=InstantInput())
    visibility = forms.ChoiceField(
        label="What the customer sees",
        choices=[
            (Visibility.SHARED.value, "Everything"),
            (Visibility.TITLE_ONLY.value, "The title only"),
            (Visibility.INTERNAL.value, "Nothing"),
        ],
    )
    is_required = forms.BooleanField(label="Must be done before the project can complete", required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = self.fields["person"]
        assert isinstance(person, forms.ChoiceField)  # noqa: S101 - for the type checker
        person.choices = [("", "Nobody yet"), *people]


class EditTaskForm(TaskForm):
    """What can be changed of a task that is in the plan."""

    estimate_hours = forms.FloatField(
        label="Hours of work",
        required=False,
        min_value=0,
        max_value=10_000,
        help_text="How long it takes whoever does it. Left empty, what is usual for its kind counts.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("start_at", "due_at"):  # they follow others meanwhile: only what the reader changed is set
            self.fields[name].show_hidden_initial = True


class NewTaskForm(TaskForm):
    """A task to add to a plan."""

    stage_id = forms.ChoiceField(label="Stage")
    kind = forms.ChoiceField(
        label="Kind",
        choices=[
            (TaskKind.TODO.value, "To-do"),
            (TaskKind.MEETING.value, "Meeting"),
            (TaskKind.FILE_REQUEST.value, "File request"),
            (TaskKind.APPROVAL.value, "Approval"),
            (TaskKind.TRAINING.value, "Training"),
            (TaskKind.MILESTONE.value, "Milestone"),
        ],
    )
    field_order = ["name", "stage_id", "kind", "person", "start_at", "due_at", "visibility", "description", "guidance"]

    def __init__(self, *args: Any, stages: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        stage = self.fields["stage_id"]
        assert isinstance(stage, forms.ChoiceField)  # noqa: S101 - for the type checker
        stage.choices = stages


class FinishForm(forms.Form):
    """What finishes a task; its fields follow the kind."""

    def __init__(self, *args: Any, task: TaskInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        self.fields.update(_finishing_fields(task))

    def result(self) -> dict[str, Any]:
        """Return the result as the operation takes it, without what was left empty."""
        return questions.answers({name: value for name, value in self.cleaned_data.items() if name != "evidence"})

    def evidence(self) -> str:
        """Return what proves it."""
        return str(self.cleaned_data.get("evidence", ""))


def _finishing_fields(task: TaskInfo) -> dict[str, forms.Field]:
    match task.kind:
        case TaskKind.FORM:
            return {spec["key"]: questions.field(spec) for spec in task.settings.get("fields", ())}
        case TaskKind.MILESTONE:
            return _milestone_fields(task)
        case TaskKind.USAGE:
            return {"evidence": _evidence("Where you saw it")}
        case TaskKind.SURVEY:
            low, high = SCALES.get(str(task.settings.get("type", "csat")), (0, 10))
            question = str(task.settings.get("question") or "The answer")
            return {
                "score": forms.FloatField(label=question, min_value=low, max_value=high, help_text=f"{low} to {high}")
            }
        case TaskKind.MEETING:
            return {
                "notes": forms.CharField(
                    label="Notes of the meeting", required=False, widget=forms.Textarea(attrs={"rows": 4})
                )
            }
        case TaskKind.APPROVAL:
            proof = _evidence("Where the approval can be seen")
            proof.required = False
            proof.help_text = "Needed only when you approve in somebody else's place."
            return {"evidence": proof}
        case _:
            return {}


def _milestone_fields(task: TaskInfo) -> dict[str, forms.Field]:
    fields: dict[str, forms.Field] = {"evidence": _evidence("What proves it")}
    if task.settings.get("target") is not None:
        unit, comparison = task.settings.get("unit", ""), task.settings.get("comparison", ">=")
        fields["value"] = forms.FloatField(
            label=wording.in_words(str(task.settings.get("metric") or "measured_value")),
            required=False,
            help_text=f"Target: {comparison} {task.settings['target']:g} {unit}".strip(),
        )
    return fields


def _evidence(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


def add_problems(form: forms.Form, error: InvalidInputError) -> None:
    """Put the problems that an operation found beside the fields they are about."""
    for problem in error.problems:
        place = problem.place.removeprefix("result.")
        text = f"{problem.message} {problem.remedy}".strip()
        form.add_error(place if place in form.fields else None, text)
    if not error.problems:
        form.add_error(None, f"{error.detail} {error.remedy}".strip())
