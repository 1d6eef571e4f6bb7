"""Rules of calendars: hours, exceptions in words, regions, and files of days."""

from collections import Counter
from datetime import date, time

import pytest

from firstwin.calendars.contracts import DayKind, HolderKind, NewDay, Repeat
from firstwin.calendars.rules import csv_files, days, hours, ics_files, regions, repeats
from firstwin.calendars.rules.days import DayFact
from firstwin.calendars.rules.file_entries import FileContent
from firstwin.shared.errors import InvalidInputError

TODAY = date(2026, 3, 1)
NINE_TO_FIVE = ((time(9), time(17)),)


def test_hours_are_stored_and_said() -> None:
    day = ((time(9), time(12)), (time(13), time(0)))
    assert hours.loaded(hours.stored(day)) == day
    assert hours.stored(day) == [["09:00", "12:00"], ["13:00", "24:00"]]
    assert hours.hours_words(day) == "9:00–12:00, 13:00–24:00"
    assert hours.minutes_of(day) == 14 * 60
    week = (day, NINE_TO_FIVE, NINE_TO_FIVE, NINE_TO_FIVE, (), (), ())
    assert hours.week_words(week) == "Monday 9:00–12:00, 13:00–24:00; Tuesday to Thursday 9:00–17:00"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (((time(17), time(9)),), "ends before it begins"),
        (((time(9), time(12)), (time(11), time(17))), "overlap"),
        (((time(9), time(9)),), "ends before it begins"),
    ],
)
def test_hours_that_cannot_be(day: hours.OpenHours, said: str) -> None:
    (problem,) = hours.hours_problems(day, "Monday")
    assert said in problem.message


def test_a_week_without_any_hour_is_refused() -> None:
    (problem,) = hours.week_problems(((),) * 7)
    assert "no working hour" in problem.message


@pytest.mark.parametrize("text", ["9", "25:00", "9:0", "x:00", "٩:00", "9:60"])
def test_what_is_no_time_of_day(text: str) -> None:
    with pytest.raises(ValueError):
        hours.parse_clock(text)


@pytest.mark.parametrize(
    ("new", "said"),
    [
        (
            NewDay(kind=DayKind.LEAVE, first_on=date(2026, 8, 3), last_on=date(2026, 8, 14), label="Sea"),
            "Leave 3–14 August: Sea",
        ),
        (
            NewDay(kind=DayKind.DAY_OFF, first_on=date(2026, 12, 24), repeat=Repeat.YEARLY),
            "Day off 24 December, every year",
        ),
        (
            NewDay(
                kind=DayKind.PART_DAY,
                first_on=date(2026, 3, 6),
                hours=((time(13), time(0)),),
                repeat=Repeat.WEEKLY,
                repeat_until=date(2026, 6, 26),
            ),
            "Away 13:00–24:00 on 6 March, every Friday until 26 June 2026",
        ),
        (NewDay(kind=DayKind.WORKING_DAY, first_on=date(2027, 1, 2)), "Working day 2 January 2027"),
        (
            NewDay(kind=DayKind.LEAVE, first_on=date(2026, 12, 30), last_on=date(2027, 1, 2)),
            "Leave 30 December 2026 – 2 January 2027",
        ),
    ],
)
def test_exceptions_in_words(new: NewDay, said: str) -> None:
    assert days.words(days.tidy(new), today=TODAY) == said


def test_a_repetition_of_a_file_cannot_be_entered() -> None:
    new = NewDay(kind=DayKind.LEAVE, first_on=date(2026, 3, 6), repeat=Repeat.CUSTOM, repeat_until=date(2026, 6, 26))
    with pytest.raises(InvalidInputError) as refused:
        days.tidy(new)
    assert refused.value.problems[0].place == "repeat"


def test_why_a_plan_moved_keeps_the_reason_of_leave_to_itself() -> None:
    fact = DayFact(kind=DayKind.LEAVE, first_on=date(2026, 8, 3), last_on=date(2026, 8, 14), label="Operation")
    said = days.why(fact, holder_kind=HolderKind.MEMBER, holder_name="Ada", today=TODAY)
    assert said == "Ada's leave 3–14 August"


