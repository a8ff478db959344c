"""A network without some departures is that of tables in which they are cancelled."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from data import DepartureException
from data.shipment import Filters
from network import Network
from network.closing import Run, Runs
from network.legs import LOOSE
from tests.builders import Sketch, shipment
from tests.oracles.networks import Question, question
from tests.table_mutations import PROVENANCE

if TYPE_CHECKING:
    from data.itinerary import Option

DAY = 1440


def _vectors(network: Network, asked: Question) -> set[tuple[int, int, int]]:
    options = network.quote(asked.shipment, asked.filters).options
    return {(option.cost_cny_minor, option.arrive_min, option.emissions_g) for option in options}


def _runs_of(network: Network, option: Option) -> list[Run]:
    """Return the runs an option makes."""
    runs = Runs(network)
    return [
        run
        for step in option.steps
        if step.service is not None
        for run in runs.of(step.service, step.origin, step.destination, step.depart_min, step.arrive_min)
    ]


@pytest.mark.parametrize("seed", range(150))
def test_equals_cancelled_departures(seed: int) -> None:
    """Departures closed on all their runs, once and again, leave the same front as if they were cancelled."""
    asked = question(seed)
    network = closed = Network(asked.catalogue)
    rng, cancelled = np.random.default_rng(seed), {}
    for _ in range(3):
        options = closed.quote(asked.shipment, asked.filters).options
        if not options:
            break
        used = _runs_of(network, options[int(rng.integers(len(options)))])
        run = used[int(rng.integers(len(used)))]
        calls = asked.catalogue.calls_of(run.service)
        date = network.axis.local_date(run.start_min, asked.catalogue.location(calls[0].location).zone)
        alike = [
            Run(run.service, start, call)
            for start in _starts(network, run.service)
            if network.axis.local_date(start, asked.catalogue.location(calls[0].location).zone) == date
            for call in range(len(calls) - 1)
        ]
        closed = Runs(network).closed(closed, alike, lambda _leg, _run: True, closed)
        cancelled[run.service, date] = DepartureException(
            service=run.service,
            date=date,
            action="cancel",
            reason="full",
            **PROVENANCE,  # type: ignore[arg-type]
        )
    kept = [row for row in asked.catalogue.departure_exceptions if (row.service, row.date) not in cancelled]
    tables = asked.catalogue.replace(departure_exceptions=(*kept, *cancelled.values()))
    assert _vectors(closed, asked) == _vectors(Network(tables), asked)


def _starts(network: Network, service: str) -> list[int]:
    """Return the instants at which a service leaves its first call."""
    tt = network.compiled.forward
    legs = [number for number, leg in enumerate(network.legs) if leg.service is not None and leg.service.id == service]
    return sorted({int(at) for leg in legs for at in tt.departures[tt.leg_lo[leg] : tt.leg_hi[leg]]})


@cache
def _three_calls() -> Network:
    """Return a network of one train that calls at A, B and C every day."""
    sketch = Sketch().territory("HO")
    for code in "ABC":
        sketch.location(code, "HO")
    calls = [{"location": "A"}, {"location": "B", "run_min": 60, "stop_min": 10}, {"location": "C", "run_min": 60}]
    sketch.service("T", "rail", calls, days="1234567", departs="08:00")
    sketch.add("tariffs", service="T", product="ltl", basis="per_wm", rate="10")
    return Network(sketch.catalogue())


@pytest.mark.parametrize(
    ("ends", "call", "waits"),
    [("AB", 0, True), ("AB", 1, False), ("BC", 0, False), ("BC", 1, True), ("AC", 0, True), ("AC", 1, True)],
)
def test_run_by_run(ends: str, call: int, *, waits: bool) -> None:
    """A run is closed to those who ride it, and to nobody else."""
    network, asked = _three_calls(), shipment(ends[0], ends[1])
    first = network.quote(asked).options[0]
    start = _runs_of(network, first)[0].start_min
    closed = Runs(network).closed(network, [Run("T", start, call)], lambda _leg, _run: True)
    assert closed.quote(asked).options[0].arrive_min - first.arrive_min == (DAY if waits else 0)


def test_barred_by_form() -> None:
    """A run may be closed to boxes only."""
    network, asked = _three_calls(), shipment("A", "C")
    first = network.quote(asked).options[0]
    closed = Runs(network).closed(network, _runs_of(network, first), lambda leg, _run: leg.form != LOOSE)
    assert closed is network
    assert closed.quote(asked, Filters()).options[0] == first


def test_no_such_departure() -> None:
    """A ride that no departure makes has no runs."""
    assert Runs(_three_calls()).of("T", "A", "C", 1, 2) == ()
    assert Runs(_three_calls()).of("X", "A", "C", 1, 2) == ()
