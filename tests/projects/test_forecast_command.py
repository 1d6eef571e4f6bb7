"""`firstwin forecast backtest` on files and on the own history."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from firstwin.projects.management.commands import forecast
from firstwin.scheduling.contracts.forecasting import UnreadableLogError
from firstwin.scheduling.queries import forecasts
from tests.factories.event_logs import made_log


def written(path: Path) -> Path:
    log = made_log(cases=150)
    rows = [
        f"{case},{step},{(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=at)).isoformat()}"
        for case, step, at in zip(log.cases, log.activities, log.at, strict=True)
    ]
    path.write_text("case,activity,timestamp\n" + "\n".join(rows))
    return path


def test_a_file_is_backtested_and_the_comparison_printed(tmp_path: Path, capsys: Any) -> None:
    call_command("forecast", "backtest", written(tmp_path / "log.csv"))
    text = capsys.readouterr().out
    assert "150 cases" in text
    assert "gradient boosting" in text
    assert "Within the 80 % interval" in text
    assert "Goal" in text


def test_the_result_can_be_read_by_programs(tmp_path: Path, capsys: Any) -> None:
    call_command("forecast", "backtest", written(tmp_path / "log.csv"), "--json", "--no-peer", "--strict")
    result = json.loads(capsys.readouterr().out)
    assert result["is_strict"] is True
    assert set(result["coverage"]) == {"P50", "P80", "P95"}


def test_a_file_that_is_not_there_and_a_wrong_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError):
        call_command("forecast", "backtest", tmp_path / "none.csv")
    with pytest.raises(UnreadableLogError):
        call_command("forecast", "backtest", written(tmp_path / "log.csv"), "--case", "nothing")


def test_without_scikit_learn_it_says_so(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forecast, "boosting", lambda: None)
    call_command("forecast", "backtest", written(tmp_path / "log.csv"))
    assert "scikit-learn is not installed" in capsys.readouterr().out


@pytest.mark.django_db
def test_without_a_finished_project_there_is_nothing_to_replay() -> None:
    with pytest.raises(CommandError):
        call_command("forecast", "backtest")


def test_a_log_that_ends_too_soon_to_judge_the_interval_says_so() -> None:
    result = forecasts.backtest(made_log(cases=200, spread=0.1))
    assert "within the interval" in forecast.open_part(result)
    assert "cannot be judged" in forecast.open_part(replace(result, interval_coverage_open=None))
