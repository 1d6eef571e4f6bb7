"""Addresses of starting onboardings."""

from django.urls import path

from firstwin.desk.http.launch import pages

urlpatterns = [
    path("projects/new/", pages.start, name="start_project"),
    path("projects/new/preview/", pages.preview, name="start_preview"),
    path("projects/new/people/", pages.people, name="start_people"),
]
