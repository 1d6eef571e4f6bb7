"""Past events out of files: recognised, shown, taken in piece by piece, each once, whatever is killed when."""

import contextlib
import csv
import gzip
import importlib
import io
import json
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Workspace
from firstwin.jobs.models import Job
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from firstwin.usage.contracts import SourceInfo
from firstwin.usage.contracts.history import Field, FileKind, HistoryImport, HistoryState, Origin
from firstwin.usage.models import HistoryFault, HistoryFile
from firstwin.usage.operations import history
from firstwin.usage.queries import history as history_queries
from tests.factories.identity import make_actor, recorded
from tests.factories.usage import in_inbox, make_source

pytestmark = pytest.mark.django_db
THEN = "2025-05-01T10:00:00Z"


@pytest.fixture(autouse=True)
def _own_files(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path / "files"},
        },
    }


@pytest.fixture
def actor() -> Actor:
    return make_actor()


@pytest.fixture
def source(actor: Actor) -> SourceInfo:
    return make_source(actor)


def lines(*rows: Any) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def table(*rows: dict[str, Any], delimiter: str = ",") -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def parquet(*rows: dict[str, Any], **more: Any) -> bytes:
    arrow, writer = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    target = io.BytesIO()
    writer.write_table(arrow.Table.from_pylist(list(rows)), target, **more)
    return target.getvalue()


def upload(actor: Actor, source: SourceInfo, content: bytes, now: datetime, name: str = "events.csv") -> HistoryImport:
    return history.upload_history(actor=actor, source_id=source.id, file_name=name, file=io.BytesIO(content), at=now)


def take_all_in(actor: Actor, made: HistoryImport, now: datetime, run_jobs: Callable[[datetime], int]) -> HistoryImport:
    history.start_history(actor=actor, history_id=made.id, at=now)
    run_jobs(now)
    return history_queries.get_history(actor=actor, history_id=made.id)


SEGMENT = {
    "type": "track",
    "event": "A",
    "userId": "ada",
    "messageId": "m1",
    "timestamp": THEN,
    "sentAt": "2025-01-01T00:00:00Z",
}
AMPLITUDE = {
    "event_type": "A", "user_id": "ada", "device_id": "d", "event_time": "2025-05-01 10:00:00.000000", "uuid": "u",
    "event_properties": {"rows": 3}, "user_properties": {}, "groups": {"plan": ["pro"], "company": ["acorn"]},
}  # fmt: skip
MIXPANEL = {
    "event": "A",
    "properties": {"distinct_id": "ada", "time": 1746093600, "$insert_id": "i", "rows": 3, "company": "acorn"},
}
POSTHOG = {
    "uuid": "p", "event": "A", "distinct_id": "ada", "timestamp": "2025-05-01 10:00:00+00:00",
    "properties": json.dumps({"rows": 3, "$lib": "web", "$device_id": "d", "$groups": {"organization": "acorn"}}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("row", "origin", "properties"),
    [
        (SEGMENT | {"groupId": "acorn", "properties": {"rows": 3}}, Origin.SEGMENT, {"rows": 3}),
        (AMPLITUDE, Origin.AMPLITUDE, {"rows": 3}),
        (MIXPANEL, Origin.MIXPANEL, {"rows": 3, "company": "acorn"}),
        (POSTHOG, Origin.POSTHOG, {"rows": 3}),
        ({"event": "A", "user": "ada", "account_id": "acorn", "time": THEN, "rows": 3}, Origin.TABLE, {"rows": 3}),
    ],
    ids=lambda value: value.value if isinstance(value, Origin) else "",
)
def test_exports_are_recognised_and_become_the_same_event(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int],
    row: dict[str, Any], origin: Origin, properties: dict[str, Any],
) -> None:  # fmt: skip
    made = upload(actor, source, lines(row), now, "export.json")
    assert (made.kind, made.reading.origin, made.state) == (FileKind.LINES, origin, HistoryState.READY)
    done = take_all_in(actor, made, now, run_jobs)
    assert (done.state, done.taken, done.rejected, done.percent) == (HistoryState.DONE, 1, 0, 100)
    [event] = in_inbox(source)
    assert (event.name, event.user_id, event.group_id) == ("A", "ada", "acorn")
    assert event.at == event.received_at == datetime.fromisoformat(THEN)
    assert json.loads(event.properties) == properties


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({**AMPLITUDE, "event_type": "session_start"}, None),
        ({**AMPLITUDE, "event_type": "$identify", "user_properties": {"plan": "pro"}}, ("identify", "", '{"plan":"pro"}')),
        ({**AMPLITUDE, "event_type": "[Amplitude] Page Viewed"}, ("page", "", '{"rows":3}')),
        ({**POSTHOG, "event": "$autocapture"}, None),
        ({**POSTHOG, "event": "$pageview"}, ("page", "", '{"rows":3}')),
        (
            {**POSTHOG, "event": "$identify", "properties": {"$set": {"email": "a@example.com"}, "$anon_distinct_id": "x"}},
            ("identify", "", '{"email":"a@example.com"}'),
        ),
        (
            {**POSTHOG, "event": "$groupidentify", "properties": {
                "$group_type": "company", "$group_key": "acorn", "$group_set": {"name": "Acorn"}}},
            ("group", "", '{"name":"Acorn"}'),
        ),
        ({**POSTHOG, "event": "$create_alias", "properties": {"alias": "old"}}, ("alias", "", "{}")),
        (
            {"event": "$create_alias", "properties": {"distinct_id": "ada", "time": 1746093600, "alias": "old"}},
            ("alias", "", "{}"),
        ),
        ({"event": "$mp_web_page_view", "properties": {"distinct_id": "$device:d", "time": 1746093600}}, ("page", "", "{}")),
        ({"event": "$campaign", "properties": {"distinct_id": "ada", "time": 1746093600}}, None),
        ({"type": "page", "anonymousId": "x", "name": "Home", "originalTimestamp": THEN}, ("page", "Home", "{}")),
        ({"type": "identify", "user": "ada", "time": THEN, "plan": "pro"}, ("identify", "", '{"plan":"pro"}')),
    ],
)  # fmt: skip
def test_what_an_export_calls_its_own_way_becomes_its_call(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int],
    row: dict[str, Any], expected: tuple[str, str, str] | None,
) -> None:  # fmt: skip
    done = take_all_in(actor, upload(actor, source, lines(row), now), now, run_jobs)
    assert done.rejected == 0
    assert [(one.kind.value, one.name, one.properties) for one in in_inbox(source)] == ([expected] if expected else [])
    assert done.passed_over == (expected is None)


