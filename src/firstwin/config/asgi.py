"""The ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstwin.config.settings")

from django.core.asgi import get_asgi_application

from firstwin.config import orphans, pool, settings

_database = settings.DATABASES["default"]
if _database["ENGINE"].endswith("postgresql"):
    _database.setdefault("OPTIONS", {})["pool"] = pool.options()

orphans.end_with_parent()
application = get_asgi_application()
