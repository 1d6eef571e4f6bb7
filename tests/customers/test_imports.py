"""Imports of CSV files: what is read, what is refused and where, all or nothing, and what hostile files do."""

import io
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstwin.customers import queries
from firstwin.customers.contracts import (
    AccountFilters,
    ImportInfo,
    ImportKind,
    ImportState,
    Industry,
    NewAccount,
    Segment,
    StakeholderRole,
)
from firstwin.customers.models import Account, AccountExternalId, Import
from firstwin.customers.operations import accounts, imports
from firstwin.customers.queries import imports as import_queries
from firstwin.customers.rules import csv_files
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor, Role
from firstwin.identity.models import Workspace
from firstwin.jobs import operations as job_operations
from firstwin.shared.errors import ConflictError, InvalidInputError, NotFoundError, PermissionDeniedError
from tests.factories.customers import contact_actor, make_account, make_contact
from tests.factories.http import key_client, problem_of
from tests.factories.identity import make_actor, recorded

pytestmark = pytest.mark.django_db

GOOD = (
    "Company,Segment,Industry,Products,Signed on,Amount,Currency,Seats,Country,Time zone,Website,Owner,Salesforce ID\n"
    'Acorn Foods,Mid-Market,Health care,"Billing; Reports",2026-01-31,"12,000.50",eur,"1,200",de,Europe/Berlin,'
    "https://acorn.example,{owner},SF1\n"
    "Birch,enterprise,,,05.02.2026,9000,USD,,,UTC,,,SF2\n"
)


def upload(actor: Actor, content: str | bytes, kind: ImportKind = ImportKind.ACCOUNTS, **fields: bool) -> ImportInfo:
    raw = content if isinstance(content, bytes) else content.encode()
    made = imports.upload_import(actor=actor, kind=kind, file_name="C:\\x\\list.csv", content=raw, at=AT, **fields)
    return checked(actor, made.id)


AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def checked(actor: Actor, import_id: UUID) -> ImportInfo:
    job_operations.run_due(now=AT + timedelta(minutes=1))
    return import_queries.get_import(actor=actor, import_id=import_id)


def taken_in(actor: Actor, made: ImportInfo) -> ImportInfo:
    imports.start_import(actor=actor, import_id=made.id)
    return checked(actor, made.id)


def faults(actor: Actor, made: ImportInfo) -> list[tuple[int, str]]:
    page = import_queries.list_import_problems(actor=actor, import_id=made.id, limit=200)
    assert all(problem.message for problem in page.items)
    return [(problem.line, problem.column) for problem in page.items]


def workspace_of(actor: Actor) -> Workspace:
    return Workspace.objects.get(id=actor.workspace_id)


def test_a_file_is_checked_shown_and_taken_in() -> None:
    actor = make_actor(Role.MANAGER)
    owner = identity_queries.get_member(actor=actor, member_id=actor.id).email  # type: ignore[arg-type]
    made = upload(actor, GOOD.format(owner=owner))
    assert (made.state, made.row_count, made.problem_count, made.file_name) == (ImportState.READY, 2, 0, "list.csv")
    assert made.mapping[:3] == ("name", "segment", "industry")
    assert made.mapping[-1] == "external_ids.salesforce"
    assert made.preview[1][0] == "Birch"
    assert queries.count_accounts(actor=actor) == 0
    done = taken_in(actor, made)
    assert (done.state, done.created_count, done.checked_rows) == (ImportState.DONE, 2, 2)
    acorn, birch = queries.list_accounts(actor=actor).items
    assert (acorn.segment, acorn.industry, acorn.products) == (
        Segment.MID_MARKET,
        Industry.HEALTHCARE,
        ("Billing", "Reports"),
    )
    assert (acorn.contract_value, acorn.currency, acorn.licensed_seats) == (Decimal("12000.50"), "EUR", 1200)
    assert (acorn.contract_signed_at, acorn.owner_id) == (datetime(2026, 1, 31, tzinfo=UTC), actor.id)
    assert birch.contract_signed_at == datetime(2026, 2, 5, tzinfo=UTC)
    assert recorded(actor) == [
        "import.finished",
        *["account.created", "account.contract_signed"] * 2,
    ]
    assert queries.get_account_by_external_id(actor=actor, system="salesforce", value="SF2").id == birch.id


