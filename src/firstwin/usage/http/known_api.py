"""Who is behind the events, the catalogue of events, and features, over HTTP. Written as customers/http/api.py says."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Query, Router
from ninja.files import UploadedFile

from firstwin.customers.contracts import Industry, NewAccount, NewContact, Segment, StakeholderRole
from firstwin.identity.queries import actor_of
from firstwin.shared import clock
from firstwin.shared.pagination import DEFAULT_PAGE_SIZE, Page
from firstwin.shared.schemas import StrictSchema
from firstwin.usage.contracts import EventKind
from firstwin.usage.contracts.catalogue import (
    CatalogueFilters,
    CatalogueState,
    DriftInfo,
    EventTypeInfo,
    FeatureInfo,
    LicenceInfo,
    NewFeature,
    PlanImported,
    PropertyInfo,
)
from firstwin.usage.contracts.people import (
    AccountSuggestion,
    GroupFilters,
    GroupInfo,
    LinkInfo,
    PersonFilters,
    PersonInfo,
    Standing,
)
from firstwin.usage.operations import catalogue as catalogue_operations
from firstwin.usage.operations import features as feature_operations
from firstwin.usage.operations import groups as group_operations
from firstwin.usage.operations import links as link_operations
from firstwin.usage.operations import people as people_operations
from firstwin.usage.queries import catalogue, features, groups, people

usage = Router(tags=["usage"])


class GroupQuery(StrictSchema):
    search: str = ""
    standing: Standing | None = None
    account_id: UUID | None = None
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class PersonQuery(StrictSchema):
    search: str = ""
    standing: Standing | None = None
    group_id: str = ""
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class LinkQuery(StrictSchema):
    """`search` is a whole id."""

    search: str = ""
    is_undone: bool | None = None
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class EventQuery(StrictSchema):
    search: str = ""
    state: CatalogueState | None = None
    kind: EventKind | None = None
    cursor: str | None = None
    limit: int = DEFAULT_PAGE_SIZE


class AccountChoice(StrictSchema):
    account_id: UUID


class ContactChoice(StrictSchema):
    contact_id: UUID


class AccountOfGroup(StrictSchema):
    """An account to add for a group; the group's id becomes its external id in the system “product”."""

    name: str
    segment: Segment = Segment.MID_MARKET
    industry: Industry = Industry.OTHER
    website: str = ""


class ContactOfPerson(StrictSchema):
    account_id: UUID
    name: str
    email: str = ""
    roles: tuple[StakeholderRole, ...] = ()


class SamePersonBody(StrictSchema):
    """Two ids that are one person; `from_id` is an anonymous id or that of another user."""

    from_id: str
    is_anonymous: bool
    user_id: str


class EventChanges(StrictSchema):
    """What is not sent stays. Events of a blocked name are left out from then on, and counted."""

    description: str | None = None
    is_expected: bool | None = None
    is_blocked: bool | None = None


class FeatureChanges(StrictSchema):
    """Fields of a feature; in a PATCH what is not sent stays."""

    name: str = ""
    description: str = ""
    events: tuple[str, ...] = ()
    products: tuple[str, ...] = ()


class FeatureBody(FeatureChanges):
    name: str


class LicenceBody(StrictSchema):
    """None lets the products of the account say it again."""

    is_granted: bool | None
    note: str = ""


@usage.get("/groups", response=Page[GroupInfo])
def list_groups(request: HttpRequest, query: Query[GroupQuery]) -> Page[GroupInfo]:
    filters = GroupFilters(search=query.search, standing=query.standing, account_id=query.account_id)
    return groups.list_groups(actor=actor_of(request), filters=filters, cursor=query.cursor, limit=query.limit)


@usage.get("/groups/{uuid:group_id}", response=GroupInfo)
def read_group(request: HttpRequest, group_id: UUID) -> GroupInfo:
    return groups.get_group(actor=actor_of(request), group_id=group_id)


@usage.get("/groups/{uuid:group_id}/suggestions", response=list[AccountSuggestion])
def list_account_suggestions(request: HttpRequest, group_id: UUID) -> tuple[AccountSuggestion, ...]:
    actor = actor_of(request)
    group = groups.get_group(actor=actor, group_id=group_id)
    return groups.find_account_suggestions(actor=actor, groups=[group]).get(group_id, ())


@usage.post("/groups/{uuid:group_id}/map", response=GroupInfo)
def map_group(request: HttpRequest, group_id: UUID, body: AccountChoice) -> GroupInfo:
    return group_operations.map_group(
        actor=actor_of(request), group_id=group_id, account_id=body.account_id, at=clock.now()
    )


