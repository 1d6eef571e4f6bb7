"""Addresses of the pages about usage."""

from django.urls import include, path

from firstwin.desk.http.usage import overview

urlpatterns = [
    path("", overview.show, name="usage"),
    path("", include("firstwin.desk.http.usage.known_urls")),
]
