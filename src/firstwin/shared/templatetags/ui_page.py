"""What the frame of a page needs: scripts, stylesheets, theme."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from firstwin.shared import assets

register = template.Library()


@register.simple_tag
def page_assets() -> SafeString:
    """Return the stylesheets and the scripts of every page."""
    sheets = format_html_join("\n", '<link rel="stylesheet" href="{}">', ((href,) for href in assets.stylesheets()))
    scripts = format_html_join("\n", '<script type="module" src="{}"></script>', ((src,) for src in assets.scripts()))
    return format_html("{}\n{}", sheets, scripts)


@register.simple_tag(takes_context=True)
def address_with(context: template.Context, **changes: object) -> str:
    """Return this page's address with some parameters replaced; None or "" drops one, and paging starts anew."""
    request = context["request"]
    parameters = request.GET.copy()
    parameters.pop("cursor", None)
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = str(value)
    query = parameters.urlencode()
    return f"{request.path}?{query}" if query else str(request.path)
