"""What `firstwin doctor` found: one line each, with a remedy where something is wrong."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How bad it is; only `wrong` makes the doctor's exit code 1."""

    FINE = "fine"
    NOTE = "note"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    subject: str
    verdict: Verdict
    text: str
    remedy: str = ""


def fine(subject: str, text: str) -> Finding:
    """Report something that is as it should be."""
    return Finding(subject=subject, verdict=Verdict.FINE, text=text)


def note(subject: str, text: str, remedy: str = "") -> Finding:
    """Report something that works, but that one should know."""
    return Finding(subject=subject, verdict=Verdict.NOTE, text=text, remedy=remedy)


def wrong(subject: str, text: str, remedy: str) -> Finding:
    """Report something that is wrong and how to mend it."""
    return Finding(subject=subject, verdict=Verdict.WRONG, text=text, remedy=remedy)
