"""Django application of scheduling."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "firstwin.scheduling"
    label = "scheduling"
