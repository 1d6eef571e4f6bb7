"""The whole journal for those who audit: search, exports, and the proof that nothing was altered."""

import json
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from firstwin.desk import queries
from firstwin.desk.contracts import Fact
from firstwin.desk.http.access import desk_page, is_fragment, kept, may_audit, words
from firstwin.desk.http.downloads import attachment, csv_answer
from firstwin.desk.http.settings import tabs
from firstwin.identity import queries as identity_queries
from firstwin.identity.contracts import Actor
from firstwin.journal import queries as journal_queries
from firstwin.journal.contracts import EntryFilter, EntryInfo, JournalDeniedError, event_types
from firstwin.shared import clock

HEAD = ("At", "Sequence", "Event", "By", "As", "For", "What", "Account id", "Project id", "Subject", "Hash", "Data")


def _require(actor: Actor) -> None:
    if not may_audit(actor):
        raise JournalDeniedError(
            "The whole journal is open to owners, admins and auditors.",
            remedy="Open the timeline of an account or project.",
        )


def filters_of(request: HttpRequest, actor: Actor) -> EntryFilter:
    """Read the filters of the address; a value that makes no sense filters nothing. Days are the reader's own."""
    event = words(request, "event")
    since, until = _day(words(request, "from")), _day(words(request, "to"))
    return EntryFilter(
        event_names=(event,) if event in event_types() else (),
        author_id=_id(words(request, "person")),
        since=_midnight(since, actor) if since else None,
        until=_midnight(until + timedelta(days=1), actor) if until and until < date.max else None,
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _midnight(day: date, actor: Actor) -> datetime:
    """Return when a day begins for the reader; days at the very end of the calendar have no other zone."""
    zone = ZoneInfo(actor.time_zone) if date.min < day < date.max - timedelta(days=1) else UTC
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)


@require_safe
@desk_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show the journal, the latest first, as its filters ask."""
    _require(actor)
    page = queries.list_journal(
        actor=actor, chosen=filters_of(request, actor), cursor=request.GET.get("cursor") or None
    )
    context = {
        "page": page,
        "events": [(name, name.replace(".", ": ").replace("_", " ")) for name in sorted(event_types())],
        "people": identity_queries.list_members(actor=actor, is_active=None),
        "chosen": kept(request),
        "is_narrowed": any(words(request, name) for name in ("event", "person", "from", "to")),
        "query": request.GET.urlencode(),
    }
    return tabs.page(request, actor, "settings_journal", "journal.html", context)


@require_POST
@desk_page
def verify(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Work the chain through from its beginning and say whether it holds."""
    _require(actor)
    if not is_fragment(request):
        return redirect("settings_journal")
    at = clock.now()
    verdict = journal_queries.verify_chain(workspace_id=actor.workspace_id, at=at)
    return render(request, "desk/settings/_verdict.html", {"verdict": verdict, "at": at})


@require_safe
@desk_page
def export_lines(_request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Send all that is sealed as JSON lines, which `firstwin journal verify` checks without the server."""
    _require(actor)
    at = clock.now()
    workspace = identity_queries.get_workspace(actor=actor)
    lines = journal_queries.export_lines(workspace_id=actor.workspace_id, workspace=workspace.name, at=at)
    return attachment(f"journal-{at:%Y-%m-%d}.jsonl", lines, content_type="application/x-ndjson")


@require_safe
@desk_page
def export_table(request: HttpRequest, actor: Actor) -> StreamingHttpResponse:
    """Send what the filters leave as CSV."""
    _require(actor)
    found = queries.stream_journal(actor=actor, chosen=filters_of(request, actor))
    rows = (_row(entry, fact) for entry, fact in found)
    return csv_answer(f"journal-{clock.now():%Y-%m-%d}.csv", HEAD, rows)


def _row(entry: EntryInfo, fact: Fact) -> tuple[object, ...]:
    return (
        entry.at.isoformat(),
        entry.sequence or "",
        entry.event_name,
        entry.author.name,
        entry.author.kind.value,
        entry.author.on_behalf_of_name,
        fact.text,
        entry.account_id or "",
        entry.project_id or "",
        f"{entry.subject_type} {entry.subject_id}",
        entry.hash or "",
        json.dumps(dict(entry.data), ensure_ascii=False, sort_keys=True),
    )
