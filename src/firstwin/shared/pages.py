"""Pages that belong to no domain: the brand's stylesheet, the theme switch, errors."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from firstwin.shared import brand, context, errors

YEAR = 60 * 60 * 24 * 365


@require_safe
@cache_control(public=True, max_age=YEAR, immutable=True)
def theme_stylesheet(request: HttpRequest, colour: str) -> HttpResponse:
    """Answer the stylesheet of a brand colour; the same colour always gives the same text."""
    return HttpResponse(brand.stylesheet(colour), content_type="text/css; charset=utf-8")


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's choice of light, dark or what the system says."""
    theme = request.POST.get("theme", "")
    following = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()}):
        following = "/"
    response = HttpResponse(status=204) if request.headers.get("HX-Request") else HttpResponseRedirect(following)
    if theme in context.THEMES:
        response.set_cookie(
            context.THEME_COOKIE,
            theme,
            max_age=YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


ERRORS = {
    400: ("That request could not be read", "Nothing was changed.", "Go back, reload the page and try once more."),
    403: ("You may not see or do this", "Nothing was changed.", "Ask an administrator of your workspace for access."),
    404: (
        "There is nothing at this address",
        "The thing may have been removed, or the link is incomplete.",
        "Check the link, or start from the first page.",
    ),
    500: (
        "Something broke on our side",
        "What you last saved is safe. The error was written down for whoever runs this installation.",
        "Wait a moment and try again.",
    ),
}


def error_page(request: HttpRequest, status: int, detail: str = "", remedy: str = "") -> HttpResponse:
    """Answer an error in words: what happened, what is safe, what to do."""
    title, safe, usual_remedy = ERRORS.get(status, ERRORS[400])
    answer = {"status": status, "title": title, "detail": detail or safe, "remedy": remedy or usual_remedy}
    return render(request, "error.html", answer, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    return error_page(request, 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_page(
        request, 403, "This page was open for too long, or cookies are blocked.", "Reload it and try again."
    )


def answer_to(request: HttpRequest, error: errors.FirstwinError) -> HttpResponse:
    """Answer an expected error: as a notice to an htmx request, else as a page."""
    if request.headers.get("HX-Request"):
        response = render(request, "error_notice.html", {"error": error}, status=error.status)
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "beforeend"
        return response
    title = {404: ERRORS[404][0]}.get(error.status, error.title)
    problems = [problem for problem in error.problems if problem.message != error.detail]
    answer = {"status": error.status, "title": title, "detail": error.detail, "remedy": error.remedy}
    # What stands in an address after its question mark was perhaps typed or is out of date: the page itself is there.
    is_asked = request.method == "GET" and request.GET and error.status != 404
    back = request.path if is_asked else ""
    return render(request, "error.html", {**answer, "problems": problems, "back": back}, status=error.status)
