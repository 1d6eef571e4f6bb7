"""What a customer reads: their plan in plain words, without a word of how the vendor talks among themselves."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from firstwin.playbooks.contracts import Side, TaskKind
from firstwin.portal.contracts import Look, TaskCard, WantedFile
from firstwin.projects.contracts import OPEN_STATES, FileInfo, ProjectState, TaskStanding, TaskState
from firstwin.projects.contracts.portal import PortalProject, PortalStage, PortalTask

_KIND_ICONS = {
    TaskKind.TODO: "checkbox",
    TaskKind.MESSAGE: "mail",
    TaskKind.MEETING: "calendar-event",
    TaskKind.FORM: "forms",
    TaskKind.FILE_REQUEST: "file-upload",
    TaskKind.APPROVAL: "writing",
    TaskKind.TRAINING: "school",
    TaskKind.SURVEY: "star",
    TaskKind.MILESTONE: "flag",
    TaskKind.USAGE: "device-desktop",
    TaskKind.INTEGRATION: "plug-connected",
}
_VERBS = {
    TaskKind.FORM: "Answer the questions",
    TaskKind.FILE_REQUEST: "Hand in the files",
    TaskKind.APPROVAL: "Read and decide",
    TaskKind.MEETING: "See the meeting",
    TaskKind.MESSAGE: "Read it",
    TaskKind.SURVEY: "Give your answer",
    TaskKind.TRAINING: "See what it covers",
}
_FINISH_WORDS = {
    TaskKind.FORM: "Send the answers",
    TaskKind.SURVEY: "Send the answer",
    TaskKind.MESSAGE: "I have read it",
    TaskKind.TRAINING: "We have done this",
    TaskKind.MILESTONE: "We have reached it",
    TaskKind.INTEGRATION: "It is connected",
}


def greeting(at: datetime, zone: ZoneInfo, first_name: str) -> str:
    """A reader is greeted by the time of their own day."""
    hour = at.astimezone(zone).hour
    words = "Good morning" if 4 <= hour < 12 else "Good afternoon" if hour < 18 else "Good evening"
    return f"{words}, {first_name}" if hour >= 4 else f"Hello, {first_name}"


def progress_words(project: PortalProject) -> str:
    """Progress is said in counts of what the reader can see: 4 of 9 done."""
    if project.completed_at is not None:
        return "Everything is done"
    if not project.task_count:
        return "The plan is being prepared"
    return f"{project.done_count} of {project.task_count} done"


def look_of(task: PortalTask, vendor: str) -> Look:
    """A task is your turn, on its way with the others, done, or still to come; colour, icon and word say the same."""
    icon = _KIND_ICONS[task.kind]
    if task.state is TaskState.DONE:
        return Look(tone="done", icon="circle-check", word="Done")
    if task.state in (TaskState.NOT_APPLICABLE, TaskState.CANCELLED):
        return Look(tone="neutral", icon="circle-minus", word="Not needed")
    if task.state is TaskState.STUCK:
        return Look(tone="late", icon="hand-stop", word="Stuck")
    if can_decide(task):
        return Look(tone="waiting", icon="writing", word="Waits for your decision")
    if task.state is TaskState.AWAITING_APPROVAL:
        return Look(tone="progress", icon="hourglass", word="Waits for a decision")
    return _open_look(task, vendor, icon)


def _open_look(task: PortalTask, vendor: str, icon: str) -> Look:
    if task.standing is TaskStanding.SCHEDULED:
        return Look(tone="neutral", icon=icon, word="Later")
    if task.standing is TaskStanding.BLOCKED:
        return Look(tone="neutral", icon="lock", word="After an earlier step")
    if task.side is Side.VENDOR:
        return Look(tone="progress", icon=icon, word=f"{vendor} does this")
    if task.standing is TaskStanding.LATE:
        return Look(tone="late", icon="clock-exclamation", word="Overdue")
    if task.is_yours:
        return Look(tone="waiting", icon=icon, word="Your turn")
    return Look(tone="progress", icon=icon, word="With your team")


def verb_for(task: PortalTask) -> str:
    """The button of the next step says what is to do."""
    return _VERBS.get(task.kind, "Open it")


def can_say_stuck(task: PortalTask) -> bool:
    """Whatever is open and shown in full can be said to be stuck."""
    return task.has_details and task.state in OPEN_STATES and task.state is not TaskState.STUCK


def is_for_reader_now(task: PortalTask) -> bool:
    """What the reader can do now: theirs and ready, or waiting for their decision."""
    is_open = task.has_details and task.state in OPEN_STATES
    is_waiting = task.standing in (TaskStanding.SCHEDULED, TaskStanding.BLOCKED)
    return is_open and not is_waiting and ((task.is_yours and task.can_act) or task.can_approve)


def is_over(state: ProjectState) -> bool:
    """A project that is complete or was ended."""
    return state in (ProjectState.COMPLETED, ProjectState.CANCELLED)


def stage_state(stage: PortalStage) -> str:
    """A stage is done when everything in it that the reader sees is."""
    return "done" if stage.task_count and stage.done_count >= stage.task_count else "ahead"


def finish_word(task: PortalTask) -> str:
    """The button that finishes a step says what pressing it means."""
    return _FINISH_WORDS.get(task.kind, "Mark as done")


def can_decide(task: PortalTask) -> bool:
    """An approval is given or sent back once it is asked for, or when its time has come."""
    return task.can_approve and task.standing not in (TaskStanding.SCHEDULED, TaskStanding.BLOCKED)


def can_reopen(task: PortalTask) -> bool:
    """What the customer's side did it can take back."""
    is_theirs = task.side is Side.CUSTOMER and task.has_details
    return is_theirs and task.state is TaskState.DONE and task.kind is not TaskKind.APPROVAL


