"""The catalogue: what samples teach, what counts as a change, what is left out; licences of features; tracking plans."""

from datetime import datetime, timedelta

import pytest

from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Workspace
from firstwin.usage.contracts import EventKind, SourceInfo
from firstwin.usage.contracts.catalogue import DriftKind, FeatureInfo, LicenceReason, NewFeature, PropertyType
from firstwin.usage.models import EventType
from firstwin.usage.operations import catalogue as operations
from firstwin.usage.operations import features as feature_operations
from firstwin.usage.operations.noting import types
from firstwin.usage.queries import catalogue, features
from firstwin.usage.rules import features as feature_rules
from firstwin.usage.rules import property_types, tracking_plan
from tests.factories.identity import make_actor
from tests.factories.usage import track
from tests.factories.usage_people import account_in, drain, source_in

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def manager(source: SourceInfo) -> Actor:
    return make_actor(Role.MANAGER, workspace=Workspace.objects.get(id=source.workspace_id))


def event_of(source: SourceInfo, name: str = "Report Viewed") -> EventType:
    return EventType.objects.for_workspace(source.workspace_id).get(name=name)


def test_the_first_day_teaches_and_later_changes_are_noticed_once(now: datetime) -> None:
    source = source_in()
    actor = manager(source)
    old = (now - 30 * DAY).isoformat()
    drain(source, track(properties={"rows": 1, "plan": None, "a\x00b": 1}, timestamp=old), at=now)
    drain(source, track(properties={"rows": 2, "wide": True}), at=now + timedelta(hours=2))
    assert catalogue.list_drifts(actor=actor, at=now) == ()
    event = event_of(source)
    assert (event.first_seen_at, event.noted_at) == (now - 30 * DAY, now)
    later = now + 2 * DAY
    changed = track(properties={"rows": "many", "plan": "pro", "new": {"x": 1}})
    drain(source, changed, changed, at=later)
    drain(source, changed, at=later + timedelta(hours=1))
    found = catalogue.list_drifts(actor=actor, at=later)
    assert {(one.kind, one.property_name) for one in found} == {
        (DriftKind.TYPE_CHANGED, "rows"),
        (DriftKind.NEW_PROPERTY, "new"),
    }
    properties = {one.name: one.types for one in catalogue.list_properties(actor=actor, event_type_id=event.id)}
    assert properties["rows"] == (PropertyType.NUMBER, PropertyType.TEXT)
    assert properties["plan"] == (PropertyType.TEXT,)
    drift = found[0]
    assert drift.id is not None
    operations.settle_drift(actor=actor, drift_id=drift.id, at=later)
    assert len(catalogue.list_drifts(actor=actor, at=later)) == 1
    operations.reopen_drift(actor=actor, drift_id=drift.id, at=later)
    assert len(catalogue.list_drifts(actor=actor, at=later)) == 2


def test_an_expected_event_that_stays_away_and_one_the_plan_does_not_name_are_noticed(now: datetime) -> None:
    source = source_in()
    actor = manager(source)
    drain(source, track(), at=now)
    operations.expect_event(actor=actor, event_type_id=event_of(source).id, is_expected=True, at=now)
    assert catalogue.list_drifts(actor=actor, at=now + 6 * DAY) == ()
    (silent,) = catalogue.list_drifts(actor=actor, at=now + 8 * DAY)
    assert (silent.kind, silent.id) == (DriftKind.SILENT, None)
    assert "did not come for 8 days" in silent.detail
    drain(source, track("Unplanned"), at=now + 7 * DAY)
    kinds = {one.kind for one in catalogue.list_drifts(actor=actor, at=now + 8 * DAY)}
    assert kinds == {DriftKind.SILENT, DriftKind.NEW_EVENT}


def test_blocked_events_are_left_out_and_counted_until_they_are_let_in(now: datetime) -> None:
    source, other = source_in(), source_in()
    drain(source, track(), at=now)
    actor = manager(source)
    operations.block_event(actor=actor, event_type_id=event_of(source).id, is_blocked=True, at=now)
    store = drain(source, track(), track(user="new"), track("B"), at=now + timedelta(minutes=1))
    assert [event.name for event in store.events] == ["B"]
    event = event_of(source)
    assert (event.dropped, event.dropped_at) == (2, now + timedelta(minutes=1))
    assert [event.name for event in drain(other, track(), at=now).events] == ["Report Viewed"]
    operations.block_event(actor=actor, event_type_id=event.id, is_blocked=False, at=now)
    assert len(drain(source, track(), at=now + timedelta(minutes=2)).events) == 1


