"""Run a scene of tests.journeys.stage inside an installation: `python -m tests.journeys.scenes NAME JSON`."""

import json
import sys
import time

import django
from django.db import transaction


def main() -> None:
    django.setup()
    from tests.factories import identity  # noqa: PLC0415
    from tests.journeys import stage  # noqa: PLC0415 - its models need Django to be set up

    identity.count_from(time.time_ns() // 1_000_000)
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    # One transaction: a scene plays weeks that lie behind, and the worker of the running installation, which lives
    # today, must not meet it halfway.
    with transaction.atomic():
        made = getattr(stage, name)(**arguments)
    print(json.dumps(made, default=str))  # noqa: T201


if __name__ == "__main__":
    main()