@pytest.mark.parametrize(
    ("fact", "place"),
    [
        (DayFact(kind=DayKind.LEAVE, first_on=date(2026, 8, 4), last_on=date(2026, 8, 3)), "last_on"),
        (DayFact(kind=DayKind.LEAVE, first_on=date(1926, 8, 4), last_on=date(1926, 8, 4)), "first_on"),
        (DayFact(kind=DayKind.LEAVE, first_on=date(2026, 8, 4), last_on=date(2036, 8, 3)), "last_on"),
        (DayFact(kind=DayKind.PART_DAY, first_on=date(2026, 8, 4), last_on=date(2026, 8, 4)), "hours"),
        (
            DayFact(kind=DayKind.LEAVE, first_on=date(2026, 8, 3), last_on=date(2026, 8, 14), repeats="FREQ=WEEKLY"),
            "repeat",
        ),
    ],
)
def test_exceptions_that_cannot_be(fact: DayFact, place: str) -> None:
    assert place in {problem.place for problem in days.problems_of(fact)}


def test_chosen_repetitions_come_back_as_they_were_chosen() -> None:
    for repeat in Repeat:
        if repeat is not Repeat.CUSTOM:
            until = None if repeat is Repeat.NEVER else date(2027, 3, 3)
            assert repeats.chosen(repeats.rule_of(repeat, until)) == (repeat, until)
    assert repeats.words("FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4", TODAY) == "every week on Monday, Wednesday, 4 times"
    assert repeats.words("FREQ=MONTHLY;BYDAY=-1FR", TODAY) == "by a rule of its own"


def test_no_country_closes_a_weekday_so_that_it_can_be_changed_without_asking_who_inherits_it() -> None:
    """`customers` and `identity` keep countries and cannot ask: whoever works on any weekday keeps most of it."""
    for country in regions.countries():
        for part in ("", *(one.code for one in regions.subdivisions(country.code))):
            off = Counter(day.weekday() for day in regions.holiday_names(country.code, part, 2027))
            assert max(off.values(), default=0) < 26, (country, part)


def test_regions_have_names() -> None:
    names = {country.code: country.name for country in regions.countries()}
    assert names["DE"] == "Germany"
    assert names["AG"] == "Antigua and Barbuda"
    assert {part.code: part.name for part in regions.subdivisions("DE")}["BY"] == "Bayern"
    assert regions.subdivisions("XX") == ()
    assert regions.holiday_names("DE", "BY", 2026)[date(2026, 1, 6)] == "Epiphany"
    assert regions.holiday_names("XX", "", 2026) == {}


def ics(*events: str) -> bytes:
    body = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//test//EN\n{body}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def read_ics(*events: str, zone: str = "Europe/Berlin") -> FileContent:
    return ics_files.read(ics(*events), zone=zone, ordinary=DayKind.LEAVE, today=TODAY)


def said(content: FileContent) -> list[str]:
    return [days.words(entry.fact, today=TODAY) for entry in content.entries]


def test_whole_days_hours_and_repetitions_are_read_from_ics() -> None:
    content = read_ics(
        "UID:a\nDTSTART;VALUE=DATE:20260803\nDTEND;VALUE=DATE:20260815\nSUMMARY:Sea",
        "UID:b\nDTSTART;TZID=America/New_York:20260805T090000\nDTEND;TZID=America/New_York:20260805T103000",
        "UID:c\nDTSTART:20260805T200000Z\nDTEND:20260807T060000Z\nSUMMARY:Trip",
        "UID:d\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY;UNTIL=20300101T000000Z",
        "UID:e\nDTSTART;VALUE=DATE:20260610\nDURATION:P2D",
    )
    assert content.problems == []
    assert said(content) == [
        "Leave 3–14 August: Sea",
        "Away 15:00–16:30 on 5 August",
        "Away 22:00–24:00 on 5 August: Trip",
        "Leave 6 August: Trip",
        "Away 0:00–8:00 on 7 August: Trip",
        "Leave 1 January, every year until 1 January 2030",
        "Leave 10–11 June",
    ]
    assert [entry.uid for entry in content.entries] == ["a", "b", "c", "c/2", "c/3", "d", "e"]
    assert content.entries[1].line == 10


