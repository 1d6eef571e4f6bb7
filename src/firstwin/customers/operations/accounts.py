"""Writes on accounts."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.customers import permissions, queries
from firstwin.customers.contracts import AccountInfo, DuplicateAccountError, NewAccount
from firstwin.customers.events import (
    AccountArchived,
    AccountChanged,
    AccountCreated,
    AccountRestored,
    ContractSigned,
)
from firstwin.customers.models import Account, AccountExternalId, AccountProduct
from firstwin.customers.rules import facts as rules
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared import ids
from firstwin.shared.errors import InvalidInputError, NotFoundError, PermissionDeniedError, Problem

EDITABLE_FIELDS = frozenset(field.name for field in fields(NewAccount))


def create_account(*, actor: Actor, new: NewAccount, at: datetime) -> AccountInfo:
    """Add a customer company. Raises InvalidInputError, and DuplicateAccountError when an external id is taken.

    A similar name or domain does not stop it: ask `queries.find_possible_duplicates` first and let a person decide.
    """
    require_editor(actor=actor)
    account = tidy(new)
    refuse_problems(account_problems(actor=actor, account=account), "The account was not created.")
    with transaction.atomic():
        refuse_taken_ids(actor=actor, external_ids=account.external_ids)
        row = account_row(actor.workspace_id, account, at=at)
        row.save(force_insert=True)
        _write_sides(row)
        for event in created_events(row):
            journal_operations.record(event, actor=actor, at=at)
    return queries.account_info(row)


def edit_account(*, actor: Actor, account_id: UUID, changes: Mapping[str, Any], at: datetime) -> AccountInfo:
    """Change facts of an account: `changes` maps fields of NewAccount to new values; what is not named stays.

    Records ContractSigned when the moment of signature becomes known for the first time.
    """
    require_editor(actor=actor)
    unknown = [Problem(name, f"“{name}” cannot be changed.") for name in changes if name not in EDITABLE_FIELDS]
    refuse_problems(unknown, "The account was not changed.")
    with transaction.atomic():
        row = locked_account(actor=actor, account_id=account_id)
        before = _as_new(row)
        after = tidy(replace(before, **changes))
        changed = _differences(before, after)
        if not changed:
            return queries.account_info(row)
        refuse_problems(
            account_problems(actor=actor, account=after, known_owner_id=row.owner_id), "The account was not changed."
        )
        refuse_taken_ids(actor=actor, external_ids=after.external_ids, except_account_id=row.id)
        fresh = account_row(actor.workspace_id, after, at=at, id=row.id)
        fresh.created_at, fresh.archived_at = row.created_at, row.archived_at
        fresh.save(force_update=True)
        if before.products != after.products or before.external_ids != after.external_ids:
            AccountProduct.objects.for_actor(actor).filter(account_id=row.id).delete()
            AccountExternalId.objects.for_actor(actor).filter(account_id=row.id).delete()
            _write_sides(fresh)
        journal_operations.record(
            AccountChanged(account_id=row.id, title=fresh.name, changes=changed), actor=actor, at=at
        )
        if before.contract_signed_at is None and after.contract_signed_at is not None:
            journal_operations.record(_signed(fresh, after.contract_signed_at), actor=actor, at=at)
    return queries.account_info(fresh)


def archive_account(*, actor: Actor, account_id: UUID, at: datetime) -> AccountInfo:
    """Take an account out of the daily lists; nothing is erased, its contacts' portal links stop working."""
    return _set_archived(actor, account_id, archived_at=at, at=at)


def restore_account(*, actor: Actor, account_id: UUID, at: datetime) -> AccountInfo:
    """Bring an archived account back."""
    return _set_archived(actor, account_id, archived_at=None, at=at)


def _set_archived(actor: Actor, account_id: UUID, *, archived_at: datetime | None, at: datetime) -> AccountInfo:
    if not permissions.can_archive_account(actor):
        raise PermissionDeniedError("You may not archive accounts.", remedy="Ask a manager, admin or owner.")
    with transaction.atomic():
        row = locked_account(actor=actor, account_id=account_id)
        if (row.archived_at is None) != (archived_at is None):
            row.archived_at, row.updated_at = archived_at, at
            row.save(update_fields=["archived_at", "updated_at"])
            event_type = AccountRestored if archived_at is None else AccountArchived
            journal_operations.record(event_type(account_id=row.id, title=row.name), actor=actor, at=at)
    return queries.account_info(row)


def tidy(account: NewAccount) -> NewAccount:
    """Return the account with spaces trimmed and codes in capitals; inside customers only."""
    return replace(
        account,
        name=account.name.strip(),
        products=rules.unique_products(tuple(account.products)),
        currency=account.currency.strip().upper(),
        country=account.country.strip().upper(),
        time_zone=account.time_zone.strip(),
        website=account.website.strip(),
        external_ids={system.strip(): value.strip() for system, value in account.external_ids.items()},
    )


