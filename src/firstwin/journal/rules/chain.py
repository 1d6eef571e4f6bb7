"""The hash chain of a workspace: what is hashed, how a seal is made, and how an exported chain is verified.

The hash of an entry is the SHA-256, in hexadecimal, of the canonical bytes of its document. The document holds the hash of
the entry before it (64 zeros for the first), so that changing, removing, adding or moving any entry breaks the chain from
there on. An export is JSON lines: a header, every document with its `hash`, and a trailer that repeats count and last hash.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from firstwin.journal.contracts import EntryInfo, Verdict
from firstwin.journal.rules import canonical

FORMAT = "firstwin-journal"
FORMAT_VERSION = 1
BEGINNING = "0" * 64
_decode = msgspec.json.Decoder().decode


def document(entry: EntryInfo, *, data: str, sequence: int, previous: str) -> dict[str, Any]:
    """What is hashed of an entry: everything that is known of it, its place and the hash before it. `data` is canonical."""
    author = entry.author
    behalf = author.on_behalf_of_kind and {
        "id": canonical.plain(author.on_behalf_of_id, "on_behalf_of_id"),
        "kind": author.on_behalf_of_kind.value,
        "name": author.on_behalf_of_name,
    }
    return {
        "account_id": canonical.plain(entry.account_id, "account_id"),
        "at": canonical.instant_text(entry.at),
        "author": {
            "id": canonical.plain(author.id, "author_id"),
            "kind": author.kind.value,
            "name": author.name,
            "on_behalf_of": behalf,
        },
        "data": msgspec.Raw(data.encode()),
        "event": entry.event_name,
        "id": str(entry.id),
        "previous": previous,
        "project_id": canonical.plain(entry.project_id, "project_id"),
        "sequence": sequence,
        "subject": {"id": str(entry.subject_id), "type": entry.subject_type},
        "version": entry.event_version,
        "workspace_id": str(entry.workspace_id),
    }


def seal(content: Mapping[str, Any]) -> str:
    """The hash of a document."""
    return hashlib.sha256(canonical.encode(content)).hexdigest()


def export_line(content: Mapping[str, Any], *, hash: str) -> bytes:
    """A document with its hash, as one line of an export."""
    return canonical.encode({**content, "hash": hash}) + b"\n"


def header(*, workspace_id: str, workspace: str, entries: int, head: str, at: str) -> bytes:
    """The first line of an export: whose journal it is, how many entries follow and the hash of the last one."""
    return _frame("begin", workspace_id=workspace_id, workspace=workspace, entries=entries, head=head, exported_at=at)


def trailer(*, entries: int, head: str) -> bytes:
    """The last line of an export."""
    return _frame("end", entries=entries, head=head)


def _frame(part: str, **values: str | int) -> bytes:
    return canonical.encode({"format": FORMAT, "version": FORMAT_VERSION, "part": part, **values}) + b"\n"


@dataclass
class _Chain:
    """Where the verification stands."""

    workspace_id: str
    sequence: int = 0
    head: str = BEGINNING


def verify(lines: Iterable[bytes]) -> Verdict:
    """A journal is intact when every entry gives its hash and names the one before it, and none is missing at either end."""
    numbered = enumerate(lines, start=1)
    begin = _object(next(numbered, (1, b""))[1])
    if begin is None or begin.get("format") != FORMAT or begin.get("part") != "begin":
        return Verdict(
            entries=0, head=BEGINNING, line=1, reason="this is not an exported journal: its header is missing"
        )
    if begin.get("version") != FORMAT_VERSION:
        return Verdict(entries=0, head=BEGINNING, line=1, reason=f"unknown format version {begin.get('version')}")
    chain = _Chain(workspace_id=str(begin.get("workspace_id")))
    line = 1
    for line, text in numbered:
        value = _object(text)
        if value is not None and value.get("part") == "end":
            return _close(chain, begin, value, line, rest=next(numbered, None))
        if reason := _broken(chain, value):
            return Verdict(entries=chain.sequence, head=chain.head, line=line, reason=reason)
    return Verdict(
        entries=chain.sequence,
        head=chain.head,
        line=line + 1,
        reason=f"the file ends after {chain.sequence} of {begin.get('entries')} entries: it was cut off",
    )


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        value = _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    return value if isinstance(value, dict) else None


def _broken(chain: _Chain, value: dict[str, Any] | None) -> str:
    """Say why an entry does not continue the chain; otherwise advance and return nothing."""
    expected = chain.sequence + 1
    if value is None:
        return f"entry {expected} is not readable as JSON"
    found = value.pop("hash", None)
    sequence = value.get("sequence")
    name = f"entry {sequence} ({value.get('event')}, id {value.get('id')})"
    if sequence != expected:
        return f"entry {expected} is missing or out of place: {name} stands here"
    if value.get("workspace_id") != chain.workspace_id:
        return f"{name} belongs to another workspace"
    if value.get("previous") != chain.head:
        return f"{name} does not follow the entry before it: the entry before was replaced, or this one was moved"
    if seal(value) != found:
        return f"{name} was changed: its content does not give its hash"
    chain.sequence, chain.head = expected, str(found)
    return ""


def _close(
    chain: _Chain, begin: Mapping[str, Any], end: Mapping[str, Any], line: int, rest: tuple[int, bytes] | None
) -> Verdict:
    reason = ""
    for place, frame in (("header", begin), ("trailer", end)):
        if (frame.get("entries"), frame.get("head")) != (chain.sequence, chain.head):
            reason = (
                f"the {place} names {frame.get('entries')} entries ending in {frame.get('head')}, "
                f"but {chain.sequence} ending in {chain.head} are here: entries were removed or added at the end"
            )
            break
    if rest is not None and not reason:
        line, reason = rest[0], "something follows the trailer"
    return Verdict(entries=chain.sequence, head=chain.head, line=line if reason else None, reason=reason)
