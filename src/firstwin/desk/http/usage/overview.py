"""Usage at a glance: who is active over time, and what they do most."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from firstwin.desk.http.access import may_govern
from firstwin.desk.http.usage import frame
from firstwin.identity.contracts import Actor
from firstwin.usage.queries import sources


@require_safe
@frame.usage_page
def show(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Show how much the product is used; before the first event, how to connect it."""
    context: dict[str, Any] = {
        "connection": sources.get_connection(actor=actor),
        "may_govern": may_govern(actor),
    }
    return frame.page(request, "usage", "overview.html", context)