@usage.post("/groups/{uuid:group_id}/account", response={201: GroupInfo})
def create_account_for_group(request: HttpRequest, group_id: UUID, body: AccountOfGroup) -> GroupInfo:
    return group_operations.create_account_for_group(
        actor=actor_of(request), group_id=group_id, new=NewAccount(**body.model_dump()), at=clock.now()
    )


@usage.post("/groups/{uuid:group_id}/set-aside", response=GroupInfo)
def set_group_aside(request: HttpRequest, group_id: UUID) -> GroupInfo:
    return group_operations.set_group_aside(actor=actor_of(request), group_id=group_id, at=clock.now())


@usage.post("/groups/{uuid:group_id}/release", response=GroupInfo)
def release_group(request: HttpRequest, group_id: UUID) -> GroupInfo:
    return group_operations.release_group(actor=actor_of(request), group_id=group_id, at=clock.now())


@usage.get("/people", response=Page[PersonInfo])
def list_people(request: HttpRequest, query: Query[PersonQuery]) -> Page[PersonInfo]:
    filters = PersonFilters(search=query.search, standing=query.standing, group_id=query.group_id)
    return people.list_people(actor=actor_of(request), filters=filters, cursor=query.cursor, limit=query.limit)


@usage.get("/people/{uuid:person_id}", response=PersonInfo)
def read_person(request: HttpRequest, person_id: UUID) -> PersonInfo:
    return people.get_person(actor=actor_of(request), person_id=person_id)


@usage.post("/people/{uuid:person_id}/map", response=PersonInfo)
def map_person(request: HttpRequest, person_id: UUID, body: ContactChoice) -> PersonInfo:
    return people_operations.map_person(
        actor=actor_of(request), person_id=person_id, contact_id=body.contact_id, at=clock.now()
    )


@usage.post("/people/{uuid:person_id}/contact", response={201: PersonInfo})
def add_contact_for_person(request: HttpRequest, person_id: UUID, body: ContactOfPerson) -> PersonInfo:
    new = NewContact(name=body.name, email=body.email, roles=body.roles)
    return people_operations.add_contact_for_person(
        actor=actor_of(request), person_id=person_id, account_id=body.account_id, new=new, at=clock.now()
    )


@usage.post("/people/{uuid:person_id}/set-aside", response=PersonInfo)
def set_person_aside(request: HttpRequest, person_id: UUID) -> PersonInfo:
    return people_operations.set_person_aside(actor=actor_of(request), person_id=person_id, at=clock.now())


@usage.post("/people/{uuid:person_id}/release", response=PersonInfo)
def release_person(request: HttpRequest, person_id: UUID) -> PersonInfo:
    return people_operations.release_person(actor=actor_of(request), person_id=person_id, at=clock.now())


@usage.get("/links", response=Page[LinkInfo])
def list_links(request: HttpRequest, query: Query[LinkQuery]) -> Page[LinkInfo]:
    return people.list_links(
        actor=actor_of(request),
        search=query.search,
        is_undone=query.is_undone,
        cursor=query.cursor,
        limit=query.limit,
    )


@usage.post("/links", response={201: LinkInfo})
def link_ids(request: HttpRequest, body: SamePersonBody) -> LinkInfo:
    return link_operations.link_ids(
        actor=actor_of(request),
        from_id=body.from_id,
        is_anonymous=body.is_anonymous,
        user_id=body.user_id,
        at=clock.now(),
    )


@usage.post("/links/{uuid:person_link_id}/undo", response=LinkInfo)
def undo_link(request: HttpRequest, person_link_id: UUID) -> LinkInfo:
    return link_operations.undo_link(actor=actor_of(request), link_id=person_link_id, at=clock.now())


@usage.post("/links/{uuid:person_link_id}/redo", response=LinkInfo)
def redo_link(request: HttpRequest, person_link_id: UUID) -> LinkInfo:
    return link_operations.redo_link(actor=actor_of(request), link_id=person_link_id, at=clock.now())


@usage.get("/events", response=Page[EventTypeInfo])
def list_event_types(request: HttpRequest, query: Query[EventQuery]) -> Page[EventTypeInfo]:
    filters = CatalogueFilters(search=query.search, state=query.state, kind=query.kind)
    return catalogue.list_event_types(actor=actor_of(request), filters=filters, cursor=query.cursor, limit=query.limit)


@usage.get("/events/{uuid:event_type_id}", response=EventTypeInfo)
def read_event_type(request: HttpRequest, event_type_id: UUID) -> EventTypeInfo:
    return catalogue.get_event_type(actor=actor_of(request), event_type_id=event_type_id)


