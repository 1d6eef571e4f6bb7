"""Sends events with whichever of Segment's Python clients is found first: `python python_client.py HOST KEY COUNT NAME`."""

import sys

from segment.analytics.client import Client
from segment.analytics.version import VERSION

host, key, count, name = sys.argv[1:]
lost: list[object] = []
client = Client(
    key,
    host=host,
    on_error=lambda error, _items: lost.append(error),
    gzip=True,
    max_retries=30,
    upload_size=4,
    upload_interval=0.05,
    timeout=3,
)
for number in range(int(count)):
    client.track(f"user-{number % 7}", name, {"number": number})
client.shutdown()
sys.stdout.write(f"{VERSION} {lost}\n")
sys.exit(bool(lost))