def test_occurrences_that_are_different_are_taken_one_by_one() -> None:
    content = read_ics(
        "UID:e\nDTSTART;TZID=Europe/Berlin:20260605T140000\nDURATION:PT3H\nRRULE:FREQ=WEEKLY;COUNT=4\n"
        "EXDATE;TZID=Europe/Berlin:20260612T140000\nSUMMARY:Choir",
        "UID:e\nRECURRENCE-ID;TZID=Europe/Berlin:20260619T140000\nDTSTART;TZID=Europe/Berlin:20260620T100000\n"
        "DURATION:PT1H\nSUMMARY:Choir",
    )
    assert content.problems == []
    assert said(content) == [
        "Away 14:00–17:00 on 5 June: Choir",
        "Away 14:00–17:00 on 26 June: Choir",
        "Away 10:00–11:00 on 20 June: Choir",
    ]


NEW_YORK = "DTSTART;TZID=America/New_York:20260302T{0}\nDTEND;TZID=America/New_York:20260302T{1}\nRRULE:FREQ=WEEKLY"


def test_what_repeats_in_another_zone_keeps_its_days_and_hours_there() -> None:
    london = "DTSTART;TZID=Europe/London:20260302T200000\nDTEND;TZID=Europe/London:20260302T210000"
    content = read_ics(f"UID:a\n{london}\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=6", zone="Pacific/Auckland")
    assert content.problems == []
    # London changes its clock on 29 March, Auckland on 5 April.
    assert said(content) == [
        "Away 9:00–10:00 on 3 March",
        "Away 9:00–10:00 on 10 March",
        "Away 9:00–10:00 on 17 March",
        "Away 9:00–10:00 on 24 March",
        "Away 8:00–9:00 on 31 March",
        "Away 7:00–8:00 on 7 April",
    ]
    assert [entry.uid for entry in content.entries][:2] == ["a#20260302", "a#20260309"]
    assert content.entries[0].note == (
        "It repeats by the clock of Europe/London, so its times are taken one by one, until 4 March 2029."
    )


@pytest.mark.parametrize(
    ("start", "end", "rule", "expected"),
    [
        ("090000", "100000", ";COUNT=2", ["15:00–16:00 on 2 March", "14:00–15:00 on 9 March"]),
        ("090000", "100000", ";UNTIL=20260309T130000Z", ["15:00–16:00 on 2 March", "14:00–15:00 on 9 March"]),
        # 20:30 there is past midnight in Berlin, so that the end falls on another day than in UTC.
        ("203000", "213000", ";UNTIL=20260310T003000Z", ["2:30–3:30 on 3 March", "1:30–2:30 on 10 March"]),
        ("174500", "184500", ";COUNT=2",
         ["23:45–24:00 on 2 March", "0:00–0:45 on 3 March", "22:45–23:45 on 9 March"]),
        ("203000", "213000", ";COUNT=3\nEXDATE;TZID=America/New_York:20260309T203000",
         ["2:30–3:30 on 3 March", "1:30–2:30 on 17 March"]),
        ("203000", "213000", ";COUNT=3\nEXDATE:20260310T003000Z", ["2:30–3:30 on 3 March", "1:30–2:30 on 17 March"]),
        ("203000", "213000", ";COUNT=1\nRDATE;TZID=America/New_York:20260310T203000",
         ["2:30–3:30 on 3 March", "1:30–2:30 on 11 March"]),
    ],
)  # fmt: skip
def test_hours_follow_the_clock_of_the_zone_in_which_they_repeat(
    start: str, end: str, rule: str, expected: list[str]
) -> None:
    content = read_ics(f"UID:a\n{NEW_YORK.format(start, end)}{rule}")
    assert content.problems == []
    assert said(content) == [f"Away {one}" for one in expected]


