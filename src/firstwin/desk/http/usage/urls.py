"""Addresses of the pages about usage."""

from django.urls import path

from firstwin.desk.http.usage import overview

urlpatterns = [
    path("", overview.show, name="usage"),
]
