"""What every page's template can use."""

from django.conf import settings
from django.http import HttpRequest

THEMES = ("system", "light", "dark")
THEME_COOKIE = "theme"


def page(request: HttpRequest) -> dict[str, object]:
    """Return the reader's theme and whether development aids are on."""
    theme = request.COOKIES.get(THEME_COOKIE, "system")
    return {"theme": theme if theme in THEMES else "system", "themes": THEMES, "is_development": settings.DEVELOPMENT}
