"""Another workspace's ids lead nowhere, at every address there is: not found, and nothing changed.

The addresses come from the URL table, so a new one is covered or fails here. See foreign_ids.py for how to cover one.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, connection, models, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from firstwin.config.api import api
from firstwin.identity.models import ApiKey, ApiWindow, IdempotentRequest
from firstwin.journal.models import Entry
from firstwin.shared.models import WorkspaceModel
from tests.factories.http import key_client, member_client
from tests.tenancy import foreign_ids
from tests.tenancy.foreign_ids import NO_TENANT, THINGS, WORDS, World

PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
WRITTEN = re.compile(r'(?:INSERT INTO|INSERT OR IGNORE INTO|UPDATE|DELETE FROM) "?(\w+)"?')
READING = ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "SET")
BOOKKEEPING = {ApiKey, ApiWindow, IdempotentRequest}  # a key notes when it was last used
API = "api/v1/"


@dataclass(frozen=True)
class Address:
    """A route with its methods; `schema` is the body of an API operation, where it takes one."""

    route: str
    method: str
    schema: Any = None
    query: tuple[tuple[str, str], ...] = ()

    @property
    def parameters(self) -> list[str]:
        return [name for name in PARAMETER.findall(self.route) if name not in WORDS]

    @property
    def is_api(self) -> bool:
        return self.route.startswith(API)

    def path(self, ids: dict[str, str]) -> str:
        path = "/" + PARAMETER.sub(lambda found: WORDS.get(found[1]) or ids[found[1]], self.route)
        return f"{path}?{urlencode(self.query)}" if self.query else path

    def __str__(self) -> str:
        return f"{self.method} {self.route}"


def routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[str]:
    """Every route of the URL table."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def is_tenant(route: str) -> bool:
    return not any(route.startswith(beginning) for beginning in NO_TENANT)


DESCRIPTION = api.get_openapi_schema()


def addresses() -> Iterator[Address]:
    """Every address that takes an id of a workspace, in its path or in its body."""
    for path, operations in DESCRIPTION["paths"].items():
        route = path.removeprefix("/").replace("{", "<").replace("}", ">")
        for method, operation in operations.items():
            content = operation.get("requestBody", {}).get("content", {})
            asked = [given for given in operation.get("parameters", []) if given["in"] == "query" and given["required"]]
            query = tuple((given["name"], str(sample(given["name"], given["schema"], None))) for given in asked)
            address = Address(route, method.upper(), content or None, query)
            if address.parameters or body_ids(address):
                yield address
    for route in routes():
        if not route.startswith("api/") and PARAMETER.search(route) and is_tenant(route):
            yield Address(route, "GET")
            yield Address(route, "POST")


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def properties(address: Address) -> tuple[dict[str, Any], list[str]]:
    """The fields of an operation's body, and those that it requires."""
    if not address.schema:
        return {}, []
    schema = resolved(next(iter(address.schema.values()))["schema"])
    return schema.get("properties", {}), schema.get("required", [])


def body_ids(address: Address) -> list[str]:
    """Fields of the body that name a thing, or several ("contact_ids")."""
    return [name for name in properties(address)[0] if name in THINGS or name.removesuffix("s") in THINGS]


def sample(name: str, schema: dict[str, Any], world: World | None) -> Any:
    """A value that the schema accepts; ids name things of the world."""
    schema = resolved(schema)
    if world is not None and name in THINGS:
        return world.id(name)
    if world is not None and name.removesuffix("s") in THINGS:
        return [world.id(name.removesuffix("s"))]
    if "anyOf" in schema:
        return sample(name, next(option for option in schema["anyOf"] if option.get("type") != "null"), world)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if "prefixItems" in schema:
        return [sample("", one, world) for one in schema["prefixItems"]]
    if schema.get("type") == "array":
        return [sample("", schema["items"], world)] if "items" in schema else []
    formats = {"uuid": str(uuid4()), "date-time": "2026-03-02T09:00:00Z", "date": "2026-03-02", "time": "09:00"}
    kinds = {"integer": 1, "number": 1, "boolean": True, "string": "text"}
    if schema.get("type") == "object" or "properties" in schema:
        inner = schema.get("properties", {})
        return {key: sample(key, inner[key], world) for key in schema.get("required", [])}
    return formats.get(schema.get("format", ""), kinds.get(schema.get("type", ""), "text"))


def send(client: Client, address: Address, *, body_world: World, ids: dict[str, str]) -> tuple[int, bytes]:
    """Call an address; the answer's status and the beginning of its text."""
    answer = call(client, address, body_world, address.path(ids))
    content = b"" if answer.streaming else bytes(answer.content[:300])
    # The end of a request drops a connection that is in a transaction, and all of the test is in one.
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)
    return answer.status_code, content


