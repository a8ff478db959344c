"""
Plans for a week's cargo: cost, bound and time, beside general solvers and a dispatcher who takes things as they come.

The others choose among dated boxes that our run led to, so they compare ways of choosing, not of finding boxes.
"""

from __future__ import annotations

import math
import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from benchmarks.cold import resident_mib
from benchmarks.monoliths import SOLVERS, Offered, after, offered, route_of, solve_apart
from benchmarks.registry import BenchSpec, Measurement, progress
from data import load_catalogue
from data.samples import sample_cargo
from network import Network
from network.lanes import Lanes
from network.timetable import FAR
from network.ways import ride_on
from optimizer.consolidation import Params, solve
from optimizer.consolidation.columns import Pool
from optimizer.consolidation.houses import Houses
from optimizer.verify import verify_plan

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.cargo import Cargo
    from data.plan import Plan
    from network.timetable import Ints
    from optimizer.consolidation import Progress
    from optimizer.consolidation.houses import House

WEEK = "2026-W49"
FULL = 0.9
"""Part of volume or payload from which a box filled in the order of readiness leaves at once."""
LEAST_S = 1.0
"""Least time a solver is given."""
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Week:
    """So many shipments, seconds at most, and the gap at which a run may end."""

    shipments: int
    limit_s: float
    gap: float


WARM, WARM_SEED = Week(20, 60.0, 0.02), 9
"""A small week some of whose cargo shares boxes."""


@dataclass
class Watch:
    """Notes when the first plan was there, and the most memory at any report."""

    first_s: float | None = None
    memory_mib: float | None = None

    def __call__(self, now: Progress) -> None:
        """Take note of a report."""
        if self.first_s is None and now.cost_minor is not None:
            self.first_s = now.elapsed_s
        self.look()

    def look(self) -> None:
        """Take note of the memory in use."""
        resident = resident_mib()
        if resident is not None:
            self.memory_mib = max(resident, self.memory_mib or 0.0)


class Quality(NamedTuple):
    """
    What people ask of a plan.

    Fen of everything, fen of that for what stays behind, volume that travels, fill of each box in parts per million,
    shipments that travel with a due instant, and those in time.
    """

    cost: int
    behind: int
    volume_cm3: int
    fills: list[int]
    due: int
    on_time: int

    @property
    def fill(self) -> float | None:
        """Mean fill in per cent, None without boxes."""
        return sum(self.fills) / len(self.fills) * 100 / MILLION if self.fills else None

    @property
    def cost_per_m3(self) -> float:
        """CNY for a cubic metre that travels."""
        return (self.cost - self.behind) / 100 / (self.volume_cm3 / MILLION) if self.volume_cm3 else 0.0

    @property
    def on_time_share(self) -> float:
        """Per cent in time of those with a due instant."""
        return 100 * self.on_time / self.due if self.due else 100.0


_Value = tuple[str, float, str, float | None]


def measure(size: Week, seed: int) -> Iterator[Measurement]:
    """Measure one size."""
    for name, value, unit, baseline in _values(size, seed):
        yield Measurement(
            name=f"consolidation/{name}", size=f"shipped/{size.shipments}", seed=seed, value=value, unit=unit,
            baseline=baseline,
        )  # fmt: skip


def _values(size: Week, seed: int) -> Iterator[_Value]:
    catalogue = load_catalogue()
    cargo = sample_cargo(catalogue, shipments=size.shipments, week=WEEK, seed=seed)
    network = Network(catalogue)
    # Compiles what is not on disk yet, which is not counted.
    few = sample_cargo(catalogue, shipments=WARM.shipments, week=WEEK, seed=WARM_SEED)
    solve(network, few, Params(time_limit_s=WARM.limit_s, gap=WARM.gap))
    watch = Watch()
    begun = time.perf_counter()
    plan = solve(network, cargo, Params(time_limit_s=size.limit_s, gap=size.gap, seed=seed), watch)
    seconds = time.perf_counter() - begun
    watch.look()
    progress(f"  planned in {seconds:.1f} s")
    yield from _run_values(plan, watch, seconds)
    yield "violations", len(verify_plan(catalogue, cargo, plan)), "", None
    lanes = Lanes(network)
    houses = Houses(lanes)
    travellers = [houses.make(index, shipment) for index, shipment in enumerate(cargo)]
    offers = offered(plan, lanes, travellers, seconds)
    progress(f"  {sum(len(offer.pairs) for offer in offers)} dated boxes in {len(offers)} classes")
    yield from _quality_values(quality_of(plan, cargo), first_come(offers, travellers, plan))
    yield from _solver_values(plan, offers, max(LEAST_S, seconds))


def _run_values(plan: Plan, watch: Watch, seconds: float) -> Iterator[_Value]:
    if plan.bound_minor is not None and plan.gap is not None:
        yield "bound", plan.bound_minor / 100, "CNY", None
        yield "gap", plan.gap * 100, "%", None
    if watch.first_s is not None:
        yield "first-plan", watch.first_s, "s", None
    yield "total", seconds, "s", None
    if watch.memory_mib is not None:
        yield "memory", watch.memory_mib, "MiB", None


