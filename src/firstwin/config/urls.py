"""Every address of the product."""

from django.urls import URLPattern, URLResolver, include, path

from firstwin.config import api, health
from firstwin.shared import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("health/live", health.live, name="health-live"),
    path("health/ready", health.ready, name="health-ready"),
    path("metrics", health.read_metrics, name="metrics"),
    path("api/v1/", api.api.urls),
    path("api/docs", api.reference, name="api-reference"),
    path("auth/", include("allauth.urls")),
    path("", include("firstwin.identity.http.urls")),
    path("messages/", include("firstwin.desk.http.messages")),
    path("mailbox/", include("firstwin.desk.http.mailbox")),
    path("settings/", include("firstwin.desk.http.settings.urls")),
    path("usage/", include("firstwin.desk.http.usage.urls")),
    path("", include("firstwin.desk.http.accounts.urls")),
    path("", include("firstwin.desk.http.calendars.urls")),
    path("", include("firstwin.desk.http.launch.urls")),
    path("", include("firstwin.desk.http.playbooks.urls")),
    path("", include("firstwin.shared.urls")),
    path("", include("firstwin.desk.http.urls")),
    path("", include("firstwin.portal.http.urls")),
]

handler400 = pages.bad_request
handler403 = pages.permission_denied
handler404 = pages.page_not_found
handler500 = pages.server_error
