"""The web server's handler: plain answers, streams that do not wait for their end, middleware without the event loop."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.http import FileResponse, StreamingHttpResponse

from firstwin.config.web_handler import WebHandler


async def answer_to(path: str) -> tuple[int, dict[bytes, bytes], bytes]:
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    talk = ApplicationCommunicator(WebHandler(), scope)
    await talk.send_input({"type": "http.request"})
    start = await talk.receive_output()
    body, more = b"", True
    while more:
        part = await talk.receive_output()
        body += part.get("body", b"")
        more = part.get("more_body", False)
    await talk.wait()
    return start["status"], dict(start["headers"]), body


def test_a_request_is_answered_with_all_middleware() -> None:
    status, headers, _ = async_to_sync(answer_to)("/health/live")
    assert status == 200
    assert b"Content-Security-Policy" in headers
    assert b"X-Request-ID" in headers


def sent_by(response: StreamingHttpResponse) -> list[bytes]:
    sent: list[bytes] = []

    async def send(message: Any) -> None:
        sent.append(message.get("body", b""))

    async_to_sync(WebHandler().send_response)(response, send)
    return [body for body in sent if body]


def test_a_download_goes_out_while_it_is_read_and_on_one_thread() -> None:
    sent: list[bytes] = []
    seen: list[int] = []
    threads: set[int] = set()

    def rows() -> Iterator[bytes]:
        for number in range(3):
            seen.append(len(sent))
            threads.add(threading.get_ident())
            yield b"row %d\n" % number

    async def send(message: Any) -> None:
        if message.get("body"):
            sent.append(message["body"])

    async_to_sync(WebHandler().send_response)(StreamingHttpResponse(rows()), send)
    assert sent == [b"row 0\n", b"row 1\n", b"row 2\n"]
    assert seen == [0, 1, 2]
    assert len(threads) == 1


@pytest.mark.django_db
def test_a_file_is_sent_whole_and_closed(tmp_path: Any) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 300_000)
    response = FileResponse(path.open("rb"))
    assert b"".join(sent_by(response)) == b"x" * 300_000
    response.close()
    assert response.file_to_stream is None or response.file_to_stream.closed
