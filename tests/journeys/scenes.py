"""Run a scene of tests.journeys.stage inside an installation: `python -m tests.journeys.scenes NAME JSON`."""

import json
import sys
import time

import django


def main() -> None:
    django.setup()
    from tests.factories import identity  # noqa: PLC0415
    from tests.journeys import stage  # noqa: PLC0415 - its models need Django to be set up

    identity.count_from(time.time_ns() // 1_000_000)
    name, arguments = sys.argv[1], json.loads(sys.argv[2])
    print(json.dumps(getattr(stage, name)(**arguments), default=str))  # noqa: T201


if __name__ == "__main__":
    main()
