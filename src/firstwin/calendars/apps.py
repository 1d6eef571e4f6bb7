"""Django application of calendars."""

from django.apps import AppConfig


class CalendarsConfig(AppConfig):
    name = "firstwin.calendars"
    label = "calendars"
