"""Answers to what somebody did on a page: a passing notice with a way back, and word that something changed."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def done(request: HttpRequest, text: str, *, undo_url: str = "", undo_label: str = "Undo") -> HttpResponse:
    """Answer an htmx request: show a notice, and let everything that listens to `changed` fetch itself anew."""
    response = render(request, "desk/done.html", {"text": text, "undo_url": undo_url, "undo_label": undo_label})
    response.headers["HX-Trigger"] = "changed"
    return response


def nothing_done(request: HttpRequest, text: str) -> HttpResponse:
    """Answer an htmx request that had nothing to do: a notice says why, and the page stays as it is."""
    return render(request, "desk/done.html", {"text": text})


def gone_to(address: str) -> HttpResponse:
    """Answer an htmx request by leading the whole page elsewhere."""
    return HttpResponse(status=204, headers={"HX-Redirect": address})
