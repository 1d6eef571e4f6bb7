"""What a calendar file says, once it was read: entries that can be taken over, entries that need not, and faults."""

from dataclasses import dataclass, field

from firstwin.calendars.contracts import ImportProblem
from firstwin.calendars.rules.days import DayFact

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class FileEntry:
    """An entry of a file; `uid` knows it again when the file comes a second time."""

    line: int
    uid: str
    fact: DayFact
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkippedEntry:
    """An entry that says nothing about working time, and why."""

    line: int
    title: str
    note: str


@dataclass(slots=True)
class FileContent:
    """Everything that a file says. A file with problems is not taken over."""

    entries: list[FileEntry] = field(default_factory=list)
    skipped: list[SkippedEntry] = field(default_factory=list)
    problems: list[ImportProblem] = field(default_factory=list)

    def fault(self, line: int, message: str, remedy: str) -> None:
        """Note a fault; beyond the first hundred only the last one that says so."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(ImportProblem(line=line, message=message, remedy=remedy))
