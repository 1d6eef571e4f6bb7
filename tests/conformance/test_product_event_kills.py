"""Web, worker and the owner of the event store are killed at random while events come and are drained: 0 lost, 0 doubled.

`make kills` does it with fifty kills; KILLS says how many.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conformance.test_product_events import children_of, stored_in, wait_for
from tests.journeys.installation import ROOT, Installation, running

KILLS = int(os.environ.get("KILLS", "8"))
pytestmark = [
    pytest.mark.conformance,
    pytest.mark.long,
    pytest.mark.timeout(600 + 30 * KILLS),
    pytest.mark.usefixtures("django_db_setup"),  # the installation begins with a copy of what it makes
]
SEED = int(os.environ.get("KILLS_SEED", "4"))
NAMES = ("web", "event_store", "worker")
BATCH = 10


class Sender(threading.Thread):
    """Sends batch after batch, each until it is acknowledged, and remembers those that were."""

    def __init__(self, address: str, write_key: str, number: int) -> None:
        super().__init__(daemon=True)
        self._address, self._write_key, self._number = address, write_key, number
        self.is_over = threading.Event()
        self.acknowledged: list[str] = []
        self.repeated = 0

    def run(self) -> None:
        for batch in range(100_000):
            if self.is_over.is_set():
                return
            names = [f"{self._number}-{batch}-{one}" for one in range(BATCH)]
            events = [
                {"type": "track", "event": name, "userId": f"user-{batch % 5}", "messageId": name} for name in names
            ]
            while not self._is_taken({"batch": events, "writeKey": self._write_key}):
                self.repeated += 1
                time.sleep(0.05)
            self.acknowledged += names
            time.sleep(0.01)

    def _is_taken(self, body: object) -> bool:
        try:
            return httpx.post(f"{self._address}/v1/batch", json=body, timeout=10).status_code == 200
        except httpx.HTTPError:
            return False


class Processes:
    """The three processes, started again by us at once: the supervisor, which would wait longer each time, is held."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._started: dict[str, subprocess.Popen[bytes]] = {}
        words = installation.log.read_text().rpartition("Ctrl-C (process ")[2]
        self._supervisor = int(words.partition(")")[0])
        self._first = children_of(installation)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        os.kill(self._supervisor, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in self._started.values():
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            os.kill(self._supervisor, signal.SIGCONT)

    def kill(self, name: str) -> None:
        """Kill it with everything that it started, and start it again."""
        process = self._started.get(name)
        os.killpg(process.pid if process else self._first[name], signal.SIGKILL)
        if process is not None:
            process.wait()
        command = [sys.executable, "-m", "firstwin.config.cli", name]
        with self._installation.log.open("a") as output:
            self._started[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._installation.environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )


def wait_for_more(senders: list[Sender]) -> None:
    """Wait until something was acknowledged after this: a kill that comes before hits processes that only begin."""
    before = sum(len(sender.acknowledged) for sender in senders)
    wait_for(lambda: sum(len(sender.acknowledged) for sender in senders) > before)


def test_random_kills_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with running(tmp_path) as installation:
        wait_for(lambda: "Ctrl-C (process " in installation.log.read_text())
        wait_for(lambda: set(NAMES) <= children_of(installation).keys())
        scene = installation.play("event_source")
        senders = [Sender(installation.address, scene["write_key"], number) for number in range(2)]
        for sender in senders:
            sender.start()
        processes = Processes(installation)
        with processes.held():
            for number in range(KILLS):
                wait_for_more(senders)
                time.sleep(chance.uniform(0.1, 1.5))
                processes.kill(NAMES[number % 3] if number < 3 else chance.choice(NAMES))
        for sender in senders:
            sender.is_over.set()
            sender.join(timeout=60)
            assert not sender.is_alive()
        acknowledged = [name for sender in senders for name in sender.acknowledged]
        wait_for(lambda: len(stored_in(tmp_path, scene["workspace_id"])) >= len(acknowledged))
        stored = [event.name for event in stored_in(tmp_path, scene["workspace_id"])]
    assert sum(sender.repeated for sender in senders) > 0, "no kill hit a request: this run proves little"
    lost, doubled = set(acknowledged) - set(stored), len(stored) - len(set(stored))
    assert (len(lost), doubled, len(set(stored) - set(acknowledged))) == (0, 0, 0)
