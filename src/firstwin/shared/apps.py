"""Django application of shared."""

from django.apps import AppConfig


class SharedConfig(AppConfig):
    name = "firstwin.shared"
    label = "shared"