def test_every_fault_has_its_line_and_column_and_nothing_is_taken() -> None:
    actor = make_actor(Role.MANAGER)
    make_account(workspace_of(actor), name="Known Ltd", external_ids={"salesforce": "SF9"})
    made = upload(
        actor,
        "Name,Segment,Signed on,Amount,Seats,Country,Owner,Salesforce ID\n"
        "Fine,enterprise,2026-01-01,1,1,DE,,\n"
        ",huge,3/4/2026,much,many,Germany,nobody@x.example,\n"
        "Fine,,,,,,,\n"
        "known  LTD,,,,,,,\n"
        "Other,,,,,,,SF9\n"
        "Too,many,cells,are,on,this,line,of,all\n"
        '"Broken\nname",,,,,,,\n',
    )
    assert (made.state, made.row_count) == (ImportState.FAULTY, 7)
    assert faults(actor, made) == [
        (3, "Segment"),
        (3, "Signed on"),
        (3, "Amount"),
        (3, "Seats"),
        (3, "Owner"),
        (3, "Name"),
        (3, "Country"),
        (4, "Name"),
        (5, "Name"),
        (6, "Salesforce ID"),
        (7, ""),
        (8, "Name"),
    ]
    with pytest.raises(ConflictError):
        imports.start_import(actor=actor, import_id=made.id)
    assert queries.count_accounts(actor=actor) == 1
    result = "".join(import_queries.read_import_result(actor=actor, import_id=made.id)).splitlines()
    assert result[0].endswith("Line in the file,What is wrong")
    assert result[1].endswith(",2,")
    assert "Line 2 has the same." in result[3]


def test_accounts_that_exist_are_passed_over_when_asked() -> None:
    actor = make_actor(Role.MANAGER)
    make_account(workspace_of(actor), name="Known Ltd", website="known.example")
    made = upload(actor, "name,website\nOther name,https://www.known.example\nNew,\n", skips_existing=True)
    done = taken_in(actor, made)
    assert (done.created_count, done.existing_count) == (1, 1)
    assert queries.count_accounts(actor=actor) == 2


def test_the_meaning_of_columns_is_changed_and_checked_again() -> None:
    actor = make_actor(Role.MANAGER)
    made = upload(actor, "Firma,Land\nAcorn,DE\n")
    assert made.state is ImportState.FAULTY
    for wrong in (["name"], ["name", "name"], ["name", "passwords"], ["", "country"]):
        with pytest.raises(InvalidInputError):
            imports.change_import(actor=actor, import_id=made.id, mapping=wrong)
    imports.change_import(actor=actor, import_id=made.id, mapping=["name", "country"])
    again = checked(actor, made.id)
    assert (again.state, again.problem_count) == (ImportState.READY, 0)
    assert taken_in(actor, again).created_count == 1


def test_what_was_added_meanwhile_stops_everything() -> None:
    actor = make_actor(Role.MANAGER)
    made = upload(actor, "name,salesforce id\nAcorn,SF1\nBirch,SF2\n")
    new = NewAccount(name="Else", external_ids={"salesforce": "SF2"})
    accounts.create_account(actor=actor, new=new, at=AT)
    assert taken_in(actor, made).state is ImportState.FAULTY
    assert [account.name for account in queries.list_accounts(actor=actor).items] == ["Else"]


def test_an_attempt_that_broke_off_is_invisible_and_cleared() -> None:
    actor = make_actor(Role.MANAGER)
    made = upload(actor, "name,salesforce id\nAcorn,SF1\n")
    row = Import.objects.for_actor(actor).get(id=made.id)
    laid = make_account(workspace_of(actor), name="Half", external_ids={"salesforce": "SF1"})
    Account.objects.for_actor(actor).filter(id=laid.id).update(is_staged=True, import_run=row)
    assert queries.count_accounts(actor=actor) == 0
    assert queries.find_account(actor=actor, account_id=laid.id) is None
    imports.start_import(actor=actor, import_id=made.id)
    imports.run_import(workspace_id=actor.workspace_id, import_id=made.id, at=AT)
    imports.run_import(workspace_id=actor.workspace_id, import_id=made.id, at=AT)
    assert [account.name for account in queries.list_accounts(actor=actor).items] == ["Acorn"]
    assert AccountExternalId.objects.for_actor(actor).count() == 1


