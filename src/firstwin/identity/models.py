"""Tables of identity."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models

from firstwin.identity.contracts import Role
from firstwin.shared import clock, ids
from firstwin.shared.models import WorkspaceModel


class UserManager(BaseUserManager["User"]):
    """Creates people who sign in by email address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person; without a password they sign in by code, link or passkey."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in. Knows nothing of any workspace; a Member ties a person to one."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    theme = models.CharField(max_length=10, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=clock.now)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = UserManager()

    def __str__(self) -> str:
        return self.name or self.email


class Workspace(models.Model):
    """A vendor company that uses Firstwin; the tenant."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=200)
    slug = models.SlugField(max_length=80, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    country = models.CharField(max_length=2, blank=True)
    brand_color = models.CharField(max_length=7, default="#2f5bd8")
    sender_name = models.CharField(max_length=200, blank=True)
    sender_email = models.EmailField(blank=True)
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return self.name


class Member(WorkspaceModel):
    """A person of the vendor in one workspace, with a role."""

    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    title = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "user"], name="identity_member_once_per_workspace"),
        ]

    if TYPE_CHECKING:
        user_id: UUID

    def __str__(self) -> str:
        return f"{self.user_id} in {self.workspace_id}"


class Invitation(WorkspaceModel):
    """A person who was asked to join. The link is signed, never stored; a new nonce ends earlier links."""

    email = models.EmailField()
    name = models.CharField(max_length=200, blank=True)
    role = models.CharField(max_length=20, choices=[(role.value, role.value) for role in Role])
    nonce = models.CharField(max_length=32)
    invited_by = models.ForeignKey("identity.Member", on_delete=models.SET_NULL, null=True, related_name="+")
    sent_count = models.PositiveIntegerField(default=1)
    sent_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "email"],
                condition=models.Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="identity_one_open_invitation_per_email",
            ),
        ]

    if TYPE_CHECKING:
        invited_by_id: UUID | None

    def __str__(self) -> str:
        return self.email


class OneTimeLink(models.Model):
    """A link that works once and for a short time: signs a person in, or sets up an empty installation (no user)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey("identity.User", on_delete=models.CASCADE, null=True, related_name="+")
    nonce = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        user_id: UUID | None

    def __str__(self) -> str:
        return str(self.id)


class ApiKey(WorkspaceModel):
    """A key for programs: the prefix finds it, the digest of the secret proves it."""

    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_by = models.ForeignKey("identity.Member", on_delete=models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        created_by_id: UUID | None

    def __str__(self) -> str:
        return self.prefix


class IdempotentRequest(WorkspaceModel):
    """A request that came with an idempotency key, and its answer once there is one."""

    caller_id = models.UUIDField()
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    token = models.UUIDField()
    locked_until = models.DateTimeField()
    created_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    content_type = models.CharField(max_length=200, blank=True)
    body = models.BinaryField(default=bytes)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["workspace", "caller_id", "key"], name="identity_idempotency_key_once_per_caller"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ApiWindow(WorkspaceModel):
    """How many requests an API caller was granted in one minute; processes draw permits from it in small lots."""

    caller_id = models.UUIDField()
    started_at = models.DateTimeField(db_index=True)
    granted = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["caller_id", "started_at"], name="identity_one_api_window_per_minute"),
        ]

    def __str__(self) -> str:
        return f"{self.caller_id} {self.started_at}"
