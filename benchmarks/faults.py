"""
Whether anything that was acknowledged is lost when the service or its database is killed in the middle of writes.

The service and PostgreSQL are processes of their own. Clients write without a pause (`writers.py`); at random moments a
target is struck with the signal that no process can handle, and mended. After each blow, while the clients go on, the
rows are compared with what was acknowledged, and the audit trail with what was noted of it before; more at the end.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from sqlalchemy.exc import DBAPIError

from api.bookings.sweep import sweep
from api.bookings.terms import Terms
from api.clock import system_clock
from api.store import audit
from api.store.engine import StoreError
from api.store.session import WHOLE, Store
from benchmarks.kept import Snapshots, ledger_faults, room_faults
from benchmarks.load import Client, Service, databases
from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.shipments import as_request, draw_shipments
from benchmarks.writers import Ledger, Writer, replay
from data import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from benchmarks.postgresql import Server

_PATIENCE_S = 60.0
_PAUSE_S = 0.02
_SAID = 20_000
_BROKEN = "Exception in ASGI application"
_MOMENT_S = (0.05, 1.5)
_HOLD_MIN = "1"
_LATER = dt.timedelta(hours=1)
_TERMS = Path("data/tables/booking_terms.csv")
_NOTED = re.compile(r"(\d+:[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Storm:
    """
    How much is broken.

    Parameters
    ----------
    blows
        How often something is killed.
    writers
        Clients who write meanwhile.
    quotes
        Quotes whose options they book.
    slots
        For how many of the heaviest shipments their departures have room.
    replays
        How many writes are sent once more at the end.
    """

    blows: int
    writers: int
    quotes: int
    slots: int
    replays: int

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.blows


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
        self._options = ("--processes", "2", "--port", str(_free_port()), "--data", str(self.tables))
        self.log = folder / "service.log"
        self.service = Service(location, self._options, self.log)
        self.address = self.service.address

    def targets(self) -> list[Target]:
        """Return everything that can be killed."""
        found = [
            Target("service", 1, self.kill_service, self.start_service),
            Target("process", 4, self._kill_process, _nothing),
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
            os.kill(self.service.processes()[-1], signal.SIGKILL)

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


def measure(size: Storm, seed: int) -> Iterator[Measurement]:
    """Measure on both databases."""
    for backend, location, server in databases():
        progress(f"  {backend}")
        with tempfile.TemporaryDirectory(prefix="hubport-bench-") as folder:
            for name, value, unit in _measure(size, seed, Stage(location, server, Path(folder))):
                yield Measurement(
                    name=f"faults/{backend}/{name}", size=f"shipped/{size.number}", seed=seed, value=value, unit=unit
                )


def _measure(size: Storm, seed: int, stage: Stage) -> Iterator[tuple[str, float, str]]:
    try:
        offers, question = _prepare(size, seed, stage)
        ledger, blows, waits, noted = _storm(size, seed, stage, offers, question)
        noted = _check_end(size, seed, stage, ledger, noted)
    except BaseException:
        said = stage.log.read_text(encoding="utf-8")
        begin = max(0, said.find(_BROKEN))
        progress(said[begin : begin + _SAID])
        raise
    finally:
        stage.service.close()
    yield from ((f"blows/{name}", count, "") for name, count in blows.items())
    yield "back-median", float(np.median(waits)), "s"
    yield "back-max", max(waits), "s"
    yield from ((name.replace(" ", "-"), count, "") for name, count in sorted(ledger.counts.items()))
    yield "bookings", len(ledger.bookings), ""
    yield "audit-entries", int(noted.partition(":")[0]), ""
    yield "faults", 0, ""


def _prepare(size: Storm, seed: int, stage: Stage) -> tuple[list[tuple[str, int]], Any]:
    """Return offers whose departures have little room, some of it allotted, and the body of a request for a quote."""
    shipments = [one for one in draw_shipments(load_catalogue(), 8 * size.quotes, seed) if one.box is None]
    bodies = [as_request(shipment) for shipment in shipments[: size.quotes]]
    mass_g = max(shipment.mass_g for shipment in shipments[: size.quotes])
    offers, departures = [], set()
    with contextlib.closing(Client(stage.address)) as client:
        for body in bodies:
            quote = client.send("POST", "/v1/quotes", body)[1]
            bookable = [n for n, option in enumerate(quote["options"], 1) if option["bookable_until"] is not None]
            for option in bookable[:2]:
                status, booking = client.send("POST", "/v1/bookings", {"quote": quote["id"], "option": option})
                assert status == 201, booking
                offers.append((quote["id"], option))
                departures |= {leg["departure"] for leg in booking["legs"] if leg["mode"] != "road"}
                client.send("POST", f"/v1/bookings/{booking['id']}/cancel", if_match="*")
        for number, departure in enumerate(sorted(departures)):
            room = {"teu_milli": None, "mass_g": size.slots * mass_g, "volume_cm3": None}
            status, found = client.send("PUT", f"/v1/departures/{departure}/capacity", room)
            assert status == 200, found
            if number % 3 == 0:
                amount = {"teu_milli": 0, "mass_g": mass_g, "volume_cm3": 0}
                client.send("POST", "/v1/allotments", {"firm": "house", "departure": departure} | amount)
    return offers, bodies[0]


def _storm(
    size: Storm, seed: int, stage: Stage, offers: list[tuple[str, int]], question: object
) -> tuple[Ledger, Counter[str], list[float], str]:
    """Strike while clients write; return what was acknowledged, the blows, how long each lasted, and the last hash."""
    rng, ledger, stop = np.random.default_rng([seed, 5]), Ledger(), threading.Event()
    never = threading.Event()
    blows, waits, noted = Counter[str](), [], _noted(stage)
    targets = stage.targets()
    often = np.array([target.weight for target in targets])
    writers = [
        Writer(f"w{number}", stage.address, offers, question, ledger, (seed, number)) for number in range(size.writers)
    ]
    with ThreadPoolExecutor(size.writers) as pool, contextlib.closing(Snapshots(stage.location)) as snapshots:
        working = [pool.submit(writer.work, stop, never) for writer in writers]
        try:
            for number in range(size.blows):
                time.sleep(rng.uniform(*_MOMENT_S))
                target = targets[rng.choice(len(targets), p=often / often.sum())]
                begun = time.monotonic()
                target.strike()
                target.mend()
                _wait_for_answer(ledger, working)
                blows[target.name] += 1
                waits.append(time.monotonic() - begun)
                noted = _patiently(partial(_check, stage, ledger, snapshots, noted))
                progress(f"    {number + 1} {target.name}: {ledger.counts['acknowledged']} writes acknowledged")
            stop.set()
            for one in working:
                one.result(_PATIENCE_S)
        finally:
            stop.set()
            never.set()
    return ledger, blows, waits, noted


def _wait_for_answer(ledger: Ledger, working: Sequence[Future[None]]) -> None:
    """Wait until a write is acknowledged again; fail with a writer that failed."""
    before, end = ledger.counts["acknowledged"], time.monotonic() + _PATIENCE_S
    while ledger.counts["acknowledged"] == before:
        for one in working:
            if one.done():
                one.result()
        assert time.monotonic() < end, "nothing is acknowledged any more"
        time.sleep(_PAUSE_S)


def _check(stage: Stage, ledger: Ledger, snapshots: Snapshots, noted: str) -> str:
    """Check the rows and the audit trail, and return what to note of it."""
    known = ledger.copy()
    found = snapshots.take()
    faults = [*room_faults(found), *ledger_faults(found, known)]
    assert not faults, faults
    return _noted(stage, noted)


def _patiently(check: Callable[[], str]) -> str:
    """Return what a check returns; the server may still be about to end when it begins."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return check()
        except (StoreError, DBAPIError):
            assert time.monotonic() < end, "the database does not come back"
            time.sleep(_PAUSE_S)


