"""Events, their tracking plan, features and licences as the team sees and changes them."""

from datetime import datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from firstwin.identity.contracts import Role
from firstwin.identity.models import Workspace
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.models import EventType, Feature, FeatureLicence
from tests.desk.browsing import HTMX, signed_in, text_of
from tests.factories.identity import make_member
from tests.factories.usage import track
from tests.factories.usage_people import account_in, drain, source_in

pytestmark = pytest.mark.django_db
PLAN = b"events:\n  - name: Report Viewed\n    description: Opened a report.\n    properties: {rows: number}\n  - name: Never\n"


def someone(source: SourceInfo, role: Role = Role.MANAGER) -> Client:
    return signed_in(make_member(role, workspace=Workspace.objects.get(id=source.workspace_id)).user)


@pytest.fixture
def source(now: datetime) -> SourceInfo:
    source = source_in()
    drain(source, track(properties={"rows": 3}), track("Report Shared"), at=now)
    return source


def event_of(source: SourceInfo, name: str = "Report Viewed") -> EventType:
    return EventType.objects.for_workspace(source.workspace_id).get(name=name)


def test_an_event_is_described_expected_and_blocked_and_each_is_taken_back(source: SourceInfo) -> None:
    client, event = someone(source), event_of(source)
    page = text_of(client.get(reverse("usage_events")))
    assert "Report Viewed" in page
    assert "Report Shared" in page
    assert "rows" in text_of(client.get(reverse("usage_event", args=[event.id])))
    client.post(reverse("describe_event", args=[event.id]), {"description": "Opened a report."}, headers=HTMX)
    done = client.post(reverse("expect_event", args=[event.id]), headers=HTMX)
    assert reverse("unexpect_event", args=[event.id]) in text_of(done)
    client.post(reverse("block_event", args=[event.id]), headers=HTMX)
    event = event_of(source)
    assert (event.description, event.is_expected, event.is_blocked) == ("Opened a report.", True, True)
    assert "This event is blocked" in text_of(client.get(reverse("usage_event", args=[event.id])))
    for name in ("unexpect_event", "unblock_event"):
        client.post(reverse(name, args=[event.id]), headers=HTMX)
    event = event_of(source)
    assert (event.is_expected, event.is_blocked) == (False, False)
    found = text_of(client.get(reverse("usage_events"), {"q": "opened", "kind": "track", "state": "seen"}))
    assert "Report Viewed" in found
    assert "Report Shared" not in found


def test_a_tracking_plan_is_imported_or_refused_whole_and_exported(source: SourceInfo) -> None:
    client, url = someone(source), reverse("import_tracking_plan")
    bad = SimpleUploadedFile("plan.yaml", b"events:\n  - name: A\n    properties: {rows: colour}\n  - kind: walk\n")
    refused = client.post(url, {"file": bad})
    assert refused.status_code == 422
    assert "The type “colour” is unknown." in text_of(refused)
    assert "The kind “walk” is unknown." in text_of(refused)
    assert not EventType.objects.for_workspace(source.workspace_id).filter(is_expected=True).exists()
    taken = client.post(url, {"file": SimpleUploadedFile("plan.yaml", PLAN)}, follow=True)
    assert "1 events are new, 1 changed, 0 were as they are." in text_of(taken)
    assert "Expected, not seen yet" in text_of(taken)
    csv = text_of(client.get(reverse("export_tracking_plan")))
    assert "Report Viewed,track,Opened a report.,rows,number," in csv
    again = client.post(url, {"file": SimpleUploadedFile("plan.csv", csv.encode())}, follow=True)
    assert "0 events are new, 0 changed, 2 were as they are." in text_of(again)