def test_an_occurrence_that_was_moved_elsewhere_is_known_by_its_day_there() -> None:
    content = read_ics(
        f"UID:a\n{NEW_YORK.format('203000', '213000')};COUNT=2",
        "UID:a\nRECURRENCE-ID:20260310T003000Z\nDTSTART;TZID=America/New_York:20260312T090000\nDURATION:PT1H",
    )
    assert said(content) == ["Away 2:30–3:30 on 3 March", "Away 14:00–15:00 on 12 March"]
    assert [entry.uid for entry in content.entries] == ["a#20260302", "a#20260309"]


def test_what_repeats_in_utc_does_not_stay_where_the_clock_changes() -> None:
    content = read_ics("UID:a\nDTSTART:20260323T090000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=2")
    assert said(content) == ["Away 10:00–11:00 on 23 March", "Away 11:00–12:00 on 30 March"]
    assert content.entries[0].note.startswith("It repeats by the clock of UTC,")


def test_a_zone_that_is_always_as_far_away_keeps_the_rule_on_the_same_day() -> None:
    london = "DTSTART;TZID=Europe/London:20260302T{0}\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;BYDAY=MO"
    content = read_ics(
        f"UID:a\n{london.format('090000')}",
        f"UID:b\n{london.format('233000')};COUNT=2",
        f"UID:c\n{london.format('223000')};COUNT=2",
    )
    assert content.problems == []
    assert said(content) == [
        "Away 10:00–11:00 on 2 March, every week on Monday",
        "Away 0:30–1:30 on 3 March",
        "Away 0:30–1:30 on 10 March",
        "Away 23:30–24:00 on 2 March",
        "Away 0:00–0:30 on 3 March",
        "Away 23:30–24:00 on 9 March",
        "Away 0:00–0:30 on 10 March",
    ]
    assert content.entries[0].note == ""


def test_what_repeats_elsewhere_for_years_is_taken_from_a_year_ago_on() -> None:
    content = read_ics(
        "UID:a\nDTSTART;TZID=America/New_York:20200101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY",
    )
    assert (content.entries[0].fact.first_on, len(content.entries)) == (date(2025, 2, 28), ics_files.MOST_TIMES)
    last = content.entries[-1].fact.first_on
    assert last > date(2026, 10, 1)
    assert content.entries[0].note.endswith(f"until {last.day} {last:%B %Y}.")


@pytest.mark.parametrize(
    "rule", ["", "\nRRULE:FREQ=WEEKLY;COUNT=2", "\nRRULE:FREQ=WEEKLY;COUNT=2\nEXDATE;VALUE=DATE:20260309"]
)
def test_a_time_zone_that_is_not_known_is_told(rule: str) -> None:
    content = read_ics(f"UID:a\nDTSTART;TZID=Foo/Bar:20260302T090000\nDTEND;TZID=Foo/Bar:20260302T100000{rule}")
    assert said(content)[0].startswith("Away 9:00–10:00 on 2 March")
    told = "The time zone “Foo/Bar” is not known, so the hours are taken as they stand here."
    assert content.entries
    assert all(entry.note.endswith(told) for entry in content.entries)


