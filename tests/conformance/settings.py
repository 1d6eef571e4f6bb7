"""Settings of the processes that the kill suite starts: the engine alone, on the database that the suite made."""

from tests.settings import *  # noqa: F403

DATABASES["default"].get("OPTIONS", {}).pop("assume_role", None)  # noqa: F405
INSTALLED_APPS = ["firstwin.jobs", "firstwin.journal", "tests.conformance.probe"]
