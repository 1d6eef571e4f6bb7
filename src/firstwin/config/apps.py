"""Django application of config."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "firstwin.config"
    label = "config"

    def ready(self) -> None:
        from firstwin.config import heartbeat
        from firstwin.jobs.contracts import duty

        duty("config.heartbeat", every=heartbeat.BEAT_EVERY)(heartbeat.beat)
