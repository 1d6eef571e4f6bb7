"""`firstwin up`: everything that Firstwin is, under one supervisor."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from firstwin.config import startup, supervisor, web_server
from firstwin.shared import clock
from firstwin.usage.operations import store as event_store


class Command(BaseCommand):
    help = "Start Firstwin: database, built-in playbooks, web server and worker, until Ctrl-C"
    requires_system_checks = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--demo", action="store_true", help="build the demo workspace where there is none yet")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def handle(self, *_args: Any, **options: Any) -> None:
        if not web_server.is_port_free(settings.HOST, settings.PORT):
            raise CommandError(web_server.port_taken(settings.HOST, settings.PORT))
        startup.prepare_database(say=self.say)
        startup.check_frontend(settings.PACKAGE / "static", say=self.say)
        startup.renew_playbooks(at=clock.now(), say=self.say)
        if options["demo"]:
            startup.build_demo(at=clock.now(), say=self.say)
        way_in = startup.way_in(at=clock.now())
        connections.close_all()
        commands = self._commands()
        self.say("Starting")
        host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "::"} else settings.HOST  # noqa: S104
        greeting = (
            "",
            f"  Firstwin runs at   {settings.BASE_URL}",
            f"  {way_in}",
            f"  Data               {settings.HOME}",
            f"  Stop               Ctrl-C (process {os.getpid()})",
            "",
        )
        address = f"http://{host}:{settings.PORT}/health/live"
        supervisor.become(supervisor.Order(commands=commands, address=address, greeting=greeting))

    def _commands(self) -> dict[str, list[str]]:
        commands = {"web server": supervisor.command("web"), "worker": supervisor.command("worker")}
        if not settings.EVENT_STORE:
            return commands
        if settings.EVENT_STORE_URL or event_store.is_installed():
            return {**commands, "event store": supervisor.command("event_store")}
        self.say("The engine of product events (chdb) is not installed: they wait in the inbox. make run installs it.")
        return commands
