"""Django application of journal."""

from importlib import import_module

from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "firstwin.journal"
    label = "journal"

    def ready(self) -> None:
        import_module("firstwin.journal.tasks")
