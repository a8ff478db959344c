"""
Whether anything that was acknowledged is lost when service, workers or database are killed in the middle of writes.

The service, its workers and PostgreSQL are processes of their own. Clients write without a pause (`writers.py`), and
one asks for jobs (`askers.py`); at random moments a target is struck with the signal that no process can handle, and
mended. After each blow, while the clients go on, the rows are compared with what was acknowledged, and the audit trail
with what was noted of it before; more at the end.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
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
from benchmarks.askers import ENDED, Asker, JobBook, result_faults, wait_for_ends
from benchmarks.kept import Snapshots, ledger_faults, room_faults
from benchmarks.kept_jobs import job_faults
from benchmarks.load import Client, databases
from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.shipments import as_request, draw_shipments
from benchmarks.stage import WORKER, Stage
from benchmarks.writers import Ledger, Writer, replay
from data import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from benchmarks.stage import Target

_PATIENCE_S = 60.0
_JOBS_S = 600.0
"""Seconds within which every job must end: a lease, and some attempts, on a machine that others use as well."""
_LIST = 3
"""Shipments of a plan."""
_PAUSE_S = 0.02
_SAID = 20_000
_BROKEN = "Exception in ASGI application"
_MOMENT_S = (0.05, 1.5)
_LATER = dt.timedelta(hours=1)
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
    jobs
        How many jobs have not ended at any time.
    """

    blows: int
    writers: int
    quotes: int
    slots: int
    replays: int
    jobs: int

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.blows


class Clients(NamedTuple):
    """Who writes and asks for jobs, and what was acknowledged to them."""

    ledger: Ledger
    book: JobBook
    working: Sequence[Writer | Asker]


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
        clients = _clients(size, seed, stage)
        blows, waits, noted = _storm(size, seed, stage, clients)
        noted = _check_end(size, seed, stage, clients, noted)
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
    yield from ((name.replace(" ", "-"), count, "") for name, count in sorted(clients.ledger.counts.items()))
    yield "bookings", len(clients.ledger.bookings), ""
    ended = Counter(shown["state"] for shown in clients.book.jobs.values())
    yield from ((f"jobs/{state}", ended[state], "") for state in sorted(ENDED))
    yield "jobs/taken-again", sum(shown["attempt"] > 1 for shown in clients.book.jobs.values()), ""
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


def _clients(size: Storm, seed: int, stage: Stage) -> Clients:
    """Return who writes and asks for jobs, with nothing acknowledged so far."""
    offers, question = _prepare(size, seed, stage)
    ledger, book = Ledger(), JobBook()
    cargo = [one for one in draw_shipments(load_catalogue(), 8 * _LIST, seed) if one.box is None][:_LIST]
    writers = [
        Writer(f"w{number}", stage.address, offers, question, ledger, (seed, number)) for number in range(size.writers)
    ]
    return Clients(ledger, book, (*writers, Asker(stage.address, cargo, size.jobs, book)))


def _storm(size: Storm, seed: int, stage: Stage, clients: Clients) -> tuple[Counter[str], list[float], str]:
    """Strike while clients write; return the blows, how long each lasted, and the last hash."""
    rng, stop, never = np.random.default_rng([seed, 5]), threading.Event(), threading.Event()
    blows, waits, noted = Counter[str](), [], _noted(stage)
    pool, snapshots = ThreadPoolExecutor(len(clients.working)), Snapshots(stage.location)
    with pool, contextlib.closing(snapshots):
        working = [pool.submit(one.work, stop, never) for one in clients.working]
        try:
            _wait_until(lambda: clients.book.has_begun, working, "no job begins")
            for number, target in enumerate(_order(size, stage.targets(), rng), 1):
                time.sleep(rng.uniform(*_MOMENT_S))
                begun = time.monotonic()
                target.strike()
                target.mend()
                before = clients.ledger.counts["acknowledged"]
                _wait_until(partial(clients.ledger.has_more, before), working, "nothing is acknowledged any more")
                blows[target.name] += 1
                waits.append(time.monotonic() - begun)
                noted = _patiently(partial(_check, stage, clients, snapshots, noted))
                told = f"{clients.ledger.counts['acknowledged']} writes, {len(clients.book.jobs)} jobs acknowledged"
                progress(f"    {number} {target.name}: {told}")
            stop.set()
            for one in working:
                one.result(_PATIENCE_S)
        finally:
            stop.set()
            never.set()
    return blows, waits, noted


def _order(size: Storm, targets: Sequence[Target], rng: np.random.Generator) -> list[Target]:
    """Return what is struck, blow by blow, each as often as it weighs; a worker once at least."""
    often = np.array([target.weight for target in targets])
    order = [targets[pick] for pick in rng.choice(len(targets), size=size.blows, p=often / often.sum())]
    if all(target.name != WORKER for target in order):
        order[0] = next(target for target in targets if target.name == WORKER)
    return order


def _wait_until(is_so: Callable[[], bool], working: Sequence[Future[None]], otherwise: str) -> None:
    """Wait until something is so; fail with a client that failed."""
    end = time.monotonic() + _PATIENCE_S
    while not is_so():
        for one in working:
            if one.done():
                one.result()
        assert time.monotonic() < end, otherwise
        time.sleep(_PAUSE_S)


def _check(stage: Stage, clients: Clients, snapshots: Snapshots, noted: str) -> str:
    """Check the rows and the audit trail, and return what to note of it."""
    known, jobs = clients.ledger.copy(), clients.book.copy()
    found = snapshots.take()
    faults = [*room_faults(found), *ledger_faults(found, known), *job_faults(found.jobs, jobs)]
    assert not faults, faults
    return _noted(stage, noted)


def _patiently(check: Callable[[], str]) -> str:
    """Return what a check returns; the server may still be about to end when it begins."""
    end = time.monotonic() + _PATIENCE_S
    while True:
        try:
            return check()
        except (StoreError, DBAPIError, OSError):
            # The driver lets some faults of the socket through as they are.
            assert time.monotonic() < end, "the database does not come back"
            time.sleep(_PAUSE_S)


def _noted(stage: Stage, before: str | None = None) -> str:
    """Check the audit trail with what was noted of it before, and return what to note now."""
    wanted = [] if before is None else [before.split(":")]
    with contextlib.closing(Store(stage.location)) as store, store.read(WHOLE) as session:
        found = audit.verify(session, [(int(seq), value) for seq, value in wanted])
    assert not found.breaks, found.breaks
    return f"{found.entries}:{found.head}"


def _check_end(size: Storm, seed: int, stage: Stage, clients: Clients, noted: str) -> str:
    """Let all jobs end, check what holds then, repeat some writes, let all holds end; return the last hash."""
    ledger, book = clients.ledger, clients.book
    wait_for_ends(stage.address, book, _JOBS_S)
    with contextlib.closing(Client(stage.address)) as client:
        picks = np.random.default_rng([seed, 6]).integers(len(ledger.writes), size=size.replays)
        repeated = [replay(client, ledger.writes[pick]) for pick in picks]
    unsaid = result_faults(stage.address, book)
    stage.service.close()
    with contextlib.closing(Snapshots(stage.location)) as snapshots:
        found = snapshots.take()
        faults = [
            *room_faults(found),
            *ledger_faults(found, ledger, is_over=True),
            *job_faults(found.jobs, book),
            *unsaid,
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
    sizes=(Storm(blows=100, writers=8, quotes=8, slots=2, replays=400, jobs=4),),
    smoke_sizes=(Storm(blows=3, writers=3, quotes=2, slots=1, replays=10, jobs=2),),
    run=measure,
)
