"""Answers about forecasts: event logs read, and how far forecasts can be trusted."""

from collections.abc import Iterable
from typing import BinaryIO

from firstwin.scheduling.contracts.forecasting import (
    Backtest,
    EventLog,
    ForecastQuestion,
    Learned,
    LogOptions,
    Observation,
    PlanForecast,
)
from firstwin.scheduling.rules.forecast import event_logs, lengths, outlook, scoring


def read_log(file: BinaryIO, name: str, options: LogOptions) -> EventLog:
    """Read an event log from CSV or XES, packed or not; raises UnreadableLogError with each bad line and its remedy."""
    return event_logs.read_log(file, name, options)


def backtest(log: EventLog, *, is_strict: bool = False, peer: scoring.Peer | None = None) -> Backtest:
    """Replay a log and say how well the remaining time was forecast; raises TooLittleHistoryError."""
    return scoring.backtest(log, is_strict=is_strict, peer=peer)


def learn_lengths(observations: Iterable[Observation]) -> Learned:
    """Learn how much longer than planned work takes; with too little finished, what estimates say."""
    return lengths.learn(observations)


def forecast_plan(question: ForecastQuestion) -> PlanForecast:
    """Say by when a running plan is likely done, and what drives it; raises CycleError and InvalidCalendarError."""
    return outlook.forecast(question)
