"""The script for vendors' pages and the settings of Segment's browser client, as foreign pages ask for them."""

import gzip
import json
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync

from firstwin.usage.http.script import SCRIPT, PageScript
from tests.usage.http.asking import ask

BUILT = Path(__file__).resolve().parents[3] / "src" / "firstwin" / "static" / "widget" / "firstwin.js"
MOST_BYTES = 6_000


def give(
    path: str, *, file: Path = BUILT, method: str = "GET", **headers: str
) -> tuple[int, dict[bytes, bytes], bytes]:
    script = PageScript(file=file, base_url="https://firstwin.example.com")
    assert script.takes({"type": "http", "path": path})
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return async_to_sync(ask)(script, path, b"", named, method)


def test_the_script_has_at_most_6_kb_and_names_no_other_host() -> None:
    _, headers, packed = give(SCRIPT, Accept_Encoding="gzip, br")
    assert headers[b"content-encoding"] == b"gzip"
    assert len(packed) <= MOST_BYTES, f"{len(packed)} bytes"
    text = gzip.decompress(packed)
    assert text == BUILT.read_bytes()
    assert b"//" not in text.replace(b"://", b"", 1) or b"http" not in text
    assert b"eval(" not in text
    assert b"Function(" not in text


def test_the_script_is_kept_by_browsers_and_asked_for_by_any_page() -> None:
    status, headers, content = give(SCRIPT)
    assert (status, content) == (200, BUILT.read_bytes())
    assert headers[b"access-control-allow-origin"] == b"*"
    assert headers[b"cross-origin-resource-policy"] == b"cross-origin"
    assert headers[b"content-type"] == b"text/javascript; charset=utf-8"
    assert b"max-age=86400" in headers[b"cache-control"]
    tag = headers[b"etag"].decode()
    assert give(SCRIPT, If_None_Match=tag)[::2] == (304, b"")
    assert give(SCRIPT, If_None_Match=f'"other", W/{tag}')[0] == 304
    assert give(SCRIPT, If_None_Match='"other"')[0] == 200
    assert give(SCRIPT, method="HEAD")[::2] == (200, b"")
    assert give(SCRIPT, method="OPTIONS")[0] == 204
    assert give(SCRIPT, method="POST")[0] == 405


def test_without_the_built_script_nothing_is_remembered(tmp_path: Path) -> None:
    status, headers, _ = give(SCRIPT, file=tmp_path / "none.js")
    assert (status, headers[b"cache-control"]) == (404, b"no-store")


def test_the_browser_client_of_segment_is_told_where_to_send() -> None:
    status, headers, content = give("/v1/projects/abcdefgh12345678/settings")
    assert status == 200
    assert headers[b"access-control-allow-origin"] == b"*"
    target = {"apiKey": "abcdefgh12345678", "apiHost": "firstwin.example.com/v1", "protocol": "https"}
    assert json.loads(content)["integrations"] == {"Segment.io": target}
    assert json.loads(content)["metrics"] == {"sampleRate": 0}


@pytest.mark.parametrize(
    "path", ["/v1/projects/short/settings", "/v1/projects/abcdefgh/1/settings", "/v1/projects/abcdefgh1234", "/widget/"]
)
def test_other_addresses_are_not_taken(path: str) -> None:
    assert not PageScript.takes({"type": "http", "path": path})