def test_a_feature_is_made_changed_archived_and_licensed(source: SourceInfo) -> None:
    client = someone(source)
    assert "No feature yet" in text_of(client.get(reverse("usage_features")))
    url = reverse("new_feature")
    refused = client.post(url, {"name": "Reports", "events": "Re*port", "products": ""})
    assert refused.status_code == 422
    assert "the * stands in the wrong place" in text_of(refused)
    made = client.post(url, {"name": "Reports", "events": "Report *\n", "products": "Suite"}, follow=True)
    page = text_of(made)
    assert "Report Viewed" in page
    assert "Report Shared" in page
    feature = Feature.objects.for_workspace(source.workspace_id).get()
    assert (feature.key, feature.events, feature.products) == ("reports", ["Report *"], ["suite"])
    assert client.post(url, {"name": "REPORTS", "events": "A", "products": ""}).status_code == 422
    edit = {"name": "Reporting", "events": "Report *", "products": "Suite", "description": "All about reports."}
    client.post(reverse("edit_feature", args=[feature.id]), edit)
    assert "Reporting" in text_of(client.get(reverse("usage_events")))
    account = account_in(source, products=("Core",))
    licences = reverse("usage_licences", args=[account.id])
    assert "Part of products they did not buy" in text_of(client.get(licences))
    decide = reverse("license_feature", args=[account.id, feature.id])
    client.post(decide, {"may": "yes", "note": "Trial until June"}, headers=HTMX)
    assert "Trial until June" in text_of(client.get(licences))
    assert account.name in text_of(client.get(reverse("usage_feature", args=[feature.id])))
    client.post(decide, {"may": "products", "note": ""}, headers=HTMX)
    assert not FeatureLicence.objects.for_workspace(source.workspace_id).exists()
    done = client.post(reverse("archive_feature", args=[feature.id]), headers=HTMX)
    assert reverse("restore_feature", args=[feature.id]) in text_of(done)
    assert "Reporting" in text_of(client.get(reverse("usage_features"), {"archived": "yes"}))
    client.post(reverse("restore_feature", args=[feature.id]), headers=HTMX)
    assert Feature.objects.for_workspace(source.workspace_id).get().archived_at is None


@pytest.mark.parametrize("who", [Role.SPECIALIST, None])
def test_only_managers_change_events_and_features_and_nobody_from_elsewhere(
    source: SourceInfo, who: Role | None
) -> None:
    someone(source).post(reverse("new_feature"), {"name": "Reports", "events": "A", "products": ""})
    feature, event = Feature.objects.for_workspace(source.workspace_id).get(), event_of(source)
    account = account_in(source)
    client = someone(source, who) if who else someone(source_in())
    bodies: dict[str, tuple[list[Any], dict[str, str]]] = {
        "describe_event": ([event.id], {"description": "X"}),
        "expect_event": ([event.id], {}),
        "block_event": ([event.id], {}),
        "edit_feature": ([feature.id], {"name": "X", "events": "X"}),
        "archive_feature": ([feature.id], {}),
        "license_feature": ([account.id, feature.id], {"may": "yes"}),
    }
    for name, (args, body) in bodies.items():
        assert client.post(reverse(name, args=args), body, headers=HTMX).status_code in {403, 404}, name
    if who:
        client.post(reverse("import_tracking_plan"), {"file": SimpleUploadedFile("plan.yaml", PLAN)})
        client.post(reverse("new_feature"), {"name": "Other", "events": "A", "products": ""})
    event, feature = event_of(source), Feature.objects.for_workspace(source.workspace_id).get()
    assert (event.description, event.is_expected, event.is_blocked) == ("", False, False)
    assert (feature.name, feature.archived_at) == ("Reports", None)
    assert not FeatureLicence.objects.for_workspace(source.workspace_id).exists()
    for name, args in (("usage_event", [event.id]), ("usage_feature", [feature.id]), ("usage_licences", [account.id])):
        assert client.get(reverse(name, args=args)).status_code == (200 if who else 404)


def test_lists_take_a_pinned_number_of_queries(source: SourceInfo, django_assert_max_num_queries: Any) -> None:
    client = someone(source)
    for name in ("usage_events", "usage_features"):
        client.get(reverse(name))
        with django_assert_max_num_queries(16):
            client.get(reverse(name))
