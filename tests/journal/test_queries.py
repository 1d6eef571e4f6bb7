"""Reading: timelines, the whole journal, live updates, and what happens when someone commits late."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from firstwin.identity.contracts import Actor, Role, Scope
from firstwin.journal import operations, queries
from firstwin.journal.contracts import AuthorKind, EntryFilter, JournalDeniedError
from firstwin.journal.models import Entry
from firstwin.shared.errors import InvalidInputError
from tests.journal.conftest import WORKSPACE, ProbeMoved

Moved = Callable[..., ProbeMoved]
ACCOUNT = UUID(int=70)


def person(role: Role | None, kind: AuthorKind = AuthorKind.MEMBER, **fields: object) -> Actor:
    return Actor(workspace_id=WORKSPACE, kind=kind, id=UUID(int=5), name="Ada Quay", role=role, **fields)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_lists_page_from_the_latest_with_two_statements(
    moved: Moved, actor: Actor, now: datetime, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(1, 8):
        operations.record(moved(number), actor=actor, at=now + timedelta(minutes=number // 2))
    operations.seal_entries()
    seen: list[int] = []
    cursor = None
    while True:
        with django_assert_num_queries(2):
            page = queries.list_entries(actor, cursor=cursor, limit=3)
        seen += [entry.subject_id.int for entry in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [7, 6, 5, 4, 3, 2, 1]
    assert page.items[0].sequence == 1
    assert page.items[0].data["changes"] == [["Höhe", 1], ["b", 2]]
    with pytest.raises(InvalidInputError):
        queries.list_entries(actor, cursor="nonsense")


@pytest.mark.django_db
def test_filters_narrow(moved: Moved, actor: Actor, now: datetime) -> None:
    operations.record(moved(1, account_id=ACCOUNT), actor=person(Role.MANAGER), at=now)
    operations.record(moved(2, account_id=ACCOUNT), actor=actor, at=now + timedelta(days=1))
    operations.record(moved(3), actor=actor, at=now + timedelta(days=2))

    def found(**fields: object) -> list[int]:
        page = queries.list_entries(actor, EntryFilter(**fields))  # type: ignore[arg-type]
        return sorted(entry.subject_id.int for entry in page.items)

    assert found() == [1, 2, 3]
    assert found(subject_id=UUID(int=3)) == [3]
    assert found(account_id=ACCOUNT) == [1, 2]
    assert found(author_id=UUID(int=5)) == [1]
    assert found(event_names=("probe.moved",)) == [1, 2, 3]
    assert found(event_names=("probe.gone",)) == []
    assert found(left_out=("probe.moved",)) == []
    assert found(left_out=("probe.gone",)) == [1, 2, 3]
    assert found(since=now + timedelta(days=1), until=now + timedelta(days=2)) == [2]


@pytest.mark.django_db
def test_who_reads_what(moved: Moved, actor: Actor, now: datetime) -> None:
    operations.record(moved(1, account_id=ACCOUNT), actor=actor, at=now)
    timeline = EntryFilter(account_id=ACCOUNT)
    for role in Role:
        assert len(queries.list_entries(person(role), timeline).items) == 1
        if role in {Role.OWNER, Role.ADMIN, Role.AUDITOR}:
            assert len(queries.list_entries(person(role)).items) == 1
        else:
            with pytest.raises(JournalDeniedError):
                queries.list_entries(person(role))
    key = person(Role.ADMIN, AuthorKind.API_KEY, scopes=frozenset({Scope.READ}))
    with pytest.raises(JournalDeniedError):
        queries.list_entries(key)
    assert len(queries.list_entries(replace(key, scopes=frozenset({Scope.JOURNAL_READ}))).items) == 1
    contact = person(None, AuthorKind.CONTACT, account_id=ACCOUNT)
    for chosen in (EntryFilter(), timeline):
        with pytest.raises(JournalDeniedError):
            queries.list_entries(contact, chosen)


@pytest.mark.django_db
def test_another_workspace_sees_nothing(moved: Moved, actor: Actor, now: datetime) -> None:
    operations.record(moved(1), actor=actor, at=now)
    assert queries.list_entries(replace(actor, workspace_id=uuid4())).items == ()


@pytest.mark.django_db
def test_live_updates_follow_the_chain(moved: Moved, actor: Actor, now: datetime) -> None:
    assert queries.find_head(workspace_id=WORKSPACE) == (0, "0" * 64)
    for number in range(1, 4):
        operations.record(moved(number), actor=actor, at=now)
    assert queries.entries_after(workspace_id=WORKSPACE, sequence=0) == []
    assert queries.count_unsealed() == 0 or connection.vendor == "sqlite"
    operations.seal_entries()
    assert [entry.subject_id.int for entry in queries.entries_after(workspace_id=WORKSPACE, sequence=1)] == [2, 3]
    assert queries.find_head(workspace_id=WORKSPACE)[0] == 3


@pytest.mark.django_db
def test_an_entry_slipped_past_the_chain_is_found(moved: Moved, actor: Actor, now: datetime) -> None:
    operations.record(moved(1), actor=actor, at=now)
    operations.seal_entries()
    operations.record(moved(2), actor=actor, at=now)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS journal_entry_queues IMMEDIATE")
        cursor.execute("DELETE FROM journal_unsealed")
    verdict = queries.verify_chain(workspace_id=WORKSPACE, at=now)
    assert (verdict.is_intact, verdict.entries) == (False, 1)
    assert "slipped past the chain" in verdict.reason


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_is_neither_skipped_nor_reordered(moved: Moved, actor: Actor, now: datetime) -> None:
    """The first to record commits last. On SQLite writers are alone, so there the second waits, and comes second."""
    is_alone = connection.vendor == "sqlite"
    recorded, may_commit = threading.Event(), threading.Event()

    def record_early_commit_late() -> None:
        try:
            with transaction.atomic():
                operations.record(moved(1), actor=actor, at=now)
                recorded.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=record_early_commit_late)
    if is_alone:
        may_commit.set()
    thread.start()
    assert recorded.wait(20)
    if is_alone:
        thread.join()
    with transaction.atomic():
        operations.record(moved(2), actor=actor, at=now)
    sealed_before = operations.seal_entries()
    may_commit.set()
    thread.join()
    assert (sealed_before, operations.seal_entries()) == ((2, 0) if is_alone else (1, 1))
    order = [entry.subject_id.int for entry in queries.entries_after(workspace_id=WORKSPACE, sequence=0)]
    assert order == ([1, 2] if is_alone else [2, 1])
    assert queries.verify_chain(workspace_id=WORKSPACE, at=now).entries == Entry.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_pass_over_overlapping_transactions_keeps_commit_order(moved: Moved, actor: Actor, now: datetime) -> None:
    """Both are sealed in one pass: the one that committed first comes first, though it recorded second."""
    if connection.vendor == "sqlite":
        return
    recorded, may_commit = threading.Event(), threading.Event()

    def record_early_commit_late() -> None:
        try:
            with transaction.atomic():
                operations.record(moved(1), actor=actor, at=now)
                recorded.set()
                assert may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=record_early_commit_late)
    thread.start()
    assert recorded.wait(20)
    with transaction.atomic():
        operations.record(moved(2), actor=actor, at=now)
    may_commit.set()
    thread.join()
    assert operations.seal_entries() == 2
    order = [entry.subject_id.int for entry in queries.entries_after(workspace_id=WORKSPACE, sequence=0)]
    assert order == [2, 1]
