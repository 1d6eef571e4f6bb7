"""The vendor's product: a web site of a few pages on another origin of this machine."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


@contextlib.contextmanager
def vendor_site(pages: Mapping[str, str | Path], *, policy: str = "") -> Iterator[str]:
    """Serve pages by their path (texts as HTML, files as scripts), with a content security policy if one is given."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = pages.get(self.path.partition("?")[0])
            is_file = isinstance(found, Path)
            content = found.read_bytes() if isinstance(found, Path) else (found or "").encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Type", "text/javascript" if is_file else "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            if policy:
                self.send_header("Content-Security-Policy", policy)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
