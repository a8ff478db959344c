"""
One plan for a cargo list.

Shipments that may not share boxes do not interact, so every sharing class is a problem of its own: the bound comes from
its lanes as they could run at best, the plan from dated boxes on the lanes that matter.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from data.plan import Journey, Plan, PlanStatus, Unserved
from network.lanes import Lanes
from optimizer.consolidation.build import Builder
from optimizer.consolidation.classes import sharing_classes
from optimizer.consolidation.entry import Entry
from optimizer.consolidation.houses import Houses
from optimizer.consolidation.insight import explained
from optimizer.consolidation.market import Market
from optimizer.consolidation.params import Params, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data.cargo import Cargo
    from network.network import Network
    from optimizer.consolidation.houses import House

TOLD_EVERY = 200
"""Shipments between two reports."""


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
        self.makes = Houses(self.lanes)
        self.begun = time.monotonic()
        self.cost: int | None = None
        self.bound: int | None = None
        self.entries: list[Entry] = []
        self.steps = 0
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
            self._share(sorted(classes, key=lambda group: (-len(group), group[0].index)))
        except KeyboardInterrupt:
            self._is_stopped = True
        return explained(self._plan(houses), self.entries, houses, self.makes, lambda: self.tell("explain"))

    def tell(self, phase: str) -> None:
        """Report progress."""
        if self._on_progress is not None:
            seconds = time.monotonic() - self.begun
            self._on_progress(Progress(elapsed_s=seconds, phase=phase, cost_minor=self.cost, bound_minor=self.bound))

    def is_over(self) -> bool:
        """Say whether the time, or the number of steps, is up."""
        return self.spent() >= self.params.time_limit_s

    def spent(self) -> float:
        """Return the seconds, or the steps of a deterministic run, that are gone."""
        return self.steps if self.params.deterministic else time.monotonic() - self.begun

    def _houses(self) -> list[House]:
        """Return the shipments with their best ways alone."""
        make = self.makes.make
        houses = []
        for index, shipment in enumerate(self.cargo):
            houses.append(make(index, shipment))
            if (index + 1) % TOLD_EVERY == 0:
                self.tell("alone")
        return houses

    def _share(self, classes: Sequence[Sequence[House]]) -> None:
        """
        Find shared boxes for every class: first something for each, then more where the gap is widest.

        What the clock leaves undone keeps the bound 0 and travels alone.
        """
        for number, group in enumerate(classes):
            if self.is_over():
                break
            left = self.params.time_limit_s - self.spent()
            share = left / (len(classes) - number)
            for house in group:
                self.makes.look_around(house)
            self.entries.append(Entry(Market(self.lanes, group), self.makes, self.params.seed))
            self._improve(self.entries[-1], self.entries[-1].begin, min(left, 4 * share))
        while not self.is_over() and not self._is_close():
            wide = [entry for entry in self.entries if not entry.is_done]
            if not wide:
                break
            entry = max(wide, key=lambda one: one.cost - one.bound)
            self._improve(entry, entry.refine, self.params.time_limit_s - self.spent())

    def _improve(self, entry: Entry, step: Callable[[Callable[[], bool]], None], seconds: float) -> None:
        """Take one step for a class, and count what it brought."""
        until = self.spent() + seconds
        before = entry.cost, entry.bound
        step(lambda: not self.params.deterministic and self.spent() > until)
        self.steps += 1
        self.cost = (self.cost or 0) + entry.cost - before[0]
        self.bound = (self.bound or 0) + entry.bound - before[1]
        self.tell("share")

    def _is_close(self) -> bool:
        """Say whether the gap asked for is reached."""
        return self.cost is not None and (self.cost - (self.bound or 0)) <= self.params.gap * self.cost

    def _plan(self, houses: Sequence[House]) -> Plan:
        """Return the plan of the boxes found so far."""
        builder = Builder(self.lanes)
        journeys: dict[str, Journey] = {}
        loads = []
        for boxful in (boxful for entry in self.entries for boxful in entry.boxfuls):
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
