"""The small supervisor of `firstwin up`: starts processes, restarts a crashed one with backoff, stops them all cleanly.

What prepares the start becomes the supervisor in the end (`become`): it needs nothing of what was loaded for that, and keeps
a tenth of the memory.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from types import FrameType
from typing import NoReturn

from firstwin.config import orphans

LOOK_EVERY_SECONDS = 0.2
STOP_WITHIN_SECONDS = 12.0
LONGEST_DELAY_SECONDS = 30.0
STEADY_AFTER_SECONDS = 60.0
ANSWER_WITHIN_SECONDS = 60.0


def restart_delay(crashes: int) -> float:
    """Wait one second after the first crash, then twice as long each time, half a minute at most."""
    return float(min(LONGEST_DELAY_SECONDS, 2.0 ** (crashes - 1)))


@dataclass(slots=True)
class Child:
    """A process to keep alive."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    crashes: int = 0
    next_start: float = 0.0

    def start(self) -> None:
        """Start it in a process group of its own, so that Ctrl-C reaches the supervisor alone."""
        environment = {**os.environ, **self.environment, orphans.SUPERVISED_VARIABLE: "yes"}
        self.started = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own command
            self.command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True
        )

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process (its own children end with it)."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def kill_group(self) -> None:
        """Kill the process and everything it started."""
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                return


class Supervisor:
    """Keeps children alive until it is asked to stop."""

    def __init__(self, children: Sequence[Child], *, say: Callable[[str], None]) -> None:
        self._children = list(children)
        self._say = say
        self._stop = threading.Event()

    def run(self, *, when_started: Callable[[], None] | None = None) -> int:
        """Start everything, look after it, and return the exit code once everything has ended."""
        previous = {number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            for child in self._children:
                child.start()
            if when_started is not None:
                threading.Thread(target=when_started, name="when-started", daemon=True).start()
            while not self._stop.wait(LOOK_EVERY_SECONDS):
                for child in self._children:
                    self._look_after(child)
        finally:
            self._stop_all()
            for number, action in previous.items():
                signal.signal(number, action)
        return 0

    def stop(self) -> None:
        """Ask the supervisor to stop everything."""
        self._stop.set()

    @property
    def is_stopping(self) -> bool:
        """Say whether the supervisor was asked to stop."""
        return self._stop.is_set()

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def _look_after(self, child: Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.next_start:
                child.start()
            return
        code = child.process.poll()
        if code is None:
            return
        child.kill_group()
        child.crashes = 1 if now - child.started > STEADY_AFTER_SECONDS else child.crashes + 1
        delay = restart_delay(child.crashes)
        child.next_start = now + delay
        child.process = None
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        self._say(f"The {child.name} {how}; starting it again in {delay:.0f} s.")

    def _stop_all(self) -> None:
        for child in self._children:
            child.send(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_SECONDS
        for child in self._children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self._say(f"The {child.name} did not end in time and was killed.")
            child.kill_group()


def command(*arguments: str) -> list[str]:
    """Return the command line that runs `firstwin` with this very Python."""
    return [sys.executable, "-m", "firstwin.config.cli", *arguments]


@dataclass(frozen=True, slots=True)
class Order:
    """The command of each process by name, the address that answers once they run, and the lines to say then."""

    commands: Mapping[str, Sequence[str]]
    address: str
    greeting: Sequence[str]


def become(order: Order) -> NoReturn:
    """Go on as the supervisor, under the same process id. The greeting lets one in: it goes through a pipe, seen by nobody."""
    reading, writing = os.pipe()
    os.write(writing, json.dumps(asdict(order)).encode())
    os.close(writing)
    os.set_inheritable(reading, True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", "firstwin.config.supervisor", str(reading)])  # noqa: S606


def wait_until_answering(address: str, *, is_stopping: Callable[[], bool]) -> bool:
    """Wait until the web server answers, and say whether it did."""
    deadline = time.monotonic() + ANSWER_WITHIN_SECONDS
    while time.monotonic() < deadline and not is_stopping():
        try:
            with urllib.request.urlopen(address, timeout=2):  # noqa: S310 - our own address
                return True
        except (OSError, http.client.HTTPException):  # nothing there yet, or something that speaks otherwise
            time.sleep(0.1)
    return False


def say(text: str) -> None:
    """Write a line to the terminal at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _greet(running: Supervisor, order: Order) -> None:
    while not wait_until_answering(order.address, is_stopping=lambda: running.is_stopping):
        if running.is_stopping:
            return
        say("The web server does not answer yet; waiting on. firstwin doctor says what is wrong.")
    for line in order.greeting:
        say(line)


def main() -> None:
    """Carry out the order that waits in the pipe."""
    orphans.end_with_parent()
    with os.fdopen(int(sys.argv[1])) as pipe:
        order = Order(**json.load(pipe))
    running = Supervisor([Child(name, command) for name, command in order.commands.items()], say=say)
    sys.exit(running.run(when_started=lambda: _greet(running, order)))


if __name__ == "__main__":
    main()
