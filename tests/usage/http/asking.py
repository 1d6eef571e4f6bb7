"""Ask the intake, or the whole front door, as granian does."""

import base64
import json
from pathlib import Path
from typing import Any

from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator

from firstwin.usage.contracts import SourceInfo
from firstwin.usage.http import intake as intake_http

seen: list[tuple[str, str, int]] = []


def observe(method: str, route: str, status: int, _seconds: float) -> None:
    seen.append((method, route, status))


def make_intake(*, inbox_bytes: int = 1_000_000, least_free_bytes: int = 1) -> intake_http.Intake:
    limits = intake_http.Limits(inbox_bytes=inbox_bytes, folder=Path("/"), least_free_bytes=least_free_bytes)
    return intake_http.Intake(limits=limits, observe=observe, has_thread=False)


async def ask(
    application: Any, path: str, body: bytes, headers: dict[str, str], method: str
) -> tuple[int, dict[bytes, bytes], bytes]:
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": [
            (name.lower().encode(), value.encode()) for name, value in {"Host": "localhost", **headers}.items()
        ],
    }
    talk = ApplicationCommunicator(application, scope)
    half = len(body) // 2
    await talk.send_input({"type": "http.request", "body": body[:half], "more_body": True})
    await talk.send_input({"type": "http.request", "body": body[half:]})
    start = await talk.receive_output(timeout=10)
    content = await talk.receive_output(timeout=10)
    await talk.wait()
    return start["status"], dict(start["headers"]), content["body"]


def send(
    path: str, body: bytes, *, application: Any = None, method: str = "POST", **headers: str
) -> tuple[int, dict[bytes, bytes], dict[str, Any]]:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    status, given, content = async_to_sync(ask)(application or make_intake(), path, body, named, method)
    return status, given, json.loads(content)


def basic(source: SourceInfo) -> str:
    return "Basic " + base64.b64encode(f"{source.keys[0].key}:".encode()).decode()