def quality_of(plan: Plan, cargo: Cargo) -> Quality:
    """Return what people ask of our plan."""
    late = [journey.days_late for journey in plan.journeys if cargo.by_id[journey.shipment].due_at is not None]
    volume_cm3 = sum(cargo.by_id[journey.shipment].volume_cm3 for journey in plan.journeys)
    behind = sum(entry.price_cny_minor for entry in plan.unserved)
    fills = [load.fill_ppm for load in plan.loads]
    return Quality(plan.cost_minor, behind, volume_cm3, fills, len(late), late.count(0))


def _quality_values(ours: Quality, theirs: Quality) -> Iterator[_Value]:
    yield "cost", ours.cost / 100, "CNY", theirs.cost / 100
    yield "cost-per-m3", ours.cost_per_m3, "CNY", theirs.cost_per_m3
    yield "boxes", len(ours.fills), "", len(theirs.fills)
    if ours.fill is not None:
        yield "fill", ours.fill, "%", theirs.fill
    yield "on-time", ours.on_time_share, "%", theirs.on_time_share


def _solver_values(plan: Plan, offers: Sequence[Offered], seconds: float) -> Iterator[_Value]:
    """Solve one model of all classes together; shipments outside count as in our plan."""
    parts = [offer.part for offer in offers]
    outside = plan.cost_minor - _paid_inside(plan, offers)
    is_over = after(seconds)
    bound = outside + sum(Pool(part.alone, part.volume, part.mass, part.carriages).generate(is_over) for part in parts)
    yield "candidates", sum(len(offer.pairs) for offer in offers), "", None
    yield "boxes-among-them", _known_boxes(plan, offers), "", len(plan.loads)
    yield "candidates-bound", bound / 100, "CNY", None
    for solver in SOLVERS:
        for has_links in (False, True):
            name = f"{solver}-links" if has_links else solver
            progress(f"  {name}, {seconds:.1f} s")
            found = solve_apart(parts, solver, seconds, has_links=has_links)
            cost, low = (None if fen is None else (fen + outside) / 100 for fen in (found.cost, found.bound))
            yield f"{name}/cost", plan.cost_minor / 100, "CNY", cost
            yield f"{name}/bound", bound / 100, "CNY", low
            yield f"{name}/seconds", seconds, "s", found.seconds


def _known_boxes(plan: Plan, offers: Sequence[Offered]) -> int:
    """Return how many boxes of a plan are among those offered, by type, places, departure and cost."""
    known = set()
    for market, pairs, carriages in offers:
        for (lane, chain), cost in zip(pairs, carriages.cost.tolist(), strict=True):
            known.add((*route_of(market.lanes, lane), chain.departs, cost))
    count = 0
    for load in plan.loads:
        departs = next(step.depart_min for step in load.steps if step.kind == "leg")
        count += (load.box, load.origin, load.destination, departs, load.cost_cny_minor) in known
    return count


def _paid_inside(plan: Plan, offers: Sequence[Offered]) -> int:
    """Return what our plan pays for the shipments of some classes and their boxes."""
    inside = {house.shipment.id for offer in offers for house in offer.market.houses}
    paid = sum(
        journey.own_cny_minor + journey.penalty_cny_minor for journey in plan.journeys if journey.shipment in inside
    )
    paid += sum(entry.price_cny_minor for entry in plan.unserved if entry.shipment in inside)
    return paid + sum(load.cost_cny_minor for load in plan.loads)


# First come, first served


@dataclass
class Box:
    """An open box: the dated boxes it can still become, and who is in it."""

    rows: Ints
    items: list[int] = field(default_factory=list)


