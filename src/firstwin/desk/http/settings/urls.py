"""Addresses of the settings."""

from django.urls import path

from firstwin.desk.http.settings import personal, tabs

urlpatterns = [
    path("", tabs.show_first, name="settings"),
    path("profile/", personal.edit_profile, name="settings_profile"),
    path("mail/", personal.choose_mail, name="settings_mail"),
]
