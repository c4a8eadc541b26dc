"""A real HTTP server on this machine that serves a folder, with the faults that a test chooses."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What goes wrong with one response.

    Attributes:
        status: Respond with this status and nothing else.
        ignores_range: Send the whole file whatever range was requested.
        cut_after: Close the connection after so many bytes of the file.
        pause_after: Send so many bytes, then wait for ``Served.go_on``.
    """

    status: int | None = None
    ignores_range: bool = False
    cut_after: int | None = None
    pause_after: int | None = None


@dataclass
class Served:
    """A running server.

    Attributes:
        url: Where it is, with a slash at the end.
        requests: The first byte of each request's range, in their order.
        faults: What goes wrong with the next responses, in their order; once it is empty all goes
            well.
        go_on: Ends all pauses.
    """

    url: str
    requests: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)


@contextmanager
def served_files(folder: Path, *faults: Fault) -> Iterator[Served]:
    """Serve ``folder`` on a free port of 127.0.0.1 while the block runs; the faults happen to the
    first responses.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fault = served.faults.pop(0) if served.faults else Fault()
            data = (folder / self.path.lstrip("/")).read_bytes()
            requested = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            first = int(requested[1]) if requested else 0
            served.requests.append(first)
            if fault.ignores_range:
                first, requested = 0, None
            status = 206 if requested else 200
            if first >= len(data):
                status = 416
            status = fault.status or status
            self.send_response(status)
            if status == 206:
                self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
            body = data[first:] if status < 300 else b""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if fault.pause_after is not None:
                self.wfile.write(body[: fault.pause_after])
                served.go_on.wait()
                body = body[fault.pause_after :]
            self.wfile.write(body[: fault.cut_after])

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False  # so that closing waits for their ends

        def handle_error(self, *_: Any) -> None:
            """Ignore a client that went away: tests kill some."""

    with Server(("127.0.0.1", 0), Handler) as server:
        served = Served(url=f"http://127.0.0.1:{server.server_port}/", faults=list(faults))
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield served
        finally:
            served.go_on.set()
            server.shutdown()
            thread.join()