def _noted(stage: Stage, before: str | None = None) -> str:
    """Check the audit trail with what was noted of it before, and return what to note now."""
    wanted = [] if before is None else [before.split(":")]
    with contextlib.closing(Store(stage.location)) as store, store.read(WHOLE) as session:
        found = audit.verify(session, [(int(seq), value) for seq, value in wanted])
    assert not found.breaks, found.breaks
    return f"{found.entries}:{found.head}"


def _check_end(size: Storm, seed: int, stage: Stage, ledger: Ledger, noted: str) -> str:
    """Check what holds when everything was answered, repeat some writes, let all holds end; return the last hash."""
    with contextlib.closing(Client(stage.address)) as client:
        picks = np.random.default_rng([seed, 6]).integers(len(ledger.writes), size=size.replays)
        repeated = [replay(client, ledger.writes[pick]) for pick in picks]
    stage.service.close()
    with contextlib.closing(Snapshots(stage.location)) as snapshots:
        found = snapshots.take()
        faults = [
            *room_faults(found),
            *ledger_faults(found, ledger, is_over=True),
            *(fault for fault in repeated if fault is not None),
        ]
        assert not faults, faults
        _end_holds(stage)
        after = snapshots.take()
    held = [booking.id for booking in after.bookings if booking.state == "held"]
    assert not held, f"holds that do not end: {held}"
    faults = room_faults(after)
    assert not faults, faults
    stage.hubport("db", "check")
    said = _NOTED.search(stage.hubport("audit", "verify", "--noted", noted))
    assert said is not None
    return said[0]


def _end_holds(stage: Stage) -> None:
    """Do what the service does as time passes: holds end, and who waits gets their room, in a hold that ends later."""
    terms, now = load_catalogue(stage.tables).derived(Terms), system_clock()
    with contextlib.closing(Store(stage.location)) as store:
        while sweep(store, terms, now := now + _LATER).bookings:
            pass


SPEC: BenchSpec[Storm] = BenchSpec(
    name="faults",
    sizes=(Storm(blows=100, writers=8, quotes=8, slots=2, replays=400),),
    smoke_sizes=(Storm(blows=3, writers=3, quotes=2, slots=1, replays=10),),
    run=measure,
)
