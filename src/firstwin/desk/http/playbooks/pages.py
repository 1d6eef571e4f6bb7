"""One playbook to look at: outline, flowchart, timeline, versions and what changed between them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from firstwin.customers.contracts import Segment
from firstwin.desk import queries
from firstwin.desk.http.access import desk_page, words
from firstwin.desk.http.playbooks import spoken
from firstwin.identity.contracts import Actor
from firstwin.playbooks import queries as playbook_queries
from firstwin.projects.queries import updates as update_queries
from firstwin.shared import clock
from firstwin.shared.middleware import HEADER, policy


def _number(request: HttpRequest, name: str) -> int | None:
    text = words(request, name)
    return int(text) if text.isdigit() and len(text) < 6 else None


def context_of(request: HttpRequest, actor: Actor, playbook_id: UUID, tab: str) -> dict[str, Any]:
    """Return the playbook with the version that is asked for, else the latest, else the draft."""
    detail = playbook_queries.get_playbook(actor=actor, playbook_id=playbook_id)
    number = _number(request, "version")
    version = None
    if words(request, "version") != "draft" and detail.summary.latest_version is not None:
        version = playbook_queries.get_version_by_number(
            actor=actor, playbook_id=playbook_id, number=number or detail.summary.latest_version
        )
    return {
        "detail": detail,
        "summary": detail.summary,
        "version": version,
        "definition": version.definition if version else detail.draft,
        "tab": tab,
        "can_edit": playbook_queries.may_edit_playbooks(actor),
        "outdated": update_queries.find_outdated(actor=actor, playbook_id=playbook_id)
        if detail.summary.latest_version is not None
        else None,
        "edition": detail.summary.is_builtin
        and playbook_queries.find_new_edition(actor=actor, playbook_id=playbook_id),
    }


@require_safe
@desk_page
def show_outline(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show the stages with everything in them."""
    context = context_of(request, actor, playbook_id, "outline")
    definition = context["definition"]
    context |= {
        "outline": spoken.outline(definition),
        "durations": spoken.durations(definition),
        "targets": spoken.targets(definition),
    }
    return render(request, "desk/playbooks/outline.html", context)


@require_safe
@desk_page
def show_flowchart(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show the flowchart; its library writes styles into the picture, which this page alone permits."""
    context = context_of(request, actor, playbook_id, "flowchart")
    context["flowchart"] = playbook_queries.draw_flowchart(context["definition"])
    response = render(request, "desk/playbooks/flowchart.html", context)
    response.headers[HEADER] = policy(style_src="'self' 'unsafe-inline'")
    return response


@require_safe
@desk_page
def show_timeline(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show the plan over time as it would be for a customer of a segment who signs today."""
    context = context_of(request, actor, playbook_id, "timeline")
    asked = words(request, "segment")
    segment = Segment(asked) if asked in {item.value for item in Segment} else Segment.MID_MARKET
    context["segments"] = [(item.value, item is segment) for item in Segment]
    context["bars"] = queries.list_sample_bars(
        actor=actor, definition=context["definition"], segment=segment, at=clock.now()
    )
    response = render(request, "desk/playbooks/timeline.html", context)
    # The chart's library writes style attributes into its drawing; scripts and style elements stay forbidden.
    response.headers[HEADER] = policy(style_src_attr="'unsafe-inline'")
    return response


@require_safe
@desk_page
def show_versions(request: HttpRequest, actor: Actor, playbook_id: UUID) -> HttpResponse:
    """Show the published versions, and in plain words what changed between two of them."""
    context = context_of(request, actor, playbook_id, "versions")
    latest = context["summary"].latest_version
    if latest is not None:
        old, new = _number(request, "old"), _number(request, "new")
        if old is None and new is None and not context["summary"].has_draft_changes and latest > 1:
            old, new = latest - 1, latest
        context["old"], context["new"] = old or latest, new
        context["changes"] = playbook_queries.compare_versions(
            actor=actor, playbook_id=playbook_id, old=old or latest, new=new
        )
    context["versions"] = playbook_queries.list_versions(actor=actor, playbook_id=playbook_id)
    return render(request, "desk/playbooks/versions.html", context)


@require_safe
@desk_page
def export(request: HttpRequest, actor: Actor, playbook_id: UUID, form: str) -> HttpResponse:
    """Send the playbook as YAML or as a Mermaid flowchart."""
    context = context_of(request, actor, playbook_id, "")
    definition = context["definition"]
    write = playbook_queries.export_definition if form == "yaml" else playbook_queries.draw_flowchart
    response = HttpResponse(write(definition), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{definition.key}.{form}"'
    return response
