"""What an import does with each entry of its file: adds it, changes what came before, or leaves it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from firstwin.calendars.contracts import EntryFate
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.file_entries import FileEntry


@dataclass(frozen=True, slots=True)
class Merged:
    """An entry and what happens to it."""

    entry: FileEntry
    fate: EntryFate
    note: str


def merged(entries: Iterable[FileEntry], by_uid: Mapping[str, DayFact], others: Iterable[DayFact]) -> list[Merged]:
    """An entry that came before is known by its UID and changed only where it says something else; one that somebody
    entered by hand already is left alone.
    """
    known = {_content(fact) for fact in others}
    found: list[Merged] = []
    for entry in entries:
        before = by_uid.get(entry.uid)
        if before is not None:
            is_same = (*_content(before), before.label) == (*_content(entry.fact), entry.fact.label)
            found.append(Merged(entry, EntryFate.SAME if is_same else EntryFate.CHANGE, entry.note))
        elif _content(entry.fact) in known:
            found.append(Merged(entry, EntryFate.SAME, "It stands in the calendar already."))
        else:
            found.append(Merged(entry, EntryFate.ADD, entry.note))
    return found


def _content(fact: DayFact) -> tuple[object, ...]:
    return (fact.kind, fact.first_on, fact.last_on, fact.hours, fact.repeats)
