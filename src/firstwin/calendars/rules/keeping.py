"""Exceptions as plain values, for what an import keeps until it is taken over or undone."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from firstwin.calendars.contracts import DayKind
from firstwin.calendars.rules import hours
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.file_entries import FileEntry


def kept_fact(fact: DayFact) -> dict[str, Any]:
    """An exception as plain values."""
    return {
        "kind": fact.kind.value,
        "first_on": fact.first_on.isoformat(),
        "last_on": fact.last_on.isoformat(),
        "hours": hours.stored(fact.hours),
        "repeats": fact.repeats,
        "label": fact.label,
    }


def fact_from(data: Mapping[str, Any]) -> DayFact:
    """An exception from plain values."""
    return DayFact(
        kind=DayKind(data["kind"]),
        first_on=date.fromisoformat(data["first_on"]),
        last_on=date.fromisoformat(data["last_on"]),
        hours=hours.loaded(data["hours"]),
        repeats=data["repeats"],
        label=data["label"],
    )


def kept_entry(entry: FileEntry) -> dict[str, Any]:
    """An entry of a file as plain values."""
    return {"line": entry.line, "uid": entry.uid, "note": entry.note, **kept_fact(entry.fact)}


def entry_from(data: Mapping[str, Any]) -> FileEntry:
    """An entry of a file from plain values."""
    return FileEntry(line=data["line"], uid=data["uid"], note=data["note"], fact=fact_from(data))
