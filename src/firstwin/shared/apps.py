"""Django application of shared."""

from django.apps import AppConfig

from firstwin.shared import lookups


class SharedConfig(AppConfig):
    name = "firstwin.shared"
    label = "shared"

    def ready(self) -> None:
        """Register what belongs to every query."""
        lookups.register()
