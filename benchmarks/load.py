"""A service of one's own on either database, clients that load it, and what its processes have used."""

from __future__ import annotations

import contextlib
import gc
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from benchmarks.postgresql import NoServerError, Server
from benchmarks.processes import family, memory_mib, processor_s
from benchmarks.registry import progress

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PATIENCE_S = 300.0


class Client:
    """
    A connection to the service.

    Parameters
    ----------
    address
        Of the service.
    patience_s
        How long to wait for an answer.

    Attributes
    ----------
    headers
        Of the last answer, with names in small letters.
    """

    _numbers = count()

    def __init__(self, address: str, patience_s: float = PATIENCE_S) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=patience_s)
        self.headers: Mapping[str, str] = {}

    def send(
        self, method: str, path: str, body: object = None, key: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        """Return the status and the content of an answer; names of headers have underscores."""
        status, raw = self.fetch(method, path, body, key, **headers)
        return status, json.loads(raw) if raw else None

    def fetch(
        self, method: str, path: str, body: object = None, key: str | None = None, **headers: str
    ) -> tuple[int, bytes]:
        """Return the status and the bytes of an answer."""
        sent = {"content-type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if method != "GET":
            sent["idempotency-key"] = key or f"n{next(self._numbers)}"
        content = body if body is None or isinstance(body, bytes) else json.dumps(body)
        self._connection.request(method, path, content, sent)
        response = self._connection.getresponse()
        raw = response.read()
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        return response.status, raw

    def close(self) -> None:
        """Close the connection; the next request opens another."""
        self._connection.close()

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return what stands at an address."""
        status, found = self.send("GET", path)
        assert status == http.HTTPStatus.OK, found
        return found


class Service:
    """
    `hubport serve` as a process of its own, without keys.

    Parameters
    ----------
    location
        Of its database.
    options
        More of the command line.
    log
        File to which it adds what it says of itself; that is dropped if there is none.
    """

    def __init__(self, location: str, options: Sequence[str] = (), log: Path | None = None) -> None:
        command = [sys.executable, "-m", "api.cli", "serve", "--lang", "en", "--auth", "off"]
        command += [] if "--port" in options else ["--port", "0"]
        with Path(os.devnull if log is None else log).open("a", encoding="utf-8") as said:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [*command, *options],
                stdout=subprocess.PIPE,
                stderr=said,
                text=True,
                env=os.environ | {"HUBPORT_DB": location},
                start_new_session=True,
            )
        self.location = location
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip().rsplit(" ", 1)[-1]

    def kill(self) -> None:
        """End it and what it started at once, as if the machine had failed."""
        self._end(signal.SIGKILL)

    def close(self) -> None:
        """Ask it to end, and wait until it has."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait(PATIENCE_S)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def processes(self) -> list[int]:
        """Return its processes, the one that started the others first."""
        return family(self._process.pid)

    def processor_s(self) -> float | None:
        """Return the processor time that its processes have taken so far, None where the system does not tell."""
        return _sum(map(processor_s, self.processes()))

    def memory_mib(self) -> float | None:
        """Return the resident memory of its processes, None where the system does not tell."""
        return _sum(map(memory_mib, self.processes()))


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


@contextlib.contextmanager
def served(location: str, options: Sequence[str] = ()) -> Iterator[Service]:
    """Give a service that was started on a database."""
    service = Service(location, options)
    try:
        yield service
    finally:
        service.close()


def databases() -> Iterator[tuple[str, str, Server | None]]:
    """Yield the kinds of databases, with the address of an empty one and its server, if it has one."""
    with tempfile.TemporaryDirectory(prefix="hubport-bench-") as folder:
        yield "sqlite", str(Path(folder) / "hubport.db"), None
    try:
        server = Server(is_durable=True)
    except NoServerError as error:
        progress(f"  {error}")
        return
    try:
        yield "postgresql", server.url(server.new()), server
    finally:
        server.close()


Asked = Callable[[Client], tuple[int, bytes]]


@contextlib.contextmanager
def _unswept() -> Iterator[None]:
    """Leave what there is out of garbage collections: a pass through answers of before stops all clients for long."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


class Ran(NamedTuple):
    """The answers to requests, the seconds all of them took, and the milliseconds of each."""

    answers: list[tuple[int, Any]]
    seconds: float
    times: list[float]


def request(method: str, path: str, body: object = None, key: str | None = None) -> Asked:
    """Return a request that a client can send."""
    return lambda client: client.fetch(method, path, body, key)


def run(address: str, clients: int, requests: Sequence[Asked], rate: float | None = None) -> Ran:
    """
    Send requests by some clients.

    Parameters
    ----------
    address
        Of the service.
    clients
        How many, each with one connection.
    requests
        What they send: whoever is free takes the next, as a door in front of several services would have it.
    rate
        How many are due in a second, evenly; each is timed from when it is due, even if no client is free then. Without
        it, a client sends the next as soon as it has the answer to the one before.
    """
    # An iterator over a range gives each number to one thread only.
    places = iter(range(len(requests)))

    def work(_: int) -> list[tuple[int, tuple[int, bytes], float]]:
        found = []
        with contextlib.closing(Client(address)) as client:
            for place in places:
                due = time.perf_counter() if rate is None else begun + place / rate
                time.sleep(max(0.0, due - time.perf_counter()))
                found.append((place, requests[place](client), (time.perf_counter() - due) * 1e3))
        return found

    with _unswept(), ThreadPoolExecutor(clients) as pool:
        begun = time.perf_counter()
        parts = list(pool.map(work, range(clients)))
    seconds = time.perf_counter() - begun
    ordered = sorted((one for part in parts for one in part), key=lambda one: one[0])
    # Reading the answers is not what is measured, and would take the processor from the service.
    answers = [(status, json.loads(raw) if raw else None) for _, (status, raw), _ in ordered]
    return Ran(answers, seconds, [took for *_, took in ordered])
