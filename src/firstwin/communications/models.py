"""Tables of communications."""

from enum import StrEnum
from typing import ClassVar

from django.db import models

from firstwin.communications.contracts import (
    MeetingState,
    MessageKind,
    MessageState,
    NotificationKind,
    Rsvp,
)
from firstwin.communications.rules import quiet_hours
from firstwin.playbooks.contracts import Side
from firstwin.shared.models import WorkspaceModel


def _choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(one.value, one.value) for one in kind]


class Meeting(WorkspaceModel):
    """A meeting of a project; its calendar entry is `uid`, its changes count in `sequence`."""

    project = models.ForeignKey("projects.Project", on_delete=models.CASCADE, related_name="+", db_index=False)
    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+", db_index=True)
    task = models.ForeignKey(
        "projects.ProjectTask", null=True, on_delete=models.SET_NULL, related_name="+", db_index=True
    )
    project_name = models.CharField(max_length=300)
    account_name = models.CharField(max_length=300)
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=20, choices=_choices(MeetingState))
    starts_at = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    time_zone = models.CharField(max_length=64, default="UTC")
    agenda = models.JSONField(default=list)
    location = models.CharField(max_length=500, blank=True)
    uid = models.CharField(max_length=255)
    sequence = models.PositiveIntegerField(default=0)
    cancel_reason = models.TextField(blank=True)
    organizer_name = models.CharField(max_length=200)
    organizer_email = models.EmailField(max_length=254)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "uid"], name="comms_meeting_uid"),
            models.UniqueConstraint(
                fields=["task"],
                condition=models.Q(state__in=[MeetingState.PROPOSED.value, MeetingState.INVITED.value]),
                name="comms_meeting_open_once_per_task",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "state", "starts_at"], name="comms_meeting_when"),
            models.Index(fields=["project", "starts_at"], name="comms_meeting_project"),
        ]


class MeetingAttendee(WorkspaceModel):
    """Somebody invited to a meeting, with the name and address used."""

    meeting = models.ForeignKey("communications.Meeting", on_delete=models.CASCADE, related_name="+")
    side = models.CharField(max_length=20, choices=_choices(Side))
    person_id = models.UUIDField()
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    time_zone = models.CharField(max_length=64, default="UTC")
    rsvp = models.CharField(max_length=20, choices=_choices(Rsvp), default=Rsvp.NEEDS_ACTION.value)
    note = models.CharField(max_length=500, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["meeting", "person_id"], name="comms_attendee_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "person_id"], name="comms_attendee_person"),
        ]


class Message(WorkspaceModel):
    """A mail to one person: what it says, and where it stands. `source` makes the same cause write it once only."""

    kind = models.CharField(max_length=20, choices=_choices(MessageKind))
    state = models.CharField(max_length=20, choices=_choices(MessageState), default=MessageState.QUEUED.value)
    source = models.CharField(max_length=255)
    reader_side = models.CharField(max_length=20, choices=_choices(Side), blank=True)
    reader_id = models.UUIDField(null=True)
    to_name = models.CharField(max_length=200, blank=True)
    to_email = models.EmailField(max_length=254)
    cc = models.JSONField(default=list)
    sender = models.CharField(max_length=600)
    reply_to = models.CharField(max_length=600, blank=True)
    subject = models.CharField(max_length=500)
    body = models.TextField()
    html = models.TextField()
    text = models.TextField()
    headers = models.JSONField(default=dict)
    calendar = models.TextField(blank=True)
    calendar_method = models.CharField(max_length=20, blank=True)
    message_id = models.CharField(max_length=255, blank=True)
    project = models.ForeignKey(
        "projects.Project", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        "customers.Account", null=True, on_delete=models.CASCADE, related_name="+", db_index=True
    )
    task = models.ForeignKey(
        "projects.ProjectTask", null=True, on_delete=models.SET_NULL, related_name="+", db_index=True
    )
    meeting = models.ForeignKey("communications.Meeting", null=True, on_delete=models.SET_NULL, related_name="+")
    written_by = models.CharField(max_length=200, blank=True)
    failure = models.TextField(blank=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "source"], name="comms_message_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "project", "-id"], name="comms_message_project"),
            models.Index(fields=["workspace", "-id"], name="comms_message_newest"),
            models.Index(fields=["workspace", "reader_id", "-id"], name="comms_message_reader"),
            models.Index(fields=["task", "kind"], name="comms_message_task"),
        ]


class Notification(WorkspaceModel):
    """Something a member should know; `source` makes the same cause tell it once only."""

    member = models.ForeignKey("identity.Member", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, choices=_choices(NotificationKind))
    source = models.CharField(max_length=255)
    title = models.CharField(max_length=300)
    excerpt = models.TextField(blank=True)
    path = models.CharField(max_length=500)
    project = models.ForeignKey(
        "projects.Project", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    task = models.ForeignKey(
        "projects.ProjectTask", null=True, on_delete=models.SET_NULL, related_name="+", db_index=True
    )
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["member", "source"], name="comms_notification_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["member", "-id"], name="comms_notification_new"),
            models.Index(fields=["member"], condition=models.Q(read_at__isnull=True), name="comms_notification_unread"),
        ]


class Preference(WorkspaceModel):
    """How a person wants mail; who has no row has the defaults."""

    side = models.CharField(max_length=20, choices=_choices(Side))
    person_id = models.UUIDField()
    choices = models.JSONField(default=dict)
    quiet_from = models.TimeField(default=quiet_hours.QUIET_FROM)
    quiet_until = models.TimeField(default=quiet_hours.QUIET_UNTIL)
    summary_at = models.TimeField(default=quiet_hours.SUMMARY_AT)
    time_zone = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "person_id"], name="comms_preference_once"),
        ]


class SummaryLine(WorkspaceModel):
    """One line that waits for a person's daily summary; deleted when the summary is written."""

    side = models.CharField(max_length=20, choices=_choices(Side))
    person_id = models.UUIDField()
    kind = models.CharField(max_length=20, choices=_choices(NotificationKind))
    source = models.CharField(max_length=255)
    project = models.ForeignKey(
        "projects.Project", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    account = models.ForeignKey(
        "customers.Account", null=True, on_delete=models.CASCADE, related_name="+", db_index=True
    )
    task = models.ForeignKey(
        "projects.ProjectTask", null=True, on_delete=models.SET_NULL, related_name="+", db_index=True
    )
    title = models.CharField(max_length=300)
    detail = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["person_id", "source"], name="comms_summary_line_once"),
        ]


class CapturedMail(WorkspaceModel):
    """A mail kept in the mailbox page instead of being sent. `is_account_mail`: sign-in codes and the like."""

    message_id = models.CharField(max_length=255)
    sender = models.CharField(max_length=600)
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    subject = models.CharField(max_length=500)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=list)
    search_text = models.TextField(blank=True)
    has_invitation = models.BooleanField(default=False)
    is_account_mail = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["workspace", "message_id"], name="comms_captured_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["workspace", "-id"], name="comms_captured_new"),
        ]


class CapturedAttachment(WorkspaceModel):
    """A file in a captured mail."""

    mail = models.ForeignKey("communications.CapturedMail", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=300)
    media_type = models.CharField(max_length=120)
    content = models.BinaryField()
