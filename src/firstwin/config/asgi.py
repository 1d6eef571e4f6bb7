"""The ASGI application."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "firstwin.config.settings")

import django

from firstwin.config import orphans, settings, web_handler

settings.DATABASES["default"]["CONN_MAX_AGE"] = web_handler.KEEP_CONNECTION_SECONDS
settings.DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
django.setup(set_prefix=False)
orphans.end_with_parent()
application = web_handler.WebHandler()
