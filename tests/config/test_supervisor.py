import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from firstwin.config import supervisor
from firstwin.config.supervisor import Child, Supervisor
from tests.journeys.installation import free_port

WITHIN_SECONDS = 15.0


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def eventually(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WITHIN_SECONDS
    while time.monotonic() < deadline:
        if condition():
            return True
        threading.Event().wait(0.02)
    return False


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or ") Z " not in status.read_text()


def test_the_pause_before_a_restart_doubles_up_to_half_a_minute() -> None:
    assert [supervisor.restart_delay(crashes) for crashes in (1, 2, 3, 6, 50)] == [1, 2, 4, 30, 30]


def test_a_crashed_child_is_started_again_and_the_crash_is_told(tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    code = f"open({str(starts)!r}, 'a').write('x'); raise SystemExit(3)"
    told: list[str] = []
    running = Supervisor([Child("worker", python(code))], say=told.append)

    def watch() -> None:
        eventually(lambda: starts.exists() and len(starts.read_text()) >= 2)
        running.stop()

    assert running.run(when_started=watch) == 0
    assert told[0] == "The worker ended with code 3; starting it again in 1 s."


def test_stopping_ends_children_and_grandchildren(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import os, subprocess, sys, time\n"
        "inner = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r}, 'w').write(f'{{os.getpid()}} {{inner.pid}} end')\n"
        "time.sleep(600)"
    )
    running = Supervisor([Child("web server", python(code))], say=lambda _: None)

    def watch() -> None:
        eventually(lambda: pids.exists() and pids.read_text().endswith("end"))
        os.kill(os.getpid(), signal.SIGTERM)

    assert running.run(when_started=watch) == 0
    left = [int(pid) for pid in pids.read_text().split()[:2]]
    assert eventually(lambda: not any(map(is_running, left)))


def test_a_child_that_will_not_end_is_killed_in_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervisor, "STOP_WITHIN_SECONDS", 0.5)
    ready = tmp_path / "ready"
    code = (
        "import pathlib, signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        f"pathlib.Path({str(ready)!r}).touch()\n"
        "time.sleep(600)"
    )
    told: list[str] = []
    child = Child("worker", python(code))
    running = Supervisor([child], say=told.append)

    def watch() -> None:
        eventually(ready.exists)
        running.stop()

    assert running.run(when_started=watch) == 0
    assert told == ["The worker did not end in time and was killed."]
    assert child.process is not None
    assert child.process.wait(WITHIN_SECONDS) == -signal.SIGKILL


@pytest.mark.conformance
def test_children_end_by_themselves_when_the_supervisor_is_killed(tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    inner = (
        "import os, pathlib, time; from firstwin.config import orphans; orphans.end_with_parent()\n"
        f"pathlib.Path({str(pids)!r}).write_text(f'{{os.getpid()}} end')\n"
        "time.sleep(600)"
    )
    outer = (
        "import sys; from firstwin.config.supervisor import Child, Supervisor\n"
        f"Supervisor([Child('worker', [sys.executable, '-c', {inner!r}])], say=print).run()"
    )
    main = Child("supervisor", python(outer), environment={"PYTHONPATH": os.pathsep.join(sys.path)})
    main.start()
    assert main.process is not None
    assert eventually(lambda: pids.exists() and pids.read_text().endswith("end"))
    main.process.kill()
    main.process.wait()
    pid = int(pids.read_text().split()[0])
    assert eventually(lambda: not is_running(pid))


def test_what_prepared_the_start_becomes_the_supervisor_and_greets_when_all_answers(tmp_path: Path) -> None:
    port = free_port()
    serve = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path)]
    order = f"Order({{'web server': {serve!r}}}, 'http://127.0.0.1:{port}/', ['  Sign in   secret'])"
    code = f"from firstwin.config.supervisor import Order, become; become({order})"
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        said = (line for line in running.stdout if line == "  Sign in   secret\n")  # between what the child says itself
        assert next(said, "")
        command = Path(f"/proc/{running.pid}/cmdline")
        if command.exists():
            assert "firstwin.config.supervisor" in command.read_text()
            assert "secret" not in command.read_text()
        running.terminate()
    assert running.returncode == 0