def test_what_says_nothing_about_working_time_is_left_out() -> None:
    content = read_ics(
        "UID:a\nDTSTART;VALUE=DATE:20260803\nSTATUS:CANCELLED",
        "UID:b\nDTSTART:20260805T090000\nDTEND:20260805T100000\nTRANSP:TRANSPARENT",
        "UID:c\nDTSTART;VALUE=DATE:20260804",
        "UID:c\nDTSTART;VALUE=DATE:20260804",
    )
    assert said(content) == ["Leave 4 August"]
    assert [entry.note for entry in content.skipped] == [
        "It is called off.",
        "It is shown as free time.",
        "It stands in line 15 already.",
    ]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        ("UID:a\nSUMMARY:Nothing", "has no beginning"),
        ("UID:a\nDTSTART:20260605T140000\nDTEND:20260605T130000", "ends before it begins"),
        ("UID:a\nDTSTART;VALUE=DATE:20260605\nDTEND;VALUE=DATE:20260601", "ends before it begins"),
        ("UID:a\nDTSTART:20260605T140000", "takes no time"),
        ("UID:a\nDTSTART:2026-bad", "cannot be read"),
        ("UID:a\nDTSTART;VALUE=DATE:20260605\nRRULE:FREQ=SECONDLY", "cannot be used"),
        ("UID:a\nDTSTART;VALUE=DATE:20260605\nRRULE:FREQ=DAILY;INTERVAL=0", "cannot be used"),
        ("UID:a\nDTSTART:20260605T220000\nDURATION:PT5H\nRRULE:FREQ=DAILY", "runs over midnight"),
        ("UID:a\nDTSTART;VALUE=DATE:20260605\nDTEND;VALUE=DATE:20360605", "longer than"),
    ],
)
def test_faulty_events_are_named_with_their_line(event: str, message: str) -> None:
    content = read_ics("UID:good\nDTSTART;VALUE=DATE:20260803", event)
    assert message in content.problems[0].message
    assert content.problems[0].remedy
    assert content.problems[0].line == 8


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\nfoo",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n",
        b"<html>BEGIN",
        b"%PDF-1.7",
    ],
)
def test_what_is_no_calendar_file_is_refused(data: bytes) -> None:
    content = ics_files.read(data, zone="UTC", ordinary=DayKind.LEAVE, today=TODAY)
    assert content.entries == []
    assert len(content.problems) == 1


def test_too_many_events_are_refused() -> None:
    content = read_ics(*(f"UID:{number}\nDTSTART;VALUE=DATE:20260803" for number in range(2001)))
    assert "More than 2000" in content.problems[0].message


def test_leave_with_hours_is_away_for_those_hours_only() -> None:
    rows = "from,kind,hours\n2026-08-03,leave,9:00-12:00\n2026-08-04,day off,13:00-17:00\n2026-08-05,working day,9:00-12:00\n"
    facts = [one.fact for one in csv_files.read(rows, ordinary=DayKind.LEAVE).entries]
    assert [fact.kind for fact in facts] == [DayKind.PART_DAY, DayKind.PART_DAY, DayKind.WORKING_DAY]
    assert [fact.hours[0][0] for fact in facts] == [time(9), time(13), time(9)]


def test_days_are_read_from_csv() -> None:
    content = csv_files.read(
        "from;to;reason;hours;repeat;kind\n"
        "2026-08-03;2026-08-14;Sea\n"
        "5.6.2026;;Dentist;9:00-10:00\n"
        "2026-12-24;;Eve;;every year;day off\n"
        "\n"
        "2026-12-12;;;9:00-12:00;;working day\n",
        ordinary=DayKind.LEAVE,
    )
    assert content.problems == []
    assert said(content) == [
        "Leave 3–14 August: Sea",
        "Away 9:00–10:00 on 5 June: Dentist",
        "Day off 24 December, every year: Eve",
        "Working day 12 December 9:00–12:00",
    ]


def test_faulty_rows_are_named_with_line_and_remedy() -> None:
    content = csv_files.read(
        "date,to,kind,hours,repeat\n03/04/2026\n2026-02-30\n2026-05-01,2026-04-01\n2026-05-01,,party\n"
        "2026-05-01,,,9-10\n2026-05-01,,,,often\n,2026-05-01\n2026-06-01\n2026-06-01\n",
        ordinary=DayKind.LEAVE,
    )
    assert [problem.line for problem in content.problems] == [2, 3, 4, 5, 6, 7, 8, 10]
    assert all(problem.remedy for problem in content.problems)


@pytest.mark.parametrize("text", ["", "name,place\nx,y\n", "from\n", 'from,to\n"2026-01-01'])
def test_a_csv_file_that_cannot_be_used(text: str) -> None:
    assert len(csv_files.read(text, ordinary=DayKind.LEAVE).problems) == 1


def test_a_repetition_that_ended_in_another_age_is_said_to_end_too_early() -> None:
    new = NewDay(kind=DayKind.DAY_OFF, first_on=date(2026, 3, 6), repeat=Repeat.YEARLY, repeat_until=date(1, 1, 1))
    assert [problem.place for problem in days.problems_of(days.tidy(new))] == ["repeat_until"]
