"""Django application of portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "firstwin.portal"
    label = "portal"
