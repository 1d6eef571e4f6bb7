"""Points in time as the many programs write them that export event logs."""

import re
from datetime import UTC, datetime, tzinfo

_EPOCH = re.compile(r"^\d{9,10}(\.\d+)?$|^\d{12,13}$")
_SHORT_OFFSET = re.compile(r"([+-]\d{2})(\d{2})?$")
_LONG_FRACTION = re.compile(r"(\.\d{6})\d+")
_ORDINARY = re.compile(
    r"^(\d{1,2})[./-](\d{1,2})[./-](\d{2,4})(?:[ ,T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp]\.?[Mm]\.?)?)?$"
)
_NAMED = (
    "%d %b %Y %H:%M:%S",
    "%d %b %Y %H:%M",
    "%d-%b-%Y %H:%M:%S",
    "%d-%b-%Y %H:%M",
    "%b %d, %Y %H:%M:%S",
    "%b %d, %Y %I:%M %p",
    "%d-%b-%y %H:%M:%S",
)


class UnreadableTimeError(ValueError):
    """A text is no point in time."""


class Timestamps:
    """Reads points in time; whether the day or the month comes first is settled by the first text that tells."""

    def __init__(self, zone: tzinfo = UTC, *, day_first: bool | None = None) -> None:
        self.zone = zone
        self.day_first = day_first
        self.has_guessed = False

    def seconds(self, text: str) -> float:
        """A point in time as seconds since 1970; a time without zone is local to the log."""
        text = text.strip()
        if not text:
            raise UnreadableTimeError("is empty")
        if _EPOCH.match(text):
            value = float(text)
            return value / 1000 if value > 1e11 else value
        moment = self._iso(text) or self._ordinary(text) or self._named(text)
        if moment is None:
            raise UnreadableTimeError(f"{text[:40]!r} is no date and time")
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=self.zone)
        return moment.timestamp()

    def _iso(self, text: str) -> datetime | None:
        if not text[:4].isdigit():
            return None
        plain = text.replace("/", "-", 2).replace(",", ".").removesuffix(" UTC").removesuffix(" GMT")
        plain = _LONG_FRACTION.sub(r"\1", plain)
        if ":" in plain:
            plain = _SHORT_OFFSET.sub(lambda found: f"{found[1]}:{found[2] or '00'}", plain.replace(" +", "+"))
        try:
            return datetime.fromisoformat(plain)
        except ValueError:
            return None

    def _ordinary(self, text: str) -> datetime | None:
        """14.3.2026 9:30, 3/14/2026 9:30 PM: a number above 12 tells the day; dots mean the day comes first."""
        found = _ORDINARY.match(text)
        if found is None:
            return None
        one, two, year = int(found[1]), int(found[2]), int(found[3])
        if one > 12 or two > 12:
            is_day_first = one > 12
            if self.day_first is None:
                self.day_first = is_day_first
        elif self.day_first is not None:
            is_day_first = self.day_first
        else:
            is_day_first = "." in text[:4] or "-" in text[:4]
            self.has_guessed = True
        day, month = (one, two) if is_day_first else (two, one)
        hour = int(found[4] or 0)
        if found[8]:
            hour = hour % 12 + (12 if found[8][0] in "pP" else 0)
        micro = int(((found[7] or "0") + "000000")[:6])
        try:
            return datetime(  # noqa: DTZ001 - the zone of the log is added by the caller
                year + 2000 if year < 100 else year, month, day, hour, int(found[5] or 0), int(found[6] or 0), micro
            )
        except ValueError:
            return None

    def _named(self, text: str) -> datetime | None:
        for pattern in _NAMED:
            try:
                return datetime.strptime(text, pattern)  # noqa: DTZ007 - the zone of the log is added by the caller
            except ValueError:
                continue
        return None
