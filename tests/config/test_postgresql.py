"""A kept connection to PostgreSQL is looked after without asking the server."""

import time

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db


def test_a_server_that_hangs_up_is_noticed_without_asking_it() -> None:
    if connection.vendor != "postgresql":
        assert connection.is_usable(), "SQLite hangs up on nobody"
        return
    kept = connection.copy()
    assert not kept.is_usable(), "there is no connection yet"
    with kept.cursor() as cursor:
        cursor.execute("SELECT 1")
    try:
        assert kept.is_usable()
        assert kept.is_usable(), "looking changes nothing"
        with kept.cursor() as cursor:
            cursor.execute("SET idle_session_timeout = '1ms'")
        deadline = time.monotonic() + 10
        while kept.is_usable() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert not kept.is_usable()
    finally:
        kept.close()
    assert not kept.is_usable()
