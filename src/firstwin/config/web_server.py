"""How the web server is run: granian, one process with threads on SQLite, one per core on PostgreSQL."""

import contextlib
import os
import shutil
import socket
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import MPServer

from firstwin.shared import closing

MOST_PROCESSES = 4


def processes(*, wanted: int, vendor: str, cores: int) -> int:
    """Choose how many processes serve: as wanted, else one on SQLite (one writer anyway), else one per core up to four."""
    if wanted:
        return wanted
    return 1 if vendor == "sqlite" else max(1, min(MOST_PROCESSES, cores))


def is_port_free(host: str, port: int) -> bool:
    """Say whether the address can be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def port_taken(host: str, port: int) -> str:
    """Say that the address is taken and what to do."""
    return (
        f"Port {port} on {host} is in use: Firstwin or something else runs there already. "
        f"Stop it, or choose another port: FIRSTWIN_PORT={port + 1} firstwin up"
    )


def gather_metrics_in(folder: Path) -> None:
    """Let all web processes put their figures into one fresh folder.

    The Prometheus client looks for it when it is first imported, so nothing here may import config.metrics.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


class ClosingServer(MPServer):
    """A server that waits for no stream when it is asked to end."""

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """Let streams end before the processes that send them are asked to."""
        closing.announce()
        super().signal_handler_interrupt(*args, **kwargs)  # type: ignore[no-untyped-call]


def serve(*, host: str, port: int, count: int, reload_from: Path | None) -> None:
    """Serve until asked to stop."""
    server = ClosingServer(
        "firstwin.config.asgi:application",
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        workers=count,
        websockets=False,
        backpressure=256,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        log_level=LogLevels.warning,
        process_name=None,
        reload=reload_from is not None,
        reload_paths=[reload_from] if reload_from else None,
    )
    server.on_reload(closing.announce)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve()
