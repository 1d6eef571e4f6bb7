"""Django application of jobs."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "firstwin.jobs"
    label = "jobs"