def account_problems(*, actor: Actor, account: NewAccount, known_owner_id: UUID | None = None) -> list[Problem]:
    """Return what is wrong with an account, its owner included; inside customers only."""
    problems = rules.account_problems(account)
    if account.owner_id is not None and account.owner_id != known_owner_id:
        owner = identity_queries.find_member(actor=actor, member_id=account.owner_id)
        if owner is None or not owner.is_active:
            problems.append(Problem("owner_id", "The owner is not an active member.", "Choose an active member."))
    return problems


def refuse_problems(problems: Collection[Problem], detail: str) -> None:
    """Raise InvalidInputError when there are problems; inside customers only."""
    if problems:
        raise InvalidInputError(detail, problems=tuple(problems))


def refuse_taken_ids(*, actor: Actor, external_ids: Mapping[str, str], except_account_id: UUID | None = None) -> None:
    """Raise DuplicateAccountError when another account has one of the external ids; inside customers only."""
    for system, value in external_ids.items():
        taken = AccountExternalId.objects.for_actor(actor).filter(system=system, value=value)
        holder = taken.select_related("account").first()
        if holder is not None and holder.account_id != except_account_id:
            raise DuplicateAccountError(
                f"“{holder.account.name}” has the {system} id {value} already.",
                remedy="Open that account, or correct the id.",
                problems=(Problem(f"external_ids.{system}", "Another account has this id.", "Correct the id."),),
            )


def account_row(workspace_id: UUID, account: NewAccount, *, at: datetime, id: UUID | None = None) -> Account:
    """Return the unsaved row of a tidy, valid account; inside customers only."""
    return Account(
        id=id or ids.new_id(),
        workspace_id=workspace_id,
        name=account.name,
        name_key=rules.comparable(account.name),
        segment=account.segment.value,
        industry=account.industry.value,
        products=list(account.products),
        contract_signed_at=account.contract_signed_at,
        contract_value=account.contract_value,
        currency=account.currency,
        licensed_seats=account.licensed_seats,
        country=account.country,
        time_zone=account.time_zone,
        website=account.website,
        domain_key=rules.domain_of(account.website),
        owner_id=account.owner_id,
        external_ids=dict(account.external_ids),
        created_at=at,
        updated_at=at,
    )


def side_rows(row: Account) -> tuple[list[AccountProduct], list[AccountExternalId]]:
    """Return the unsaved rows that make products and external ids searchable; inside customers only."""
    products = [
        AccountProduct(workspace_id=row.workspace_id, account_id=row.id, product_key=rules.comparable(product)[:120])
        for product in row.products
    ]
    external = [
        AccountExternalId(workspace_id=row.workspace_id, account_id=row.id, system=system, value=value)
        for system, value in row.external_ids.items()
    ]
    return products, external


def created_events(row: Account, *, import_id: UUID | None = None) -> Iterable[AccountCreated | ContractSigned]:
    """Return what the journal says about a new account; inside customers only."""
    yield AccountCreated(
        account_id=row.id, title=row.name, segment=row.segment, industry=row.industry, import_id=import_id
    )
    if row.contract_signed_at is not None:
        yield _signed(row, row.contract_signed_at)


def locked_account(*, actor: Actor, account_id: UUID) -> Account:
    """Return the row of an account, locked for change; inside customers only."""
    row = Account.objects.for_actor(actor).select_for_update().filter(id=account_id).first()
    if row is None:
        raise NotFoundError("There is no such account.", remedy="Look for it in the list of accounts.")
    return row


def require_editor(*, actor: Actor) -> None:
    """Raise PermissionDeniedError for those who only read; inside customers only."""
    if not permissions.can_edit_account(actor):
        raise PermissionDeniedError("You may not change accounts.", remedy="Ask someone who works with customers.")


def _write_sides(row: Account) -> None:
    products, external = side_rows(row)
    AccountProduct.objects.for_workspace(row.workspace_id).bulk_create(products)
    AccountExternalId.objects.for_workspace(row.workspace_id).bulk_create(external)


def _signed(row: Account, signed_at: datetime) -> ContractSigned:
    return ContractSigned(account_id=row.id, title=row.name, signed_at=signed_at)


def _as_new(row: Account) -> NewAccount:
    info = asdict(queries.account_info(row))
    return NewAccount(**{field.name: info[field.name] for field in fields(NewAccount)})


def _differences(before: NewAccount, after: NewAccount) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (field.name, _text(getattr(before, field.name)), _text(getattr(after, field.name)))
        for field in fields(NewAccount)
        if getattr(before, field.name) != getattr(after, field.name)
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={value[key]}" for key in sorted(value))
    return str(value)
