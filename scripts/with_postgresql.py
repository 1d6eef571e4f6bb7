"""Run a command with FIRSTWIN_TEST_DATABASE_URL naming a PostgreSQL database of its own.

Uses the server of FIRSTWIN_TEST_POSTGRES_URL, else one that answers on this machine, else starts a throw-away
server from the installed binaries and removes it afterwards.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

CANDIDATES = ("postgresql://root@127.0.0.1/postgres", "postgresql://postgres@127.0.0.1/postgres")
REMEDY = (
    "No PostgreSQL server answers and none is installed here.\n"
    "Debian: apt-get install postgresql. macOS: brew install postgresql@17.\n"
    "Or name a server: FIRSTWIN_TEST_POSTGRES_URL=postgresql://user:password@host/postgres make test"
)


def answers(url: str) -> bool:
    """Say whether a server answers and lets us create databases."""
    try:
        with psycopg.connect(url, connect_timeout=3) as connection:
            row = connection.execute("select rolcreatedb or rolsuper from pg_roles where rolname = current_user")
            return bool((row.fetchone() or [False])[0])
    except psycopg.Error:
        return False


def binary(name: str) -> str | None:
    """Return the path of a PostgreSQL program; Debian and Homebrew keep them off the path."""
    found = [shutil.which(name)]
    for pattern in ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin"):
        root, _, rest = pattern.partition("*")
        base = Path(root).parent
        if base.is_dir():
            folders = sorted(base.glob(Path(root).name + "*" + rest), reverse=True)
            found += [str(folder / name) for folder in folders if (folder / name).is_file()]
    return next((path for path in found if path), None)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def throw_away_server() -> Iterator[str]:
    """Start a server in a temporary folder; PostgreSQL refuses to run as root, so root lends it to `postgres`."""
    initdb, pg_ctl = binary("initdb"), binary("pg_ctl")
    if initdb is None or pg_ctl is None:
        sys.exit(REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="firstwin-pg-"))
    quiet: dict[str, Any] = {"check": True, "stdout": subprocess.DEVNULL, "stdin": subprocess.DEVNULL, "cwd": folder}
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        quiet |= {"user": "postgres", "group": "postgres", "extra_groups": []}
    port, data, log = free_port(), str(folder / "data"), str(folder / "log")
    print(f"Starting a throw-away PostgreSQL on port {port}", flush=True)
    try:
        subprocess.run([initdb, "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], **quiet)
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        subprocess.run([pg_ctl, "-D", data, "-l", log, "-o", options, "-w", "start"], **quiet)
        try:
            yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
        finally:
            subprocess.run([pg_ctl, "-D", data, "-m", "immediate", "-w", "stop"], **quiet)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def server() -> Iterator[str]:
    """Name a server that answers."""
    given = os.environ.get("FIRSTWIN_TEST_POSTGRES_URL")
    if given:
        if not answers(given):
            sys.exit(
                f"FIRSTWIN_TEST_POSTGRES_URL does not answer, or may not create databases: {urlsplit(given).hostname}"
            )
        yield given
        return
    for url in CANDIDATES:
        if answers(url):
            yield url
            return
    with throw_away_server() as url:
        yield url


def main() -> int:
    """Run the command given as arguments."""
    with server() as url:
        database = f"firstwin_{os.getpid()}"
        parts = urlsplit(url)
        named = urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))
        environment = {**os.environ, "FIRSTWIN_TEST_DATABASE_URL": named}
        environment.pop("FIRSTWIN_TEST_POSTGRES_URL", None)
        return subprocess.run(sys.argv[1:], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