class Dispatcher:
    """
    Fills the boxes of one class in the order of readiness.

    Parameters
    ----------
    offer
        The dated boxes.
    """

    def __init__(self, offer: Offered) -> None:
        self.offer = offer
        self._lane = np.array([lane[:3] for lane, _ in offer.pairs], dtype=np.int64).reshape(-1, 3)
        self._departs = np.array([chain.departs for _, chain in offer.pairs], dtype=np.int64)
        self._open: dict[tuple[int, ...], list[Box]] = defaultdict(list)
        self._left: list[tuple[int, list[int]]] = []

    def dispatch(self) -> list[tuple[int, list[int]]]:
        """Return the boxes sent, as their rows and the positions of their shipments."""
        houses = self.offer.market.houses
        for item in sorted(range(len(houses)), key=lambda i: (houses[i].ready, houses[i].index)):
            self._place(item)
        for boxes in self._open.values():
            for box in boxes:
                self._leave(box, int(box.rows[np.argmax(self._departs[box.rows])]))
        return self._left

    def _place(self, item: int) -> None:
        """Put a shipment into the first open box of its cheapest lane, or into a new one; or let it go alone."""
        market, cars = self.offer.market, self.offer.carriages
        part = np.maximum(market.volume[item] / cars.most_volume, market.mass[item] / cars.most_mass)
        price = cars.own[:, item] + part * cars.cost
        able = np.flatnonzero((price < market.alone[item]) & (part <= 1))
        if len(able) == 0:
            return
        cheapest = self._lane[able[np.argmin(price[able])]]
        rows = self._in_time(item, able[(self._lane[able] == cheapest).all(axis=1)])
        boxes = self._open[tuple(cheapest.tolist())]
        box = next((one for one in boxes if len(self._with(one, item, rows))), None)
        if box is None:
            box = Box(rows)
            boxes.append(box)
        else:
            box.rows = self._with(box, item, rows)
        box.items.append(item)
        first = int(box.rows[np.argmin(self._departs[box.rows])])
        if self.filled(first, box.items) >= FULL:
            boxes.remove(box)
            self._leave(box, first)

    def _in_time(self, item: int, rows: Ints) -> Ints:
        """Return those dates that keep the due instant, all of them if none does."""
        due = self.offer.market.houses[item].due
        kept = [row for row in rows.tolist() if self.arrival(item, row) <= due]
        return np.array(kept, dtype=np.int64) if kept else rows

    def _with(self, box: Box, item: int, rows: Ints) -> Ints:
        """Return the dates on which a shipment could be in an open box too."""
        market, cars = self.offer.market, self.offer.carriages
        items = [*box.items, item]
        both: Ints = np.intersect1d(box.rows, rows)
        volume, mass = int(market.volume[items].sum()), int(market.mass[items].sum())
        kept: Ints = both[(volume <= cars.most_volume[both]) & (mass <= cars.most_mass[both])]
        return kept

    def _leave(self, box: Box, row: int) -> None:
        """Send a box, unless its shipments cost less alone."""
        if self.cost(row, box.items) < int(self.offer.market.alone[box.items].sum()):
            self._left.append((row, box.items))

    def cost(self, row: int, items: Sequence[int]) -> int:
        """Return fen for a box with its shipments."""
        cars = self.offer.carriages
        return int(cars.cost[row] + cars.own[row, list(items)].sum())

    def filled(self, row: int, items: Sequence[int]) -> float:
        """Return the part of volume or payload that is used, whichever is more."""
        market, cars = self.offer.market, self.offer.carriages
        some = list(items)
        volume, mass = int(market.volume[some].sum()), int(market.mass[some].sum())
        return max(volume / int(cars.most_volume[row]), mass / int(cars.most_mass[row]))

    def arrival(self, item: int, row: int) -> int:
        """Return the instant a shipment is ready at its destination."""
        market, (lane, chain) = self.offer.market, self.offer.pairs[row]
        house = market.houses[item]
        _, strip = market.process_legs(lane)
        onward = market.arriving(item, house, lane.finish, chain, strip)
        if onward is None:
            return FAR
        legs = np.concatenate([np.array([strip], dtype=np.int64), onward.way.legs[: onward.way.hops]])
        state = market.lanes.finishes[lane.finish].state
        arrives, _ = ride_on(
            market.lanes.tt, house.loose, state, legs, len(legs), chain.available, chain.clock, house.end
        )
        return int(arrives)


def first_come(offers: Sequence[Offered], houses: Sequence[House], plan: Plan) -> Quality:
    """Return what a plan is like whose boxes are filled first come, first served; the rest goes as in ours."""
    cost = plan.cost_minor - _paid_inside(plan, offers)
    fills: list[int] = []
    arrivals: dict[int, int] = {}
    for offer in offers:
        dispatcher = Dispatcher(offer)
        cost += int(offer.market.alone.sum())
        for row, items in dispatcher.dispatch():
            cost += dispatcher.cost(row, items) - int(offer.market.alone[items].sum())
            fills.append(math.floor(dispatcher.filled(row, items) * MILLION))
            arrivals |= {offer.market.houses[i].index: dispatcher.arrival(i, row) for i in items}
    for house in houses:
        if house.alone is not None and not house.is_left:
            arrivals.setdefault(house.index, house.alone.arrive_min)
    travelling = [house for house in houses if house.index in arrivals]
    late = [house.days_late(arrivals[house.index]) for house in travelling if house.due < FAR]
    volume_cm3 = sum(house.shipment.volume_cm3 for house in travelling)
    behind = sum(house.alone_fen for house in houses if house.index not in arrivals and house.alone_fen < FAR)
    return Quality(cost, behind, volume_cm3, fills, len(late), late.count(0))


SPEC: BenchSpec[Week] = BenchSpec(
    name="consolidation",
    sizes=(Week(300, 30.0, 0.005), Week(2_000, 120.0, 0.01), Week(10_000, 600.0, 0.02)),
    smoke_sizes=(Week(20, 10.0, 0.005),),
    run=measure,
)
