"""Recording, delivery, sealing, and what the database refuses."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from firstwin.identity.contracts import Actor, system_actor
from firstwin.jobs import operations as job_operations
from firstwin.jobs.contracts import JobsFailedError
from firstwin.jobs.models import Job
from firstwin.journal import operations, queries
from firstwin.journal.contracts import EventFormatError, NotInTransactionError, Recorded
from firstwin.journal.models import Entry, Seal, Unsealed
from tests.journal.conftest import WORKSPACE, ProbeMoved

Moved = Callable[..., ProbeMoved]
Heard = list[tuple[ProbeMoved, Recorded]]


@pytest.mark.django_db
def test_a_fact_reaches_its_subscribers_as_it_was_recorded(
    heard: Heard, moved: Moved, actor: Actor, now: datetime
) -> None:
    recorded = operations.record(moved(), actor=actor, at=now)
    assert heard == []
    job_operations.run_due(now=now)
    assert heard == [(moved(), recorded)]
    assert (recorded.author, recorded.at) == (actor.author, now)


@pytest.mark.django_db
def test_facts_of_one_subject_arrive_in_order_also_after_a_failure(
    heard: Heard, moved: Moved, actor: Actor, now: datetime
) -> None:
    for ratio in (1.0, 2.0, 3.0):
        operations.record(moved(ratio=ratio), actor=actor, at=now)
    Job.objects.filter(id=Job.objects.order_by("id")[0].id).update(payload='{"entry": "no id", "subscriber": ""}')
    with pytest.raises(JobsFailedError):
        job_operations.run_due(now=now)
    assert heard == []
    payload = Job.objects.order_by("id")[1].payload.replace(
        str(Entry.objects.order_by("id")[1].id), str(Entry.objects.order_by("id")[0].id)
    )
    Job.objects.filter(id=Job.objects.order_by("id")[0].id).update(payload=payload)
    job_operations.run_due(now=now + timedelta(hours=1))
    assert [event.ratio for event, _ in heard] == [1.0, 2.0, 3.0]


@pytest.mark.django_db
def test_many_facts_cost_two_statements(
    heard: Heard, moved: Moved, actor: Actor, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(2):
        operations.record_many([moved(number) for number in range(1, 30)], actor=actor, at=now)


@pytest.mark.django_db
def test_facts_by_the_thousand_let_others_go_first(heard: Heard, moved: Moved, actor: Actor, now: datetime) -> None:
    operations.record_many([moved(1)], actor=actor, at=now, is_bulk=True)
    operations.record_many([moved(2)], actor=actor, at=now)
    queues = Job.objects.filter(kind=operations.DELIVERY).order_by("id").values_list("queue", flat=True)
    assert list(queues) == ["bulk", "default"]
    job_operations.run_due(now=now)
    assert [event.ratio for event, _ in heard] == [moved(1).ratio, moved(2).ratio]  # in order all the same


@pytest.mark.django_db
def test_a_fact_without_an_agreed_form_is_refused(moved: Moved, actor: Actor, now: datetime) -> None:
    for fields in ({"ratio": float("nan")}, {"moved_at": datetime(2026, 1, 1)}, {"mentions": {1}}, {"changes": 2**64}):  # noqa: DTZ001
        with pytest.raises(EventFormatError, match=r"probe\.moved\."):
            operations.record(moved(**fields), actor=actor, at=now)
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_recording_outside_of_a_transaction_is_refused(moved: Moved, actor: Actor, now: datetime) -> None:
    with pytest.raises(NotInTransactionError):
        operations.record(moved(), actor=actor, at=now)
    assert not Entry.objects.exists()


@pytest.mark.django_db
def test_every_workspace_has_its_own_chain(moved: Moved, actor: Actor, now: datetime) -> None:
    other = system_actor(UUID(int=8))
    for number in range(1, 4):
        operations.record(moved(number), actor=actor, at=now)
        operations.record(moved(number), actor=other, at=now)
    assert operations.seal_entries() == 6
    operations.record(moved(9), actor=other, at=now)
    assert operations.seal_entries() == 1
    assert operations.seal_entries() == 0
    assert not Unsealed.objects.exists()
    for workspace_id, expected in ((WORKSPACE, 3), (UUID(int=8), 4)):
        sealed = queries.entries_after(workspace_id=workspace_id, sequence=0)
        assert [entry.sequence for entry in sealed] == list(range(1, expected + 1))
        verdict = queries.verify_chain(workspace_id=workspace_id, at=now)
        assert (verdict.is_intact, verdict.entries, verdict.head) == (True, expected, sealed[-1].hash)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE {} SET workspace_id = workspace_id", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["journal_entry", "journal_seal"])
def test_the_database_refuses_to_change_the_journal(
    statement: str, table: str, moved: Moved, actor: Actor, now: datetime
) -> None:
    operations.record(moved(), actor=actor, at=now)
    operations.seal_entries()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert (Entry.objects.count(), Seal.objects.count()) == (1, 1)
    assert queries.verify_chain(workspace_id=WORKSPACE, at=now).is_intact
