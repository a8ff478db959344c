"""A client who asks for jobs whatever happens to the service, and remembers which were acknowledged."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from benchmarks.load import Client
from benchmarks.shipments import as_request
from benchmarks.writers import NeverAnsweredError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.shipment import Shipment

_ANSWER_S = 20.0
_PAUSE_S = 0.05
_LOOK_S = 0.5
_LIMIT_S = 2
_LINES = "application/x-ndjson"
IMPORTED = 300
"""Shipments of each file that a job takes over."""
ENDED = frozenset({"done", "failed", "cancelled"})
"""The states in which nothing happens to a job any more."""


@dataclass
class JobBook:
    """
    What was acknowledged of jobs.

    Parameters
    ----------
    jobs
        The last answer about each job.
    imports
        Of jobs that take over a file, how the references of its shipments begin.
    """

    jobs: dict[str, Any] = field(default_factory=dict)
    imports: dict[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, shown: Any, prefix: str | None = None) -> None:  # noqa: ANN401 - any JSON
        """Note a job as it was shown, and what it imports."""
        with self._lock:
            self.jobs[shown["id"]] = shown
            if prefix is not None:
                self.imports[shown["id"]] = prefix

    def copy(self) -> JobBook:
        """Return it as it is now."""
        with self._lock:
            return JobBook(dict(self.jobs), dict(self.imports))

    @property
    def has_begun(self) -> bool:
        """Whether a job was ever seen that somebody had taken."""
        return any(shown["attempt"] for shown in self.copy().jobs.values())

    def open_ones(self) -> list[str]:
        """Return the jobs that have not ended, as far as is known."""
        return [name for name, shown in self.copy().jobs.items() if shown["state"] not in ENDED]


class Asker:
    """
    A client who has a few jobs waiting or running at any time: asks for one more whenever one has ended.

    Parameters
    ----------
    address
        Of the service; the same after a restart.
    cargo
        What plans are asked for, a few shipments each.
    most
        Jobs that are not to have ended at once.
    book
        Where it notes what is acknowledged.
    """

    def __init__(self, address: str, cargo: Sequence[Shipment], most: int, book: JobBook) -> None:
        self._client = Client(address, _ANSWER_S)
        self._cargo = [
            {"id": f"S{number}", "ready": one.ready_at.isoformat()} | as_request(one)
            for number, one in enumerate(cargo)
        ]
        self._most, self._book, self._number = most, book, 0

    def work(self, until: threading.Event, never: threading.Event) -> None:
        """Ask until it is told to stop."""
        with contextlib.closing(self._client):
            while not until.is_set():
                waiting = self._book.open_ones()
                if len(waiting) < self._most:
                    self._ask(never)
                    continue
                for name in waiting:
                    self._book.note(self._send(never, "GET", f"/v1/jobs/{name}"))
                until.wait(_LOOK_S)

    def _ask(self, never: threading.Event) -> None:
        """Ask for a plan, or every second time for the import of a file."""
        self._number += 1
        key = f"asker-{self._number}"
        if self._number % 2:
            body = {"name": f"plan {self._number}", "time_limit": _LIMIT_S, "seed": self._number, "cargo": self._cargo}
            self._book.note(self._send(never, "POST", "/v1/plans", body, key))
            return
        prefix = f"J{self._number}-"
        lines = [json.dumps(self._cargo[0] | {"id": f"{prefix}{row}"}) for row in range(IMPORTED)]
        job = self._send(never, "POST", "/v1/shipments:import?job=true", "\n".join(lines).encode(), key)
        self._book.note(job, prefix)

    def _send(self, never: threading.Event, method: str, path: str, body: object = None, key: str | None = None) -> Any:  # noqa: ANN401 - any JSON
        """Send a request until it is answered, and return what the answer holds."""
        status, content = answered(self._client, never, method, path, body, key)
        assert status in {HTTPStatus.OK, HTTPStatus.ACCEPTED}, (method, path, status, content)
        return content


def answered(
    client: Client, never: threading.Event, method: str, path: str, body: object = None, key: str | None = None
) -> tuple[int, Any]:
    """Send a request until it is answered, unless it never will be, and return the status and the content."""
    media = {"content_type": _LINES} if isinstance(body, bytes) else {}
    while not never.is_set():
        try:
            status, content = client.send(method, path, body, key, **media)
        except (OSError, http.client.HTTPException, ValueError):
            client.close()
        else:
            if status != HTTPStatus.SERVICE_UNAVAILABLE:
                return status, content
        time.sleep(_PAUSE_S)
    raise NeverAnsweredError(path)


def wait_for_ends(address: str, book: JobBook, patience_s: float) -> None:
    """Look at jobs until all have ended, or for so long that they never will; what is seen is noted."""
    end, never = time.monotonic() + patience_s, threading.Event()
    with contextlib.closing(Client(address, _ANSWER_S)) as client:
        while (waiting := book.open_ones()) and time.monotonic() < end:
            for name in waiting:
                status, shown = answered(client, never, "GET", f"/v1/jobs/{name}")
                assert status == HTTPStatus.OK, (name, status, shown)
                book.note(shown)
            time.sleep(_LOOK_S)


def result_faults(address: str, book: JobBook) -> list[str]:
    """Return which jobs have ended without saying why, or with a result that cannot be read."""
    faults = []
    with contextlib.closing(Client(address, _ANSWER_S)) as client:
        for name, shown in sorted(book.jobs.items()):
            if shown["state"] == "done":
                status, content = answered(client, threading.Event(), "GET", f"/v1/jobs/{name}/result")
                if status != HTTPStatus.OK or not content:
                    faults.append(f"{name}: done, but its result is {status}")
            elif shown["state"] not in ENDED:
                faults.append(f"{name}: {shown['state']}, and does not end")
            elif shown["reason"] is None:
                faults.append(f"{name}: {shown['state']}, and nobody knows why")
    return faults
