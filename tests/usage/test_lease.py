"""Who may drain the inbox."""

from contextlib import closing

import pytest
from django.db import connection

from firstwin.usage.operations import lease


@pytest.mark.django_db
def test_one_process_at_a_time_may_drain() -> None:
    assert lease.is_ours()
    assert lease.is_ours()
    if connection.vendor == "postgresql":
        with closing(connection.copy()) as other, other.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", lease._KEY)
            assert cursor.fetchone() == (False,)
