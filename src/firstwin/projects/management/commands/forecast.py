"""`firstwin forecast backtest`: how far forecasts can be trusted, on the own history or on any event log."""

import importlib
import json
import warnings
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import system_actor
from firstwin.projects.queries import history
from firstwin.scheduling.contracts.forecasting import Backtest, EventLog, LogOptions, Method
from firstwin.scheduling.queries import forecasts as forecast_queries

UNREADABLE = 2
GOAL = (Method.MEDIAN_BY_STEP, Method.MEDIAN_BY_NUMBER, Method.BOOSTING)


class Command(BaseCommand):
    help = "Backtest forecasts on the own history or on any event log"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        test = parts.add_parser("backtest", help="forecast the later third of a log from the earlier two, and compare")
        test.add_argument("log", nargs="?", type=Path, help="CSV or XES, also packed (.gz); else the own history")
        test.add_argument("--workspace", metavar="SLUG", help="whose history, when there is more than one workspace")
        test.add_argument("--case", default="", metavar="COLUMN", help="the column of the case id")
        test.add_argument("--activity", default="", metavar="COLUMN", help="the column of the activity")
        test.add_argument("--timestamp", default="", metavar="COLUMN", help="the column of the time")
        test.add_argument("--delimiter", default="", help="what separates cells, when it is not found")
        test.add_argument("--time-zone", default="UTC", help="where times without zone are local (UTC)")
        order = test.add_mutually_exclusive_group()
        order.add_argument("--day-first", dest="day_first", action="store_true", default=None, help="3/4 is 3 April")
        order.add_argument("--month-first", dest="day_first", action="store_false", help="3/4 is 4 March")
        test.add_argument("--skip-bad-rows", action="store_true", help="leave out rows that cannot be used")
        test.add_argument(
            "--strict", action="store_true", help="training cases count as known only once they had ended"
        )
        test.add_argument("--no-peer", action="store_true", help="without gradient boosting of scikit-learn")
        test.add_argument("--json", action="store_true", help="one JSON document instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        given = Namespace(**options)
        log = read_file(given) if given.log is not None else own_history(given.workspace)
        peer = None if given.no_peer else boosting()
        result = forecast_queries.backtest(log, is_strict=given.strict, peer=peer)
        if given.json:
            self.stdout.write(json.dumps(asdict(result), indent=2))
            return
        for note in log.problems:
            self.stdout.write(f"Note: {note}")
        if log.skipped:
            self.stdout.write(f"Note: {log.skipped} rows were left out.")
        self.stdout.write(report(result))
        if peer is None and not given.no_peer:
            self.stdout.write("Gradient boosting was not compared: scikit-learn is not installed (extra: backtest).")


def read_file(given: Namespace) -> EventLog:
    """Read a log as the options say."""
    options = LogOptions(
        case=given.case,
        activity=given.activity,
        timestamp=given.timestamp,
        delimiter=given.delimiter.replace("\\t", "\t")[:1],
        day_first=given.day_first,
        time_zone=given.time_zone,
        skips_bad_rows=given.skip_bad_rows,
    )
    try:
        with given.log.open("rb") as file:
            return forecast_queries.read_log(file, given.log.name, options)
    except OSError as error:
        raise CommandError(f"{given.log} cannot be read: {error.strerror or error}.", returncode=UNREADABLE) from None


def own_history(slug: str | None) -> EventLog:
    """Read the finished projects of a workspace."""
    workspaces = identity_queries.list_workspaces()
    chosen = [workspace for workspace in workspaces if slug in (None, workspace.slug)]
    if len(chosen) != 1:
        known = ", ".join(workspace.slug for workspace in workspaces) or "none yet"
        raise CommandError(f"Say which workspace with --workspace. There are: {known}.", returncode=UNREADABLE)
    log = history.get_history_log(system_actor(chosen[0].id))
    if not log.at:
        raise CommandError("No project of this workspace is finished yet: there is nothing to replay.", returncode=1)
    return log


def boosting() -> Any:
    """Return scikit-learn's boosting as a peer; None where it is not installed."""
    try:
        ensemble = importlib.import_module("sklearn.ensemble")
    except ImportError:
        return None

    def forecast(columns: Any, named: list[int], lengths: Any, asked: Any) -> Any:
        is_small = columns[:, named].max() < 254
        model = ensemble.HistGradientBoostingRegressor(
            loss="absolute_error", categorical_features=named if is_small else None, random_state=0
        )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return model.fit(columns, lengths).predict(asked)

    return forecast


def report(result: Backtest) -> str:
    """Return the result as text for a terminal."""
    kind = "known once they had ended" if result.is_strict else "all known at the split"
    lines = [
        f"{result.cases:,} cases, {result.events:,} events. Trained on the first {result.train_cases:,} cases by start "
        f"({result.train_moments:,} moments, {kind}), tested on the later {result.test_cases:,}.",
        f"{result.test_moments:,} forecasts of the remaining time, one after every event but the last, "
        f"in {result.seconds:.1f} s with learning.",
        "",
        f"{'':44}{'error':>12}{'pinball 50 %':>14}{'80 %':>10}{'95 %':>10}",
    ]
    for score in sorted(result.scores, key=lambda score: score.mae_days):
        losses = "".join(f"{loss:>{width}.4g}" for loss, width in zip(score.pinball_days, (14, 10, 10), strict=True))
        note = "" if score.moments == result.test_moments else f"  ({score.moments:,} moments)"
        lines.append(f"{score.method.value:44}{score.mae_days:>12.4g}{losses}{note}")
    lines += [
        "(mean absolute error and pinball loss in days; a method that only names a date is judged by it at every level)",
        "",
        "Ended by P50, P80, P95: " + ", ".join(f"{share:.1%}" for share in result.coverage.values()),
        f"Within the 80 % interval: {result.interval_coverage:.1%} ± {result.interval_error:.1%} (first, second and last "
        "third of the test: "
        + ", ".join(f"{share:.1%}" for share in result.interval_by_third)
        + f"); {result.interval_days:.3g} days wide on average. {verdict(0.78 <= result.interval_coverage <= 0.82)}",
        open_part(result),
        goal(result),
    ]
    return "\n".join(lines)


def open_part(result: Backtest) -> str:
    """Return how the interval held where the log goes on for long enough to tell."""
    if result.interval_coverage_open is None:
        return "The log ends too soon after the forecasts for a long case to end in it: the interval cannot be judged by it."
    return (
        f"Where a long case could still end before the log does ({result.open_share:.0%} of the forecasts): "
        f"{result.interval_coverage_open:.1%} within the interval."
    )


def goal(result: Backtest) -> str:
    """Return how the error compares with the best of what has to be beaten."""
    own = result.score(Method.FIRSTWIN)
    others = [score for method in GOAL if (score := result.score(method)) is not None]
    best = min(others, key=lambda score: score.mae_days)
    if own is None:
        return ""
    return (
        f"Error against the best of {', '.join(score.method.value for score in others)}: {own.mae_days:.4g} to "
        f"{best.mae_days:.4g} days ({own.mae_days / max(best.mae_days, 1e-9) - 1:+.1%}). "
        + verdict(own.mae_days <= best.mae_days)
    )


def verdict(is_met: bool) -> str:
    """Return whether a goal is met, in words."""
    return "Goal met." if is_met else "Goal not met."