def test_facts_are_told_once_however_often_the_job_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH", 2)
    actor = make_actor(Role.MANAGER)
    made = upload(actor, "name\n" + "".join(f"Account {number}\n" for number in range(5)))
    done = taken_in(actor, made)
    assert not imports.tell_import(workspace_id=actor.workspace_id, import_id=done.id, at=AT)
    assert recorded(actor) == ["import.finished", *["account.created"] * 5]


def test_contacts_find_their_account_by_id_domain_or_name() -> None:
    actor = make_actor(Role.MANAGER)
    workspace = workspace_of(actor)
    acorn = make_account(workspace, name="Acorn", website="acorn.example", external_ids={"crm": "7"})
    make_account(workspace, name="Twin")
    make_account(workspace, name="Twin")
    make_contact(acorn, email="known@acorn.example")
    faulty = upload(
        actor,
        "Account,Domain,CRM id,Name,Email,Roles\n"
        "acorn,,,By Name,a@acorn.example,Executive sponsor; technical-lead\n"
        ",www.acorn.example,,By Domain,,\n"
        ",,7,By Id,c@acorn.example,end_user\n"
        "Twin,,,Nobody,,\n"
        "Missing,,,Nobody,,\n"
        ",,8,Nobody,,\n"
        "Acorn,,,Again,A@acorn.example,\n"
        "Acorn,,,Known,known@acorn.example,\n"
        "Acorn,,,Boss,not an address,king\n",
        ImportKind.CONTACTS,
    )
    assert faults(actor, faulty) == [
        (5, "Account"),
        (6, "Account"),
        (7, "CRM id"),
        (8, "Email"),
        (9, "Email"),
        (10, "Roles"),
        (10, "Email"),
    ]
    good = upload(
        actor,
        "Account,Name,Roles\nacorn,Ann,Executive sponsor; technical-lead\nacorn,Ben,\n",
        ImportKind.CONTACTS,
    )
    assert taken_in(actor, good).created_count == 2
    people = {contact.name: contact.roles for contact in queries.list_contacts(actor=actor, account_id=acorn.id)}
    assert people["Ann"] == (StakeholderRole.EXECUTIVE_SPONSOR, StakeholderRole.TECHNICAL_LEAD)


@pytest.mark.parametrize(
    "content",
    [
        "name;country\nGröße;DE\n".encode("utf-8-sig"),
        "name\tcountry\nGröße\tDE\n".encode("utf-16"),
        "name|country\r\nGröße|DE\r\n".encode("cp1252"),
        '"name","country"\n\n"Größe","DE"\n\n'.encode(),
        "name,country\rGröße,DE\r".encode(),
    ],
)
def test_whatever_program_wrote_it_a_file_is_read(content: bytes) -> None:
    actor = make_actor(Role.MANAGER)
    made = upload(actor, content)
    assert made.state is ImportState.READY
    assert taken_in(actor, made).created_count == 1
    assert queries.list_accounts(actor=actor).items[0].name == "Größe"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n",
        b"name\n",
        b",,\nx,y,z\n",
        b"name\nnul\x00\n",
        b"\x81\x8d\x8f\n",
        b'name\n"unclosed\n',
        b"PK\x03\x04\x14\x00\x06\x00",
        ("name\n" + "x" * 200_000).encode(),
        (",".join(["c"] * 201) + "\nx\n").encode(),
    ],
)
def test_what_is_no_csv_is_refused_with_a_remedy(content: bytes) -> None:
    actor = make_actor(Role.MANAGER)
    with pytest.raises(InvalidInputError) as refused:
        imports.upload_import(actor=actor, kind=ImportKind.ACCOUNTS, file_name="x.csv", content=content, at=AT)
    assert refused.value.remedy
    assert import_queries.list_imports(actor=actor).items == ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    with suppress(csv_files.UnreadableFileError):
        assert csv_files.read(content).lines


def test_a_spreadsheet_calculates_nothing_of_what_is_exported() -> None:
    actor = make_actor(Role.MANAGER)
    for name in ('=HYPERLINK("http://evil.example")', "+1 Ltd", "-Dash", "@Home", "Plain"):
        accounts.create_account(actor=actor, new=NewAccount(name=name), at=AT)
    text = "".join(import_queries.export_accounts(actor=actor))
    cells = [line.split(",")[0].strip('"') for line in text.splitlines()[1:]]
    assert all(not cell.startswith(("=", "+", "-", "@")) for cell in cells)
    assert sum(cell.startswith("'") for cell in cells) == 4


