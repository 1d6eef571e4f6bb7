"""Django application of communications."""

from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "firstwin.communications"
    label = "communications"

    def ready(self) -> None:
        from firstwin.communications import subscribers, tasks  # noqa: F401
