"""Settings of the tests: a throw-away home, fast hashing, SQLite or the database of FIRSTWIN_TEST_DATABASE_URL."""

import os
import tempfile

os.environ["FIRSTWIN_HOME"] = tempfile.mkdtemp(prefix="firstwin-test-")
os.environ.setdefault("FIRSTWIN_SECRET_KEY", "only-for-tests")
os.environ.setdefault("FIRSTWIN_LOG_LEVEL", "warning")
os.environ.pop("FIRSTWIN_TEST_POSTGRES_URL", None)
if url := os.environ.pop("FIRSTWIN_TEST_DATABASE_URL", ""):
    os.environ["FIRSTWIN_DATABASE_URL"] = url

from firstwin.config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