def test_what_was_exported_can_be_imported_again() -> None:
    actor, other = make_actor(Role.MANAGER), make_actor(Role.MANAGER)
    for name in ("=Formula", "Größe, AG", 'Quo"te'):
        new = NewAccount(name=name, products=("A", "B"), contract_value=Decimal("5.25"), external_ids={"crm": name})
        accounts.create_account(actor=actor, new=new, at=AT)
    made = upload(other, "".join(import_queries.export_accounts(actor=actor, filters=AccountFilters())))
    assert made.state is ImportState.READY, faults(other, made)
    assert made.mapping == (*made.fields, "external_ids.crm")
    assert taken_in(other, made).created_count == 3

    def facts(reader: Actor) -> list[object]:
        items = queries.list_accounts(actor=reader).items
        return [(item.name, item.products, item.contract_value, item.external_ids) for item in items]

    assert facts(actor) == facts(other)


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.VIEWER, Role.AUDITOR])
def test_who_only_works_on_accounts_imports_and_exports_none(role: Role) -> None:
    actor = make_actor(role)
    with pytest.raises(PermissionDeniedError):
        imports.upload_import(actor=actor, kind=ImportKind.ACCOUNTS, file_name="x", content=b"name\nA\n", at=AT)
    with pytest.raises(PermissionDeniedError):
        import_queries.export_accounts(actor=actor)
    with pytest.raises(PermissionDeniedError):
        import_queries.list_imports(actor=contact_actor(make_contact()))


def test_an_import_is_cancelled_once_and_another_workspaces_is_not_found() -> None:
    actor = make_actor(Role.MANAGER)
    made = upload(actor, "name\nAcorn\n")
    with pytest.raises(NotFoundError):
        imports.cancel_import(actor=make_actor(Role.OWNER), import_id=made.id, at=AT)
    assert imports.cancel_import(actor=actor, import_id=made.id, at=AT).state is ImportState.CANCELLED
    for again in (
        lambda: imports.start_import(actor=actor, import_id=made.id),
        lambda: imports.cancel_import(actor=actor, import_id=made.id, at=AT),
        lambda: imports.change_import(actor=actor, import_id=made.id, skips_existing=True),
    ):
        with pytest.raises(ConflictError):
            again()


def test_a_file_goes_in_over_http() -> None:
    actor = make_actor(Role.MANAGER)
    client = key_client(workspace=workspace_of(actor))
    with io.BytesIO(b"name\nAcorn\n") as csv:
        csv.name = "list.csv"  # type: ignore[attr-defined]
        made = client.post("/api/v1/imports", {"kind": "accounts", "file": csv})
    assert made.status_code == 201, made.content
    path = f"/api/v1/imports/{made.json()['id']}"
    assert made.json()["state"] == "checking"
    problem_of(client.post(f"{path}/start"), 409)
    job_operations.run_due(now=AT + timedelta(days=9999))
    assert client.get(path).json()["state"] == "ready"
    assert client.post(f"{path}/start").json()["state"] == "running"
    job_operations.run_due(now=AT + timedelta(days=9999))
    assert client.get(path).json()["created_count"] == 1
    exported = client.get("/api/v1/accounts/export")
    assert exported.headers["Content-Type"].startswith("text/csv")
    assert b"Acorn" in b"".join(exported.streaming_content)  # type: ignore[arg-type]
    result = client.get(f"{path}/result")
    assert b"What is wrong" in b"".join(result.streaming_content)  # type: ignore[arg-type]


def test_the_file_is_deleted_after_a_month_and_the_import_stays_listed() -> None:
    actor = make_actor(Role.MANAGER)
    made = upload(actor, "name\nAcorn\n")
    imports.delete_old_files(at=AT + timedelta(days=30))
    assert import_queries.get_import(actor=actor, import_id=made.id).preview
    imports.delete_old_files(at=AT + timedelta(days=31))
    assert import_queries.get_import(actor=actor, import_id=made.id).preview == ()
    with pytest.raises(NotFoundError):
        import_queries.read_import_result(actor=actor, import_id=made.id)
    with pytest.raises(ConflictError):
        imports.start_import(actor=actor, import_id=made.id)
