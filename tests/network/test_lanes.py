"""The shipped network against what is published: modes, times and prices of known lanes, and who reaches whom."""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest

from data import Catalogue, load_catalogue
from data.shipment import Filters, Shipment
from network.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import numpy.typing as npt
    from _pytest.mark.structures import ParameterSet

    from data.itinerary import Option, Quote
    from network.board import Departure

    Mask = npt.NDArray[np.bool_]

READY = dt.datetime(2026, 12, 1, 1, tzinfo=dt.UTC)
FAMILIES = ("sea", "rail", "air", "road", "parcel")
RUNNING = frozenset({"active", "seasonal"})
DAY = 1440
TOLERANCE = Decimal("0.2")
MOST_DEPARTURES = 4_000


class Cargo(NamedTuple):
    """What is sent: kilograms, litres, packages, and a box type for a full load."""

    mass_kg: int
    volume_l: int
    pieces: int
    box: str | None = None

    def ship(self, origin: str, destination: str) -> Shipment:
        """Return the shipment between two places."""
        return Shipment(
            origin=origin, destination=destination, mass_g=self.mass_kg * 1_000, volume_cm3=self.volume_l * 1_000,
            pieces=self.pieces, ready_at=READY, box=self.box, boxes=1 if self.box else 0,
        )  # fmt: skip


STANDARD = {"m3": Cargo(1_600, 4_000, 40), "kg": Cargo(1_500, 4_000, 75)}
"""Loose cargo on which a price by m3 (light) or by kg (heavy) is read."""
FULL_LOAD = Cargo(10_000, 25_000, 400)
TONNE = Cargo(1_000, 5_000, 50)


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """
    A row of ``lanes.csv``.

    Parameters
    ----------
    measure
        ``days`` from terminal to terminal, or ``price``.
    service
        The service the source is about, or empty for every one that runs on the lane.
    origin, destination, mode
        The lane.
    unit
        Of a price: a box type, ``m3`` or ``kg``.
    low, high
        What was published; equal for a single figure.
    currency, parts
        Of a price: currency, and codes of the surcharges the source includes, with semicolons.
    source, as_of
        Where and when.
    """

    measure: str
    service: str
    origin: str
    destination: str
    mode: str
    unit: str
    low: Decimal
    high: Decimal
    currency: str
    parts: str
    source: str
    as_of: str


