"""Django application of customers."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "firstwin.customers"
    label = "customers"

    def ready(self) -> None:
        from firstwin.customers import tasks  # noqa: F401
