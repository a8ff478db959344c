"""
How much the service does in a second, on both databases, with a load generator on the same machine.

The service is a process of its own, as `hubport serve` starts it, with the shipped data and nobody asked for keys. The
generator is this process: some threads, each with one connection. PostgreSQL is started for the purpose, and waits for
the disk as SQLite does.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as quoted
from urllib.parse import urlsplit

import numpy as np

from benchmarks.postgresql import NoServerError, Server
from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.shipments import as_request, draw_shipments
from data import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.shipment import Shipment

_PATIENCE_S = 300.0
_KG = 1_000


@dataclass(frozen=True, slots=True)
class Load:
    """
    How much is asked of the service.

    Parameters
    ----------
    clients
        Threads of the generator, but for the fight.
    quotes, reads, bookings
        Requests of each kind.
    fighters, departures, attempts
        Clients who fight for the last room of some departures, and how often they try, all together.
    """

    clients: int
    quotes: int
    reads: int
    bookings: int
    fighters: int
    departures: int
    attempts: int

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.bookings


_Value = tuple[str, float, str]


class Client:
    """A connection to the service."""

    _numbers = count()

    def __init__(self, address: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=_PATIENCE_S)

    def send(self, method: str, path: str, body: object = None, key: str | None = None) -> tuple[int, Any]:
        """Return the status and the content of an answer."""
        headers = {"content-type": "application/json"}
        if method != "GET":
            headers["idempotency-key"] = key or f"n{next(self._numbers)}"
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, headers)
        response = self._connection.getresponse()
        raw = response.read()
        return response.status, json.loads(raw) if raw else None

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        """Return what stands at an address."""
        status, found = self.send("GET", path)
        assert status == http.HTTPStatus.OK, found
        return found


def measure(size: Load, seed: int) -> Iterator[Measurement]:
    """Measure the shipped data on both databases."""
    for backend, location in _databases():
        progress(f"  {backend}")
        with _served(location) as (address, process):
            for name, value, unit in _measure(size, seed, address, process):
                yield Measurement(
                    name=f"service/{backend}/{name}", size=f"shipped/{size.number}", seed=seed, value=value, unit=unit
                )


def _databases() -> Iterator[tuple[str, str]]:
    """Yield the kinds of databases, with the address of an empty one."""
    with tempfile.TemporaryDirectory(prefix="hubport-bench-") as folder:
        yield "sqlite", str(Path(folder) / "hubport.db")
    try:
        server = Server(is_durable=True)
    except NoServerError as error:
        progress(f"  {error}")
        return
    try:
        yield "postgresql", server.url(server.new())
    finally:
        server.close()


@contextlib.contextmanager
def _served(location: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Give the address of a service that was started on a database, and its process."""
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--lang", "en", "--auth", "off"]
    environment = os.environ | {"HUBPORT_DB": location}
    with subprocess.Popen(  # noqa: S603 - our own module
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip().rsplit(" ", 1)[-1], process
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)


def _measure(size: Load, seed: int, address: str, process: subprocess.Popen[str]) -> Iterator[_Value]:
    catalogue = load_catalogue()
    shipments = [one for one in draw_shipments(catalogue, 4 * size.quotes, seed) if one.box is None][: size.quotes]
    quotes, values = _quotes(size, address, shipments)
    yield from values
    offers = [
        (quote["id"], number)
        for quote in quotes
        for number, option in enumerate(quote["options"], 1)
        if option["bookable_until"] is not None
    ]
    booked, values = _bookings(size, address, offers)
    yield from values
    yield from _reads(size, address, booked)
    yield from _fight(size, seed, address, quotes)
    memory = _memory_mib(process.pid)
    if memory is not None:
        yield "memory", memory, "MiB"


def _quotes(size: Load, address: str, shipments: Sequence[Shipment]) -> tuple[list[Any], list[_Value]]:
    """Ask for quotes, each of which is kept."""
    bodies = [as_request(shipment) for shipment in shipments]
    found, seconds, times = _run(address, size.clients, [_request("POST", "/v1/quotes", body) for body in bodies])
    assert {status for status, _ in found} == {200}, found[0]
    return [quote for _, quote in found], _rates("quotes", len(found), seconds, times)


def _bookings(size: Load, address: str, offers: Sequence[tuple[str, int]]) -> tuple[list[str], list[_Value]]:
    """Book options of the quotes, one after the other; a departure may fill up meanwhile."""
    chosen = [offers[number % len(offers)] for number in range(size.bookings)]
    found, seconds, times = _run(
        address,
        size.clients,
        [_request("POST", "/v1/bookings", _order(quote, option)) for quote, option in chosen],
    )
    made = [booking["id"] for status, booking in found if status == http.HTTPStatus.CREATED]
    assert {status for status, _ in found} <= {201, 409}, found[0]
    return made, [*_rates("bookings", len(made), seconds, times), ("bookings-refused", len(found) - len(made), "")]


def _reads(size: Load, address: str, booked: Sequence[str]) -> Iterator[_Value]:
    """Read single bookings, and every tenth time a list of twenty."""
    paths = [
        "/v1/bookings?limit=20" if number % 10 == 9 else f"/v1/bookings/{booked[number % len(booked)]}"
        for number in range(size.reads)
    ]
    found, seconds, times = _run(address, size.clients, [_request("GET", path) for path in paths])
    assert {status for status, _ in found} == {200}
    yield from _rates("reads", len(found), seconds, times)


