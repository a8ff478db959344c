"""Somebody who is told: a small server that keeps what it gets and answers as it is told to."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class Got(NamedTuple):
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def message(self) -> Any:  # noqa: ANN401 - any JSON
        """What it says."""
        return json.loads(self.body)


class Receiver:
    """Keeps requests; the statuses are given one after the other, the last one for all that follow."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.statuses: list[int] = [204]
        self.location: str | None = None
        self.gate: threading.Event | None = None
        self.entered = threading.Semaphore(0)
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Hands requests on."""

            def do_POST(self) -> None:
                """Keep a request and answer it."""
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status = receiver.take(Got(self.path, headers, body))
                self.send_response(status)
                if receiver.location is not None:
                    self.send_header("location", receiver.location)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook?x=1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def take(self, got: Got) -> int:
        """Keep a request, and return the status of its answer."""
        with self._lock:
            self.got.append(got)
            status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        self.entered.release()
        if self.gate is not None:
            self.gate.wait(10)
        return status

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Give a receiver."""
    found = Receiver()
    try:
        yield found
    finally:
        found.close()
