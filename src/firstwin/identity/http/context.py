"""What identity adds to every page's template."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from firstwin.shared import context


def theme(request: HttpRequest) -> dict[str, object]:
    """Return the theme that the person chose, on whichever device; who chose none, or is nobody, has the browser's.

    A request that is refused before anybody was recognised (a wrong Host header) has no user at all.
    """
    in_browser = context.page(request)["theme"]
    return {"theme": SimpleLazyObject(lambda: getattr(getattr(request, "user", None), "theme", "") or in_browser)}
