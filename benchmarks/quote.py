"""
How long quotes on the shipped data take: in process, over HTTP, from a file, and after a start.

In process that is processor time of the one thread that works, which other work on the machine disturbs less;
everything else is time on the clock.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import networkx as nx
import numpy as np

from benchmarks.registry import BenchSpec, Measurement, progress
from benchmarks.shipments import as_request, draw_shipments, write_file
from data import load_catalogue
from data.shipment import Filters
from network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.shipment import Shipment
    from network.timetable import Timetable

_NO_ROUTE = 3
"""Exit code of ``hubport quote FILE`` when some row has no route."""
_PATIENCE_S = 120.0


@dataclass(frozen=True, slots=True)
class Quotes:
    """How many shipments are quoted one by one, how many from a file, and how many processes are started cold."""

    shipments: int
    in_file: int
    starts: int

    @property
    def number(self) -> int:
        """What it is called by."""
        return self.shipments


_Value = tuple[str, float, str, float | None]


def measure(size: Quotes, seed: int) -> Iterator[Measurement]:
    """Measure the shipped data."""
    steps = (
        (size.shipments, _cold(size.starts, seed)),
        (size.shipments, _warm(size, seed)),
        (size.shipments, _served(size, seed)),
    )
    for count, values in (*steps, (size.in_file, _from_file(size, seed))):
        for name, value, unit, baseline in values:
            yield Measurement(
                name=f"quote/{name}", size=f"shipped/{count}", seed=seed, value=value, unit=unit, baseline=baseline
            )  # fmt: skip


def _cold(starts: int, seed: int) -> Iterator[_Value]:
    """Measure loading, compiling and memory in a process of its own."""
    # Only the last process counts; those before leave compiled code on disk.
    for _ in range(starts):
        command = [sys.executable, "-m", "benchmarks.cold", str(seed)]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE)  # noqa: S603 - our own module
    measured: dict[str, float | None] = json.loads(done.stdout)
    memory = measured.pop("memory")
    for name, seconds in measured.items():
        yield name, seconds or 0.0, "s", None
    if memory is not None:
        yield "memory", memory, "MiB", None


def _warm(size: Quotes, seed: int) -> Iterator[_Value]:
    """Measure quotes in this process, and beside each a Dijkstra search by NetworkX."""
    catalogue = load_catalogue()
    network = Network(catalogue)
    shipments = draw_shipments(catalogue, size.shipments, seed)
    graph = static_graph(network.compiled.forward)
    areas = {row.code: row.customs_area for row in catalogue.territories}
    area = {row.code: areas[row.territory] for row in catalogue.locations}
    network.quote(shipments[0])
    ours, theirs, options, nothing = [], [], [], 0
    for done, shipment in enumerate(shipments):
        begun = time.thread_time()
        quote = network.quote(shipment)
        ours.append((time.thread_time() - begun) * 1e3)
        options.append(len(quote.options))
        nothing += not quote.options
        is_domestic = area[shipment.origin] == area[shipment.destination]
        theirs.append(_dijkstra_ms(network, graph, shipment, is_domestic=is_domestic))
        if done % 50 == 49:
            progress(f"  {done + 1} of {len(shipments)} quotes")
    yield "median", float(np.median(ours)), "ms", float(np.median(theirs))
    yield "p95", float(np.percentile(ours, 95)), "ms", float(np.percentile(theirs, 95))
    yield "max", max(ours), "ms", max(theirs)
    yield "options-median", float(np.median(options)), "", None
    yield "options-max", max(options), "", None
    yield "no-route", nothing, "", None


def static_graph(timetable: Timetable) -> nx.MultiDiGraph:
    """Return the compiled legs as edges with fixed minutes, waiting left out."""
    graph = nx.MultiDiGraph()
    states = len(timetable.out_ptr) - 1
    start = np.repeat(np.arange(states), np.diff(timetable.out_ptr))
    minutes = timetable.leg_pre + timetable.leg_duration + timetable.leg_post
    graph.add_nodes_from(range(states))
    rows = zip(start.tolist(), timetable.arc_to.tolist(), timetable.arc_leg.tolist(), strict=True)
    graph.add_edges_from((a, b, {"leg": leg, "minutes": int(minutes[leg])}) for a, b, leg in rows)
    return graph


def _dijkstra_ms(network: Network, graph: nx.MultiDiGraph, shipment: Shipment, *, is_domestic: bool) -> float:
    """Return the milliseconds of a search for the fastest way over the legs a shipment may use."""
    may_use = (network.weigher.weigh(shipment, Filters()).weights.leg_cost >= 0).tolist()
    form = shipment.box or "loose"
    index = network.compiled.states.index
    source = index.get((shipment.origin, form, "D"))
    target = index.get((shipment.destination, form, "D" if is_domestic else "I"))

    def weight(_a: int, _b: int, parallel: dict[Any, dict[str, int]]) -> int | None:
        return min((data["minutes"] for data in parallel.values() if may_use[data["leg"]]), default=None)

    begun = time.thread_time()
    if source is not None and target is not None:
        with contextlib.suppress(nx.NetworkXNoPath):
            nx.single_source_dijkstra(graph, source, target, weight=weight)
    return (time.thread_time() - begun) * 1e3


def _served(size: Quotes, seed: int) -> Iterator[_Value]:
    """Measure quotes over HTTP from a service that was just started."""
    shipments = draw_shipments(load_catalogue(), size.shipments, seed)
    command = [sys.executable, "-m", "api.cli", "serve", "--port", "0", "--lang", "en"]
    begun = time.perf_counter()
    with (
        tempfile.TemporaryDirectory(prefix="hubport-bench-") as folder,
        subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=os.environ | {"HUBPORT_DB": str(Path(folder) / "hubport.db")},
        ) as process,
    ):
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip().rsplit(" ", 1)[-1]
            with httpx.Client(base_url=address, timeout=_PATIENCE_S, trust_env=False) as client:
                _post(client, shipments[0])
                first = time.perf_counter() - begun
                milliseconds = [_post(client, shipment) for shipment in shipments]
        finally:
            process.terminate()
            process.wait(_PATIENCE_S)
    yield "http-first-answer", first, "s", None
    yield "http-median", float(np.median(milliseconds)), "ms", None
    yield "http-p95", float(np.percentile(milliseconds, 95)), "ms", None


def _post(client: httpx.Client, shipment: Shipment) -> float:
    """Return the milliseconds until the whole answer is here."""
    begun = time.perf_counter()
    response = client.post("/v1/quotes", json=as_request(shipment))
    response.raise_for_status()
    return (time.perf_counter() - begun) * 1e3


def _from_file(size: Quotes, seed: int) -> Iterator[_Value]:
    """Measure ``hubport quote FILE``, its start included."""
    shipments: Sequence[Shipment] = draw_shipments(load_catalogue(), size.in_file, seed + 1)
    progress(f"  {size.in_file} quotes from a file")
    with tempfile.TemporaryDirectory(prefix="hubport-bench-") as folder:
        source, target = Path(folder) / "shipments.csv", Path(folder) / "quotes.csv"
        write_file(source, shipments)
        command = [sys.executable, "-m", "api.cli", "quote", str(source), "-o", str(target), "--lang", "en"]
        begun = time.perf_counter()
        done = subprocess.run(  # noqa: S603 - our own module
            command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        seconds = time.perf_counter() - begun
        if done.returncode not in {0, _NO_ROUTE}:
            msg = f"hubport quote FILE ended with {done.returncode}: {done.stderr[-2000:]}"
            raise RuntimeError(msg)
    yield "file-total", seconds, "s", None
    yield "file-per-quote", seconds * 1e3 / len(shipments), "ms", None


SPEC: BenchSpec[Quotes] = BenchSpec(
    name="quote", sizes=(Quotes(200, 1_000, 2),), smoke_sizes=(Quotes(6, 5, 1),), run=measure
)  # fmt: skip