def test_too_many_names_are_told_once_and_left_out_of_the_catalogue(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(types, "MOST_NAMES", 3)
    source = source_in()
    store = drain(source, *[track(f"Opened {number}") for number in range(6)], at=now)
    drain(source, track("One more"), at=now)
    assert len(store.events) == 6
    assert EventType.objects.for_workspace(source.workspace_id).count() == 3
    (drift,) = catalogue.list_drifts(actor=manager(source), at=now)
    assert drift.kind is DriftKind.TOO_MANY_NAMES


def test_features_stand_for_their_events_and_licences_follow_products(now: datetime) -> None:
    source = source_in()
    drain(source, track("Report Viewed"), track("Report Shared"), track("Data Imported"), at=now)
    actor = manager(source)
    new = NewFeature(name="Reports", events=("Report *", "Chart Drawn"), products=("Suite ",))
    feature = feature_operations.create_feature(actor=actor, new=new, at=now)
    assert features.get_feature_events(actor=actor) == {"reports": ("Report Shared", "Report Viewed", "Chart Drawn")}
    suite, core = account_in(source, products=("SUITE",)), account_in(source, products=("Core",))
    ids = [suite.id, core.id]
    assert features.get_licensed_features(actor=actor, account_ids=ids) == {suite.id: ("reports",), core.id: ()}
    for is_granted, reason in ((True, LicenceReason.GRANTED), (False, LicenceReason.WITHHELD)):
        feature_operations.give_licence(
            actor=actor, feature_id=feature.id, account_id=core.id, is_granted=is_granted, note="Trial", at=now
        )
        (licence,) = features.list_licences(actor=actor, account_id=core.id)
        assert (licence.is_licensed, licence.reason, licence.note) == (is_granted, reason, "Trial")
    feature_operations.end_licence(actor=actor, feature_id=feature.id, account_id=core.id, at=now)
    assert features.list_licences(actor=actor, account_id=core.id)[0].reason is LicenceReason.OTHER_PRODUCT


def test_the_key_of_a_feature_is_made_once_and_told_apart() -> None:
    assert feature_rules.key_of("Überblick & Berichte", ()) == "uberblick-berichte"
    assert feature_rules.key_of("Reports", {"reports", "reports-2"}) == "reports-3"
    assert feature_rules.key_of("报告", ()) == "feature"
    one = FeatureInfo(
        id=None,
        workspace_id=None,
        key="a",
        name="A",
        description="",
        events=("Report *",),
        products=(),
        archived_at=None,  # type: ignore[arg-type]
    )
    assert feature_rules.features_of("Report Viewed", [one]) == [one]
    assert feature_rules.features_of("A Report", [one]) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, PropertyType.BOOLEAN),
        (1.5, PropertyType.NUMBER),
        ("x", PropertyType.TEXT),
        ("2026-01-02T10:00:00.5Z", PropertyType.INSTANT),
        ("2026-01-02", PropertyType.INSTANT),
        ([1], PropertyType.LIST),
        ({}, PropertyType.OBJECT),
        (None, None),
    ],
)
def test_values_have_types(value: object, expected: PropertyType | None) -> None:
    assert property_types.type_of(value) is expected


@pytest.mark.parametrize(
    ("content", "is_table", "said"),
    [
        (b"\xff\xfe", False, "not UTF-8"),
        (b"events: [", False, "cannot be read"),
        (b"a: &x [1]\nb: *x", False, "aliases"),
        (b"events: 3", False, "no list of events"),
        (b"events: []", False, "names no events"),
        (b"events:\n- {name: [1]}", False, "has no name"),
        (b"events:\n- {name: A, kind: walk}", False, "The kind"),
        (b"events:\n- {name: A, properties: [1]}", False, "Properties are a mapping"),
        (b"a,b\n1,2", True, "No column is called"),
        (b'event\n"open', True, "cannot be read as CSV"),
        (b"event,property,type\nA,rows,colour", True, "The type"),
        (b"x" * 1_000_001, True, "larger than 1 MB"),
        (b"[" * 50_000, False, "cannot be read"),
    ],
)
def test_a_plan_that_is_none_is_refused_with_the_place(content: bytes, is_table: bool, said: str) -> None:
    with pytest.raises(tracking_plan.UnreadablePlanError) as refused:
        tracking_plan.read_plan(content, is_table=is_table)
    assert said in refused.value.problems[0].message
    assert refused.value.problems[0].remedy


def test_a_plan_reads_the_same_from_a_table_and_a_document() -> None:
    heads = b"Event Name;Kind;Description;Property;Type;Property description\n"
    table = heads + b"A;page;Said.;rows;integer;How many\nA;page;;wide;;\n"
    properties = b"  properties:\n    rows: {type: number, description: How many}\n    wide: any\n"
    document = b"- name: A\n  kind: page\n  description: Said.\n" + properties
    read = tracking_plan.read_plan(table, is_table=True)
    assert read == tracking_plan.read_plan(document, is_table=False)
    assert (read[0].kind, [one.type for one in read[0].properties]) == (EventKind.PAGE, [PropertyType.NUMBER, None])
    again = "".join(tracking_plan.write_plan(list(read))).encode()
    assert tracking_plan.read_plan(again, is_table=True) == read