def rows_of_a_table(count: int) -> list[dict[str, Any]]:
    return [
        {"Event": "Report viewed", "User ID": f"user-{n % 7}", "Time": f"2025-05-01T10:{n // 60 % 60:02}:{n % 60:02}Z", "n": n}
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (table(*rows_of_a_table(5)), FileKind.CSV),
        (b"\xef\xbb\xbf" + table(*rows_of_a_table(5), delimiter=";"), FileKind.CSV),
        (gzip.compress(table(*rows_of_a_table(5), delimiter="\t"), mtime=0), FileKind.CSV),
        (lines(*rows_of_a_table(5)), FileKind.LINES),
        (parquet(*rows_of_a_table(5), row_group_size=2), FileKind.PARQUET),
    ],
    ids=["csv", "semicolons and mark", "packed tabs", "lines", "parquet"],
)
def test_every_kind_of_file_says_the_same(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int], content: bytes, kind: FileKind
) -> None:
    made = upload(actor, source, content, now)
    assert made.kind is kind
    assert made.reading.columns == {
        "Event": Field.EVENT, "User ID": Field.USER, "Time": Field.TIME, "n": Field.PROPERTY,
    }  # fmt: skip
    done = take_all_in(actor, made, now, run_jobs)
    assert (done.taken, done.rows, done.position) == (5, 5, done.size)
    assert [event.properties for event in in_inbox(source)] == [f'{{"n":{n}}}' for n in range(5)]
    assert not default_storage.exists(f"history/{made.id}")


def test_an_archive_of_packed_files_is_read_as_one(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int]
) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("1/2025-05-01_1.json.gz", gzip.compress(lines({**AMPLITUDE, "uuid": "b", "event_type": "B"})))
        archive.writestr("1/2025-05-01_0.json.gz", gzip.compress(lines(AMPLITUDE)))
    done = take_all_in(actor, upload(actor, source, target.getvalue(), now, "export.zip"), now, run_jobs)
    assert done.taken == 2
    assert [event.name for event in in_inbox(source)] == ["A", "B"]


def test_the_same_file_again_is_the_same_events(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int]
) -> None:
    content = table(*rows_of_a_table(5))
    for later in (0, 400):
        take_all_in(
            actor, upload(actor, source, content, now + timedelta(days=later)), now + timedelta(days=later), run_jobs
        )
    keys = [(event.message_key, event.received_at) for event in in_inbox(source)]
    assert (len(keys), len(set(keys))) == (10, 5)


