"""The ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstwin.config.settings")

import django

from firstwin.config import garbage, orphans, settings, web_handler

settings.DATABASES["default"]["CONN_MAX_AGE"] = web_handler.KEEP_CONNECTION_SECONDS
settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
django.setup(set_prefix=False)
orphans.end_with_parent()

from django.core.signals import request_started  # noqa: E402
from django.db import close_old_connections, reset_queries  # noqa: E402

from firstwin.config import front_door, metrics  # noqa: E402 - tables are known only now
from firstwin.usage.http import intake, script  # noqa: E402

# Threads that answer look after their own connections; Django would start one more for every request, to look after none.
request_started.disconnect(close_old_connections)
request_started.disconnect(reset_queries)

application = front_door.FrontDoor(
    intake=intake.Intake(
        limits=intake.Limits(inbox_bytes=settings.USAGE_INBOX_BYTES, folder=settings.HOME),
        observe=metrics.observe_request,
    ),
    script=script.PageScript(file=settings.PACKAGE / "static" / "widget" / "firstwin.js", base_url=settings.BASE_URL),
    pages=web_handler.WebHandler(),
)

garbage.collect_seldom()
