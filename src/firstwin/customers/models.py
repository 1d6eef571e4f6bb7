"""Tables of customers."""

from typing import TYPE_CHECKING, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from django.db import models

from firstwin.customers.contracts import ImportKind, ImportState, Industry, Segment
from firstwin.shared.models import WorkspaceManager, WorkspaceModel

Row = TypeVar("Row", bound="Imported", covariant=True)


class ImportedManager(WorkspaceManager[Row], Generic[Row]):
    """Passes over rows that an import is still laying out."""

    def for_workspace(self, workspace_id: UUID) -> models.QuerySet[Row]:
        return super().for_workspace(workspace_id).filter(is_staged=False)

    def laid_out_by(self, run: "Import") -> models.QuerySet[Row]:
        """Return the rows of an import, whether or not they are shown yet."""
        return super().for_workspace(run.workspace_id).filter(import_run=run)


class Imported(WorkspaceModel):
    """A row that may come from an import: laid out unseen in small transactions, then shown with all others at once."""

    import_run = models.ForeignKey("customers.Import", on_delete=models.SET_NULL, null=True, related_name="+")
    is_staged = models.BooleanField(default=False)

    objects: ClassVar[ImportedManager[Self]] = ImportedManager()

    class Meta:
        abstract = True


class Account(Imported):
    """A customer company. `*_key` columns hold the comparable form of what a person typed."""

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=400)
    segment = models.CharField(max_length=20, choices=[(s.value, s.value) for s in Segment])
    industry = models.CharField(max_length=30, choices=[(i.value, i.value) for i in Industry])
    products = models.JSONField(default=list)
    contract_signed_at = models.DateTimeField(null=True)
    contract_value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="USD")
    licensed_seats = models.PositiveIntegerField(null=True)
    country = models.CharField(max_length=2, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    website = models.CharField(max_length=300, blank=True)
    domain_key = models.CharField(max_length=253, blank=True)
    owner = models.ForeignKey("identity.Member", on_delete=models.SET_NULL, null=True, related_name="+")
    external_ids = models.JSONField(default=dict)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["workspace", "name_key", "id"], name="customers_account_by_name"),
            models.Index(fields=["workspace", "created_at", "id"], name="customers_account_by_age"),
            models.Index(fields=["workspace", "domain_key"], name="customers_account_by_domain"),
        ]

    if TYPE_CHECKING:
        owner_id: UUID | None

    def __str__(self) -> str:
        return self.name


class AccountProduct(WorkspaceModel):
    """A product that an account bought: `Account.products` again, in a form that both databases can filter by."""

    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+")
    product_key = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "product_key"], name="customers_product_once_per_account"),
        ]
        indexes = [models.Index(fields=["workspace", "product_key"], name="customers_product_by_key")]

    def __str__(self) -> str:
        return self.product_key


class AccountExternalId(WorkspaceModel):
    """The account's id in another system: `Account.external_ids` again, unique within the workspace."""

    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+")
    system = models.CharField(max_length=60)
    value = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["workspace", "system", "value"], name="customers_external_id_is_unique"),
        ]

    if TYPE_CHECKING:
        account_id: UUID

    def __str__(self) -> str:
        return f"{self.system} {self.value}"


class Contact(Imported):
    """A person of an account."""

    account = models.ForeignKey("customers.Account", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=400)
    email = models.EmailField(blank=True)
    title = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    roles = models.JSONField(default=list)
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "email"],
                condition=~models.Q(email=""),
                name="customers_email_once_per_account",
            ),
        ]
        indexes = [
            models.Index(fields=["workspace", "name_key", "id"], name="customers_contact_by_name"),
            models.Index(fields=["workspace", "email"], name="customers_contact_by_email"),
        ]

    if TYPE_CHECKING:
        account_id: UUID

    def __str__(self) -> str:
        return self.name


class PortalAccess(WorkspaceModel):
    """A contact's way into the portal. The link is signed over id and nonce and never stored."""

    contact = models.ForeignKey("customers.Contact", on_delete=models.CASCADE, related_name="+")
    nonce = models.CharField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(revoked_at__isnull=True),
                name="customers_one_open_portal_access",
            ),
        ]

    if TYPE_CHECKING:
        contact_id: UUID

    def __str__(self) -> str:
        return str(self.id)


class Import(WorkspaceModel):
    """A CSV file on its way in. The file itself lies in the files folder."""

    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in ImportKind])
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in ImportState])
    file_name = models.CharField(max_length=255)
    stored_name = models.CharField(max_length=300)
    encoding = models.CharField(max_length=20)
    delimiter = models.CharField(max_length=1)
    headers = models.JSONField(default=list)
    mapping = models.JSONField(default=list)
    skips_existing = models.BooleanField(default=False)
    preview = models.JSONField(default=list)
    round = models.PositiveIntegerField(default=1)
    row_count = models.PositiveIntegerField(default=0)
    checked_rows = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    existing_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    failure = models.CharField(max_length=500, blank=True)
    author_kind = models.CharField(max_length=10)
    author_id = models.UUIDField(null=True)
    author_name = models.CharField(max_length=200)
    told_to = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["workspace", "-id"], name="customers_import_newest")]

    def __str__(self) -> str:
        return self.file_name


class ImportProblem(WorkspaceModel):
    """A fault in a row of an import."""

    import_run = models.ForeignKey("customers.Import", on_delete=models.CASCADE, related_name="+")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=200, blank=True)
    message = models.CharField(max_length=300)
    remedy = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["import_run", "line", "id"], name="customers_import_problem_line")]

    def __str__(self) -> str:
        return f"{self.line} {self.column}"
