"""`firstwin worker`: run jobs, ring timers, seal the journal."""

import os
import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from firstwin.jobs.contracts import QUEUES
from firstwin.jobs.management.worker import Worker


class Command(BaseCommand):
    help = "Run jobs and timers until Ctrl-C; start as many workers, on as many machines, as there is work for"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=4, help="jobs that run at once in this worker (default 4)")
        parser.add_argument("--queues", default=",".join(QUEUES), help="queues to serve, by commas (default: all)")
        parser.add_argument(
            "--grace", type=float, default=30, help="seconds to finish running jobs at the end (default 30)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        del args
        queues = [name.strip() for name in options["queues"].split(",") if name.strip()]
        if not queues or set(queues) - set(QUEUES):
            raise CommandError(f"--queues takes some of: {', '.join(QUEUES)}.")
        if options["threads"] < 1:
            raise CommandError("--threads takes a number from 1 on.")
        worker = Worker(threads=options["threads"], queues=queues, grace=options["grace"])
        is_stopping = False

        def stop(number: int, frame: FrameType | None) -> None:
            del frame
            nonlocal is_stopping
            if is_stopping:
                os._exit(128 + number)
            is_stopping = True
            worker.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        worker.run()
