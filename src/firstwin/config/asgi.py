"""The ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstwin.config.settings")

import django

from firstwin.config import garbage, orphans, settings, web_handler
from firstwin.shared import closing

settings.DATABASES["default"]["CONN_MAX_AGE"] = web_handler.KEEP_CONNECTION_SECONDS
settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
django.setup(set_prefix=False)
orphans.end_with_parent()
closing.begin()

from firstwin.config import front_door, metrics  # noqa: E402 - tables are known only now
from firstwin.usage.http import intake, script  # noqa: E402

application = front_door.FrontDoor(
    intake=intake.Intake(
        limits=intake.Limits(inbox_bytes=settings.USAGE_INBOX_BYTES, folder=settings.HOME),
        observe=metrics.observe_request,
    ),
    script=script.PageScript(file=settings.PACKAGE / "static" / "widget" / "firstwin.js", base_url=settings.BASE_URL),
    pages=web_handler.WebHandler(),
)

garbage.collect_seldom()