def wanted_files(task: PortalTask, files: Sequence[FileInfo]) -> tuple[WantedFile, ...]:
    """Each file that is asked for has its own place; where none is named there is one for all."""
    if task.kind is not TaskKind.FILE_REQUEST:
        return ()
    endings = [str(ending).lstrip(".").lower() for ending in task.settings.get("accept", ())]
    hint = f"Accepted: {', '.join(endings)}" if endings else ""
    accept = ",".join(f".{ending}" for ending in endings)
    names = [str(name) for name in task.settings.get("files", ())] or [""]
    handed_in = {file.requested for file in files}
    return tuple(
        WantedFile(
            name=name,
            label="Choose another file" if name in handed_in else "Choose a file",
            hint=hint,
            accept=accept,
            is_there=name in handed_in or (not name and bool(files)),
            is_several=not name,
        )
        for name in names
    )


def answers_of(task: PortalTask) -> tuple[tuple[str, str], ...]:
    """What was answered is shown with its question, in the order asked."""
    if task.kind is not TaskKind.FORM:
        return ()
    found = [(str(spec.get("label", "")), task.result.get(spec.get("key"))) for spec in task.settings.get("fields", ())]
    return tuple((label, _spoken(value)) for label, value in found if value not in (None, ""))


def _spoken(value: object) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value)


def part_of(title: str, roles: Sequence[str]) -> str:
    """A person is described by their title and the first of their roles; more than that helps nobody."""
    role = roles[0].removeprefix("Customer ").capitalize() if roles and roles[0].startswith("Customer ") else ""
    role = role or (roles[0] if roles else "")
    parts = [title, role] if title.lower() != role.lower() else [title]
    return ", ".join(part for part in parts if part)


def is_coming(card: TaskCard) -> bool:
    """What will be for the customer's side later."""
    task = card.task
    is_later = task.standing in (TaskStanding.SCHEDULED, TaskStanding.BLOCKED)
    return is_later and task.has_details and task.side is Side.CUSTOMER and task.state in OPEN_STATES
