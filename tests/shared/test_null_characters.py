"""A null character is refused wherever text comes in, and nothing else is."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.factories.http import key_client, member_client, problem_of
from tests.factories.identity import make_workspace

pytestmark = pytest.mark.django_db


def test_it_is_refused_in_an_address_a_form_and_a_body() -> None:
    desk, api = member_client(), key_client(workspace=make_workspace())
    assert desk.get("/projects/?q=%00").status_code == 400
    assert desk.post("/projects/views/", {"name": "a\x00b", "query": ""}).status_code == 400
    problem_of(api.get("/api/v1/accounts/export?product=%00"), 400)
    for body in (rb'{"name": "a\u0000b"}', rb'{"name": "a\\\u0000b"}'):
        problem_of(api.generic("POST", "/api/v1/accounts", body, content_type="application/json"), 400)
        problem_of(api.generic("POST", "/api/v1/accounts", body, content_type="text/plain"), 400)


def test_a_backslash_before_the_same_letters_is_text_and_a_file_is_its_own_business() -> None:
    api = key_client(workspace=make_workspace())
    body = rb'{"name": "a\\u0000b", "segment": "enterprise", "contract_value": "1"}'
    answer = api.generic("POST", "/api/v1/accounts", body, content_type="application/json")
    assert (answer.status_code, answer.json()["name"]) == (201, "a\\u0000b")
    upload = SimpleUploadedFile("people.csv", b"name\x00\nAcorn\n")
    assert api.post("/api/v1/imports", {"kind": "accounts", "file": upload}).status_code != 400
