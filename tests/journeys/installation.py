"""A whole Firstwin for journeys: `firstwin up` as a process of its own, on a fresh home and database."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
from django.conf import settings
from psycopg import sql

from tests import databases

ROOT = Path(__file__).resolve().parents[2]
START_WITHIN_SECONDS = 180


@dataclass
class Installation:
    """A running Firstwin: its address, and a way to set a scene in it through its own operations."""

    address: str
    environment: dict[str, str]
    log: Path
    _scenes: "subprocess.Popen[str] | None" = None

    def play(self, scene: str, **arguments: str) -> dict[str, Any]:
        """Run a function of tests.journeys.stage inside this installation and return what it answers."""
        if self._scenes is None:
            # One process for all scenes: to begin one takes longer than most scenes do.
            command = [sys.executable, "-m", "tests.journeys.scenes"]
            with self.log.open("a") as output:
                self._scenes = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=self.environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=output,
                    text=True,
                )
        assert self._scenes.stdin is not None
        assert self._scenes.stdout is not None
        line = ""
        try:
            self._scenes.stdin.write(json.dumps([scene, arguments]) + "\n")
            self._scenes.stdin.flush()
            line = self._scenes.stdout.readline()
        finally:
            if not line:  # it ended, or nobody waited for its answer, which the next scene would take for its own
                self._scenes.kill()
                self._scenes.communicate()
                self._scenes = None
        assert line, self.log.read_text()[-3000:]
        answer = json.loads(line)
        assert "made" in answer, answer["fault"]
        return dict(answer["made"])

    def close(self) -> None:
        """End the process that plays scenes."""
        if self._scenes is not None:
            self._scenes.communicate(timeout=30)

    def command(self, *arguments: str, code: int = 0) -> str:
        """Run a `firstwin` command against this installation, expect its exit code and return what it prints."""
        command = [sys.executable, "-m", "firstwin.config.cli", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def own_database(name: str) -> Iterator[str]:
    """Make a database beside the tests' own one: nothing to do on SQLite, which lies in the installation's home."""
    default = settings.DATABASES["default"]
    if not default["ENGINE"].endswith("postgresql"):
        yield ""
        return
    place = {"host": default["HOST"] or None, "port": default["PORT"] or None}
    person = {"user": default["USER"] or None, "password": default["PASSWORD"] or None}
    identifier = sql.Identifier(name)
    with psycopg.connect(dbname="postgres", autocommit=True, **place, **person) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))
        copy = sql.Identifier(_template(connection))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(identifier, copy))
        who = default["USER"] + (f":{default['PASSWORD']}" if default["PASSWORD"] else "")
        yield f"postgresql://{who}@{default['HOST'] or '127.0.0.1'}:{default['PORT'] or 5432}/{name}"
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(identifier))


def _template(connection: "psycopg.Connection[Any]") -> str:
    found = connection.execute("SELECT datname FROM pg_database WHERE datname = %s", [databases.template()]).fetchone()
    return str(found[0]) if found else "template1"


@contextlib.contextmanager
def running(home: Path) -> Iterator[Installation]:
    """Start everything, wait until it answers, and stop it cleanly."""
    port = free_port()
    with own_database(f"firstwin_journeys_{os.getpid()}_{home.name}") as database_url:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("FIRSTWIN_")},
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "FIRSTWIN_HOME": str(home),
            "FIRSTWIN_PORT": str(port),
            "FIRSTWIN_BASE_URL": f"http://127.0.0.1:{port}",
            "FIRSTWIN_DEVELOPMENT": "yes",
            "FIRSTWIN_WEB_PROCESSES": "1",
            "FIRSTWIN_SECRET_KEY": "only-for-journeys",
            "DJANGO_SETTINGS_MODULE": "firstwin.config.settings",
        }
        if database_url:
            environment["FIRSTWIN_DATABASE_URL"] = database_url
        elif databases.file().exists():
            shutil.copy(databases.file(), home / "firstwin.sqlite3")
        log = home / "up.log"
        with log.open("w") as output:
            command = [sys.executable, "-m", "firstwin.config.cli", "up"]
            process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        installation = Installation(f"http://127.0.0.1:{port}", environment, log)
        try:
            _wait_until_answering(installation, process)
            yield installation
        finally:
            installation.close()
            process.terminate()
            process.wait(timeout=30)


def _wait_until_answering(installation: Installation, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"{installation.address}/health/live", timeout=2)
            return
        time.sleep(0.1)
    raise AssertionError(f"firstwin up did not start:\n{installation.log.read_text()}")
