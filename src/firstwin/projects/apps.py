"""Django application of projects."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "firstwin.projects"
    label = "projects"