def call(client: Client, address: Address, world: World, path: str) -> Any:
    given = foreign_ids.BODIES[str(address)](world) if str(address) in foreign_ids.BODIES else {}
    if not address.is_api:
        if address.method == "GET":
            return client.get(path)
        upload = SimpleUploadedFile("file.txt", b"Some words")
        return client.post(path, {**foreign_ids.PAGE_FIELDS, "file": upload, **given})
    fields, required = properties(address)
    names = [*required, *(name for name in body_ids(address) if name not in required)]
    if address.method == "PATCH" and not names:
        names = list(fields)[:1]
    files = {name for name, schema in fields.items() if resolved(schema).get("format") == "binary"}
    body = {**{name: sample(name, fields[name], world) for name in names if name not in files}, **given}
    if files:
        return client.post(path, {**body, **{name: SimpleUploadedFile("file.txt", b"name\nAcorn\n") for name in files}})
    return client.generic(address.method, path, json_of(body), content_type="application/json")


def json_of(body: dict[str, Any]) -> bytes:
    return api.renderer.render(None, body, response_status=200).encode()  # type: ignore[union-attr, arg-type]


@cache
def compared_models() -> tuple[type[WorkspaceModel], ...]:
    """All tables of workspaces, but for the bookkeeping of the API itself."""
    return tuple(model for model in apps.get_models() if issubclass(model, WorkspaceModel) and model not in BOOKKEEPING)


def everything() -> dict[str, Any]:
    """All rows of all workspaces, and the journal."""
    found: dict[str, Any] = {"journal": Entry.objects.count()}
    for model in compared_models():
        rows: models.QuerySet[Any] = model.objects.across_workspaces(reason="the test compares all rows")
        found[model.__name__] = sorted(map(repr, rows.values_list()))
    return found


@contextmanager
def nothing_changes(before: dict[str, Any]) -> Iterator[None]:
    """Compare all rows with how they were before, if any of them may have been written: comparing takes long."""
    compared = {model._meta.db_table for model in compared_models()} | {Entry._meta.db_table}
    written: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        table = WRITTEN.match(sql)
        if not sql.startswith(READING) and (table is None or table[1] in compared):
            written.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield
    assert not written or everything() == before


ADDRESSES = list(addresses())
pytestmark = pytest.mark.long


def test_every_id_in_an_address_is_known() -> None:
    unknown = {
        route
        for route in routes()
        if is_tenant(route) and any(name not in THINGS and name not in WORDS for name in PARAMETER.findall(route))
    }
    assert not unknown, "add the parameter to THINGS, or the address to NO_TENANT, in tests/tenancy/foreign_ids.py"


@pytest.mark.django_db  # the runner makes a database only where a test of the run asks for one in this way
def test_no_entry_is_left_over() -> None:
    begun = [start for start in NO_TENANT if not any(route.startswith(start) for route in routes())]
    assert not begun
    assert not set(foreign_ids.BODIES) - {str(address) for address in ADDRESSES}


@pytest.fixture(scope="module")
def worlds(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, World, dict[str, Any]]]:
    """Two workspaces with one of everything, made once, and all their rows; what a test changes is rolled back to here."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic._from_testcase = True  # type: ignore[attr-defined]
        with atomic:
            made = World(), World()
            for world in made:
                for name in THINGS:
                    world.id(name)
            yield (*made, everything())
            transaction.set_rollback(True)


@pytest.fixture
def _rolled_back(worlds: tuple[World, World, dict[str, Any]], django_db_blocker: Any) -> Iterator[None]:
    """Take back what one test changed. Not `db`: its end closes the connection on which the worlds were made."""
    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic._from_testcase = True  # type: ignore[attr-defined]
        with atomic:
            yield
            transaction.set_rollback(True)


@pytest.mark.usefixtures("_rolled_back")
@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.parameters], ids=str)
def test_an_id_of_another_workspace_is_not_found(address: Address, worlds: tuple[World, World, dict[str, Any]]) -> None:
    own, foreign, before = worlds
    own_ids = {name: own.id(name) for name in address.parameters}
    clients = [member_client(member=own.owner), *([key_client(workspace=own.workspace)] if address.is_api else [])]
    for client in clients:
        for name in address.parameters:
            with nothing_changes(before):
                status, content = send(client, address, body_world=own, ids={**own_ids, name: foreign.id(name)})
            expected = {404, 405} if client is clients[0] else {403, 404, 405}  # some things no key may do
            assert status in expected, f"{name}: {status} {content!r}"
    if address.is_api:
        # The same request with the workspace's own ids finds something: the refusal above meant the ids.
        status, content = send(clients[0], address, body_world=own, ids=own_ids)
        assert status not in {404, 405, 500}, content


@pytest.mark.usefixtures("_rolled_back")
@pytest.mark.parametrize("address", [a for a in ADDRESSES if body_ids(a)], ids=str)
def test_an_id_of_another_workspace_in_a_body_is_refused(
    address: Address, worlds: tuple[World, World, dict[str, Any]]
) -> None:
    own, foreign, before = worlds
    ids = {name: own.id(name) for name in address.parameters}
    client = key_client(workspace=own.workspace)
    with nothing_changes(before):
        status, content = send(client, address, body_world=foreign, ids=ids)
    assert status in {404, 409, 422}, content
