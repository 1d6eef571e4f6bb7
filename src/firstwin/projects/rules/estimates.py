"""How long a task takes whoever does it: the hours written down for it, else what is usual for its kind."""

from collections.abc import Mapping

from firstwin.playbooks.contracts import TaskKind

USUAL_MINUTES: Mapping[str, int] = {
    TaskKind.TODO: 120,
    TaskKind.MESSAGE: 15,
    TaskKind.MEETING: 60,
    TaskKind.FORM: 30,
    TaskKind.FILE_REQUEST: 15,
    TaskKind.APPROVAL: 30,
    TaskKind.TRAINING: 120,
    TaskKind.SURVEY: 15,
    TaskKind.MILESTONE: 0,
    TaskKind.USAGE: 15,
    TaskKind.INTEGRATION: 240,
}


def minutes_of(kind: str, *, is_automatic: bool, hours: float | None) -> int:
    """A task takes the hours written down for it. Without them it takes what is usual for its kind: 2 hours for a to-do or a
    training, 1 for a meeting, 4 for an integration, half an hour or less for the rest, nothing for milestones and for
    what happens by itself.
    """
    if hours is not None:
        return max(round(hours * 60), 0)
    return 0 if is_automatic else USUAL_MINUTES[kind]
