"""Writes on the catalogue: what events mean, which are expected, which are left out, and what was looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from firstwin.identity.contracts import Actor
from firstwin.journal import operations as journal_operations
from firstwin.journal.contracts import Event
from firstwin.shared import bulk, ids
from firstwin.shared.errors import InvalidInputError, NotFoundError, Problem
from firstwin.usage.contracts.catalogue import EventTypeInfo, PlanImported, PlannedEvent
from firstwin.usage.events import (
    DriftReopened,
    DriftSettled,
    EventBlocked,
    EventDescribed,
    EventExpected,
    EventNotExpected,
    EventUnblocked,
    TrackingPlanImported,
)
from firstwin.usage.models import Drift, EventProperty, EventType
from firstwin.usage.operations.access import require_shaper
from firstwin.usage.queries.catalogue import event_type_info
from firstwin.usage.rules import identities, tracking_plan

LONGEST_DESCRIPTION = 2000
LARGEST_PLAN = tracking_plan.LARGEST_FILE


def describe_event(*, actor: Actor, event_type_id: UUID, description: str, at: datetime) -> EventTypeInfo:
    """Write down what an event means; "" takes the description away."""
    require_shaper(actor=actor)
    description = description.replace("\x00", " ").strip()
    if len(description) > LONGEST_DESCRIPTION:
        problem = Problem("description", "The description is too long.", "Use at most 2,000 characters.")
        raise InvalidInputError(problem.message, problems=(problem,))
    with transaction.atomic():
        row = _locked(actor, event_type_id)
        if row.description != description:
            was, row.description = row.description, description
            row.search_key = identities.event_key(row.name, row.description)
            row.save(update_fields=["description", "search_key"])
            fact = EventDescribed(event_type_id=row.id, title=row.name, description=description, was=was)
            journal_operations.record(fact, actor=actor, at=at)
    return event_type_info(row)


def expect_event(*, actor: Actor, event_type_id: UUID, is_expected: bool, at: datetime) -> EventTypeInfo:
    """Say whether an event is expected to come, and is missed when it stays away."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, event_type_id)
        if row.is_expected != is_expected:
            row.is_expected = is_expected
            row.save(update_fields=["is_expected"])
            fact = EventExpected if is_expected else EventNotExpected
            journal_operations.record(fact(event_type_id=row.id, title=row.name), actor=actor, at=at)
    return event_type_info(row)


