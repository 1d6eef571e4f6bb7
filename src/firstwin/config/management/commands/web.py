"""`firstwin web`: the web server alone."""

import importlib.util
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from firstwin.config import web_server


class Command(BaseCommand):
    help = "Serve pages and API alone (firstwin up does this and more)"
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not web_server.is_port_free(settings.HOST, settings.PORT):
            raise CommandError(web_server.port_taken(settings.HOST, settings.PORT))
        web_server.gather_metrics_in(settings.HOME / "run" / "metrics")
        can_reload = settings.DEVELOPMENT and importlib.util.find_spec("watchfiles") is not None
        count = web_server.processes(wanted=settings.WEB_PROCESSES, vendor=connection.vendor, cores=os.cpu_count() or 1)
        web_server.serve(
            host=settings.HOST,
            port=settings.PORT,
            count=1 if can_reload else count,
            reload_from=settings.PACKAGE if can_reload else None,
        )
