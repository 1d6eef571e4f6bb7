"""On PostgreSQL the database itself keeps workspaces apart, even from a query that forgot to."""

import pytest
from django.db import connection

from firstwin.customers.models import Account
from firstwin.shared import row_security
from tests.factories.customers import make_account
from tests.factories.identity import make_workspace

pytestmark = pytest.mark.django_db

REASON = "the test forgets the workspace on purpose"


def test_a_confined_connection_sees_one_workspace_only() -> None:
    ours, theirs = make_account(), make_account()
    everything = Account.objects.across_workspaces(reason=REASON).order_by("created_at")

    row_security.confine_to(ours.workspace_id)
    seen = {row.id for row in everything}
    row_security.release()

    if connection.vendor == "postgresql":
        assert seen == {ours.id}
    assert {row.id for row in everything.all()} >= {ours.id, theirs.id}


def test_a_confined_connection_changes_one_workspace_only() -> None:
    theirs = make_account()

    row_security.confine_to(make_workspace().id)
    changed = Account.objects.across_workspaces(reason=REASON).filter(id=theirs.id).update(name="Taken over")
    row_security.release()

    assert changed == (0 if connection.vendor == "postgresql" else 1)


def test_every_tenant_table_is_protected() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_policies WHERE policyname = %s", [row_security.POLICY])
            assert {name for (name,) in cursor.fetchall()} == set(row_security.tenant_tables())
    assert row_security.protect_tables() == []


def test_the_suite_does_not_get_past_the_policies() -> None:
    assert not row_security.is_bypassed()
