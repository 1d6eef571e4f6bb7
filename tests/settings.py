"""Settings of the tests: a throw-away home, fast hashing, SQLite or the database of FIRSTWIN_TEST_DATABASE_URL."""

import atexit
import os
import shutil
import tempfile

os.environ["FIRSTWIN_HOME"] = tempfile.mkdtemp(prefix="firstwin-test-")
os.environ.setdefault("FIRSTWIN_SECRET_KEY", "only-for-tests")
os.environ.setdefault("FIRSTWIN_LOG_LEVEL", "warning")
# On busy cores, threads that wait for each other by turning in circles take ten times as long as one.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.pop("FIRSTWIN_TEST_POSTGRES_URL", None)
if url := os.environ.pop("FIRSTWIN_TEST_DATABASE_URL", ""):
    os.environ["FIRSTWIN_DATABASE_URL"] = url

import psycopg

from firstwin.config.settings import *  # noqa: F403

atexit.register(shutil.rmtree, os.environ["FIRSTWIN_HOME"], ignore_errors=True)


def ordinary_role(database_url: str) -> str:
    """Return a role of the server that may make databases and is no superuser; it is made where it is missing."""
    with psycopg.connect(database_url, dbname="postgres", autocommit=True) as server:
        server.execute(
            "DO $$ BEGIN CREATE ROLE firstwin_tests CREATEDB; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    return "firstwin_tests"


PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

if DATABASES["default"]["ENGINE"].endswith("postgresql"):  # noqa: F405
    # A superuser gets past row-level security, so the suite works as a role that does not.
    DATABASES["default"].setdefault("OPTIONS", {})["assume_role"] = ordinary_role(os.environ["FIRSTWIN_DATABASE_URL"])  # noqa: F405