def _fight(size: Load, seed: int, address: str, quotes: Sequence[Any]) -> Iterator[_Value]:
    """Let many clients fight for the last slots of some departures; what was sold must be what there was."""
    slots = max(1, size.attempts // size.departures // 20)
    with contextlib.closing(Client(address)) as client:
        targets = _targets(client, quotes, size.departures, slots)
    rng = np.random.default_rng([seed, 9])
    picks = rng.integers(len(targets), size=size.attempts)
    # Every third attempt repeats the key of another one.
    keys = [f"fight-{number - number % 3 // 2}" for number in range(size.attempts)]
    picks = np.array([picks[number - number % 3 // 2] for number in range(size.attempts)])
    found, seconds, _ = _run(
        address,
        size.fighters,
        [
            _request("POST", "/v1/bookings", _order(*targets[pick][:2]), key)
            for pick, key in zip(picks, keys, strict=True)
        ],
    )
    assert {status for status, _ in found} <= {201, 409}, Counter(status for status, _ in found)
    sold = Counter(
        booking["quote"] for booking in {b["id"]: b for s, b in found if s == http.HTTPStatus.CREATED}.values()
    )
    with contextlib.closing(Client(address)) as client:
        free = [client.get(f"/v1/departures/{quoted(departure)}")["free"]["mass_g"] for *_, departure in targets]
    wrong = [number for number in sold.values() if number != slots]
    assert not wrong, f"{len(wrong)} departures sold {wrong} instead of {slots}"
    assert len(sold) == len(targets), "a departure was not sold"
    assert free == [0] * len(targets), free
    yield "fight/attempts", len(found) / seconds, "1/s"
    yield "fight/departures", len(targets), ""
    yield "fight/slots", slots, ""
    yield "fight/oversold", 0, ""


def _targets(client: Client, quotes: Sequence[Any], wanted: int, slots: int) -> list[tuple[str, int, str]]:
    """Return offers with one main departure each, no two the same, on which so many shipments are left room for."""
    targets: list[tuple[str, int, str]] = []
    seen: set[str] = set()
    for quote in quotes:
        mass_g = round(quote["shipment"]["weight_kg"] * _KG)
        for number, option in enumerate(quote["options"], 1):
            departure = _main_departure(client, quote, number, option)
            if departure is None or departure in seen:
                continue
            seen.add(departure)
            runs = client.get(f"/v1/departures/{quoted(departure)}")["runs"]
            taken_g = max(run["taken"]["mass_g"] for run in runs)
            if len(runs) > 1:
                continue
            body = {"teu_milli": None, "mass_g": taken_g + slots * mass_g, "volume_cm3": None}
            status, _ = client.send("PUT", f"/v1/departures/{quoted(departure)}/capacity", body)
            if status == http.HTTPStatus.OK:
                targets.append((quote["id"], number, departure))
                break
        if len(targets) == wanted:
            break
    return targets


def _main_departure(client: Client, quote: Any, number: int, option: Any) -> str | None:  # noqa: ANN401 - any JSON
    """Return the one departure of an option that is no truck, None if there are more, or somebody is on it."""
    mains = [leg for leg in option["legs"] if leg["mode"] != "road"]
    if len(mains) != 1 or option["bookable_until"] is None:
        return None
    status, booking = client.send("POST", "/v1/bookings", {"quote": quote["id"], "option": number})
    if status != http.HTTPStatus.CREATED:
        return None
    (departure,) = [leg["departure"] for leg in booking["legs"] if leg["mode"] != "road"]
    connection = client._connection  # noqa: SLF001 - a header that no other request needs
    connection.request(
        "POST",
        f"/v1/bookings/{booking['id']}/cancel",
        headers={"if-match": "*", "idempotency-key": f"c-{booking['id']}"},
    )
    connection.getresponse().read()
    return str(departure)


Asked = Callable[[Client], tuple[int, Any]]


def _request(method: str, path: str, body: object = None, key: str | None = None) -> Asked:
    """Return a request that a client can send."""
    return lambda client: client.send(method, path, body, key)


def _order(quote: str, option: int) -> dict[str, Any]:
    return {"quote": quote, "option": option, "confirm": True}


def _run(address: str, clients: int, requests: Sequence[Asked]) -> tuple[list[tuple[int, Any]], float, list[float]]:
    """Return the answers to requests by some clients, the seconds all of them took, and the milliseconds of each."""

    def work(number: int) -> list[tuple[int, tuple[int, Any], float]]:
        found = []
        with contextlib.closing(Client(address)) as client:
            for place in range(number, len(requests), clients):
                begun = time.perf_counter()
                found.append((place, requests[place](client), (time.perf_counter() - begun) * 1e3))
        return found

    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        parts = list(pool.map(work, range(clients)))
    seconds = time.perf_counter() - begun
    ordered = sorted((one for part in parts for one in part), key=lambda one: one[0])
    return [answer for _, answer, _ in ordered], seconds, [took for *_, took in ordered]


def _rates(name: str, done: int, seconds: float, times: Sequence[float]) -> list[_Value]:
    return [
        (name, done / seconds, "1/s"),
        (f"{name}/median", float(np.median(times)), "ms"),
        (f"{name}/p95", float(np.percentile(times, 95)), "ms"),
    ]


def _memory_mib(process: int) -> float | None:
    """Return the resident memory of a process, None where the system does not tell."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    (line,) = [line for line in lines if line.startswith("VmRSS")]
    return int(line.split()[1]) / 1024


SPEC: BenchSpec[Load] = BenchSpec(
    name="service",
    sizes=(Load(clients=8, quotes=400, reads=4_000, bookings=1_000, fighters=64, departures=20, attempts=10_000),),
    smoke_sizes=(Load(clients=2, quotes=12, reads=20, bookings=12, fighters=8, departures=2, attempts=60),),
    run=measure,
)
