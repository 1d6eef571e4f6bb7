"""Django application of config."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "firstwin.config"
    label = "config"
