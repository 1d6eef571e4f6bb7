"""Changes by others, as they happen: a page listens and fetches itself anew when something it shows was recorded."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from firstwin.desk.http.access import desk_page
from firstwin.identity.contracts import Actor
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryInfo
from firstwin.projects.queries import projects as project_queries
from firstwin.shared import clock, closing

LOOK_EVERY_SECONDS = 1.0
BEAT_EVERY_SECONDS = 15.0
END_AFTER_SECONDS = 300.0
"""A stream ends after a while, or when its server does, and the browser comes back by itself: a lost reader costs little."""


@require_safe
@desk_page
def follow_project(request: HttpRequest, actor: Actor, project_id: UUID) -> HttpResponseBase:
    """Stream word of what is recorded about a project after the place in the journal that the page has seen."""
    project_queries.get_project(actor=actor, project_id=project_id, at=clock.now())
    if not isinstance(request, ASGIRequest):
        return HttpResponse(status=204)
    seen = request.headers.get("Last-Event-ID") or request.GET.get("after") or ""
    start = int(seen) if seen.isdigit() else journal_queries.find_head(workspace_id=actor.workspace_id)[0]
    response = StreamingHttpResponse(stream(actor, project_id, start), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def stream(actor: Actor, project_id: UUID, seen: int) -> AsyncIterator[bytes]:
    """Yield an event for each look that finds something new, and a comment now and then to keep the line open."""
    read = sync_to_async(_entries_after, thread_sensitive=False)
    quiet = passed = 0.0
    yield b"retry: 3000\n\n"
    while passed < END_AFTER_SECONDS and not closing.is_near():
        entries = await read(workspace_id=actor.workspace_id, sequence=seen)
        if entries:
            seen = entries[-1].sequence or seen
            if any(entry.project_id == project_id for entry in entries):
                yield f"id: {seen}\nevent: changed\ndata: {seen}\n\n".encode()
                quiet = 0.0
        if quiet >= BEAT_EVERY_SECONDS:
            yield b": still here\n\n"
            quiet = 0.0
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        quiet += LOOK_EVERY_SECONDS
        passed += LOOK_EVERY_SECONDS


def _entries_after(*, workspace_id: UUID, sequence: int) -> Sequence[EntryInfo]:
    """Look once and give the connection back: a stream stays open for minutes and must not keep one."""
    try:
        return journal_queries.entries_after(workspace_id=workspace_id, sequence=sequence)
    finally:
        connection.close()
