"""Addresses that belong to no domain."""

from django.urls import path

from firstwin.shared import gallery, pages

urlpatterns = [
    path("theme/<str:colour>.css", pages.theme_stylesheet, name="theme_stylesheet"),
    path("theme/", pages.choose_theme, name="choose_theme"),
    path("gallery/", gallery.show, name="gallery"),
]
