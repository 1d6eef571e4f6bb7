"""Django application of journal."""

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "firstwin.journal"
    label = "journal"
