"""Writes on features, and on which accounts may use them besides what their products say."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.shared import ids
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from firstwin.usage.contracts.catalogue import DuplicateFeatureError, FeatureInfo, NewFeature
from firstwin.usage.events import (
    FeatureArchived,
    FeatureChanged,
    FeatureCreated,
    FeatureRestored,
    LicenceEnded,
    LicenceGiven,
)
from firstwin.usage.models import Feature, FeatureLicence
from firstwin.usage.operations.access import require_shaper
from firstwin.usage.queries.features import feature_info
from firstwin.usage.rules import features as rules

LONGEST_NOTE = 500


def create_feature(*, actor: Actor, new: NewFeature, at: datetime) -> FeatureInfo:
    """Describe a feature. Raises InvalidInputError, and DuplicateFeatureError for a name that is taken."""
    require_shaper(actor=actor)
    feature = _checked(new)
    with transaction.atomic():
        rows = Feature.objects.for_actor(actor)
        if rows.count() >= rules.MOST_FEATURES:
            raise ConflictError(f"A workspace has at most {rules.MOST_FEATURES} features.")
        _refuse_taken(actor, feature.name)
        row = Feature(
            id=ids.new_id(),
            workspace_id=actor.workspace_id,
            key=rules.key_of(feature.name, set(rows.values_list("key", flat=True))),
            created_at=at,
        )
        _fill(row, feature)
        row.save(force_insert=True)
        journal_operations.record(FeatureCreated(feature_id=row.id, title=row.name, key=row.key), actor=actor, at=at)
    return feature_info(row)


def edit_feature(*, actor: Actor, feature_id: UUID, changes: Mapping[str, Any], at: datetime) -> FeatureInfo:
    """Change facts of a feature: `changes` maps fields of NewFeature to new values; what is not named stays."""
    require_shaper(actor=actor)
    known = {field.name for field in fields(NewFeature)}
    if unknown := [Problem(name, f"“{name}” cannot be changed.") for name in changes if name not in known]:
        raise InvalidInputError("The feature was not changed.", problems=tuple(unknown))
    with transaction.atomic():
        row = _locked(actor, feature_id)
        before = NewFeature(
            name=row.name, description=row.description, events=tuple(row.events), products=tuple(row.products)
        )
        after = _checked(replace(before, **changes))
        if after == before:
            return feature_info(row)
        _refuse_taken(actor, after.name, besides=row.id)
        _fill(row, after)
        row.save(update_fields=["name", "name_key", "description", "events", "products"])
        changed = tuple(
            (name, _text(getattr(before, name)), _text(getattr(after, name)))
            for name in sorted(known)
            if getattr(before, name) != getattr(after, name)
        )
        journal_operations.record(
            FeatureChanged(feature_id=row.id, title=row.name, changes=changed), actor=actor, at=at
        )
    return feature_info(row)


def archive_feature(*, actor: Actor, feature_id: UUID, at: datetime) -> FeatureInfo:
    """Take a feature out of lists and figures; goals that name it go on."""
    return _set_archived(actor, feature_id, archived_at=at, at=at)


def restore_feature(*, actor: Actor, feature_id: UUID, at: datetime) -> FeatureInfo:
    """Bring an archived feature back."""
    return _set_archived(actor, feature_id, archived_at=None, at=at)


def give_licence(
    *, actor: Actor, feature_id: UUID, account_id: UUID, is_granted: bool, note: str, at: datetime
) -> None:
    """Let an account use a feature, or not, whatever its products say. Raises NotFoundError, also for the account."""
    require_shaper(actor=actor)
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    note = " ".join(note.replace("\x00", " ").split())
    if len(note) > LONGEST_NOTE:
        problem = Problem("note", "The note is too long.", "Use at most 500 characters.")
        raise InvalidInputError(problem.message, problems=(problem,))
    with transaction.atomic():
        feature = _locked(actor, feature_id)
        row = FeatureLicence.objects.for_actor(actor).filter(feature=feature, account_id=account_id).first()
        if row is not None and (row.is_granted, row.note) == (is_granted, note):
            return
        row = row or FeatureLicence(workspace_id=actor.workspace_id, feature=feature, account_id=account_id)
        row.is_granted, row.note, row.given_at = is_granted, note, at
        row.save()
        fact = LicenceGiven(
            feature_id=feature.id,
            title=feature.name,
            account_id=account_id,
            account_name=account.name,
            is_granted=is_granted,
            note=note,
        )
        journal_operations.record(fact, actor=actor, at=at)


def decide_licence(
    *, actor: Actor, feature_id: UUID, account_id: UUID, is_granted: bool | None, note: str, at: datetime
) -> None:
    """Let an account use a feature, or not; None lets its products say it."""
    if is_granted is None:
        end_licence(actor=actor, feature_id=feature_id, account_id=account_id, at=at)
    else:
        give_licence(actor=actor, feature_id=feature_id, account_id=account_id, is_granted=is_granted, note=note, at=at)


def end_licence(*, actor: Actor, feature_id: UUID, account_id: UUID, at: datetime) -> None:
    """Let the products of an account say again whether it may use a feature; without an exception nothing changes."""
    require_shaper(actor=actor)
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    with transaction.atomic():
        feature = _locked(actor, feature_id)
        rows = FeatureLicence.objects.for_actor(actor).filter(feature=feature, account_id=account_id)
        if rows.delete()[0]:
            fact = LicenceEnded(
                feature_id=feature.id, title=feature.name, account_id=account_id, account_name=account.name
            )
            journal_operations.record(fact, actor=actor, at=at)


def _set_archived(actor: Actor, feature_id: UUID, *, archived_at: datetime | None, at: datetime) -> FeatureInfo:
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, feature_id)
        if (row.archived_at is None) != (archived_at is None):
            row.archived_at = archived_at
            row.save(update_fields=["archived_at"])
            event_type = FeatureRestored if archived_at is None else FeatureArchived
            journal_operations.record(event_type(feature_id=row.id, title=row.name), actor=actor, at=at)
    return feature_info(row)


def _checked(new: NewFeature) -> NewFeature:
    feature = rules.tidy(new)
    if problems := rules.problems_of(feature):
        raise InvalidInputError("The feature was not saved.", problems=tuple(problems))
    return feature


def _refuse_taken(actor: Actor, name: str, *, besides: UUID | None = None) -> None:
    others = Feature.objects.for_actor(actor).filter(name_key=rules.name_key(name))
    if besides is not None:
        others = others.exclude(id=besides)
    if (other := others.first()) is not None:
        state = " and is archived" if other.archived_at else ""
        raise DuplicateFeatureError(
            f"There is a feature called “{other.name}” already{state}.",
            remedy="Restore that one, or choose another name." if state else "Choose another name.",
            problems=(Problem("name", "Another feature has this name.", "Choose another name."),),
        )


def _fill(row: Feature, feature: NewFeature) -> None:
    row.name, row.name_key = feature.name, rules.name_key(feature.name)
    row.description, row.events, row.products = feature.description, list(feature.events), list(feature.products)


def _text(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _locked(actor: Actor, feature_id: UUID) -> Feature:
    row = Feature.objects.for_actor(actor).select_for_update().filter(id=feature_id).first()
    if row is None:
        raise NotFoundError("There is no such feature.", remedy="Look at the list of features.")
    return row
