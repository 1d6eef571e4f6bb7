from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from firstwin.config import heartbeat
from firstwin.shared import clock
from firstwin.usage.models import InboxBatch, StoreOrder
from tests.factories.usage import make_source, take_in, track


def test_live_needs_no_database(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.content) == (200, b"live\n")


@pytest.mark.django_db
def test_ready_says_when_no_worker_was_ever_seen(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "degraded",
        "checks": {"database": "ok", "migrations": "ok", "worker": "has not run yet", "product_events": "ok"},
    }


@pytest.mark.django_db
def test_ready_follows_the_heartbeat_of_the_worker(client: Client) -> None:
    heartbeat.beat(clock.now())
    assert client.get("/health/ready").json()["status"] == "ready"
    heartbeat.beat(clock.now() - heartbeat.SILENT_AFTER - timedelta(seconds=1))
    assert client.get("/health/ready").json()["checks"]["worker"].startswith("silent since 20")


@pytest.mark.django_db
def test_ready_says_when_product_events_do_not_get_into_their_store(client: Client) -> None:
    heartbeat.beat(clock.now())
    source = make_source()
    take_in(source, track(), at=clock.now() - timedelta(minutes=6))
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["checks"]["product_events"].startswith("wait since 20")
    InboxBatch.objects.for_workspace(source.workspace_id).delete()
    StoreOrder(workspace_id=source.workspace_id, kind="link", created_at=clock.now(), problem="no").save(
        force_insert=True
    )
    assert client.get("/health/ready").json()["checks"]["product_events"] == "0 batches set aside, 1 orders failed"
    assert b"firstwin_store_orders_failed 1.0" in client.get("/metrics").content


@pytest.mark.django_db
def test_metrics_are_for_this_machine(client: Client) -> None:
    client.get("/health/live")
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b'firstwin_request_seconds_count{method="GET",route="health-live",status="2xx"}' in answer.content
    for name in ("jobs", "timers", "journal_sealed_entries", "journal_unsealed_entries", "worker_silence_seconds"):
        assert f"firstwin_{name}".encode() in answer.content


@pytest.mark.django_db
def test_metrics_are_refused_to_others(client: Client) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
    assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403


@pytest.mark.django_db
def test_metrics_open_with_the_token_only(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "let-me-read"
    assert client.get("/metrics").status_code == 403
    assert client.get("/metrics", headers={"Authorization": "Bearer wrong"}).status_code == 403
    right = client.get("/metrics", REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer let-me-read"})
    assert right.status_code == 200


def test_an_answer_carries_the_id_of_its_request(client: Client) -> None:
    assert client.get("/health/live", headers={"X-Request-ID": "abc-12345"}).headers["X-Request-ID"] == "abc-12345"
    invented = client.get("/health/live", headers={"X-Request-ID": "a b\tc"}).headers["X-Request-ID"]
    assert len(invented) == 32
