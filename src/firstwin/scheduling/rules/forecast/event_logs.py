"""Event logs as files: CSV as any program writes it, and XES, the format of process miners. Neither is trusted.

CSV is read line by line; a row that cannot be used is named with its line and the remedy. XES is read as a stream; a
file with a document type is refused before anything in it could be expanded.
"""

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import tzinfo
from typing import BinaryIO, cast
from xml.parsers import expat
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from firstwin.scheduling.contracts.forecasting import EventLog, LogOptions, UnreadableLogError
from firstwin.scheduling.rules.forecast.timestamps import Timestamps, UnreadableTimeError
from firstwin.shared.errors import Problem

MOST_EVENTS = 5_000_000
LARGEST_TEXT = 2_000_000_000
_MOST_PROBLEMS = 20
_LONGEST_NAME = 300
_CHUNK = 1 << 18
_CASE = ("case:concept:name", "case id", "caseid", "case", "trace id", "case identifier", "incident id", "ticket id")
_ACTIVITY = ("concept:name", "activity", "activityid", "activity id", "activity name", "event", "event name", "task")
_TIME = (
    "time:timestamp", "complete timestamp", "completetimestamp", "timestamp", "completion time", "end timestamp", "time",
    "date", "datetime", "start timestamp",
)  # fmt: skip


class Collector:
    """Gathers events and problems, and makes a log of them."""

    def __init__(self, options: LogOptions) -> None:
        self.options = options
        self.times = Timestamps(zone_of(options.time_zone), day_first=options.day_first)
        self.cases: list[int] = []
        self.activities: list[int] = []
        self.at: list[float] = []
        self.case_numbers: dict[str, int] = {}
        self.activity_numbers: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.bad = 0

    def add(self, place: str, case: str, activity: str, moment: str) -> None:
        """Take an event, or note what is wrong with it."""
        case, activity = case.strip()[:_LONGEST_NAME], activity.strip()[:_LONGEST_NAME]
        if not case or not activity:
            self.refuse(place, f"The {'activity' if case else 'case'} is empty.", "Fill it in or leave the row out.")
            return
        try:
            at = self.times.seconds(moment)
        except (UnreadableTimeError, OverflowError, OSError) as error:
            self.refuse(place, f"The time {error}.", "Write it as 2026-03-14 09:30:00 or 2026-03-14T09:30:00+01:00.")
            return
        if len(self.at) >= MOST_EVENTS:
            raise UnreadableLogError(f"The log has more than {MOST_EVENTS:,} events.", remedy="Take a part of it.")
        self.cases.append(self.case_numbers.setdefault(case, len(self.case_numbers)))
        self.activities.append(self.activity_numbers.setdefault(activity, len(self.activity_numbers)))
        self.at.append(at)

    def refuse(self, place: str, message: str, remedy: str) -> None:
        """Note what cannot be used."""
        self.bad += 1
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(place, message, remedy))

    def log(self) -> EventLog:
        """The events; raises UnreadableLogError when there is none, or a row is bad and bad rows are not to be skipped."""
        if self.bad and not self.options.skips_bad_rows:
            raise UnreadableLogError(
                f"{self.bad} of {self.bad + len(self.at)} events cannot be used.",
                remedy="Mend them, or leave them out with --skip-bad-rows.",
                problems=tuple(self.problems),
            )
        if not self.at:
            raise UnreadableLogError(
                "There is no event in it.", remedy="Is it the right file?", problems=tuple(self.problems)
            )
        notes = ["Days and months could be meant either way round; say --day-first or --month-first."]
        return EventLog(
            cases=self.cases,
            activities=self.activities,
            at=self.at,
            case_names=tuple(self.case_numbers),
            activity_names=tuple(self.activity_numbers),
            problems=tuple(notes if self.times.has_guessed and self.times.day_first is None else []),
            skipped=self.bad,
        )


