"""Canonical form, the chain, and rebuilding events."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstwin.journal.contracts import Author, AuthorKind, EntryInfo, Event, EventFormatError, event
from firstwin.journal.rules import canonical, chain, rebuilding
from tests.journal.conftest import WORKSPACE, ProbeMoved

json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
probes = st.builds(
    ProbeMoved,
    probe_id=st.uuids(),
    account_id=st.none() | st.uuids(),
    moved_at=st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    moved_on=st.none() | st.dates(),
    price=st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9),
    changes=st.lists(st.tuples(st.text(), st.integers(-(2**53), 2**53)), max_size=3).map(tuple),
    mentions=st.lists(st.uuids(), max_size=3).map(tuple),
    ratio=st.floats(allow_nan=False, allow_infinity=False),
    is_quick=st.booleans(),
)


@given(value=st.dictionaries(st.text(max_size=8), json_values, max_size=5))
def test_the_canonical_form_reads_back_and_is_the_same_again(value: dict[str, Any]) -> None:
    first = canonical.encode(value)
    assert canonical.encode(msgspec.json.decode(first)) == first
    assert canonical.encode(dict(reversed(value.items()))) == first


def test_the_canonical_form_is_what_the_page_says() -> None:
    value = {
        "b": [1, 1.5, 1e16, True, None],
        "a": "Höhe\n",
        "at": canonical.plain(datetime(2026, 1, 31, 10, 30, tzinfo=timezone(timedelta(hours=1))), ""),
        "at2": canonical.plain(datetime(2026, 1, 31, 9, 30, 0, 50, tzinfo=UTC), ""),
        "on": canonical.plain(date(2026, 1, 31), ""),
        "price": canonical.plain(Decimal("12.50"), ""),
        "id": canonical.plain(UUID(int=1), ""),
        "kind": canonical.plain(AuthorKind.MEMBER, ""),
    }
    assert canonical.encode(value).decode() == (
        '{"a":"Höhe\\n","at":"2026-01-31T09:30:00Z","at2":"2026-01-31T09:30:00.000050Z","b":[1,1.5,1e16,true,null],'
        '"id":"00000000-0000-0000-0000-000000000001","kind":"member","on":"2026-01-31","price":"12.50"}'
    )


@given(probe=probes)
def test_an_event_is_rebuilt_as_it_was(probe: ProbeMoved) -> None:
    written = canonical.encode(canonical.event_fields(probe)).decode()
    assert rebuilding.rebuild(ProbeMoved.name, 1, written) == probe


@event
@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeRenamed(Event):
    """In version 1 `title` was called `label`, and there was no `reason`."""

    name: ClassVar[str] = "probe.renamed"
    subject_type: ClassVar[str] = "probe"
    version: ClassVar[int] = 2
    title: str
    reason: str = "unknown"

    @classmethod
    def upgrade(cls, data: dict[str, Any], version: int) -> dict[str, Any]:
        if version == 1:
            data["title"] = data.pop("label")
        return data


def test_older_versions_are_upgraded_and_others_refused_clearly() -> None:
    assert rebuilding.rebuild("probe.renamed", 1, '{"label":"A"}') == ProbeRenamed(title="A")
    with pytest.raises(EventFormatError, match="written in version 3, this program knows version 2"):
        rebuilding.rebuild("probe.renamed", 3, "{}")
    with pytest.raises(EventFormatError, match=r"knows the event probe\.unheard"):
        rebuilding.rebuild("probe.unheard", 1, "{}")
    with pytest.raises(EventFormatError, match="missing required field `title`"):
        rebuilding.rebuild("probe.renamed", 2, "{}")


def exported(count: int) -> list[bytes]:
    """An export of a chain of `count` entries."""
    author = Author(kind=AuthorKind.MEMBER, id=UUID(int=5), name="Ada Quay", on_behalf_of_kind=AuthorKind.CONTACT)
    previous, lines = chain.BEGINNING, []
    for sequence in range(1, count + 1):
        entry = EntryInfo(
            id=UUID(int=sequence),
            workspace_id=WORKSPACE,
            at=datetime(2026, 3, 2, 9, 0, sequence % 60, tzinfo=UTC),
            author=author,
            event_name="probe.moved",
            event_version=1,
            subject_type="probe",
            subject_id=UUID(int=1),
            account_id=None,
            project_id=None,
            data={},
            sequence=None,
            hash=None,
        )
        content = chain.document(entry, data='{"n":1.0}', sequence=sequence, previous=previous)
        previous = chain.seal(content)
        lines.append(chain.export_line(content, hash=previous))
    frame = {"workspace_id": str(WORKSPACE), "workspace": "harbour", "at": "2026-03-02T09:00:00Z"}
    return [chain.header(entries=count, head=previous, **frame), *lines, chain.trailer(entries=count, head=previous)]


def test_an_untouched_export_is_intact() -> None:
    for count in (0, 1, 20):
        verdict = chain.verify(exported(count))
        assert (verdict.is_intact, verdict.entries, verdict.line) == (True, count, None)


def change(lines: list[bytes]) -> None:
    lines[4] = lines[4].replace(b"Ada Quay", b"Bob Quay")


def change_and_hash_anew(lines: list[bytes]) -> None:
    value = json.loads(lines[4])
    del value["hash"]
    value["author"]["name"] = "Bob Quay"
    lines[4] = chain.export_line(value, hash=chain.seal(value))


def swap(lines: list[bytes]) -> None:
    lines[4], lines[5] = lines[5], lines[4]


def add(lines: list[bytes]) -> None:
    lines.insert(4, lines[3])


def garble(lines: list[bytes]) -> None:
    lines[4] = lines[4][:50] + b"\n"


def remove(lines: list[bytes]) -> None:
    del lines[4]


def cut(lines: list[bytes]) -> None:
    del lines[8:]


def remove_last(lines: list[bytes]) -> None:
    del lines[-2]


def append(lines: list[bytes]) -> None:
    lines.append(lines[1])


def behead(lines: list[bytes]) -> None:
    del lines[0]


@pytest.mark.parametrize(
    ("tamper", "line", "reason"),
    [
        (change, 5, "entry 4 (probe.moved, id 00000000-0000-0000-0000-000000000004) was changed"),
        (change_and_hash_anew, 6, "entry 5 (probe.moved, id 00000000-0000-0000-0000-000000000005) does not follow"),
        (swap, 5, "entry 4 is missing or out of place: entry 5"),
        (add, 5, "entry 4 is missing or out of place: entry 3"),
        (garble, 5, "entry 4 is not readable as JSON"),
        (remove, 5, "entry 4 is missing or out of place: entry 5"),
        (cut, 9, "the file ends after 7 of 10 entries: it was cut off"),
        (remove_last, 11, "the header names 10 entries"),
        (append, 13, "something follows the trailer"),
        (behead, 1, "its header is missing"),
    ],
)
def test_the_first_broken_entry_is_named(tamper: Callable[[list[bytes]], None], line: int, reason: str) -> None:
    lines = exported(10)
    tamper(lines)
    verdict = chain.verify(lines)
    assert not verdict.is_intact
    assert verdict.line == line
    assert reason in verdict.reason


def test_another_file_is_no_journal() -> None:
    for lines in ([], [b""], [b"PK\x03\x04\xff"], [b"[1]\n"]):
        assert "not an exported journal" in chain.verify(lines).reason
