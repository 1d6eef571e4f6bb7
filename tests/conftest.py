"""What every test stands on: callbacks after commit run, a fixed instant, the job runner, no skipping in CI."""

import os
import shutil
from collections.abc import Callable, Generator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.transaction import Atomic
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from whitenoise.middleware import WhiteNoiseMiddleware

from firstwin.config import garbage
from firstwin.jobs import operations as job_operations
from firstwin.shared import row_security
from tests import databases

# How fast examples are made says something about the machine, nothing about the code.
hypothesis_settings.register_profile("firstwin", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("firstwin")

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    """A Monday morning; time is passed in, never frozen."""
    return MONDAY


@pytest.fixture(autouse=True)
def _nobodys_time_zone() -> None:
    """Forget the time zone of whoever a test before this one signed in."""
    timezone.deactivate()


@pytest.fixture
def run_jobs() -> Callable[[datetime], int]:
    """Run every job, timer and delivery that is due at an instant, and return how many ran."""

    def run(at: datetime) -> int:
        return job_operations.run_due(now=at)

    return run


@pytest.fixture(scope="session", autouse=True)
def _garbage_is_looked_for_seldom() -> None:
    """Tests make and drop objects as a server does, on top of all that was loaded for them."""
    garbage.collect_seldom()


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_listed_once() -> Generator[None]:
    """Every client of a test builds the middleware anew, and WhiteNoise reads each static file's facts from the disk then."""
    original = WhiteNoiseMiddleware.add_files_from_finders
    listed: dict[str, Any] = {}

    def add(self: WhiteNoiseMiddleware) -> None:
        if not listed:
            original(self)
            listed.update(self.files)
        self.files.update(listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)
        yield


@pytest.fixture(scope="session", autouse=True)
def _callbacks_after_commit_run() -> Generator[None]:
    """Run on-commit callbacks when the outermost transaction of the code under test ends, as they would for real.

    Tests run inside a transaction that is never committed, where Django would keep the callbacks for ever.
    """
    original = Atomic.__exit__

    def leave(self: Atomic, exc_type: Any, exc_value: Any, traceback: Any) -> None:
        original(self, exc_type, exc_value, traceback)
        connection = transaction.get_connection(self.using)
        around: list[Any] = connection.atomic_blocks
        if exc_type is not None or not around or connection.needs_rollback:
            return
        if self._from_testcase or not all(block._from_testcase for block in around):  # type: ignore[attr-defined]
            return
        callbacks, connection.run_on_commit = connection.run_on_commit, []
        for _, callback, _ in callbacks:
            callback()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Atomic, "__exit__", leave)
        yield


@pytest.fixture(autouse=True)
def _the_journal_can_be_emptied(request: pytest.FixtureRequest) -> Generator[None]:
    """Empty the append-only tables after a test with real transactions, which Django empties by DELETE on SQLite."""
    mark = request.node.get_closest_marker("django_db")
    is_real = {"transactional_db", "live_server"} & set(request.fixturenames) or (
        mark and mark.kwargs.get("transaction")
    )
    if is_real:
        request.getfixturevalue("transactional_db")
    yield
    if is_real and connection.vendor == "sqlite":
        append_only = import_module("firstwin.journal.migrations.0002_append_only")
        with connection.schema_editor() as editor:
            append_only.drop(None, editor)
            editor.execute("DELETE FROM journal_entry")
            editor.execute("DELETE FROM journal_seal")
            append_only.create(None, editor)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Generator[None]:
    """Make the test database, with row-level security beneath the tenant tables, as `firstwin up` does."""
    with django_db_blocker.unblock():
        with databases.copied(connection):
            made = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
        row_security.protect_tables()
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the machine's Chromium where there is one, so that nothing is downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return {**browser_type_launch_args, "executable_path": path, "args": ["--no-sandbox"]}
    return browser_type_launch_args


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Let the files that take longest begin, so that no worker is left alone with one in the end.

    Said last, since pytest-django has an order of its own.
    """
    yield
    long = {item.path for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: item.path not in long)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """In CI a skipped test is a failed test: everything it needs is installed there."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped in CI: {report.longrepr}"
    return report
