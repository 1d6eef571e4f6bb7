"""Django application of desk."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "firstwin.desk"
    label = "desk"