def block_event(*, actor: Actor, event_type_id: UUID, is_blocked: bool, at: datetime) -> EventTypeInfo:
    """Leave events of this name out from now on, or store them again; what is stored stays."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, event_type_id)
        if row.is_blocked != is_blocked:
            row.is_blocked = is_blocked
            row.save(update_fields=["is_blocked"])
            fact = EventBlocked if is_blocked else EventUnblocked
            journal_operations.record(fact(event_type_id=row.id, title=row.name), actor=actor, at=at)
    return event_type_info(row)


def change_event(
    *,
    actor: Actor,
    event_type_id: UUID,
    description: str | None = None,
    is_expected: bool | None = None,
    is_blocked: bool | None = None,
    at: datetime,
) -> EventTypeInfo:
    """Change several things about an event at once, all or none; what is None stays."""
    require_shaper(actor=actor)
    with transaction.atomic():
        row = _locked(actor, event_type_id)
        if description is not None:
            describe_event(actor=actor, event_type_id=row.id, description=description, at=at)
        if is_expected is not None:
            expect_event(actor=actor, event_type_id=row.id, is_expected=is_expected, at=at)
        if is_blocked is not None:
            block_event(actor=actor, event_type_id=row.id, is_blocked=is_blocked, at=at)
        return event_type_info(_locked(actor, event_type_id))


def settle_drift(*, actor: Actor, drift_id: UUID, at: datetime) -> None:
    """Say that a change of events is right; it is no longer shown. One that is settled stays as it is."""
    _set_settled(actor, drift_id, settled_at=at, at=at)


def reopen_drift(*, actor: Actor, drift_id: UUID, at: datetime) -> None:
    """Show a change of events again."""
    _set_settled(actor, drift_id, settled_at=None, at=at)


def import_plan(*, actor: Actor, file_name: str, content: bytes, at: datetime) -> PlanImported:
    """Take a tracking plan in (YAML, JSON or CSV by the ending of its name): its events are expected, all or nothing.

    Descriptions and types that it names take the place of those that were there; events that it does not name stay as they
    are. Raises InvalidInputError with every fault of the file.
    """
    require_shaper(actor=actor)
    is_table = file_name.lower().endswith((".csv", ".tsv", ".txt"))
    try:
        planned = tracking_plan.read_plan(content, is_table=is_table)
    except tracking_plan.UnreadablePlanError as error:
        raise InvalidInputError("Nothing was imported.", problems=error.problems) from None
    with transaction.atomic():
        done = _take_in(actor, planned)
        plan_id = ids.new_id()
        facts: list[Event] = [
            TrackingPlanImported(
                plan_id=plan_id, file_name=file_name.replace("\x00", " ")[:200], added=done.added, changed=done.changed
            )
        ]
        if done.added or done.changed:
            journal_operations.record_many(facts, actor=actor, at=at)
    return done


@dataclass(slots=True)
class _Known:
    types: dict[tuple[str, str], EventType]
    properties: dict[tuple[UUID, str], EventProperty]


def _take_in(actor: Actor, planned: Sequence[PlannedEvent]) -> PlanImported:
    rows = list(EventType.objects.for_actor(actor).select_for_update().order_by("id"))
    properties = EventProperty.objects.for_actor(actor)
    known = _Known(
        types={(row.kind, row.name): row for row in rows},
        properties={(one.event_type_id, one.name): one for one in properties},
    )
    new_types: list[EventType] = []
    new_properties: list[EventProperty] = []
    changed_types: list[EventType] = []
    changed_properties: list[EventProperty] = []
    changed = 0
    for event in planned:
        row = known.types.get((event.kind.value, event.name))
        is_new = row is None
        row = row or EventType(id=ids.new_id(), workspace_id=actor.workspace_id, kind=event.kind.value, name=event.name)
        is_changed = _plan_type(row, event)
        (new_types if is_new else changed_types if is_changed else []).append(row)
        added, altered = _plan_properties(row, event, known)
        new_properties += added
        changed_properties += altered
        changed += int(not is_new and bool(is_changed or added or altered))
    bulk.insert_rows(new_types)
    bulk.insert_rows(new_properties)
    bulk.update_rows(changed_types, ["is_expected", "description", "search_key"])
    bulk.update_rows(changed_properties, ["is_expected", "expected_type", "description"])
    return PlanImported(added=len(new_types), changed=changed, unchanged=len(planned) - len(new_types) - changed)


def _plan_type(row: EventType, event: PlannedEvent) -> bool:
    before = (row.is_expected, row.description)
    row.is_expected, row.description = True, event.description or row.description
    row.search_key = identities.event_key(row.name, row.description)
    return before != (row.is_expected, row.description)


def _plan_properties(
    row: EventType, event: PlannedEvent, known: _Known
) -> tuple[list[EventProperty], list[EventProperty]]:
    new: list[EventProperty] = []
    changed: list[EventProperty] = []
    for planned in event.properties:
        one = known.properties.get((row.id, planned.name))
        expected_type = planned.type.value if planned.type else ""
        if one is None:
            new.append(
                EventProperty(
                    id=ids.new_id(),
                    workspace_id=row.workspace_id,
                    event_type_id=row.id,
                    name=planned.name,
                    is_expected=True,
                    expected_type=expected_type,
                    description=planned.description,
                )
            )
            continue
        before = (one.is_expected, one.expected_type, one.description)
        one.is_expected = True
        one.expected_type = expected_type or one.expected_type
        one.description = planned.description or one.description
        if before != (one.is_expected, one.expected_type, one.description):
            changed.append(one)
    return new, changed


def _set_settled(actor: Actor, drift_id: UUID, *, settled_at: datetime | None, at: datetime) -> None:
    require_shaper(actor=actor)
    with transaction.atomic():
        rows = Drift.objects.for_actor(actor).select_for_update(of=("self",))
        row = rows.select_related("event_type").filter(id=drift_id).first()
        if row is None:
            raise NotFoundError("There is nothing like that to look at.", remedy="Look at the list of events.")
        if (row.settled_at is None) != (settled_at is None):
            row.settled_at = settled_at
            row.save(update_fields=["settled_at"])
            title = row.event_type.name if row.event_type else "events"
            fact = DriftReopened if settled_at is None else DriftSettled
            journal_operations.record(fact(drift_id=row.id, title=title, detail=row.detail), actor=actor, at=at)


def _locked(actor: Actor, event_type_id: UUID) -> EventType:
    row = EventType.objects.for_actor(actor).select_for_update().filter(id=event_type_id).first()
    if row is None:
        raise NotFoundError("There is no such event in the catalogue.", remedy="Look at the list of events.")
    return row
