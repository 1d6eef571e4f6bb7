"""A way to an installation on which requests fail: refused, kept without an answer, cut off, or late beyond all patience."""

import contextlib
import threading
from collections.abc import Iterable, Iterator
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

import httpx

LATE_SECONDS = 3.5
NOT_HANDED_ON = {"content-length", "content-encoding", "connection", "date", "server", "transfer-encoding"}


class Fault(StrEnum):
    """What happens to a request."""

    NONE = "none"
    REFUSED = "refused"  # 500, and the server never saw it
    UNANSWERED = "unanswered"  # the server kept it, the client is told 500
    CUT_OFF = "cut off"  # the server kept it, the connection ends without an answer
    LATE = "late"  # the server kept it, the answer comes after the client gave up
    BUSY = "busy"  # 429 with Retry-After


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: str, faults: Iterable[Fault]) -> None:
        super().__init__(("127.0.0.1", 0), _Way)
        self.address = address
        self.faults = iter(faults)
        self.stopping = threading.Event()


class _Way(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self._answer(*self._hand_on(b""))

    def do_OPTIONS(self) -> None:
        self._answer(*self._hand_on(b""))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        fault = next(self._server.faults, Fault.NONE)
        if fault is Fault.REFUSED:
            self._answer(500, {})
            return
        if fault is Fault.BUSY:
            self._answer(429, {"Retry-After": "1"})
            return
        status, headers, content = self._hand_on(body)
        if fault is Fault.CUT_OFF:
            self.close_connection = True
            return
        if fault is Fault.LATE:
            self._server.stopping.wait(LATE_SECONDS)
        with contextlib.suppress(OSError):  # who is late finds nobody
            self._answer(500 if fault is Fault.UNANSWERED else status, headers, content)

    @property
    def _server(self) -> _Server:
        return cast(_Server, self.server)

    def _hand_on(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        kept = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
        try:
            answer = httpx.request(
                self.command, self._server.address + self.path, content=body, headers=kept, timeout=20
            )
        except httpx.HTTPError:  # the server is being started anew
            return 502, {}, b""
        headers = {name: value for name, value in answer.headers.items() if name.lower() not in NOT_HANDED_ON}
        return answer.status_code, headers, answer.content

    def _answer(self, status: int, headers: dict[str, str], content: bytes = b"{}") -> None:
        self.send_response(status)
        for name, value in {"access-control-allow-origin": "*", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextlib.contextmanager
def faulty_way(address: str, faults: Iterable[Fault]) -> Iterator[str]:
    """Lead to an address; the faults come one after the other to what is posted, and then all goes well."""
    server = _Server(address, faults)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
