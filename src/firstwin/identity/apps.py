"""Django application of identity."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "firstwin.identity"
    label = "identity"

    def ready(self) -> None:
        from firstwin.identity import tasks  # noqa: F401
