"""The pages of imports: from choosing a file to the result, and who may not."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from firstwin.customers.contracts import ImportState
from firstwin.customers.models import Account, Import
from firstwin.identity.contracts import Role
from firstwin.identity.models import Member
from firstwin.jobs import operations as job_operations
from firstwin.shared import clock
from tests.factories.customers import make_account
from tests.factories.http import member_client
from tests.factories.identity import make_member

pytestmark = pytest.mark.django_db
GOOD = "Company,Segment,Notes\nAcorn Foods,enterprise,hello\nBirch,self serve,\n"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def member() -> Member:
    return make_member(Role.MANAGER)


def choose(client: Client, content: str, **fields: str) -> Any:
    file = SimpleUploadedFile("list.csv", content.encode())
    return client.post(reverse("account_imports"), {"kind": "accounts", "file": file, **fields})


def run() -> None:
    job_operations.run_due(now=clock.now() + timedelta(minutes=1))


def address(name: str, made: Import) -> str:
    return reverse(name, kwargs={"import_id": made.id})


def the_import(member: Member) -> Import:
    return Import.objects.for_workspace(member.workspace_id).get()


def test_a_file_goes_from_choosing_to_its_result(member: Member) -> None:
    client = member_client(member=member)
    response = choose(client, GOOD)
    made = the_import(member)
    assert response["Location"] == address("account_import", made)
    assert 'hx-trigger="every 2s"' in client.get(address("account_import", made)).content.decode()

    run()
    shown = client.get(address("account_import", made)).content.decode()
    assert "No row has a fault" in shown
    assert "hx-trigger" not in shown.split('id="import"')[1].split(">")[0]
    assert not Account.objects.for_workspace(member.workspace_id).exists()

    client.post(address("account_import_start", made))
    run()
    assert "2 created" in client.get(address("account_import", made)).content.decode()
    assert Account.objects.for_workspace(member.workspace_id).count() == 2
    assert "list.csv" in client.get(reverse("account_imports")).content.decode()
    assert client.post(address("account_import_start", made)).status_code == 409


def test_faults_are_told_and_the_columns_can_be_changed(member: Member) -> None:
    client = member_client(member=member)
    choose(client, "Company,Segment\nAcorn,gigantic\n")
    made = the_import(member)
    run()
    shown = client.get(address("account_import", made)).content.decode()
    assert "1 fault in 1 rows" in shown
    content = b"".join(client.get(address("account_import_result", made)).streaming_content)  # type: ignore[attr-defined]
    assert next(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))["What is wrong"]
    assert client.post(address("account_import_start", made)).status_code == 409

    refused = client.post(address("account_import_columns", made), {"column": ["", ""]})
    assert refused.status_code == 422
    client.post(address("account_import_columns", made), {"column": ["name", ""]})
    run()
    assert "No row has a fault" in client.get(address("account_import", made)).content.decode()
    client.post(address("account_import_cancel", made))
    made.refresh_from_db()
    assert made.state == ImportState.CANCELLED


def test_what_is_no_csv_is_refused_with_the_reason(member: Member) -> None:
    client = member_client(member=member)
    assert choose(client, "").status_code == 422
    missing = client.post(reverse("account_imports"), {"kind": "accounts"})
    assert missing.status_code == 422
    assert "No file was chosen." in missing.content.decode()
    assert not Import.objects.for_workspace(member.workspace_id).exists()


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.VIEWER])
def test_others_neither_import_nor_export(role: Role, member: Member) -> None:
    client = member_client(role, workspace=member.workspace)
    assert client.get(reverse("account_imports")).status_code == 403
    assert choose(client, GOOD).status_code == 403
    assert client.get(reverse("account_export")).status_code == 403
    assert reverse("account_export") not in client.get(reverse("accounts")).content.decode()
    assert not Import.objects.for_workspace(member.workspace_id).exists()


def test_another_workspace_finds_nothing(member: Member) -> None:
    other = make_member(Role.OWNER)
    choose(member_client(member=member), GOOD)
    made = the_import(member)
    client = member_client(member=other)
    for name in ("account_import", "account_import_result"):
        assert client.get(address(name, made)).status_code == 404
    for name in ("account_import_start", "account_import_cancel", "account_import_columns"):
        assert client.post(address(name, made)).status_code == 404
    made.refresh_from_db()
    assert made.state == ImportState.CHECKING


def test_accounts_are_exported_as_they_are_filtered(member: Member) -> None:
    make_account(member.workspace, name="=Acorn Foods", products=("Routes", "Fleet"))
    make_account(member.workspace, name="Birch Clinics")
    make_account(name="Foreign")
    response = member_client(member=member).get(reverse("account_export") + "?q=acorn")
    text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    found = list(csv.DictReader(io.StringIO(text)))
    assert [(row["name"], row["products"]) for row in found] == [("'=Acorn Foods", "Routes; Fleet")]
