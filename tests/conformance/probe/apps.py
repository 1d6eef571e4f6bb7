"""Work for the kill suite: effects that can be counted afterwards."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProbeConfig(AppConfig):
    name = "tests.conformance.probe"
    label = "probe"

    def ready(self) -> None:
        autodiscover_modules("tasks", "work")
