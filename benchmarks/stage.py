"""A service with workers on a database, all of which can be killed and started again."""

from __future__ import annotations

import contextlib
import csv
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.load import Service
from benchmarks.processes import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.postgresql import Server

WORKER = "worker"
"""What workers of jobs are called among the targets."""
_HOLD_MIN = "1"
_TERMS = Path("data/tables/booking_terms.csv")


class Target(NamedTuple):
    """Something that can be killed, how often among others, and how it is made to work again."""

    name: str
    weight: int
    strike: Callable[[], None]
    mend: Callable[[], None]


def _nothing() -> None:
    """Do nothing: what was killed mends itself."""


class Stage:
    """
    A service on a database, both of which can be killed.

    Parameters
    ----------
    location, server
        Of the database; no server, no blows to it.
    folder
        For tables of its own: holds end soon, so that some end in every storm.
    """

    def __init__(self, location: str, server: Server | None, folder: Path) -> None:
        self.location, self._server = location, server
        self.tables = _quick_holds(folder)
        self._options = ("--processes", "2", "--workers", "2", "--port", str(_free_port()), "--data", str(self.tables))
        self.log = folder / "service.log"
        self.service = Service(location, self._options, self.log)
        self.address = self.service.address
        self._struck = 0

    def targets(self) -> list[Target]:
        """Return everything that can be killed."""
        found = [
            Target("service", 1, self.kill_service, self.start_service),
            Target("process", 4, self._kill_process, _nothing),
            Target(WORKER, 3, self._kill_worker, _nothing),
        ]
        if self._server is not None:
            found += [
                Target("server", 2, self._server.kill, self._server.start),
                Target("connection", 2, self._kill_connection, _nothing),
                Target("both", 1, self._kill_both, self._start_both),
            ]
        return found

    def kill_service(self) -> None:
        """Kill the service."""
        self.service.kill()

    def start_service(self) -> None:
        """Start the service at its old address."""
        self.service = Service(self.location, self._options, self.log)
        assert self.service.address == self.address, "the service does not start"

    def _kill_process(self) -> None:
        """Kill one of the processes that serve; the first one replaces it."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._running("serve")[-1], signal.SIGKILL)

    def _kill_worker(self) -> None:
        """Kill a worker, each in turn, with whatever it does; the service starts it again."""
        workers = self._running("worker")
        self._struck += 1
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(workers[self._struck % len(workers)], signal.SIGKILL)

    def _running(self, name: str) -> list[int]:
        """Return the processes of the service that run a command of Hubport."""
        return [process for process in self.service.processes() if name in command(process)]

    def _kill_connection(self) -> None:
        """Kill a process of the server that is not the first; the server then ends all others, and begins anew."""
        assert self._server is not None
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._server.processes()[-1], signal.SIGKILL)

    def _kill_both(self) -> None:
        assert self._server is not None
        self.kill_service()
        self._server.kill()

    def _start_both(self) -> None:
        assert self._server is not None
        self._server.start()
        self.start_service()

    def hubport(self, *arguments: str) -> str:
        """Return what a command prints, which must succeed."""
        command = [sys.executable, "-m", "api.cli", *arguments, "--db", self.location, "--lang", "en"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own module
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _quick_holds(folder: Path) -> Path:
    """Write a table in which holds end after a minute, and return its folder."""
    target = folder / "tables"
    target.mkdir()
    with _TERMS.open(encoding="utf-8", newline="") as file, (target / _TERMS.name).open("w", newline="") as copy:
        reader = csv.DictReader(file)
        writer = csv.DictWriter(copy, reader.fieldnames or ())
        writer.writeheader()
        writer.writerows(row | ({"minutes": _HOLD_MIN} if row["term"] == "hold_valid" else {}) for row in reader)
    return target