def test_killed_between_pieces_it_goes_on_where_it_was(
    actor: Actor, source: SourceInfo, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "PIECE_ROWS", 2)
    monkeypatch.setattr(history, "PIECES_AT_ONCE", 2)
    for content in (
        table(*rows_of_a_table(9)),
        lines(*rows_of_a_table(9)),
        parquet(*rows_of_a_table(9), row_group_size=4),
    ):
        made = upload(actor, source, content, now)
        history.start_history(actor=actor, history_id=made.id, at=now)
        before = len(in_inbox(source))
        broken = history._keep_faults

        def break_off(*_given: Any) -> None:
            raise KeyboardInterrupt

        counts = []
        for attempt in range(12):
            with monkeypatch.context() as patch:
                patch.setattr(history, "_keep_faults", break_off if attempt % 2 == 0 else broken)
                with contextlib.suppress(KeyboardInterrupt):
                    history.take_history_in(workspace_id=source.workspace_id, history_id=made.id, at=now)
            counts.append(len(in_inbox(source)) - before)
        assert counts[:6] == [0, 4, 4, 8, 8, 9]
        done = history_queries.get_history(actor=actor, history_id=made.id)
        assert (done.state, done.taken, done.rows) == (HistoryState.DONE, 9, 9)
        found = in_inbox(source)[before:]
        assert [event.properties for event in found] == [f'{{"n":{n}}}' for n in range(9)]


def test_faults_are_told_by_row_and_the_others_come_in(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int]
) -> None:
    content = (
        b"event,user,time\nA,ada,2025-05-01T10:00:00Z\nB,,2025-05-01T10:00:00Z\nC,ada,yesterday\n"
        b"D,ada,1746093600,more\n\xff\xfe,ada,1746093600\n"
        b'"E\nin two lines",ada,1746093600000\nF,ada,0001-01-01\n'
    )
    made = upload(actor, source, content, now)
    preview = history_queries.preview_history(actor=actor, history_id=made.id, at=now)
    assert (preview.looked_at, preview.fine, len(preview.faults)) == (7, 2, 5)
    assert [column.example for column in preview.columns] == ["A", "ada", "2025-05-01T10:00:00Z"]
    done = take_all_in(actor, made, now, run_jobs)
    assert (done.taken, done.rejected) == (2, 5)
    assert [event.name for event in in_inbox(source)] == ["A", "E\nin two lines"]
    faults = history_queries.list_faults(actor=actor, history_id=made.id).items
    assert [fault.row for fault in faults] == [2, 3, 4, 5, 7]
    assert [fault.detail.split(":")[0] for fault in faults] == [
        "It names nobody",
        "Its timestamp 'yesterday' is not an ISO 8601 instant.",
        "The row has 4 cells and the file 3 columns.",
        "The row is not UTF-8.",
        "It says it happened at 0001-01-01",
    ]
    assert recorded(actor)[-1] == "event_source.history_finished"


@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, b'{"a":' * 5000, b"null", b"{", b'{"a":NaN}', b'{"a":"\\ud800"}', b"{" + b" " * 1_100_000 + b"}"],
)
def test_a_hostile_line_is_one_fault(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int], line: bytes
) -> None:
    content = lines(SEGMENT) + line + b"\n" + lines({**SEGMENT, "messageId": "m2"})
    done = take_all_in(actor, upload(actor, source, content, now), now, run_jobs)
    assert (done.taken, done.rejected, done.rows) == (2, 1, 3)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b"[{}]", "The file is one JSON list."),
        (b"PAR1 and then nothing", "The Parquet file cannot be read"),
        (gzip.compress(b"x" * 5000, mtime=0)[:-20], "It cannot be unpacked."),
        (b"PK\x03\x04 is no archive", "It cannot be unpacked."),
        (b"a,a\n1,2\n", "does not name the columns"),
        (b"event,user\n", "It holds no rows."),
        (gzip.compress(b"a,b\n" + b"1,2\n" * 400_000, mtime=0), "more than 1 MB when unpacked"),
    ],
)
def test_what_is_no_file_of_events_is_refused_and_leaves_nothing(
    actor: Actor, source: SourceInfo, now: datetime, settings: Any, content: bytes, message: str
) -> None:
    settings.USAGE_IMPORT_BYTES = 1_000_000
    with pytest.raises(InvalidInputError, match=message):
        upload(actor, source, content, now)
    assert not HistoryFile.objects.for_actor(actor).exists()
    assert not default_storage.exists("history") or default_storage.listdir("history")[1] == []


