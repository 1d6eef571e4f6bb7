"""`firstwin event_store`: the process that owns the store of product events."""

import signal
import threading
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from firstwin.usage.management.store_owner import EngineBrokenError, StoreOwner
from firstwin.usage.operations import store as store_operations
from firstwin.usage.queries.store import address_file


class Command(BaseCommand):
    help = "Own the store of product events: drain the inbox into it and answer questions (firstwin up starts one)"
    requires_system_checks = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.EVENT_STORE_URL and not store_operations.is_installed():
            raise CommandError("The engine of the event store (chdb) is not installed here. Events wait in the inbox.")
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        try:
            owner = StoreOwner(
                folder=settings.EVENT_STORE_FOLDER,
                address_file=address_file(),
                url=settings.EVENT_STORE_URL,
                cluster=settings.EVENT_STORE_CLUSTER,
            )
            owner.run(stop)
        except EngineBrokenError as error:
            raise CommandError(str(error)) from error
