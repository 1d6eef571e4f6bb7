"""What people enter about working time, as the operations take it."""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms

from firstwin.calendars.contracts import (
    CalendarInfo,
    Capacity,
    DayInfo,
    DayKind,
    HolderKind,
    NewDay,
    Region,
    Repeat,
    Week,
)
from firstwin.desk.http.accounts.forms import ZONES
from firstwin.scheduling.contracts import OpenHours

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_KINDS = {
    DayKind.LEAVE: "Leave",
    DayKind.DAY_OFF: "Day off",
    DayKind.PART_DAY: "Away for some hours",
    DayKind.WORKING_DAY: "Extra working day",
}
_REPEATS = (
    (Repeat.NEVER.value, "Once"),
    (Repeat.WEEKLY.value, "Every week"),
    (Repeat.FORTNIGHTLY.value, "Every two weeks"),
    (Repeat.MONTHLY.value, "Every month"),
    (Repeat.YEARLY.value, "Every year"),
)
_DATE = {"type": "date"}
_CHOICE = {"data-match-target": "choice"}
_TIME = {
    "type": "time",
    "data-match-target": "field",
    "data-of": "kind",
    "data-for": f"{DayKind.PART_DAY.value} {DayKind.WORKING_DAY.value}",
}
_REPEATED = _DATE | {
    "data-match-target": "field",
    "data-of": "repeat",
    "data-for": " ".join(repeat.value for repeat in Repeat if repeat is not Repeat.NEVER),
}
"""Whole days have no hours, and what happens once has no last time: such fields are shown only where they count."""


def hours_text(hours: OpenHours) -> str:
    """Return hours of a day as they are typed."""
    return ", ".join(f"{start:%H:%M}-{_end(end)}" for start, end in hours)


def _end(clock: time) -> str:
    return "24:00" if clock == time(0) else f"{clock:%H:%M}"


class HoursField(forms.CharField):
    """The hours of one day, typed as 9:00-12:00, 13:00-17:00; empty is a closed day."""

    is_nothing_an_answer = True

    def clean(self, value: Any) -> OpenHours:
        """Return the hours; raises ValidationError with an example."""
        blocks = [part.strip() for part in super().clean(value).replace("–", "-").replace(";", ",").split(",")]
        try:
            return tuple(self._block(block) for block in blocks if block)
        except ValueError:
            raise forms.ValidationError("Write hours as 9:00-12:00, 13:00-17:00, or leave the day empty.") from None

    @staticmethod
    def _block(text: str) -> tuple[time, time]:
        start, dash, end = text.partition("-")
        if not dash:
            raise ValueError(text)
        return _clock(start), _clock(end)


def _clock(text: str) -> time:
    hour, _, minute = text.strip().partition(":")
    number = int(hour), int(minute or 0)
    return time(0) if number == (24, 0) else time(*number)


class HoursForm(forms.Form):
    """Hours of the week, where, and whose holidays."""

    inherits = forms.BooleanField(required=False)
    time_zone = forms.ChoiceField()
    country = forms.ChoiceField(label="Public holidays of", required=False)
    subdivision = forms.ChoiceField(label="Region", required=False)

    def __init__(
        self, data: Any, *, calendar: CalendarInfo, countries: Sequence[Region], regions: Sequence[Region]
    ) -> None:
        is_person = calendar.holder.kind in (HolderKind.MEMBER, HolderKind.CONTACT)
        initial = {
            "inherits": bool(calendar.week_from),
            "time_zone": "" if calendar.time_zone_from else calendar.time_zone,
            "country": "inherit" if calendar.country_from else calendar.country,
            "subdivision": calendar.subdivision,
            **{f"day_{index}": hours_text(hours) for index, hours in enumerate(calendar.week)},
        }
        super().__init__(data, initial=initial)
        above = calendar.country_from or calendar.week_from or "above"
        zone, country, part = self.fields["time_zone"], self.fields["country"], self.fields["subdivision"]
        zones = (("UTC", "UTC"), *ZONES)
        zone.choices = (("", f"As {calendar.time_zone_from or 'inherited'}"), *zones) if is_person else zones  # type: ignore[attr-defined]
        zone.required = not is_person
        known = [("", "None"), *((one.code, one.name) for one in countries)]
        if is_person:
            known.insert(0, ("inherit", f"As {above}"))
        country.choices = known  # type: ignore[attr-defined]
        part.choices = [("", "The whole country"), *((one.code, one.name) for one in regions)]  # type: ignore[attr-defined]
        part.help_text = "Save another country first to choose one of its regions."
        for index, name in enumerate(DAY_NAMES):
            self.fields[f"day_{index}"] = HoursField(label=name, required=False)
        if calendar.holder.kind is HolderKind.WORKSPACE:
            del self.fields["inherits"]
        else:
            whose = calendar.week_from or "inherited"
            self.fields["inherits"].label = (
                f"Keep the usual hours ({whose})" if calendar.week_from else "Use the usual hours again"
            )
        self.order_fields(["inherits", *(f"day_{index}" for index in range(7)), "time_zone", "country", "subdivision"])
        self._calendar = calendar

    def changes(self) -> dict[str, Any]:
        """Return what is different from before, as `set_hours` takes it."""
        data, calendar = self.cleaned_data, self._calendar
        week: Week = tuple(data[f"day_{index}"] for index in range(7))
        found: dict[str, Any] = {}
        if data.get("inherits") and week == calendar.week:
            if not calendar.week_from:
                found["week"] = None
        elif week != calendar.week or data.get("inherits"):
            found["week"] = week
        country = None if data["country"] == "inherit" else data["country"]
        if country != (None if calendar.country_from else calendar.country):
            found |= {"country": country, "subdivision": ""}
        elif data["subdivision"] != calendar.subdivision:
            found["subdivision"] = data["subdivision"]
        if data["time_zone"] != ("" if calendar.time_zone_from else calendar.time_zone):
            found["time_zone"] = data["time_zone"]
        return found