def test_columns_are_named_by_hand_and_wrong_names_change_nothing(
    actor: Actor, source: SourceInfo, now: datetime, run_jobs: Callable[[datetime], int]
) -> None:
    made = upload(actor, source, b"what,who,when,org,secret\nA,ada,2025-05-01,acorn,x\n", now)
    named = {"what": "event", "who": "user_id", "when": "time", "org": "group_id", "secret": ""}
    for wrong in ({"nothing": "event"}, {"what": "everything"}, {**named, "org": "user_id"}):
        with pytest.raises(InvalidInputError):
            history.change_history(actor=actor, history_id=made.id, columns=wrong)
    assert history_queries.get_history(actor=actor, history_id=made.id).reading == made.reading
    history.change_history(actor=actor, history_id=made.id, columns=named)
    assert take_all_in(actor, made, now, run_jobs).taken == 1
    [event] = in_inbox(source)
    assert (event.name, event.user_id, event.group_id, event.properties) == ("A", "ada", "acorn", "{}")
    with pytest.raises(ConflictError):
        history.change_history(actor=actor, history_id=made.id, columns=named)
    with pytest.raises(ConflictError):
        history.start_history(actor=actor, history_id=made.id, at=now)


def test_stopped_it_keeps_what_it_took_and_forgets_the_file(
    actor: Actor,
    source: SourceInfo,
    now: datetime,
    run_jobs: Callable[[datetime], int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "PIECE_ROWS", 2)
    monkeypatch.setattr(history, "PIECES_AT_ONCE", 1)
    made = upload(actor, source, table(*rows_of_a_table(9)), now)
    history.start_history(actor=actor, history_id=made.id, at=now)
    history.take_history_in(workspace_id=source.workspace_id, history_id=made.id, at=now)
    ended = history.cancel_history(actor=actor, history_id=made.id, at=now)
    assert (ended.state, ended.taken) == (HistoryState.CANCELLED, 2)
    run_jobs(now)
    assert len(in_inbox(source)) == 2
    assert not default_storage.exists(f"history/{made.id}")
    with pytest.raises(ConflictError):
        history.cancel_history(actor=actor, history_id=made.id, at=now)
    assert recorded(actor)[-1] == "event_source.history_cancelled"


def test_while_the_inbox_is_half_full_it_waits(actor: Actor, source: SourceInfo, now: datetime, settings: Any) -> None:
    first, second = (upload(actor, source, table(*rows_of_a_table(3)), now) for _ in range(2))
    for made in (first, second):
        history.start_history(actor=actor, history_id=made.id, at=now)
        history.take_history_in(workspace_id=source.workspace_id, history_id=made.id, at=now)
        settings.USAGE_INBOX_BYTES = 10
    assert len(in_inbox(source)) == 3
    assert Job.objects.filter(kind=history.IMPORT_HISTORY, run_at=now + history.PAUSE).count() == 1


def test_a_file_that_is_gone_ends_the_import_with_its_reason(actor: Actor, source: SourceInfo, now: datetime) -> None:
    made = upload(actor, source, table(*rows_of_a_table(3)), now)
    history.start_history(actor=actor, history_id=made.id, at=now)
    default_storage.delete(f"history/{made.id}")
    history.take_history_in(workspace_id=source.workspace_id, history_id=made.id, at=now)
    ended = history_queries.get_history(actor=actor, history_id=made.id)
    assert ended.state is HistoryState.FAILED
    assert ended.failure


def test_a_file_that_nobody_starts_is_deleted_after_a_week(actor: Actor, source: SourceInfo, now: datetime) -> None:
    made = upload(actor, source, table(*rows_of_a_table(3)), now)
    assert history.delete_old_files(at=now + timedelta(days=6)) == 0
    assert history.delete_old_files(at=now + timedelta(days=8)) == 1
    assert not default_storage.exists(f"history/{made.id}")


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SPECIALIST, Role.VIEWER])
def test_only_owners_and_admins_of_the_workspace_import(
    actor: Actor, source: SourceInfo, now: datetime, role: Role
) -> None:
    made = upload(actor, source, table(*rows_of_a_table(3)), now)
    colleague = make_actor(role, workspace=Workspace.objects.get(id=actor.workspace_id))
    for who, refusal in (
        (colleague, PermissionDeniedError),
        (make_actor(), NotFoundError),
    ):
        calls: list[Callable[[], object]] = [
            lambda who=who: upload(who, source, b"a,b\n1,2\n", now),
            lambda who=who: history.change_history(actor=who, history_id=made.id, group_type="x"),
            lambda who=who: history.start_history(actor=who, history_id=made.id, at=now),
            lambda who=who: history.cancel_history(actor=who, history_id=made.id, at=now),
            lambda who=who: history_queries.get_history(actor=who, history_id=made.id),
            lambda who=who: history_queries.list_history(actor=who, source_id=source.id),
            lambda who=who: history_queries.list_faults(actor=who, history_id=made.id),
            lambda who=who: history_queries.preview_history(actor=who, history_id=made.id, at=now),
        ]
        for call in calls:
            with pytest.raises(refusal):
                call()
    assert history_queries.get_history(actor=actor, history_id=made.id) == made
    assert not HistoryFault.objects.for_actor(actor).exists()
