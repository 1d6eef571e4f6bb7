"""Tables of what is looked after in usage: goals of accounts, rules of the first win, and signals."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from firstwin.shared.models import WorkspaceModel


class Watch(WorkspaceModel):
    """A goal that is looked after for an account, on behalf of an owner such as a task.

    Of a first win also by which playbook it is, and the goal that this names itself: rules say what counts of these.
    """

    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+")
    owner_kind = models.CharField(max_length=40)
    owner_id = models.UUIDField()
    title = models.CharField(max_length=300)
    goal = models.JSONField()
    is_first_value = models.BooleanField(default=False)
    playbook_id = models.UUIDField(null=True)
    own_goal = models.JSONField(null=True)
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=8)
    met_at = models.DateTimeField(null=True)
    evidence = models.TextField(blank=True)
    progress = models.CharField(max_length=500, blank=True)
    share = models.FloatField(default=0)
    steps = models.JSONField(default=list)
    checked_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField()

    if TYPE_CHECKING:
        account_id: UUID

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner_kind", "owner_id"], name="usage_watch_once")]
        indexes = [
            models.Index(fields=["workspace", "account"], name="usage_watch_open", condition=Q(state="open")),
            models.Index(fields=["workspace", "account", "met_at"], name="usage_watch_account"),
        ]


class FirstValueRule(WorkspaceModel):
    """What counts as the first win, and for whom: one account, a playbook, a segment, or the whole workspace.

    The goal is that of the latest version; None where it was removed.
    """

    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, null=True, related_name="+")
    playbook_id = models.UUIDField(null=True)
    playbook_name = models.CharField(max_length=200, blank=True)
    segment = models.CharField(max_length=20, blank=True)
    goal = models.JSONField(null=True)
    number = models.IntegerField(default=0)
    changed_at = models.DateTimeField()

    if TYPE_CHECKING:
        account_id: UUID | None

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "account"], condition=Q(account__isnull=False), name="usage_first_value_account"
            ),
            models.UniqueConstraint(
                fields=["workspace", "playbook_id", "segment"],
                condition=Q(account__isnull=True, playbook_id__isnull=False),
                name="usage_first_value_playbook",
            ),
            models.UniqueConstraint(
                fields=["workspace", "segment"],
                condition=Q(account__isnull=True, playbook_id__isnull=True),
                name="usage_first_value_segment",
            ),
        ]


class FirstValueVersion(WorkspaceModel):
    """What a rule said at a time; never changes. A goal of None takes the rule away."""

    rule = models.ForeignKey(FirstValueRule, on_delete=models.CASCADE, related_name="+")
    number = models.IntegerField()
    goal = models.JSONField(null=True)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=200)

    if TYPE_CHECKING:
        rule_id: UUID

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "number"], name="usage_first_value_version")]


class Signal(WorkspaceModel):
    """Something about an account's use that somebody should act on; `subject` tells those of one kind apart."""

    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=24)
    subject = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=500)
    todo = models.CharField(max_length=300)
    figures = models.JSONField(default=dict)
    state = models.CharField(max_length=10)
    raised_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    snoozed_until = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=200, blank=True)
    settled_why = models.CharField(max_length=500, blank=True)

    if TYPE_CHECKING:
        account_id: UUID

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "kind", "subject"], condition=Q(settled_at__isnull=True), name="usage_signal_once"
            )
        ]
        indexes = [
            models.Index(fields=["workspace", "state", "-raised_at"], name="usage_signal_list"),
            models.Index(fields=["account", "-raised_at"], name="usage_signal_account"),
        ]


class SignalSettings(WorkspaceModel):
    """From when on a workspace wants to hear of something; what is not set has its default."""

    limits = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace"], name="usage_signal_settings_once")]
