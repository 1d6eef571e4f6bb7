"""Redmine beside Firstwin: from Debian's packages, on the same PostgreSQL, with a thousand projects of 50 chained issues.

It is installed where that is allowed (Debian, as root) and gets an instance and a database of its own, which are taken
away afterwards. Where it cannot be had, `started` says why.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import httpx
import psycopg
from django.db import connection

from benchmarks.generators import places

HOME = Path("/usr/share/redmine")
INSTANCES = Path("/var/lib/redmine")
SEED = Path(__file__).with_suffix(".rb")
PACKAGES = ("redmine", "redmine-pgsql", "puma")
START_WITHIN_SECONDS = 120


class NotHereError(Exception):
    """Redmine cannot be had on this machine; says why."""


@dataclass(slots=True)
class Redmine:
    """A running Redmine: a client signed in as its administrator, and the first and last of its chained issues."""

    client: httpx.Client
    key: str
    first: int
    last: int
    start_on: date
    version: str
    copies: int = 0

    def move(self, weeks: int) -> None:
        """Move the first issue, by the API, to so many weeks after its first start."""
        start = self.start_on + timedelta(weeks=weeks)
        body = {"issue": {"start_date": str(start), "due_date": str(start + timedelta(days=1))}}
        answer = self.client.put(f"/issues/{self.first}.json", json=body, headers={"X-Redmine-API-Key": self.key})
        assert answer.status_code == 204, answer.text

    def start_of_last(self) -> str:
        """Return the start of the last issue of the chain."""
        answer = self.client.get(f"/issues/{self.last}.json", headers={"X-Redmine-API-Key": self.key})
        return str(answer.json()["issue"]["start_date"])

    def copy(self) -> None:
        """Copy the project with its issues and their relations, by its form: the API has no way to do that."""
        self.copies += 1
        name = f"copy-{self.copies}"
        form = {
            "authenticity_token": self._token("/projects/chain/copy"),
            "project[name]": name,
            "project[identifier]": name,
            "project[enabled_module_names][]": "issue_tracking",
            "only[]": "issues",
        }
        answer = self.client.post("/projects/chain/copy", data=form)
        assert answer.status_code == 302, answer.text[:500]

    def sign_in(self) -> None:
        """Sign in as the administrator, as the form for copies wants it."""
        form = {"authenticity_token": self._token("/login"), "username": "admin", "password": "benchmark-password"}
        assert self.client.post("/login", data=form).status_code == 302

    def _token(self, path: str) -> str:
        found = re.search(r'name="authenticity_token" value="([^"]+)"', self.client.get(path).text)
        assert found is not None, path
        return found.group(1)


@contextmanager
def started() -> Iterator[Redmine]:
    """Install, fill and start Redmine on the server of the benchmark's database; raises NotHereError."""
    _require_packages()
    site = f"firstwin{uuid.uuid4().hex[:8]}"
    given = connection.settings_dict
    place = {"host": given["HOST"], "port": str(given["PORT"] or 5432), "username": given["USER"]}
    environment = {**os.environ, "RAILS_ENV": "production", "X_DEBIAN_SITEID": site, "REDMINE_LANG": "en"}
    folders = [INSTANCES / site, Path("/var/cache/redmine") / site, Path("/var/log/redmine") / site]
    secret = f":{given['PASSWORD']}" if given["PASSWORD"] else ""
    server = f"postgresql://{given['USER']}{secret}@{place['host']}:{place['port']}/postgres"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {site}")
        try:
            for folder in (*folders, INSTANCES / site / "config", INSTANCES / site / "files"):
                folder.mkdir(parents=True, exist_ok=True)
            config = {
                "adapter": "postgresql",
                "database": site,
                **place,
                "password": given["PASSWORD"],
                "encoding": "utf8",
            }
            (folders[0] / "config/database.yml").write_text(json.dumps({"production": config}))
            (folders[0] / "config/secret_key.txt").write_text(secrets.token_hex(40))
            seed = _filled(environment)
            with _served(environment) as client:
                version = _run("dpkg-query", "-W", "-f", "${Version}", "redmine")
                redmine = Redmine(
                    client=client,
                    key=seed["key"],
                    first=int(seed["first"]),
                    last=int(seed["last"]),
                    start_on=date.fromisoformat(seed["start"]),
                    version=version.partition("-")[0],
                )
                redmine.sign_in()
                yield redmine
        finally:
            admin.execute(f"DROP DATABASE {site} WITH (FORCE)")
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)


def _require_packages() -> None:
    if connection.vendor != "postgresql":
        raise NotHereError("it is compared on PostgreSQL")
    if not HOME.is_dir() or shutil.which("puma") is None:
        if shutil.which("apt-get") is None or os.geteuid() != 0:
            raise NotHereError("it is installed from Debian's packages, as root")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        try:
            _run(
                "sh",
                "-c",
                "echo redmine redmine/instances/default/dbconfig-install boolean false | debconf-set-selections",
            )
            _run("apt-get", "install", "--yes", "--no-install-recommends", *PACKAGES, environment=environment)
        except subprocess.CalledProcessError as error:
            raise NotHereError(f"its packages cannot be installed: {error.stderr.strip()[-200:]}") from error
    local = HOME / "Gemfile.local"
    if not local.exists():
        local.write_text('gem "puma"\n')


def _run(*command: str, environment: dict[str, str] | None = None) -> str:
    result = subprocess.run(
        command, env=environment, cwd=HOME if HOME.is_dir() else None, check=True, capture_output=True, text=True
    )
    return result.stdout


def _filled(environment: dict[str, str]) -> dict[str, str]:
    try:
        _run("bundle", "exec", "rake", "db:migrate", environment=environment)
        _run("bundle", "exec", "rake", "redmine:load_default_data", environment=environment)
        output = _run("bundle", "exec", "rails", "runner", str(SEED), environment=environment)
    except (subprocess.CalledProcessError, OSError) as error:
        said = (getattr(error, "stderr", "") or str(error)).strip()[-300:]
        raise NotHereError(f"its database cannot be filled: {said}") from error
    line = next(line for line in output.splitlines() if line.startswith("READY "))
    found: dict[str, str] = json.loads(line.removeprefix("READY "))
    return found


@contextmanager
def _served(environment: dict[str, str]) -> Iterator[httpx.Client]:
    address = f"tcp://127.0.0.1:{places.free_port()}"
    command = ["bundle", "exec", "puma", "--quiet", "-b", address, "-w", "2", "-t", "1:1"]
    process = subprocess.Popen(command, cwd=HOME, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=address.replace("tcp", "http"), timeout=600, trust_env=False) as client:
            deadline = time.monotonic() + START_WITHIN_SECONDS
            while time.monotonic() < deadline and process.poll() is None:
                try:
                    client.get("/login")
                except httpx.TransportError:
                    time.sleep(0.5)
                else:
                    yield client
                    return
            raise NotHereError("it did not start")
    finally:
        process.terminate()
        process.wait()
