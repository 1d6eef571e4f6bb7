"""What a vendor's web page asks for: the script, and the settings that Segment's browser client wants before it sends.

Both are asked from foreign pages by browsers that hold no session, so they stand beside the intake, outside of Django.
"""

import gzip
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from firstwin.usage.rules import keys

SCRIPT = "/widget/firstwin.js"
_SETTINGS = ("/v1/projects/", "/settings")
_OPEN = [
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-content-type-options", b"nosniff"),
]
# A day from the browser's own cache, then a week more while it asks whether there is a newer one.
_SCRIPT_LIFE = (b"cache-control", b"public, max-age=86400, stale-while-revalidate=604800")
_SETTINGS_LIFE = (b"cache-control", b"public, max-age=300")
Scope = Mapping[str, Any]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Script:
    content: bytes
    packed: bytes
    tag: bytes


class PageScript:
    """Answers GET for the script and for the settings of Segment's browser client."""

    def __init__(self, *, file: Path, base_url: str) -> None:
        self._file = file
        self._base_url = base_url
        self._script: _Script | None = None

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Say whether a request is for one of the two."""
        return scope["type"] == "http" and (scope["path"] == SCRIPT or _key_of(scope["path"]) is not None)

    async def __call__(self, scope: Scope, _receive: object, send: Send) -> None:
        """Answer one request."""
        if scope["method"] == "OPTIONS":
            allowed = [(b"access-control-allow-methods", b"GET, HEAD"), (b"access-control-allow-headers", b"*")]
            await _answer(send, scope, 204, b"", allowed)
        elif scope["method"] not in {"GET", "HEAD"}:
            await _answer(send, scope, 405, b"", [(b"allow", b"GET, HEAD, OPTIONS")])
        elif scope["path"] == SCRIPT:
            await self._give_script(scope, send)
        else:
            await self._give_settings(scope, send)

    async def _give_script(self, scope: Scope, send: Send) -> None:
        script = self._read()
        if script is None:
            await _answer(send, scope, 404, b"", [(b"cache-control", b"no-store")])
            return
        asked = {name.lower(): value for name, value in scope["headers"]}
        headers = [(b"etag", script.tag), _SCRIPT_LIFE, (b"vary", b"accept-encoding")]
        if script.tag in asked.get(b"if-none-match", b""):
            await _answer(send, scope, 304, b"", headers)
            return
        headers.append((b"content-type", b"text/javascript; charset=utf-8"))
        if b"gzip" in asked.get(b"accept-encoding", b""):
            await _answer(send, scope, 200, script.packed, [*headers, (b"content-encoding", b"gzip")])
        else:
            await _answer(send, scope, 200, script.content, headers)

    def _read(self) -> _Script | None:
        if self._script is None and self._file.is_file():
            content = self._file.read_bytes()
            tag = b'"' + hashlib.blake2b(content, digest_size=12).hexdigest().encode() + b'"'
            self._script = _Script(content=content, packed=gzip.compress(content, 9, mtime=0), tag=tag)
        return self._script

    async def _give_settings(self, scope: Scope, send: Send) -> None:
        """Tell Segment's client to send here; the same for every key, so that nobody learns which ones there are."""
        protocol, _, host = self._base_url.partition("://")
        key = _key_of(scope["path"])
        target = {"apiKey": key, "apiHost": f"{host}/v1", "protocol": protocol}
        # Without the last one the client would tell Segment how it fares.
        content = {"integrations": {"Segment.io": target}, "plan": {}, "metrics": {"sampleRate": 0}}
        headers = [(b"content-type", b"application/json"), _SETTINGS_LIFE]
        await _answer(send, scope, 200, msgspec.json.encode(content), headers)


def _key_of(path: str) -> str | None:
    before, after = _SETTINGS
    key = path.removeprefix(before).removesuffix(after)
    return key if path == f"{before}{key}{after}" and keys.SHAPE.fullmatch(key) else None


async def _answer(send: Send, scope: Scope, status: int, body: bytes, headers: Headers) -> None:
    length = [] if status in {204, 304} else [(b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*_OPEN, *headers, *length]})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
