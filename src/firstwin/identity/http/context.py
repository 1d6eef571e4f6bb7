"""What identity adds to every page's template."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from firstwin.shared import context


def theme(request: HttpRequest) -> dict[str, object]:
    """Return the theme that the person chose, on whichever device; who chose none, or is nobody, has the browser's."""
    in_browser = context.page(request)["theme"]
    return {"theme": SimpleLazyObject(lambda: getattr(request.user, "theme", "") or in_browser)}
