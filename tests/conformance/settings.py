"""Settings of the processes that the kill suite starts: the engine alone, on the database that the suite made."""

from tests.settings import *  # noqa: F403

INSTALLED_APPS = ["firstwin.jobs", "firstwin.journal", "tests.conformance.probe"]
