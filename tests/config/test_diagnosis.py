from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from firstwin.config import database, heartbeat
from firstwin.config.diagnosis import installation, machine
from firstwin.config.diagnosis.findings import Verdict
from firstwin.shared import clock
from firstwin.usage.models import StoreOrder
from tests.factories.identity import make_workspace
from tests.factories.usage import make_source, take_in, track


def test_a_data_folder_that_others_can_read_is_wrong_and_the_remedy_can_be_typed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    finding = machine.look_at_folder(tmp_path)
    assert (finding.verdict, finding.remedy) == (Verdict.WRONG, f"Run: chmod 700 {tmp_path}")
    tmp_path.chmod(0o700)
    assert machine.look_at_folder(tmp_path).verdict is Verdict.FINE


def test_a_missing_front_end_is_wrong(tmp_path: Path) -> None:
    assert machine.look_at_frontend(tmp_path / "static").verdict is Verdict.WRONG


def test_a_database_that_does_not_answer_says_why_and_what_to_do() -> None:
    state = database.DatabaseState(
        kind="PostgreSQL", version="", is_new_enough=False, waiting_migrations=0, error="connection refused"
    )
    (finding,) = installation.look_at_database(state)
    assert finding.text == "PostgreSQL does not answer: connection refused"
    assert "FIRSTWIN_DATABASE_URL" in finding.remedy


@pytest.mark.django_db
def test_the_database_of_the_tests_is_in_order() -> None:
    assert [finding.verdict for finding in installation.look_at_database(database.state())] == [Verdict.FINE] * 2
    assert installation.look_at_clock(clock.now()).verdict is Verdict.FINE


@pytest.mark.django_db
def test_a_silent_worker_is_wrong() -> None:
    assert installation.look_at_worker(clock.now()).verdict is Verdict.NOTE
    heartbeat.beat(clock.now() - timedelta(hours=1))
    assert installation.look_at_worker(clock.now()).verdict is Verdict.WRONG
    heartbeat.beat(clock.now())
    assert installation.look_at_worker(clock.now()).verdict is Verdict.FINE


@pytest.mark.django_db
def test_product_events_that_wait_for_long_are_wrong() -> None:
    now = clock.now()
    assert installation.look_at_product_events(now).verdict is not Verdict.WRONG
    take_in(make_source(), track(), track(), at=now)
    assert installation.look_at_product_events(now).verdict is not Verdict.WRONG
    found = installation.look_at_product_events(now + timedelta(minutes=6))
    assert found.verdict is Verdict.WRONG
    assert found.text.startswith("2 wait in the inbox")


@pytest.mark.django_db
def test_orders_that_wait_or_failed_are_wrong() -> None:
    now = clock.now()
    order = StoreOrder(workspace_id=make_workspace().id, kind="link", created_at=now)
    order.save(force_insert=True)
    assert installation.look_at_product_events(now).verdict is not Verdict.WRONG
    found = installation.look_at_product_events(now + timedelta(hours=2))
    assert found.text.startswith("1 orders wait for their store")
    order.problem = "refused"
    order.save()
    assert installation.look_at_product_events(now).text.endswith("1 orders to the store failed")


def test_mail_without_a_way_out_is_wrong(settings: Settings) -> None:
    settings.MAILBOX, settings.EMAIL_URL = False, ""
    assert installation.look_at_mail().verdict is Verdict.WRONG
    settings.EMAIL_URL, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp://127.0.0.1:9", "127.0.0.1", 9
    assert "127.0.0.1:9 refuses" in installation.look_at_mail().text


@pytest.mark.django_db
def test_the_exit_code_says_whether_something_is_wrong(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.MAILBOX, settings.EMAIL_URL = False, ""
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    assert "WRONG  Mail" in capsys.readouterr().out
