"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from firstwin.shared import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("auth/", include("allauth.urls")),
    path("", include("firstwin.shared.urls")),
]

handler400 = pages.bad_request
handler403 = pages.permission_denied
handler404 = pages.page_not_found
handler500 = pages.server_error
