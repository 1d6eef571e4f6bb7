"""`firstwin demo`: the demo workspace."""

import time
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from firstwin.config import startup
from firstwin.config.demo import build, cast
from firstwin.identity import queries as identity_queries
from firstwin.shared import clock


class Command(BaseCommand):
    help = "Build the demo workspace: a fictional vendor with forty accounts over six months"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--date", help="the day on which the story ends, such as 2026-03-31; today without it")

    def handle(self, *_args: Any, **options: Any) -> None:
        at = _end_of(options["date"]) if options["date"] else clock.now()
        startup.refuse_demo_mail()
        startup.prepare_database(say=self.stdout.write)
        if identity_queries.find_workspace(slug=cast.VENDOR.lower()) is not None:
            raise CommandError(f"There is a workspace {cast.VENDOR} already. Take another FIRSTWIN_HOME to build anew.")
        self.stdout.write(f"Building the demo workspace {cast.VENDOR} (some minutes)")
        started = time.monotonic()
        build.build(at=at, tell=self.stdout.write)
        self.stdout.write(f"Built in {time.monotonic() - started:.0f} s. Data: {settings.HOME}")


def _end_of(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(hour=16, tzinfo=UTC)
    except ValueError:
        raise CommandError(f"{text} is not a date. Write it as 2026-03-31.") from None
