"""
How much the service does in a second, on both databases, with a load generator on the same machine.

The service is what `hubport serve --processes 4 --workers 0` starts, with the shipped data and nobody asked for keys.
The generator is this process: some threads, each with one connection. PostgreSQL is started for the purpose, and waits
for the disk as SQLite does.
"""

from __future__ import annotations

import contextlib
import http
import time
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote as quoted

import numpy as np

from benchmarks import streams
from benchmarks.kept import Snapshots, room_faults
from benchmarks.load import Client, databases, request, run, served
from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.shipments import as_request, draw_shipments
from data import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from benchmarks.load import Asked, Service
    from data.shipment import Shipment

_KG = 1_000
_OPTIONS = ("--processes", "4", "--workers", "0")
"""Nobody does jobs: those who would are other processes, and of jobs only their streams are measured here."""
_RATE = 60
_SOAK_QUOTES, _SOAK_BOOKINGS, _SOAK_READS = 40, 40, 120


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
    streams
        Streams of events that are open while the reads are done once more.
    soak_s
        How long a mix of everything is asked for, in seconds, while memory is watched.
    """

    clients: int
    quotes: int
    reads: int
    bookings: int
    fighters: int
    departures: int
    attempts: int
    streams: int
    soak_s: float

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.bookings


_Value = tuple[str, float, str]


def measure(size: Load, seed: int) -> Iterator[Measurement]:
    """Measure the shipped data on both databases."""
    for backend, location, _ in databases():
        progress(f"  {backend}")
        with served(location, _OPTIONS) as service:
            for name, value, unit in _measure(size, seed, service):
                yield Measurement(
                    name=f"service/{backend}/{name}", size=f"shipped/{size.number}", seed=seed, value=value, unit=unit
                )


def _measure(size: Load, seed: int, service: Service) -> Iterator[_Value]:
    catalogue = load_catalogue()
    shipments = [one for one in draw_shipments(catalogue, 4 * size.quotes, seed) if one.box is None][: size.quotes]
    quotes, values = _quotes(size, service, shipments)
    yield from values
    offers = [
        (quote["id"], number)
        for quote in quotes
        for number, option in enumerate(quote["options"], 1)
        if option["bookable_until"] is not None
    ]
    booked, values = _bookings(size, service, offers)
    yield from values
    yield from _reads(size, service, booked)
    yield from _streams(size, service, shipments, booked)
    yield from _fight(size, seed, service, quotes)
    yield from _soak(size, service, shipments, offers, booked)


def _quotes(size: Load, service: Service, shipments: Sequence[Shipment]) -> tuple[list[Any], list[_Value]]:
    """Ask for quotes, each of which is kept."""
    asked = [_quote(shipment) for shipment in shipments]
    found, values = _phase("quotes", service, size.clients, asked)
    assert {status for status, _ in found} == {200}, found[0]
    paced = _phase(f"quotes-at-{_RATE}", service, size.clients, asked, _RATE)[1]
    return [quote for _, quote in found], values + paced


def _bookings(size: Load, service: Service, offers: Sequence[tuple[str, int]]) -> tuple[list[str], list[_Value]]:
    """Book options of the quotes, one after the other; a departure may fill up meanwhile."""
    chosen = [offers[number % len(offers)] for number in range(size.bookings)]
    asked = [request("POST", "/v1/bookings", _order(quote, option)) for quote, option in chosen]
    found, values = _phase("bookings", service, size.clients, asked)
    made = [booking["id"] for status, booking in found if status == http.HTTPStatus.CREATED]
    assert {status for status, _ in found} <= {201, 409}, found[0]
    return made, [*values, ("bookings-refused", len(found) - len(made), "")]


def _reads(size: Load, service: Service, booked: Sequence[str], name: str = "reads") -> list[_Value]:
    """Read single bookings, and every tenth time a list of twenty."""
    found, values = _phase(name, service, size.clients, [_read(number, booked) for number in range(size.reads)])
    assert {status for status, _ in found} == {200}
    return values


def _streams(size: Load, service: Service, shipments: Sequence[Shipment], booked: Sequence[str]) -> Iterator[_Value]:
    """Open streams of events, read as before while they are open, then let all hear that their job has ended."""
    values: list[_Value] = []
    yield from streams.measured(
        service.address,
        shipments[:5],
        size.streams,
        lambda: values.extend(_reads(size, service, booked, "reads-beside-streams")),
    )
    yield from values


def _fight(size: Load, seed: int, service: Service, quotes: Sequence[Any]) -> Iterator[_Value]:
    """Let many clients fight for the last slots of some departures; what was sold must be what there was."""
    slots = max(1, size.attempts // size.departures // 20)
    with contextlib.closing(Client(service.address)) as client:
        targets = _targets(client, quotes, size.departures, slots)
    picks = np.random.default_rng([seed, 9]).integers(len(targets), size=size.attempts)
    # Every third attempt repeats the key, and the order, of another one.
    firsts = [number - number % 3 // 2 for number in range(size.attempts)]
    asked = [request("POST", "/v1/bookings", _order(*targets[picks[first]][:2]), f"fight-{first}") for first in firsts]
    found, values = _phase("fight", service, size.fighters, asked)
    assert {status for status, _ in found} <= {201, 409}, Counter(status for status, _ in found)
    made = [booking["id"] if status == http.HTTPStatus.CREATED else None for status, booking in found]
    assert made == [made[first] for first in firsts], "one key made two bookings"
    sold = Counter(picks[firsts[made.index(booking)]] for booking in {*made} - {None})
    wrong = {targets[pick][2]: sold[pick] for pick in range(len(targets)) if sold[pick] != slots}
    assert not wrong, f"sold instead of {slots}: {wrong}"
    with contextlib.closing(Client(service.address)) as client:
        free = [client.get(f"/v1/departures/{quoted(departure)}")["free"]["mass_g"] for *_, departure in targets]
    assert free == [0] * len(targets), free
    with contextlib.closing(Snapshots(service.location)) as snapshots:
        faults = room_faults(snapshots.take())
    assert not faults, faults
    yield from values
    yield "fight/attempts", len(asked), ""
    yield "fight/departures", len(targets), ""
    yield "fight/slots", slots, ""
    yield "fight/sold", sum(sold.values()), ""
    yield "fight/repeated", sum(first != number for number, first in enumerate(firsts)), ""
    yield "fight/oversold", 0, ""


def _soak(
    size: Load,
    service: Service,
    shipments: Sequence[Shipment],
    offers: Sequence[tuple[str, int]],
    booked: Sequence[str],
) -> Iterator[_Value]:
    """Mix all kinds of requests for a while, and tell by how much memory grows; what is new in it fills up first."""
    begun, seen = time.monotonic(), []
    asked: list[Asked] = [
        *(_quote(shipments[number % len(shipments)]) for number in range(_SOAK_QUOTES)),
        *(request("POST", "/v1/bookings", _order(*offers[number % len(offers)])) for number in range(_SOAK_BOOKINGS)),
        *(_read(number, booked) for number in range(_SOAK_READS)),
    ]
    while (passed := time.monotonic() - begun) < size.soak_s:
        run(service.address, size.clients, asked)
        memory = service.memory_mib()
        if memory is None:
            return
        seen.append((passed / 60, memory))
    if not seen:
        return
    late = np.array([one for one in seen if one[0] * 60 >= size.soak_s / 3] or seen)
    yield "memory", float(late[-1, 1]), "MiB"
    if len(late) > 1:
        yield "memory-slope", float(np.polyfit(late[:, 0], late[:, 1], 1)[0]), "MiB/min"


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
    client.send("POST", f"/v1/bookings/{booking['id']}/cancel", key=f"c-{booking['id']}", if_match="*")
    return str(departure)


def _order(quote: str, option: int) -> dict[str, Any]:
    return {"quote": quote, "option": option, "confirm": True}


def _quote(shipment: Shipment) -> Asked:
    return request("POST", "/v1/quotes", as_request(shipment))


def _read(number: int, booked: Sequence[str]) -> Asked:
    is_list = number % 10 == 9
    return request("GET", "/v1/bookings?limit=20" if is_list else f"/v1/bookings/{booked[number % len(booked)]}")


def _phase(
    name: str, service: Service, clients: int, asked: Sequence[Asked], rate: float | None = None
) -> tuple[list[tuple[int, Any]], list[_Value]]:
    """Return the answers to requests, and how fast they came and what each took of the service's processors."""
    before = service.processor_s()
    found, seconds, times = run(service.address, clients, asked, rate)
    after = service.processor_s()
    values = [
        (name, len(found) / seconds, "1/s"),
        (f"{name}/median", float(np.median(times)), "ms"),
        (f"{name}/p95", float(np.percentile(times, 95)), "ms"),
    ]
    if before is not None and after is not None:
        values.append((f"{name}/processor", (after - before) / len(found) * 1e3, "ms"))
    return found, values


_FULL = Load(
    clients=8,
    quotes=400,
    reads=4_000,
    bookings=1_000,
    fighters=64,
    departures=20,
    attempts=10_000,
    streams=200,
    soak_s=600,
)
SPEC: BenchSpec[Load] = BenchSpec(
    name="service",
    sizes=(_FULL,),
    smoke_sizes=(
        Load(clients=2, quotes=12, reads=20, bookings=12, fighters=8, departures=2, attempts=60, streams=5, soak_s=2),
    ),
    run=measure,
)
