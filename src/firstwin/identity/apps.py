"""Django application of identity."""

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "firstwin.identity"
    label = "identity"