class DayForm(forms.Form):
    """An exception: what, from when to when, how often, and why."""

    kind = forms.ChoiceField(label="What is it", widget=forms.Select(attrs=_CHOICE))
    first_on = forms.DateField(label="First day", widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"))
    last_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs=_DATE, format="%Y-%m-%d"),
        help_text="Empty for one day.",
    )
    starts = forms.TimeField(
        label="From",
        required=False,
        widget=forms.TimeInput(attrs=_TIME, format="%H:%M"),
    )
    ends = forms.TimeField(label="Until", required=False, widget=forms.TimeInput(attrs=_TIME, format="%H:%M"))
    repeat = forms.ChoiceField(label="How often", choices=_REPEATS, required=False, widget=forms.Select(attrs=_CHOICE))
    repeat_until = forms.DateField(
        label="Until when it repeats", required=False, widget=forms.DateInput(attrs=_REPEATED, format="%Y-%m-%d")
    )
    label = forms.CharField(label="Reason", required=False, max_length=120)

    def __init__(self, data: Any, *, is_person: bool, on: date | None = None, day: DayInfo | None = None) -> None:
        first = DayKind.LEAVE if is_person else DayKind.DAY_OFF
        initial: dict[str, Any] = {"kind": first.value, "first_on": on, "repeat": Repeat.NEVER.value}
        if day is not None:
            initial = {
                "kind": day.kind.value,
                "first_on": day.first_on,
                "last_on": day.last_on if day.last_on != day.first_on else None,
                "starts": day.hours[0][0] if day.hours else None,
                "ends": day.hours[-1][1] if day.hours else None,
                "repeat": day.repeat.value,
                "repeat_until": day.repeat_until,
                "label": day.label,
            }
        super().__init__(data, initial=initial)
        kinds = (
            dict(_KINDS) if is_person else {kind: word for kind, word in _KINDS.items() if kind is not DayKind.LEAVE}
        )
        self.fields["kind"].choices = [(kind.value, word) for kind, word in kinds.items()]  # type: ignore[attr-defined]
        if is_person:
            self.fields["label"].help_text = "Only the person and those who look after the calendar see it."

    def clean(self) -> dict[str, Any]:
        """Both times or none."""
        data = super().clean() or {}
        if (data.get("starts") is None) != (data.get("ends") is None):
            self.add_error("ends", "Give both times, or none.")
        return data

    def new(self) -> NewDay:
        """Return what was entered, once it is valid."""
        data = self.cleaned_data
        times = ((data["starts"], data["ends"]),) if data["starts"] is not None else ()
        return NewDay(
            kind=DayKind(data["kind"]),
            first_on=data["first_on"],
            last_on=data["last_on"],
            label=data["label"],
            hours=times,
            repeat=Repeat(data["repeat"] or Repeat.NEVER.value),
            repeat_until=data["repeat_until"],
        )


class CapacityForm(forms.Form):
    """Hours for customers a week, and what somebody knows well."""

    weekly_hours = forms.DecimalField(
        label="Hours a week for customers",
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(80),
        decimal_places=2,
        help_text="Empty: all working hours of the calendar.",
    )
    skills = forms.CharField(
        required=False,
        help_text="With commas between, such as SSO, Data import.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any, *, capacity: Capacity, known_skills: Sequence[str]) -> None:
        own = capacity.weekly_hours if capacity.has_own_hours else None
        super().__init__(data, initial={"weekly_hours": own, "skills": ", ".join(capacity.skills)})
        if known_skills:
            self.fields["skills"].help_text = f"With commas between. Others here know: {', '.join(known_skills)}."

    def skill_list(self) -> list[str]:
        """Return the skills one by one."""
        return [part for part in self.cleaned_data["skills"].replace("\n", ",").split(",") if part.strip()]
