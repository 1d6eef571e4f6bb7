"""Work for the kill suite: effects that can be counted afterwards."""

from importlib import import_module

from django.apps import AppConfig


class ProbeConfig(AppConfig):
    name = "tests.conformance.probe"
    label = "probe"

    def ready(self) -> None:
        import_module("tests.conformance.probe.work")
