"""A running project that writes and meets, and a transport that keeps what it is given."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from firstwin.communications.contracts import OutgoingMail
from firstwin.communications.models import Meeting, Message, Notification
from firstwin.playbooks.contracts import Anchor, MessageSettings, PlaybookDefinition, TaskSpec
from tests.factories.projects import Running, example_definition, launch_example, make_scene, moment

MORNING = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
"""The day after the signature: the welcome has gone out, the kickoff is in the calendars."""


def talking_definition(**fields: Any) -> PlaybookDefinition:
    """The example playbook with a kickoff that is arranged by itself and a celebration of its own."""
    first, second, third = example_definition().stages
    tasks = tuple(_by_itself(task) if task.key == "kickoff" else task for task in second.tasks)
    defaults: dict[str, Any] = {
        "stages": (first, replace(second, tasks=tasks), third),
        "celebration": MessageSettings(
            to=("sponsor",),
            subject="{{ account.name }} has its first win",
            body="You did it, {{ contact.first_name }}! {{ first_value.evidence }}",
        ),
    }
    return example_definition(**{**defaults, **fields})


def _by_itself(task: TaskSpec) -> TaskSpec:
    return replace(task, automatic=True, after=(), start=moment(Anchor.SIGNATURE, "2h"))


def launch_talking(**account: Any) -> Running:
    """Launch it."""
    return launch_example(make_scene(talking_definition(), **account))


def mails(running: Running, **fields: Any) -> list[Message]:
    """The mails of a project, oldest first."""
    return list(Message.objects.for_actor(running.scene.manager).filter(project_id=running.id, **fields).order_by("pk"))


def meetings(running: Running) -> list[Meeting]:
    """The meetings of a project, oldest first."""
    return list(Meeting.objects.for_actor(running.scene.manager).filter(project_id=running.id).order_by("pk"))


def told(running: Running) -> list[str]:
    """What members were told in the product, oldest first."""
    rows = Notification.objects.for_actor(running.scene.manager).order_by("pk")
    return list(rows.values_list("title", flat=True))


@dataclass(slots=True)
class KeepingTransport:
    """A way out that keeps the mails, or refuses with the error it was given."""

    error: Exception | None = None
    mails: list[OutgoingMail] = field(default_factory=list)

    def deliver(self, mail: OutgoingMail) -> None:
        """Keep it."""
        if self.error is not None:
            raise self.error
        self.mails.append(mail)