def published() -> list[Published]:
    """Return the rows of ``lanes.csv``."""
    with Path(__file__).with_name("lanes.csv").open(encoding="utf-8", newline="") as file:
        return [
            Published(
                measure=row["measure"], service=row["service"], origin=row["origin"], destination=row["destination"],
                mode=row["mode"], unit=row["unit"], low=Decimal(row["low"]), high=Decimal(row["high"]),
                currency=row["currency"], parts=row["parts"], source=row["source"], as_of=row["as_of"],
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip


def _parameters(rows: Iterable[Published]) -> list[ParameterSet]:
    """Return rows as named parameters of a test."""
    return [
        pytest.param(row, id="_".join(filter(None, (row.origin, row.destination, row.unit, row.service, row.as_of))))
        for row in rows
    ]


TIMES = _parameters(row for row in published() if row.measure == "days")
PRICES = _parameters(row for row in published() if row.measure == "price")
TRAINS = _parameters(row for row in published() if row.measure == "days" and row.mode == "rail" and row.low > 1)


@pytest.fixture(scope="module")
def network() -> Network:
    """Give the shipped network."""
    return Network(load_catalogue())


def areas_of(catalogue: Catalogue) -> dict[str, str]:
    """Return the customs area of every location."""
    area = {territory.code: territory.customs_area for territory in catalogue.territories}
    return {location.code: area[location.territory] for location in catalogue.locations}


def family_of(catalogue: Catalogue, option: Option) -> str:
    """Return the mode of the longest movement of an option between two customs areas."""
    area = catalogue.derived(areas_of)
    longest: dict[str, int] = defaultdict(int)
    for step in option.steps:
        if step.kind == "leg" and area[step.origin] != area[step.destination]:
            calls = list(catalogue.calls_of(step.service or ""))
            stops = [call.location for call in calls]
            first = stops.index(step.origin)
            last = stops.index(step.destination, first)
            distance_m = sum(call.distance_m for call in calls[first + 1 : last + 1])
            longest[str(step.mode)] = max(longest[str(step.mode)], distance_m)
    return max(longest, key=lambda mode: longest[mode])


def by_mode(network: Network, shipment: Shipment, mode: str) -> Quote:
    """Return the quote that leaves only one mode and trucks."""
    return network.quote(shipment, Filters(modes=frozenset({mode, "road"})))


# The six lanes


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane of the issue, and its modes from the cheapest and slowest to the dearest and fastest."""

    origin: str
    destination: str
    cargo: Cargo
    modes: tuple[str, ...]
    also: tuple[str, ...] = ()


SIX = [
    pytest.param(Lane("WZ-OH", "DEHAM", Cargo(800, 4_200, 40), ("sea", "rail", "air"), ("parcel",)), id="spectacles"),
    pytest.param(Lane("SX-DT", "PLWAW", Cargo(3_600, 24_000, 180), ("sea", "rail", "air")), id="socks"),
    pytest.param(Lane("YW-MKT", "ESMAD", Cargo(18_000, 60_000, 900, "40HQ"), ("sea", "rail")), id="full-load"),
    pytest.param(Lane("WZ-OH", "USLAX", Cargo(45, 250, 3), ("sea", "air"), ("parcel",)), id="parcels"),
    pytest.param(Lane("SX-KQ", "NGLOS", Cargo(9_000, 27_000, 300), ("sea", "air")), id="fabric"),
    pytest.param(Lane("NLRTM", "CNSXG", Cargo(5_000, 12_000, 100), ("sea", "rail", "air")), id="imports"),
]


@pytest.mark.parametrize("lane", SIX)
def test_faster_modes_are_dearer(network: Network, lane: Lane) -> None:
    """Air costs more and arrives earlier than rail, and rail than sea, wherever the mode exists."""
    shipment = lane.cargo.ship(lane.origin, lane.destination)
    options = {mode: by_mode(network, shipment, mode).options for mode in (*lane.modes, *lane.also)}
    assert all(options.values())
    for slow, fast in pairwise(lane.modes):
        assert min(o.cost_cny_minor for o in options[slow]) < min(o.cost_cny_minor for o in options[fast])
        assert min(o.arrive_min for o in options[slow]) > min(o.arrive_min for o in options[fast])


@pytest.mark.parametrize("lane", SIX)
def test_one_quote_holds_several_modes(network: Network, lane: Lane) -> None:
    """The front of an unfiltered quote has routes led by each of the lane's modes."""
    quote = network.quote(lane.cargo.ship(lane.origin, lane.destination))
    families = {family_of(network.catalogue, option) for option in quote.options}
    assert len(lane.modes) > 1
    assert set(lane.modes) <= families


# Times and prices


def running(network: Network, row: Published) -> list[Departure]:
    """Return the departures of the services a source is about."""
    departures = network.departures(row.origin, 0, MOST_DEPARTURES, row.mode, row.destination)
    return [found for found in departures if found.status in RUNNING and row.service in ("", found.service)]


@pytest.mark.parametrize("row", TIMES)
def test_scheduled_time_lies_in_the_published_range(network: Network, row: Published) -> None:
    """Every departure of the services a source is about takes what the source says, from terminal to terminal."""
    days = {Decimal(found.arrive_min - found.depart_min) / DAY for found in running(network, row)}
    assert days
    assert row.low <= min(days), row.source
    assert max(days) <= row.high, row.source


def run_p90_min(catalogue: Catalogue, departure: Departure) -> int:
    """Return the minutes that nine in ten departures need at most; delays of the runs of a leg persist."""
    calls = list(catalogue.calls_of(departure.service))
    stops = [call.location for call in calls]
    first = stops.index(departure.origin)
    last = stops.index(departure.destination, first)
    between = sum(call.stop_min for call in calls[first + 1 : last])
    return between + sum(call.run_p90_min for call in calls[first + 1 : last + 1])


@pytest.mark.parametrize("row", TRAINS)
def test_a_late_train_is_within_the_published_range(network: Network, row: Published) -> None:
    """Nine in ten international trains arrive within the longest published time."""
    assert max(run_p90_min(network.catalogue, departure) for departure in running(network, row)) <= row.high * DAY


def _cargo_of(row: Published) -> Cargo:
    """Return the standard cargo of a price."""
    return STANDARD[row.unit] if row.unit in STANDARD else FULL_LOAD._replace(box=row.unit)


def _units(row: Published) -> Decimal:
    """Return how many units of a price the standard cargo has."""
    cargo = _cargo_of(row)
    return {"m3": Decimal(cargo.volume_l) / 1_000, "kg": Decimal(cargo.mass_kg)}.get(row.unit, Decimal(1))


def main_price(network: Network, row: Published) -> Decimal:
    """Return the cheapest freight, with what the source includes, of one leg from terminal to terminal, per unit."""
    others = {service.id for service in network.catalogue.services if row.service not in ("", service.id)}
    filters = Filters(modes=frozenset({row.mode}), avoid_services=frozenset(others))
    quote = network.quote(_cargo_of(row).ship(row.origin, row.destination), filters)
    wanted = {"freight", *row.parts.split(";")} - {""}
    fen = [
        sum(charge.cny_minor for charge in option.charges if charge.code in wanted)
        for option in quote.options
        if sum(step.kind == "leg" for step in option.steps) == 1
    ]
    rate = network.catalogue.exchange_rate(row.currency).cny_per_unit
    return Decimal(min(fen)) / 100 / rate / _units(row)


@pytest.mark.parametrize("row", PRICES)
def test_price_is_near_the_sourced_level(network: Network, row: Published) -> None:
    """The price of the main leg in a quote is within a fifth of what the source says."""
    price = main_price(network, row)
    assert row.low * (1 - TOLERANCE) <= price <= row.high * (1 + TOLERANCE), row.source


# Who reaches whom


class Graph(NamedTuple):
    """States joined by arcs, and what is known of the leg of each arc."""

    states: Mapping[tuple[str, str, str], int]
    tail: npt.NDArray[np.int64]
    head: npt.NDArray[np.int64]
    leg: npt.NDArray[np.int64]

    def spread(self, seeds: Iterable[int], usable: Mask, *, backwards: bool = False) -> Mask:
        """Return the states that arcs of usable legs join to the seeds."""
        start, end = (self.head, self.tail) if backwards else (self.tail, self.head)
        arcs = usable[self.leg]
        start, end = start[arcs], end[arcs]
        seen = np.zeros(len(self.states), dtype=np.bool_)
        seen[list(seeds)] = True
        fresh = seen.copy()
        while fresh.any():
            reached = np.zeros_like(seen)
            reached[end[fresh[start]]] = True
            fresh = reached & ~seen
            seen |= fresh
        return seen


def graph_of(network: Network) -> Graph:
    """Return the compiled states and arcs, without times."""
    tt = network.compiled.forward
    tail = np.repeat(np.arange(len(network.compiled.states.names)), np.diff(tt.out_ptr))
    return Graph(network.compiled.states.index, tail, tt.arc_to, tt.arc_leg)


Pair = tuple[str, str]


class Reach:
    """
    Finds the clusters that a market is joined to by routes led by one mode.

    Legs at clusters are open to their own cluster only, and cargo never passes through a cluster, so that one search
    from the market answers for all of them.
    """

    def __init__(self, network: Network) -> None:
        self.network, self.graph = network, graph_of(network)
        kinds = {location.code: str(location.kind) for location in network.catalogue.locations}
        self.clusters = [code for code, kind in kinds.items() if kind == "cluster"]
        self.markets = [code for code, kind in kinds.items() if kind == "market"]
        area = network.catalogue.derived(areas_of)
        legs, tt = network.legs, network.compiled.forward
        self._dated = (tt.leg_lo < 0) | (tt.leg_hi > tt.leg_lo)
        self._mode = np.array([str(leg.service.mode) if leg.service else "" for leg in legs])
        self._crosses = np.array(
            [leg.service is not None and area[leg.origin] != area[leg.destination] for leg in legs]
        )
        origins, destinations = (np.array([getattr(leg, end) for leg in legs]) for end in ("origin", "destination"))
        self._leaves = (self._mode != "") & np.isin(origins, self.clusters)
        self._enters = (self._mode != "") & np.isin(destinations, self.clusters)
        # What runs in a season only does not join two places.
        part_time = {service.id for service in network.catalogue.services if service.status == "seasonal"}
        self._filters = Filters(avoid_services=frozenset(part_time))
        self._first, self._last = np.zeros_like(self._dated), np.zeros_like(self._dated)
        for code in self.clusters:
            self._first |= self._usable(code, self.markets[0]) & (origins == code)
            self._last |= self._usable(self.markets[0], code) & (destinations == code)

    def _usable(self, origin: str, destination: str) -> Mask:
        """Return the legs a tonne of ordinary goods may use between two places."""
        priced = self.network.weigher.weigh(TONNE.ship(origin, destination), self._filters)
        return (priced.weights.leg_cost >= 0) & self._dated

    def exports(self, market: str) -> Iterator[tuple[Pair, str]]:
        """Yield each cluster and the market with each family that carries goods to the market."""
        usable = (self._usable(self.clusters[0], market) & ~self._leaves) | self._first
        for cluster, family in self._joined((market, "loose", "I"), usable, "D", backwards=True):
            yield (cluster, market), family

    def imports(self, market: str) -> Iterator[tuple[Pair, str]]:
        """Yield the market and each cluster with each family that carries goods from the market."""
        usable = (self._usable(market, self.clusters[0]) & ~self._enters) | self._last
        for cluster, family in self._joined((market, "loose", "D"), usable, "I", backwards=False):
            yield (market, cluster), family

    def _joined(
        self, market: tuple[str, str, str], usable: Mask, status: str, *, backwards: bool
    ) -> Iterator[tuple[str, str]]:
        """Yield clusters and families that join them to the market's state with at least one leading leg."""
        states = self.graph.states
        inner, outer = (self.graph.head, self.graph.tail) if backwards else (self.graph.tail, self.graph.head)
        for family in FAMILIES if market in states else ():
            allowed = usable & np.isin(self._mode, ["", family, "road"])
            near = self.graph.spread([states[market]], allowed, backwards=backwards)
            leads = allowed & self._crosses & (self._mode == family)
            far = self.graph.spread(outer[leads[self.graph.leg] & near[inner]], allowed, backwards=backwards)
            for code in self.clusters:
                if (code, "loose", status) in states and far[states[code, "loose", status]]:
                    yield code, family


@pytest.fixture(scope="module")
def families(network: Network) -> dict[Pair, set[str]]:
    """Give the families that lead from each cluster to each market and back, by origin and destination."""
    reach = Reach(network)
    found: dict[Pair, set[str]] = {
        pair: set() for market in reach.markets for code in reach.clusters for pair in ((code, market), (market, code))
    }
    for market in reach.markets:
        for pair, family in (*reach.exports(market), *reach.imports(market)):
            found[pair].add(family)
    return found


@pytest.mark.slow
def test_two_families_join_every_cluster_and_market(families: dict[Pair, set[str]]) -> None:
    """A tonne of ordinary goods goes either way between every cluster and every market by two families or more."""
    assert len(families) > 6_000
    assert {pair: led for pair, led in families.items() if len(led) < 2} == {}


@pytest.mark.slow
def test_quotes_agree_with_the_reachable_families(network: Network, families: dict[Pair, set[str]]) -> None:
    """Real quotes find every family that the untimed graph promises, for each market with another cluster."""
    ends = sorted({place for pair in families for place in pair})
    kinds = {location.code: str(location.kind) for location in network.catalogue.locations}
    clusters = [code for code in ends if kinds[code] == "cluster"]
    for number, market in enumerate(code for code in ends if kinds[code] == "market"):
        cluster = clusters[number % len(clusters)]
        for pair in ((cluster, market), (market, cluster)):
            for family in families[pair]:
                options = by_mode(network, TONNE.ship(*pair), family).options
                assert family in {family_of(network.catalogue, option) for option in options}, (pair, family)
