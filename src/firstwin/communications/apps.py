"""Django application of communications."""

from django.apps import AppConfig


class CommunicationsConfig(AppConfig):
    name = "firstwin.communications"
    label = "communications"
