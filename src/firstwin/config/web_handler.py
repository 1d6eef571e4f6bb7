"""Requests as the product answers them: each on one of a few threads, which keep their database connection.

Every view is synchronous. Django's own ASGI handler would give each request a thread and a connection of its own and
change between threads four times on the way; only what is streamed needs the event loop.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.db import close_old_connections
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

THREADS = 16
KEEP_CONNECTION_SECONDS = 600
"""A new connection has to learn every statement again: the first few requests on it take twice as long."""
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class WebHandler(ASGIHandler):
    """Answers requests on threads of its own and sends streams piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")
        self._answer_on_thread = sync_to_async(self._answer, thread_sensitive=False, executor=threads)

    def load_middleware(self, is_async: bool = False) -> None:
        """Load the middleware for synchronous use."""
        del is_async
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer on a thread."""
        return await self._answer_on_thread(request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        close_old_connections()
        return self.get_response(request)

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send an answer; Django would read a whole download into memory before it sent the first byte."""
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _pieces(cast(Iterator[bytes], response.streaming_content))
        await super().send_response(response, send)


async def _pieces(content: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what a synchronous iterator yields, all of it read on the one thread that belongs to this request."""
    following = sync_to_async(lambda: next(content, None))
    while (piece := await following()) is not None:
        yield piece
