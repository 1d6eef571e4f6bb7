"""Run scenes of tests.journeys.stage inside an installation: a line of JSON in, a line of JSON out, until the end of input."""

import json
import os
import sys
import time
import traceback
from datetime import UTC, datetime

import django
from django.db import transaction

WAIT_SECONDS = 90.0


def wait_until_all_is_told() -> None:
    """Wait until the worker of the installation has done what follows from a scene, so that journeys begin in peace."""
    from firstwin.jobs.contracts import JobState  # noqa: PLC0415
    from firstwin.jobs.models import Job, Timer  # noqa: PLC0415
    from firstwin.journal.models import Unsealed  # noqa: PLC0415 - tables need Django to be set up

    quiet, deadline = 0, time.monotonic() + WAIT_SECONDS
    while quiet < 2 and time.monotonic() < deadline:
        busy = Job.objects.filter(state__in=(JobState.READY.value, JobState.RUNNING.value)).exists()
        busy = busy or Unsealed.objects.exists() or Timer.objects.filter(at__lte=datetime.now(tz=UTC)).exists()
        quiet = 0 if busy else quiet + 1
        time.sleep(0.2)


def main() -> None:
    # What scenes print goes to the log; the answers have this channel for themselves.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    django.setup()
    from tests.factories import identity  # noqa: PLC0415
    from tests.journeys import stage  # noqa: PLC0415 - its models need Django to be set up

    for line in sys.stdin:
        name, arguments = json.loads(line)
        identity.count_from(time.time_ns() // 1_000_000)
        try:
            # One transaction: a scene plays weeks that lie behind, and the worker of the running installation, which
            # lives today, must not meet it halfway.
            with transaction.atomic():
                answer = {"made": getattr(stage, name)(**arguments)}
            wait_until_all_is_told()
        except Exception:
            answer = {"fault": traceback.format_exc()}
        answers.write(json.dumps(answer, default=str) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
