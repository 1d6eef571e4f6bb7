"""Tables of calendars. Time zones, and the countries of the workspace and of accounts, stand where those are kept."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models

from firstwin.calendars.contracts import DayKind, HolderKind, ImportFormat, ImportState
from firstwin.shared.models import WorkspaceModel


class Calendar(WorkspaceModel):
    """What a workspace, member, account or contact has of its own; what is NULL is inherited from above."""

    holder_kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in HolderKind])
    holder_id = models.UUIDField()
    week = models.JSONField(null=True)
    country = models.CharField(max_length=2, null=True)
    subdivision = models.CharField(max_length=20, blank=True)
    weekly_hours = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    skills = models.JSONField(default=list)
    day_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "holder_id"], name="calendars_one_per_holder"),
        ]


class CalendarDay(WorkspaceModel):
    """An exception: leave, a day off, an extra working day or some hours away, once or by a rule (RFC 5545)."""

    calendar = models.ForeignKey("calendars.Calendar", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in DayKind])
    first_on = models.DateField()
    last_on = models.DateField()
    hours = models.JSONField(default=list)
    repeats = models.CharField(max_length=300, blank=True)
    label = models.CharField(max_length=120, blank=True)
    uid = models.CharField(max_length=255, blank=True)
    import_run = models.ForeignKey(
        "calendars.CalendarImport", on_delete=models.SET_NULL, null=True, related_name="+", db_index=False
    )

    if TYPE_CHECKING:
        calendar_id: UUID
        import_run_id: UUID | None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")), name="calendars_day_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["calendar", "uid"], condition=~models.Q(uid=""), name="calendars_uid_once_per_calendar"
            ),
        ]


class CalendarChange(WorkspaceModel):
    """What a change of a calendar replaced, under the id of the journal entry that tells of it."""

    calendar = models.ForeignKey("calendars.Calendar", on_delete=models.CASCADE, related_name="+")
    replaced = models.JSONField()

    if TYPE_CHECKING:
        calendar_id: UUID


class CalendarImport(WorkspaceModel):
    """A calendar file that was read: what it says, what is wrong with it, and what it replaced when it was taken over."""

    calendar = models.ForeignKey("calendars.Calendar", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=10, choices=[(state.value, state.value) for state in ImportState])
    format = models.CharField(max_length=4, choices=[(kind.value, kind.value) for kind in ImportFormat])
    file_name = models.CharField(max_length=255)
    entries = models.JSONField(default=list)
    skipped = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    replaced = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    by_name = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        calendar_id: UUID
