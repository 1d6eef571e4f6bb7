"""Requests as the product answers them: each on one of a few threads, which keep their database connection.

Every view is synchronous. Django's own ASGI handler would give each request a thread and a connection of its own and
change between threads four times on the way. Here the event loop reads a request, hands it to a thread once and sends
what comes back; only what is streamed stays with the loop.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import IO, Any, cast

from asgiref.sync import ThreadSensitiveContext, sync_to_async
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.core.signals import request_started
from django.db import connections
from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import set_script_prefix

THREADS = 16
KEEP_CONNECTION_SECONDS = 600
"""A new connection has to learn every statement again: the first few requests on it take twice as long."""
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class WebHandler(ASGIHandler):
    """Answers requests on threads of its own and sends streams piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="request")

    def load_middleware(self, is_async: bool = False) -> None:
        """Load the middleware for synchronous use."""
        del is_async
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer a request; whoever leaves before all of it has arrived gets none."""
        try:
            body = await self.read_body(receive)
        except RequestAborted:
            return
        run = copy_context().run  # what a request leaves behind, a language say, is gone with it
        response = await asyncio.get_running_loop().run_in_executor(self._threads, run, self._answer, scope, body)
        if response.streaming:
            await self._stream(response, receive, send)
        else:
            await self.send_response(response, send)

    def _answer(self, scope: Mapping[str, Any], body: IO[bytes]) -> HttpResponseBase:
        """Do all that a request takes on this thread; what has its whole content ends here too."""
        set_script_prefix(get_script_prefix(scope))
        request_started.send(sender=self.__class__, scope=scope)
        request, refusal = self.create_request(scope, body)
        response = cast(HttpResponseBase, refusal if request is None else self.get_response(request))
        response._handler_class = self.__class__  # type: ignore[attr-defined]  # Django names it as the sender of the end
        if not response.streaming:
            response.close()
        return response

    async def _stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Send a stream until it ends or its reader leaves."""
        async with ThreadSensitiveContext():
            sending = asyncio.create_task(self.send_response(response, send))
            leaving = asyncio.create_task(self._wait_for_end(receive))
            try:
                await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
                if sending.done():
                    sending.result()
            finally:
                sending.cancel()
                leaving.cancel()
                await asyncio.gather(sending, leaving, return_exceptions=True)
                await sync_to_async(_end)(response)

    @staticmethod
    async def _wait_for_end(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    async def send_response(self, response: HttpResponseBase, send: Send) -> None:
        """Send an answer; Django would read a whole download into memory before it sent the first byte."""
        if isinstance(response, StreamingHttpResponse) and not response.is_async:
            response.streaming_content = _pieces(cast(Iterator[bytes], response.streaming_content))
        await super().send_response(response, send)


def _end(response: HttpResponseBase) -> None:
    """End a stream on its own thread, which goes with it: a connection that it opened would stay open."""
    response.close()
    connections.close_all()


async def _pieces(content: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what a synchronous iterator yields, all of it read on the one thread that belongs to this request."""
    following = sync_to_async(lambda: next(content, None))
    while (piece := await following()) is not None:
        yield piece