@usage.patch("/events/{uuid:event_type_id}", response=EventTypeInfo)
def change_event_type(request: HttpRequest, event_type_id: UUID, changes: EventChanges) -> EventTypeInfo:
    return catalogue_operations.change_event(
        actor=actor_of(request),
        event_type_id=event_type_id,
        description=changes.description,
        is_expected=changes.is_expected,
        is_blocked=changes.is_blocked,
        at=clock.now(),
    )


@usage.get("/events/{uuid:event_type_id}/properties", response=list[PropertyInfo])
def list_properties(request: HttpRequest, event_type_id: UUID) -> tuple[PropertyInfo, ...]:
    return catalogue.list_properties(actor=actor_of(request), event_type_id=event_type_id)


@usage.get("/drifts", response=list[DriftInfo])
def list_drifts(request: HttpRequest) -> tuple[DriftInfo, ...]:
    return catalogue.list_drifts(actor=actor_of(request), at=clock.now())


@usage.post("/drifts/{uuid:drift_id}/settle", response=DriftInfo)
def settle_drift(request: HttpRequest, drift_id: UUID) -> DriftInfo:
    actor = actor_of(request)
    catalogue_operations.settle_drift(actor=actor, drift_id=drift_id, at=clock.now())
    return catalogue.get_drift(actor=actor, drift_id=drift_id)


@usage.post("/drifts/{uuid:drift_id}/reopen", response=DriftInfo)
def reopen_drift(request: HttpRequest, drift_id: UUID) -> DriftInfo:
    actor = actor_of(request)
    catalogue_operations.reopen_drift(actor=actor, drift_id=drift_id, at=clock.now())
    return catalogue.get_drift(actor=actor, drift_id=drift_id)


@usage.post("/tracking-plan", response=PlanImported)
def import_tracking_plan(request: HttpRequest, file: File[UploadedFile]) -> PlanImported:
    return catalogue_operations.import_plan(
        actor=actor_of(request),
        file_name=file.name or "",
        content=file.read(catalogue_operations.LARGEST_PLAN + 1),
        at=clock.now(),
    )


@usage.get("/features", response=list[FeatureInfo])
def list_features(request: HttpRequest, is_archived: bool | None = False) -> tuple[FeatureInfo, ...]:
    return features.list_features(actor=actor_of(request), is_archived=is_archived)


@usage.post("/features", response={201: FeatureInfo})
def create_feature(request: HttpRequest, new: FeatureBody) -> FeatureInfo:
    return feature_operations.create_feature(
        actor=actor_of(request), new=NewFeature(**new.model_dump()), at=clock.now()
    )


@usage.get("/features/{uuid:feature_id}", response=FeatureInfo)
def read_feature(request: HttpRequest, feature_id: UUID) -> FeatureInfo:
    return features.get_feature(actor=actor_of(request), feature_id=feature_id)


@usage.patch("/features/{uuid:feature_id}", response=FeatureInfo)
def edit_feature(request: HttpRequest, feature_id: UUID, changes: FeatureChanges) -> FeatureInfo:
    given: dict[str, Any] = changes.model_dump(exclude_unset=True)
    return feature_operations.edit_feature(
        actor=actor_of(request), feature_id=feature_id, changes=given, at=clock.now()
    )


@usage.post("/features/{uuid:feature_id}/archive", response=FeatureInfo)
def archive_feature(request: HttpRequest, feature_id: UUID) -> FeatureInfo:
    return feature_operations.archive_feature(actor=actor_of(request), feature_id=feature_id, at=clock.now())


@usage.post("/features/{uuid:feature_id}/restore", response=FeatureInfo)
def restore_feature(request: HttpRequest, feature_id: UUID) -> FeatureInfo:
    return feature_operations.restore_feature(actor=actor_of(request), feature_id=feature_id, at=clock.now())


@usage.get("/accounts/{uuid:account_id}/features", response=list[LicenceInfo])
def list_licences(request: HttpRequest, account_id: UUID) -> tuple[LicenceInfo, ...]:
    return features.list_licences(actor=actor_of(request), account_id=account_id)


@usage.put("/accounts/{uuid:account_id}/features/{uuid:feature_id}", response=list[LicenceInfo])
def decide_licence(
    request: HttpRequest, account_id: UUID, feature_id: UUID, body: LicenceBody
) -> tuple[LicenceInfo, ...]:
    actor, at = actor_of(request), clock.now()
    feature_operations.decide_licence(
        actor=actor, feature_id=feature_id, account_id=account_id, is_granted=body.is_granted, note=body.note, at=at
    )
    return features.list_licences(actor=actor, account_id=account_id)