def zone_of(name: str) -> tzinfo:
    """The time zone of times that name none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnreadableLogError(f"{name!r} is no time zone.", remedy="Write one such as Europe/Berlin.") from error


def read_log(file: BinaryIO, name: str, options: LogOptions) -> EventLog:
    """An event log from a file, packed with gzip or not; what is in it tells CSV from XES, not only its name."""
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    stream = cast("BinaryIO", gzip.GzipFile(fileobj=file)) if packed else file
    try:
        head = stream.read(512)
        stream.seek(0)
        is_xml = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") or b"<\x00" in head[:8]
        if not head:
            raise UnreadableLogError(f"{name} is empty.", remedy="Export the log again.")
        return read_xes(stream, options) if is_xml else read_csv(stream, options)
    except (EOFError, gzip.BadGzipFile, OSError) as error:
        raise UnreadableLogError(f"{name} cannot be unpacked: {error}.", remedy="Export the log again.") from error


# CSV ----------------------------------------------------------------------------------------------------------------


def read_csv(stream: BinaryIO, options: LogOptions) -> EventLog:
    """An event log with a line of column names; columns are found by the given names or by their usual ones."""
    collector = Collector(options)
    text = io.TextIOWrapper(stream, encoding=_encoding(stream), newline="", errors="strict")
    try:
        _read_rows(_bounded(text), collector, options)
    except UnicodeDecodeError as error:
        raise UnreadableLogError(
            f"The characters cannot be read (byte {error.start} of a part).", remedy="Save the log as CSV (UTF-8)."
        ) from error
    except csv.Error as error:
        raise UnreadableLogError(
            f"The quotation marks do not fit, or a cell is huge ({error}).", remedy="Export the log again as CSV."
        ) from error
    finally:
        text.detach()
    return collector.log()


def _encoding(stream: BinaryIO) -> str:
    head = stream.read(1 << 20)
    stream.seek(0)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        head[: len(head) - 3].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "utf-8-sig" if error.start > len(head) - 8 else "cp1252"
    return "utf-8-sig"


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    read = 0
    for line in lines:
        read += len(line)
        if read > LARGEST_TEXT:
            raise UnreadableLogError("The log is larger than 2 GB when unpacked.", remedy="Take a part of it.")
        if "\x00" in line:
            raise UnreadableLogError(
                "There are null characters in it: it is no text.", remedy="Save it as CSV (UTF-8)."
            )
        yield line


def _read_rows(lines: Iterator[str], collector: Collector, options: LogOptions) -> None:
    first = next(lines, "")
    delimiter = options.delimiter or max(",;\t|", key=first.count)
    headers = [cell.strip() for cell in next(csv.reader([first], delimiter=delimiter), [])]
    places = [
        _column(headers, options.case, _CASE, "case", "--case"),
        _column(headers, options.activity, _ACTIVITY, "activity", "--activity"),
        _column(headers, options.timestamp, _TIME, "timestamp", "--timestamp"),
    ]
    reader = csv.reader(lines, delimiter=delimiter)
    for row in reader:
        if not any(row):
            continue
        line = reader.line_num + 1
        if len(row) <= max(places):
            collector.refuse(
                f"line {line}",
                f"It has {len(row)} cells, {len(headers)} are named.",
                "Put texts that hold the separator into quotation marks.",
            )
            continue
        collector.add(f"line {line}", row[places[0]], row[places[1]], row[places[2]])


def _column(headers: Sequence[str], given: str, usual: Sequence[str], what: str, option: str) -> int:
    lowered = [header.lower() for header in headers]
    if given:
        if given.lower() in lowered:
            return lowered.index(given.lower())
        raise UnreadableLogError(
            f"There is no column {given!r}.", remedy=f"The columns are: {', '.join(headers[:30]) or 'none'}."
        )
    for name in usual:
        found = next((place for place, header in enumerate(lowered) if header.replace("_", " ") == name), None)
        if found is not None:
            return found
    raise UnreadableLogError(
        f"No column is known to hold the {what}.",
        remedy=f"Name it with {option}. The columns are: {', '.join(headers[:30]) or 'none'}.",
    )


# XES ----------------------------------------------------------------------------------------------------------------


def read_xes(stream: BinaryIO, options: LogOptions) -> EventLog:
    """An event log in XES (IEEE 1849), as a stream; an activity that only starts or pauses is a step of its own.."""
    reader = _XesReader(Collector(options), options)
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.EntityDeclHandler = _refuse_doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    reader.line = lambda: parser.CurrentLineNumber
    size = 0
    try:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST_TEXT:
                raise UnreadableLogError("The log is larger than 2 GB when unpacked.", remedy="Take a part of it.")
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise UnreadableLogError(
            f"Line {error.lineno}: this is no well-formed XML ({expat.ErrorString(error.code)}).",
            remedy="Export the log again.",
        ) from error
    return reader.collector.log()


def _refuse_doctype(*_: object) -> None:
    raise UnreadableLogError(
        "The file declares a document type or entities, which no XES log needs.", remedy="Take the declaration out."
    )


class _XesReader:
    """Takes the name of each trace and name and time of each event; other attributes, nested ones too, are passed by."""

    def __init__(self, collector: Collector, options: LogOptions) -> None:
        self.collector = collector
        self.keys = (options.case or "concept:name", options.activity or "concept:name")
        self.time_key = options.timestamp or "time:timestamp"
        self.depth = 0
        self.trace_depth = self.event_depth = 0
        self.trace = self.activity = self.moment = self.transition = ""
        self.traces = 0
        self.held: list[tuple[str, str, str]] = []
        self.line: Callable[[], int] = int

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        self.depth += 1
        if self.depth > 60:
            raise UnreadableLogError("The elements are nested too deeply.", remedy="Export the log again.")
        tag = tag.rpartition(":")[2]
        if tag == "trace":
            self.trace_depth, self.trace, self.held = self.depth, "", []
            self.traces += 1
        elif tag == "event" and self.trace_depth:
            self.event_depth = self.depth
            self.activity = self.moment = self.transition = ""
        elif self.event_depth and self.depth == self.event_depth + 1:
            self._event_attribute(attributes)
        elif self._is_name_of_trace(attributes):
            self.trace = attributes.get("value", "")

    def _is_name_of_trace(self, attributes: dict[str, str]) -> bool:
        is_inside = self.trace_depth > 0 and not self.event_depth and self.depth == self.trace_depth + 1
        return is_inside and attributes.get("key") == self.keys[0]

    def _event_attribute(self, attributes: dict[str, str]) -> None:
        key, value = attributes.get("key"), attributes.get("value", "")
        if key == self.keys[1]:
            self.activity = value
        elif key == self.time_key:
            self.moment = value
        elif key == "lifecycle:transition":
            self.transition = value.lower()

    def end(self, tag: str) -> None:
        """An element ends."""
        tag = tag.rpartition(":")[2]
        if tag == "event" and self.event_depth == self.depth:
            name = self.activity
            if self.transition and self.transition != "complete":
                name = f"{name} ({self.transition})"
            self.held.append((f"line {self.line()}", name, self.moment))
            self.event_depth = 0
        elif tag == "trace" and self.trace_depth == self.depth:
            # Names may repeat among traces, and the name may stand after the events: the number keeps cases apart.
            for place, activity, moment in self.held:
                self.collector.add(place, f"{self.traces} {self.trace}", activity, moment)
            self.trace_depth, self.held = 0, []
        self.depth -= 1
