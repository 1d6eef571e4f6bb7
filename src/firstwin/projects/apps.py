"""Django application of projects; registers its job handlers."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "firstwin.projects"
    label = "projects"

    def ready(self) -> None:
        from firstwin.projects import tasks  # noqa: F401
