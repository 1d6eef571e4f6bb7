"""The ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstwin.config.settings")

from django.core.asgi import get_asgi_application

from firstwin.config import orphans, settings

CONNECTIONS_PER_PROCESS = 16

_database = settings.DATABASES["default"]
if _database["ENGINE"].endswith("postgresql"):
    # Requests come and go on threads of their own; a pool saves each of them the connecting.
    _database.setdefault("OPTIONS", {})["pool"] = {"min_size": 1, "max_size": CONNECTIONS_PER_PROCESS, "timeout": 10}

orphans.end_with_parent()
application = get_asgi_application()
