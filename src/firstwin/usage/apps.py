"""Django application of usage."""

from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "firstwin.usage"
    label = "usage"
