"""Tables of who is behind the events: people, the ids they go by, the groups they belong to."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from firstwin.shared.models import WorkspaceModel


class UsagePerson(WorkspaceModel):
    """Somebody with a user id. `told_at` is when the newest traits were said; `search_key` is what a search looks into."""

    user_id = models.CharField(max_length=256)
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=254, blank=True)
    search_key = models.CharField(max_length=1000, blank=True)
    traits = models.JSONField(default=dict)
    told_at = models.DateTimeField(null=True)
    contact = models.ForeignKey("customers.Contact", on_delete=models.SET_NULL, null=True, related_name="+")
    matched_by = models.CharField(max_length=12, blank=True)
    merged_into = models.CharField(max_length=256, blank=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "user_id"], name="usage_person_once")]
        indexes = [
            models.Index(fields=["workspace", "-first_seen_at", "id"], name="usage_person_newest"),
            models.Index(fields=["workspace", "email"], name="usage_person_by_email"),
            models.Index(fields=["workspace", "merged_into"], name="usage_person_merged", condition=~Q(merged_into="")),
        ]

    if TYPE_CHECKING:
        contact_id: UUID | None


class PersonLink(WorkspaceModel):
    """That an anonymous id, or another user id, is a user; one that was undone stays, and is not made again by events."""

    from_id = models.CharField(max_length=256)
    is_anonymous = models.BooleanField()
    user_id = models.CharField(max_length=256)
    made_by = models.CharField(max_length=8)
    made_at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "is_anonymous", "from_id"],
                condition=Q(undone_at__isnull=True),
                name="usage_link_once",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "from_id"], name="usage_link_by_id"),
            models.Index(fields=["workspace", "user_id"], name="usage_link_by_user"),
            models.Index(fields=["workspace", "-made_at", "id"], name="usage_link_newest"),
        ]


class UsageGroup(WorkspaceModel):
    """A customer company as the vendor's product names it."""

    group_id = models.CharField(max_length=256)
    name = models.CharField(max_length=200, blank=True)
    domain_key = models.CharField(max_length=253, blank=True)
    search_key = models.CharField(max_length=1000, blank=True)
    traits = models.JSONField(default=dict)
    told_at = models.DateTimeField(null=True)
    account = models.ForeignKey("customers.Account", on_delete=models.SET_NULL, null=True, related_name="+")
    matched_by = models.CharField(max_length=12, blank=True)
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["workspace", "group_id"], name="usage_group_once")]
        indexes = [
            models.Index(fields=["workspace", "-first_seen_at", "id"], name="usage_group_newest"),
            models.Index(fields=["workspace", "domain_key"], name="usage_group_by_domain"),
        ]

    if TYPE_CHECKING:
        account_id: UUID | None


class Membership(WorkspaceModel):
    """That a user was seen in a group; the contract has no call that ends it."""

    user_id = models.CharField(max_length=256)
    group_id = models.CharField(max_length=256)
    first_seen_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user_id", "group_id"], name="usage_membership_once"),
        ]
        indexes = [models.Index(fields=["workspace", "group_id", "user_id"], name="usage_membership_by_group")]
