"""Django application of playbooks."""

from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    name = "firstwin.playbooks"
    label = "playbooks"
