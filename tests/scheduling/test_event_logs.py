"""Event logs as files come from anywhere: what is in them is read, or refused with place and remedy."""

import gzip
import io
from datetime import UTC, datetime

import pytest

from firstwin.scheduling.contracts.forecasting import EventLog, LogOptions, UnreadableLogError
from firstwin.scheduling.queries import forecasts
from firstwin.scheduling.rules.forecast.timestamps import Timestamps, UnreadableTimeError

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC).timestamp()


def read(content: bytes | str, **options: object) -> EventLog:
    raw = content.encode() if isinstance(content, str) else content
    return forecasts.read_log(io.BytesIO(raw), "log", LogOptions(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-14 12:00:00",
        "2026-03-14T12:00:00Z",
        "2026-03-14T13:00:00.000+01:00",
        "2026-03-14 13:00:00+01",
        "2026-03-14 13:00:00 +0100",
        "2026/03/14 12:00:00.000",
        "2026-03-14 12:00:00.0000000",
        "2026-03-14 12:00:00 UTC",
        "14.03.2026 12:00",
        "14/03/2026 12:00:00",
        "03/14/2026 12:00:00 PM",
        "14-Mar-2026 12:00:00",
        str(int(NOON)),
        str(int(NOON * 1000)),
    ],
)
def test_the_same_moment_is_read_however_it_is_written(text: str) -> None:
    assert Timestamps().seconds(text) == NOON


def test_the_first_day_above_twelve_tells_which_way_round_dates_are() -> None:
    times = Timestamps()
    times.seconds("14/03/2026 12:00")
    assert times.seconds("03/04/2026 12:00") == datetime(2026, 4, 3, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30 10:00", "31/31/2026", "99999999999999999999"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTimeError):
        Timestamps().seconds(text)


def test_csv_is_read_with_usual_names_any_separator_and_a_time_zone() -> None:
    log = read(
        "Case ID;Activity;Complete Timestamp\n1;A;2026-03-14 13:00\n1;B;2026-03-15 13:00\n", time_zone="Europe/Berlin"
    )
    assert log.case_names == ("1",)
    assert log.activity_names == ("A", "B")
    assert log.at[0] == NOON


def test_packed_utf_16_and_quoted_rows_are_read() -> None:
    text = 'ticket,what,when\n1,"say ""hello"",\ntwice",2026-03-14 12:00\n'
    log = read(gzip.compress(text.encode("utf-16")), case="ticket", activity="what", timestamp="when")
    assert log.activity_names == ('say "hello",\ntwice',)


def test_bad_rows_are_named_with_their_line_and_can_be_left_out() -> None:
    text = "case,activity,timestamp\n1,A,2026-03-14\n,B,2026-03-14\n2,C,never\n3\n"
    with pytest.raises(UnreadableLogError) as refused:
        read(text)
    assert [problem.place for problem in refused.value.problems] == ["line 3", "line 4", "line 5"]
    assert all(problem.remedy for problem in refused.value.problems)
    log = read(text, skips_bad_rows=True)
    assert (len(log.at), log.skipped) == (1, 3)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"a,b,c\n1,2,3\n", "No column is known"),
        (b"case,activity,timestamp\n", "no event"),
        (b"case,activity,timestamp\n1,a\x00b,2026-01-01\n", "null characters"),
        (b"\x1f\x8b\x00broken", "cannot be unpacked"),
        (b"<log><trace>", "no well-formed XML"),
        (b"<?xml version='1.0'?><!DOCTYPE log [<!ENTITY a 'b'>]><log/>", "document type"),
        (b"<a>" * 100, "nested too deeply"),
    ],
)
def test_hostile_files_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(UnreadableLogError) as refused:
        read(content)
    assert words in refused.value.detail
    assert refused.value.remedy


def test_an_unknown_time_zone_is_refused() -> None:
    with pytest.raises(UnreadableLogError):
        read("case,activity,timestamp\n1,A,2026-03-14\n", time_zone="../../etc/passwd")


XES = """<?xml version="1.0" encoding="UTF-8"?>
<log xes.version="1.0" xmlns="http://www.xes-standard.org/">
  <global scope="event"><string key="concept:name" value="default"/></global>
  <trace>
    <event><string key="concept:name" value="A"/><date key="time:timestamp" value="2026-03-14T13:00:00.000+01:00"/>
      <string key="note"><string key="concept:name" value="nested"/></string></event>
    <event><string key="concept:name" value="A"/><string key="lifecycle:transition" value="START"/>
      <date key="time:timestamp" value="2026-03-15T13:00:00.000+01:00"/></event>
    <string key="concept:name" value="one"/>
  </trace>
  <trace><string key="concept:name" value="one"/>
    <event><string key="concept:name" value="B"/><date key="time:timestamp" value="2026-03-14T12:00:00Z"/></event>
  </trace>
</log>"""


def test_xes_is_read_packed_or_not_with_repeated_names_kept_apart() -> None:
    for content in (XES.encode(), gzip.compress(XES.encode())):
        log = read(content)
        assert list(log.cases) == [0, 0, 1]
        assert log.activity_names == ("A", "A (start)", "B")
        assert log.at[0] == NOON


def test_an_event_of_xes_without_time_is_named_with_its_line() -> None:
    with pytest.raises(UnreadableLogError) as refused:
        read(XES.replace('<date key="time:timestamp" value="2026-03-14T12:00:00Z"/>', ""))
    assert refused.value.problems[0].place == "line 12"
