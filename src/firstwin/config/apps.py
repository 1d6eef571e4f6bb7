"""Django application of config."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ConfigConfig(AppConfig):
    name = "firstwin.config"
    label = "config"

    def ready(self) -> None:
        """Let every domain announce its events, its job handlers and what it listens to; none has to remember it."""
        autodiscover_modules("events", "tasks", "subscribers")
