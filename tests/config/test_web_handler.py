"""The web server's handler: plain answers, streams that do not wait for their end, middleware without the event loop."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from asgiref.testing import ApplicationCommunicator
from django.core.signals import request_finished, request_started
from django.http import FileResponse, HttpResponse, StreamingHttpResponse
from django.test import override_settings
from django.urls import path as at_path
from django.utils import translation

from firstwin.config.web_handler import WebHandler


def scope_of(path: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }


async def answer_to(path: str, handler: WebHandler | None = None) -> tuple[int, dict[bytes, bytes], bytes]:
    talk = ApplicationCommunicator(handler or WebHandler(), scope_of(path))
    await talk.send_input({"type": "http.request"})
    start = await talk.receive_output(timeout=30)  # the first request in a process loads every page
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


# pages that only these tests have ---------------------------------------------------------------------------------------

ended: list[str] = []


class Watched(StreamingHttpResponse):
    """A stream that tells when it is closed."""

    def close(self) -> None:
        super().close()
        ended.append("closed")


def leaves_a_language(request: Any) -> HttpResponse:
    found = f"{translation.get_language()} {threading.get_ident()}"
    translation.activate("de")
    return HttpResponse(found)


def streams_for_ever(request: Any) -> Watched:
    async def pieces() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"still here\n"
                await asyncio.sleep(0.01)
        finally:
            ended.append("left")

    return Watched(pieces())


def breaks_off(request: Any) -> StreamingHttpResponse:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"first\n"
        raise ValueError("no second piece")

    return Watched(pieces())


urlpatterns = [
    at_path("language", leaves_a_language),
    at_path("for-ever", streams_for_ever),
    at_path("breaks-off", breaks_off),
]


@override_settings(ROOT_URLCONF=__name__)
def test_what_a_request_leaves_in_its_thread_is_gone_with_it() -> None:
    handler = WebHandler()

    async def twice() -> list[str]:
        return [(await answer_to("/language", handler))[2].decode() for _ in range(2)]

    first, second = async_to_sync(twice)()
    assert first == second, "the same thread, and the language of the request before is not known"


def test_a_request_begins_and_ends_on_the_thread_that_answers_it() -> None:
    threads: list[int] = []

    def note(**_: Any) -> None:
        threads.append(threading.get_ident())

    request_started.connect(note)
    request_finished.connect(note)
    try:
        async_to_sync(answer_to)("/health/live")
    finally:
        request_started.disconnect(note)
        request_finished.disconnect(note)
    assert len(threads) == 2
    assert len(set(threads)) == 1


async def left_after_a_piece(path: str) -> None:
    talk = ApplicationCommunicator(WebHandler(), scope_of(path))
    await talk.send_input({"type": "http.request"})
    await talk.receive_output(timeout=30)
    await talk.receive_output()
    await talk.send_input({"type": "http.disconnect"})
    await talk.wait()


@override_settings(ROOT_URLCONF=__name__)
def test_a_stream_ends_when_its_reader_leaves() -> None:
    ended.clear()
    async_to_sync(left_after_a_piece)("/for-ever")
    assert ended == ["left", "closed"]


@override_settings(ROOT_URLCONF=__name__)
def test_a_stream_that_breaks_off_is_closed_and_told_to_the_server() -> None:
    ended.clear()
    with pytest.raises(ValueError, match="no second piece"):
        async_to_sync(answer_to)("/breaks-off")
    assert ended == ["closed"]


def test_who_leaves_before_the_request_has_arrived_gets_no_answer() -> None:
    async def leave() -> bool:
        talk = ApplicationCommunicator(WebHandler(), scope_of("/health/live"))
        await talk.send_input({"type": "http.disconnect"})
        await talk.wait()
        return await talk.receive_nothing()

    assert async_to_sync(leave)()
