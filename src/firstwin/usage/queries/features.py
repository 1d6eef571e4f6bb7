"""Reads of features: what they are, which events they stand for, and who may use them."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import QuerySet

from firstwin.customers import queries as customer_queries
from firstwin.identity.contracts import Actor
from firstwin.shared.errors import NotFoundError
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.catalogue import FeatureEvents, FeatureInfo, LicenceException, LicenceInfo
from firstwin.usage.models import EventType, Feature, FeatureLicence
from firstwin.usage.queries.people import require_seeing
from firstwin.usage.rules import features as rules


def list_features(*, actor: Actor, is_archived: bool | None = False) -> tuple[FeatureInfo, ...]:
    """Return the features by name; a workspace has at most two hundred. One query."""
    require_seeing(actor=actor)
    rows = _rows(actor)
    if is_archived is not None:
        rows = rows.filter(archived_at__isnull=not is_archived)
    return tuple(feature_info(row) for row in rows.order_by("name_key"))


def get_feature(*, actor: Actor, feature_id: UUID) -> FeatureInfo:
    """Return a feature, archived or not. Raises NotFoundError."""
    require_seeing(actor=actor)
    row = _rows(actor).filter(id=feature_id).first()
    if row is None:
        raise NotFoundError("There is no such feature.", remedy="Look at the list of features.")
    return feature_info(row)


def get_feature_events(*, actor: Actor, keys: Collection[str] | None = None) -> FeatureEvents:
    """Return the events of each feature that is not archived, by its key and in the order of names; two queries.

    This is what the questions of the event store take. `keys` narrows; an unknown key is left out. A feature whose wildcard
    fits nothing yet has no events.
    """
    found = [one for one in list_features(actor=actor) if keys is None or one.key in keys]
    names: list[str] = []
    if any(event.endswith("*") for one in found for event in one.events):
        names = list_track_names(actor=actor)
    return {one.key: rules.events_of(one.events, names) for one in found}


def list_track_names(*, actor: Actor) -> list[str]:
    """Return the names of all track events of the catalogue that are not blocked; one query."""
    require_seeing(actor=actor)
    rows = EventType.objects.for_actor(actor).filter(kind=EventKind.TRACK.value, is_blocked=False)
    return list(rows.order_by("name").values_list("name", flat=True))


def list_licences(*, actor: Actor, account_id: UUID) -> tuple[LicenceInfo, ...]:
    """Return for each feature whether an account may use it, and why. Raises NotFoundError for the account. Three queries."""
    account = customer_queries.get_account(actor=actor, account_id=account_id)
    exceptions = _exceptions(actor, [account_id])
    return tuple(
        rules.licence(one, account.products, exceptions.get((account_id, one.id))) for one in list_features(actor=actor)
    )


def list_exceptions(*, actor: Actor, feature_id: UUID) -> tuple[LicenceException, ...]:
    """Return for which accounts somebody decided about a feature, latest first. Raises NotFoundError. Two queries."""
    get_feature(actor=actor, feature_id=feature_id)
    rows = FeatureLicence.objects.for_actor(actor).filter(feature_id=feature_id).order_by("-given_at", "-id")
    return tuple(
        LicenceException(account_id=row.account_id, is_granted=row.is_granted, note=row.note, given_at=row.given_at)
        for row in rows
    )


def get_features_of_events(*, actor: Actor, names: Collection[str]) -> Mapping[str, tuple[FeatureInfo, ...]]:
    """Return the features that track events belong to, by the name of the event; one query."""
    known = list_features(actor=actor)
    return {name: tuple(rules.features_of(name, known)) for name in names}


def get_licensed_features(*, actor: Actor, account_ids: Collection[UUID]) -> Mapping[UUID, tuple[str, ...]]:
    """Return the keys of the features that accounts may use, by account; three queries however many accounts."""
    features = list_features(actor=actor)
    accounts = customer_queries.get_accounts(actor=actor, account_ids=account_ids)
    exceptions = _exceptions(actor, list(accounts))
    return {
        account_id: tuple(
            one.key
            for one in features
            if rules.licence(one, account.products, exceptions.get((account_id, one.id))).is_licensed
        )
        for account_id, account in accounts.items()
    }


def feature_info(row: Feature) -> FeatureInfo:
    """Return a feature as others see it; inside usage only."""
    return FeatureInfo(
        id=row.id,
        workspace_id=row.workspace_id,
        key=row.key,
        name=row.name,
        description=row.description,
        events=tuple(row.events),
        products=tuple(row.products),
        archived_at=row.archived_at,
    )


def _rows(actor: Actor) -> QuerySet[Feature]:
    return Feature.objects.for_actor(actor)


def _exceptions(actor: Actor, account_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], tuple[bool, str]]:
    rows = FeatureLicence.objects.for_actor(actor).filter(account_id__in=account_ids)
    return {(row.account_id, row.feature_id): (row.is_granted, row.note) for row in rows}
