"""
One plan for a cargo list.

Shipments that may not share boxes do not interact, so every sharing class is a problem of its own: the bound comes from
its lanes as they could run at best, the plan from dated boxes on the lanes that matter.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from data.plan import Journey, Plan, PlanStatus, Unserved
from network.lanes import Lanes
from optimizer.consolidation.build import Boxful, Builder
from optimizer.consolidation.classes import sharing_classes
from optimizer.consolidation.columns import Carriages, Column, Pool
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.market import Market, Relaxed
from optimizer.consolidation.params import Params, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data.cargo import Cargo
    from network.network import Network
    from optimizer.consolidation.houses import House
    from optimizer.consolidation.market import Lane

TOLD_EVERY = 200
"""Shipments between two reports."""
MOST_LANES = 150
"""Lanes of a class for which dated boxes are looked for in the first round."""


class Run:
    """
    One run of the consolidation.

    Parameters
    ----------
    network, cargo, params
        What is asked.
    on_progress
        Told how the run stands.
    """

    def __init__(
        self, network: Network, cargo: Cargo, params: Params, on_progress: Callable[[Progress], None] | None
    ) -> None:
        self.network = network
        self.cargo = cargo
        self.params = params
        self.lanes = Lanes(network)
        self.begun = time.monotonic()
        self.cost: int | None = None
        self.bound: int | None = None
        self.boxfuls: list[Boxful] = []
        self._on_progress = on_progress
        self._is_stopped = False

    def solve(self) -> Plan:
        """Return the best plan found within the limits."""
        houses = self._houses()
        self.cost = sum(house.alone_fen for house in houses)
        self.bound = 0
        self.tell("alone")
        classes = sharing_classes(self.network.catalogue, houses)
        self.bound = self.cost - sum(house.alone_fen for group in classes for house in group)
        try:
            self._share(sorted(classes, key=lambda group: (-len(group), group[0].index)), houses)
        except KeyboardInterrupt:
            self._is_stopped = True
        return self._plan(houses)

    def tell(self, phase: str) -> None:
        """Report progress."""
        if self._on_progress is not None:
            seconds = time.monotonic() - self.begun
            self._on_progress(Progress(elapsed_s=seconds, phase=phase, cost_minor=self.cost, bound_minor=self.bound))

    def is_over(self) -> bool:
        """Say whether the time is up."""
        return time.monotonic() - self.begun > self.params.time_limit_s

    def _houses(self) -> list[House]:
        """Return the shipments with their best ways alone."""
        make = Houses(self.lanes).make
        houses = []
        for index, shipment in enumerate(self.cargo):
            houses.append(make(index, shipment))
            if (index + 1) % TOLD_EVERY == 0:
                self.tell("alone")
        return houses

    def _share(self, classes: Sequence[Sequence[House]], houses: Sequence[House]) -> None:
        """Find shared boxes for every class; what the clock leaves undone keeps the trivial bound."""
        end = max(house.end for house in houses)
        for group in classes:
            alone = sum(house.alone_fen for house in group)
            bound, cost, boxfuls = (0, alone, []) if self.is_over() else self._class(group, end)
            self.bound = (self.bound or 0) + bound
            self.cost = (self.cost or 0) - alone + cost
            self.boxfuls += boxfuls
            self.tell("share")

    def _class(self, group: Sequence[House], end: int) -> tuple[int, int, list[Boxful]]:
        """Return a lower bound, the cost and the boxes of one class."""
        market = Market(self.lanes, group, end)
        alone = int(market.alone.sum())
        bound, lanes = self._bounded(market)
        if not lanes:
            return alone, alone, []
        cost, boxfuls = self._dated(market, lanes[:MOST_LANES], alone)
        if bound > cost + len(group):
            msg = f"the bound {bound} of a class exceeds the cost {cost} of a plan for it"
            raise AssertionError(msg)
        return min(bound, cost), cost, boxfuls

    def _bounded(self, market: Market) -> tuple[int, list[Lane]]:
        """
        Return a lower bound on the cost of a class, and the lanes that matter, the most important first.

        All lanes begin undated. Those that the linear solution uses are refined until it uses refined ones only.
        """
        pairs = market.open_pairs()
        relaxed = market.undated(pairs)
        is_refined = np.zeros(len(relaxed.lanes), dtype=np.bool_)
        columns: list[Column] = []
        bound = 0
        lanes: dict[Lane, None] = {}
        while relaxed.lanes:
            pool = Pool(market.alone, market.volume, market.mass, relaxed.carriages, columns)
            bound = max(bound, pool.generate(self.is_over))
            coarse = {(lane.box, lane.start) for lane in self._used(pool, relaxed, ~is_refined)}
            if not coarse or self.is_over():
                whole, _ = pool.choose(1.0, self.params.seed)
                found = [column.carriage for column in [*whole, *pool.active, *reversed(pool.columns)]]
                named = (relaxed.lanes[carriage] for carriage in found)
                lanes = dict.fromkeys(lane for lane in named if lane.closed >= 0)
                break
            kept = np.array([(lane.box, lane.start) not in coarse for lane in relaxed.lanes], dtype=np.bool_)
            number = np.cumsum(kept) - 1
            columns = [
                column._replace(carriage=int(number[column.carriage]))
                for column in pool.columns
                if kept[column.carriage]
            ]
            fresh = [market.refined(*key, pairs[key]) for key in sorted(coarse)]
            relaxed = Relaxed(
                [lane for lane, stays in zip(relaxed.lanes, kept, strict=True) if stays]
                + [lane for part in fresh for lane in part.lanes],
                Carriages.joined([relaxed.carriages.only(kept), *(part.carriages for part in fresh)]),
            )
            is_refined = np.concatenate(
                [is_refined[kept], np.ones(len(relaxed.lanes) - int(kept.sum()), dtype=np.bool_)]
            )
        return (bound, list(lanes)) if relaxed.lanes else (int(market.alone.sum()), [])

    @staticmethod
    def _used(pool: Pool, relaxed: Relaxed, chosen: np.ndarray) -> list[Lane]:
        """Return the chosen lanes that the linear solution uses."""
        return [relaxed.lanes[column.carriage] for column in pool.active if chosen[column.carriage]]

    def _dated(self, market: Market, lanes: Sequence[Lane], alone: int) -> tuple[int, list[Boxful]]:
        """Return the cost of a class, and its boxes, on dated chains of some lanes."""
        pairs, carriages = market.dated(lanes)
        if not pairs:
            return alone, []
        pool = Pool(market.alone, market.volume, market.mass, carriages)
        pool.generate(self.is_over)
        chosen, cost = pool.choose(2.0, self.params.seed)
        return cost, [Boxful(market, *pairs[column.carriage], column.items) for column in chosen]

    def _plan(self, houses: Sequence[House]) -> Plan:
        """Return the plan of the boxes found so far."""
        builder = Builder(self.lanes)
        journeys: dict[str, Journey] = {}
        loads = []
        for boxful in self.boxfuls:
            load, shared = builder.shared(boxful)
            loads.append((load, shared))
        loads.sort(key=lambda pair: (next(s.depart_min for s in pair[0].steps if s.kind == "leg"), pair[0].shipments))
        named = []
        for number, (load, shared) in enumerate(loads, 1):
            name = f"L{number:03}"
            named.append(builder.named(load, name))
            journeys |= {journey.shipment: builder.in_load(journey, name) for journey in shared}
        found = [journeys.get(house.shipment.id) or builder.alone(house) for house in houses]
        travelling = tuple(entry for entry in found if isinstance(entry, Journey))
        behind = tuple(entry for entry in found if isinstance(entry, Unserved))
        cost = sum(journey.own_cny_minor + journey.penalty_cny_minor for journey in travelling)
        cost += sum(load.cost_cny_minor for load in named) + sum(entry.price_cny_minor for entry in behind)
        bound = min(cost, self.bound) if self.bound is not None else None
        gap = None if bound is None else ((cost - bound) / cost if cost else 0.0)
        status: PlanStatus = "optimal" if bound == cost else "feasible"
        return Plan(
            status="stopped" if self._is_stopped else status, journeys=travelling, unserved=behind, loads=tuple(named),
            bookings=builder.bookings(travelling, named, self.cargo.by_id), cost_minor=cost, bound_minor=bound, gap=gap,
            alone_minor=sum(house.alone_fen for house in houses), currency="CNY",
            fingerprint=self.network.catalogue.fingerprint, cargo_fingerprint=self.cargo.fingerprint,
            seed=self.params.seed, runtime_s=time.monotonic() - self.begun,
        )  # fmt: skip


def solve(
    network: Network, cargo: Cargo, params: Params | None = None, on_progress: Callable[[Progress], None] | None = None
) -> Plan:
    """
    Return one plan for a cargo list.

    Parameters
    ----------
    network
        The compiled network.
    cargo
        Checked shipments.
    params
        Limits of the run.
    on_progress
        Called with cost, bound and gap while it runs. Ctrl-C keeps the best plan so far.
    """
    return Run(network, cargo, params or Params(), on_progress).solve()
