"""Days from a CSV file: one exception a row, with the first day and whatever else is known."""

import csv
import hashlib
import io
import re
from collections.abc import Mapping
from datetime import date, time

from firstwin.calendars.contracts import MOST_DAYS, DayKind, Repeat
from firstwin.calendars.rules import days, hours, repeats
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.file_entries import FileContent, FileEntry

COLUMNS = {
    "from": {"from", "first day", "first_on", "start", "start date", "date", "day"},
    "to": {"to", "until", "last day", "last_on", "end", "end date"},
    "kind": {"kind", "type"},
    "label": {"label", "reason", "title", "name", "description", "summary"},
    "hours": {"hours", "times", "time"},
    "repeats": {"repeats", "repeat"},
}
_KINDS = {
    "leave": DayKind.LEAVE,
    "vacation": DayKind.LEAVE,
    "holiday": DayKind.DAY_OFF,
    "day off": DayKind.DAY_OFF,
    "day_off": DayKind.DAY_OFF,
    "closed": DayKind.DAY_OFF,
    "working day": DayKind.WORKING_DAY,
    "working_day": DayKind.WORKING_DAY,
    "part day": DayKind.PART_DAY,
    "part_day": DayKind.PART_DAY,
}
_REPEATS = {
    "": Repeat.NEVER,
    "never": Repeat.NEVER,
    "every week": Repeat.WEEKLY,
    "weekly": Repeat.WEEKLY,
    "every two weeks": Repeat.FORTNIGHTLY,
    "every month": Repeat.MONTHLY,
    "monthly": Repeat.MONTHLY,
    "every year": Repeat.YEARLY,
    "yearly": Repeat.YEARLY,
}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_HOURS = re.compile(r"\s*(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})\s*")


def read(text: str, *, ordinary: DayKind) -> FileContent:
    """What a CSV file says; rows without a kind are of the ordinary one."""
    content = FileContent()
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text), strict=True))
    except csv.Error as error:
        content.fault(1, f"This is not a CSV file: {error}.", "Save it as CSV again.")
        return content
    if not rows:
        content.fault(1, "The file is empty.", "Put a heading and one row per day into it.")
        return content
    places = _places(rows[0])
    if "from" not in places:
        content.fault(1, "No column is called “from” or “date”.", "Name the column that holds the first day “from”.")
        return content
    seen: dict[str, int] = {}
    for line, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            _add(
                content,
                line,
                {name: row[at].strip() if at < len(row) else "" for name, at in places.items()},
                ordinary,
                seen,
            )
        if len(content.entries) > MOST_DAYS:
            content.fault(line, f"More than {MOST_DAYS} rows.", "Split the file, or leave old days out.")
            break
    if not content.entries and not content.problems:
        content.fault(1, "The file has a heading and no row.", "Add one row per day.")
    return content


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=head.count)


def _places(heading: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(heading):
        word = cell.strip().lower()
        for name, words in COLUMNS.items():
            if word in words:
                found.setdefault(name, at)
    return found


def _add(content: FileContent, line: int, row: Mapping[str, str], ordinary: DayKind, seen: dict[str, int]) -> None:
    try:
        fact = _fact(row, ordinary)
    except _RowError as error:
        content.fault(line, error.message, error.remedy)
        return
    problems = days.problems_of(fact)
    for problem in problems:
        content.fault(line, problem.message, problem.remedy)
    if problems:
        return
    key = f"{fact.kind.value} {fact.first_on} {fact.last_on} {hours.stored(fact.hours)} {fact.repeats}"
    if key in seen:
        content.fault(line, f"This row says the same as line {seen[key]}.", "Take one of the two out.")
        return
    seen[key] = line
    uid = f"csv:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    content.entries.append(FileEntry(line=line, uid=uid, fact=fact))


class _RowError(ValueError):
    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


def _fact(row: Mapping[str, str], ordinary: DayKind) -> DayFact:
    kind_word = row.get("kind", "").lower()
    if kind_word and kind_word not in _KINDS:
        raise _RowError(f"“{row['kind'][:40]}” is no kind of day.", "Write leave, day off, working day or part day.")
    open_hours = tuple(_block(part) for part in row.get("hours", "").replace(";", ",").split(",") if part.strip())
    kind = _KINDS.get(kind_word, ordinary)
    if open_hours and kind is not DayKind.WORKING_DAY:
        # Leave from nine to twelve is no whole day: what the file says of hours is never dropped.
        kind = DayKind.PART_DAY
    first = _date(row["from"])
    repeat_word = row.get("repeats", "").lower()
    if repeat_word not in _REPEATS:
        raise _RowError(
            f"“{row['repeats'][:40]}” is no repetition.",
            "Write every week, every two weeks, every month or every year.",
        )
    return DayFact(
        kind=kind,
        first_on=first,
        last_on=_date(row["to"]) if row.get("to") else first,
        hours=open_hours,
        repeats=repeats.rule_of(_REPEATS[repeat_word], None),
        label=" ".join(row.get("label", "").split()),
    )


def _date(text: str) -> date:
    iso, dotted = _ISO.fullmatch(text), _DOTTED.fullmatch(text)
    try:
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    except ValueError:
        raise _RowError(f"There is no day {text[:40]}.", "Correct the date.") from None
    said = f"“{text[:40]}” is not a date that can be read without doubt." if text else "The first day is missing."
    raise _RowError(said, "Write dates as 2026-08-03 or 3.8.2026.")


def _block(text: str) -> tuple[time, time]:
    match = _HOURS.fullmatch(text)
    try:
        if match:
            return hours.parse_clock(match[1]), hours.parse_clock(match[2])
    except ValueError:
        pass
    raise _RowError(f"“{text[:40]}” are no hours.", "Write hours as 9:00-12:00.")
