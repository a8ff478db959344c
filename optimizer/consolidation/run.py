"""
One plan for a cargo list.

Shipments that may not share boxes do not interact, so every sharing class is a problem of its own: the bound comes from
its lanes as they could run at best, the plan from dated boxes on the lanes that matter.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from data.errors import TableFaultsError, is_interrupt
from data.freeze import check_freeze
from data.plan import Journey, Plan, PlanStatus, Unserved
from data.splitting import parted
from network.lanes import Lanes
from optimizer.consolidation.build import Builder
from optimizer.consolidation.classes import sharing_classes
from optimizer.consolidation.fitting import Fitting
from optimizer.consolidation.frozen import Bundle, Earlier
from optimizer.consolidation.houses import Houses, Pricing
from optimizer.consolidation.insight import explained
from optimizer.consolidation.params import Params, Progress
from optimizer.consolidation.prepared import prepare
from optimizer.consolidation.room import Piece, Room
from optimizer.consolidation.share import Sharing, Standing, balanced
from optimizer.consolidation.splits import Splitter, Splitting, Wholes, as_whole, frozen_splits
from optimizer.consolidation.workers import FEWEST, most_workers, work
from optimizer.evaluate import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from data.cargo import Cargo
    from data.freeze import Freeze
    from network.network import Network
    from optimizer.consolidation.entry import Entry
    from optimizer.consolidation.houses import House


class Run:
    """
    One run of the consolidation.

    Parameters
    ----------
    network, cargo, params
        What is asked.
    on_progress
        Told how the run stands.
    freeze
        An earlier plan, and how much of it stays.
    """

    def __init__(
        self,
        network: Network,
        cargo: Cargo,
        params: Params,
        on_progress: Callable[[Progress], None] | None,
        freeze: Freeze | None = None,
    ) -> None:
        self.params = params
        self.houses: list[House] = []
        self._given = network
        self._freeze = freeze
        self._divide(Splitting(cargo, frozen_splits(freeze, cargo)))
        self.begun = time.monotonic()
        self.cost: int | None = None
        self.bound: int | None = None
        self.entries: list[Entry] = []
        self._standings: list[Standing] = []
        self._on_progress = on_progress
        self._is_stopped = False
        self._warm = 0
        self._sure = 0
        self._all_alone = 0
        self._alone: dict[str, Journey | Unserved] = {}

    def _divide(self, splitting: Splitting) -> None:
        """Take some shipments in parts from now on."""
        self.splitting = splitting
        self.cargo = splitting.cargo
        self.room = Room(self._given, splitting.every)
        network = self.room.useful()
        if not self.houses or network is not self.network:
            self.houses = []
            self.network: Network = network
            self.lanes = Lanes(network)
            self.makes = Houses(self.lanes, self.params.objective)
        self.earlier = Earlier(self._freeze, splitting.every)

    def solve(self) -> Plan:
        """
        Return the best plan found within the limits.

        Raises
        ------
        KeyboardInterrupt
            If it was stopped before there was anything to keep.
        """
        try:
            self._price()
            self._split()
            classes = sharing_classes(self.network.catalogue, self.houses)
            alone = sum(house.alone_fen for house in self.houses)
            self._all_alone = self.earlier.cost + alone
            self._sure = self._all_alone - sum(house.alone_fen for group in classes for house in group)
            self._sure -= self.splitting.excess(self.houses)
            self.bound = self._sure
            self._share(sorted(classes, key=lambda group: (-len(group), group[0].index)))
            self.tell("build")
        except (KeyboardInterrupt, SystemError) as error:
            if not is_interrupt(error):
                raise
            if not self.houses and not self.earlier.has_parts:
                raise KeyboardInterrupt from error
            self._is_stopped = True
        pieces, fitting = self._fitted()
        plan, full = self._plan(pieces), fitting.bindings(pieces)
        self.wholes.settle(plan.loads)
        makes = fitting.makes if fitting.has_moved else self.makes
        return explained(plan, self.entries, self.houses, makes, full, lambda: self.tell("explain"))

    def tell(self, phase: str) -> None:
        """Report progress."""
        if self._on_progress is not None:
            seconds = time.monotonic() - self.begun
            cost = self._best_cost()
            self._on_progress(Progress(elapsed_s=seconds, phase=phase, cost_minor=cost, bound_minor=self.bound))

    def _price(self) -> None:
        """Find the best way alone of every shipment that is not frozen."""
        known = {house.shipment.id for house in self.houses}.union(self.earlier.fixed)
        todo = [(index, one) for index, one in enumerate(self.cargo) if one.id not in known]
        count = most_workers() if len(todo) >= FEWEST else 1
        jobs = [Pricing(self.makes, todo[number::count]) for number in range(count)]
        if count > 1:
            work(jobs, self._shared, self._hear_priced, self._keep_priced)
        else:
            try:
                jobs[0](lambda _: self.tell("alone"), lambda: False)
            finally:
                self._keep_priced(0, jobs[0].houses)
        self.cost = self.earlier.cost + sum(house.alone_fen for house in self.houses)
        self._warm = self.cost - self.earlier.saving(self.houses)
        self.bound = self.earlier.cost
        self.tell("alone")

    def _split(self) -> None:
        """Choose the shipments to try in parts, and price these parts, and whole what may still go so."""
        given, freeze = self.splitting.given, self._freeze
        boxed = () if freeze is None else (journey for journey in freeze.plan.journeys if journey.load is not None)
        taken = frozenset(journey.shipment for journey in boxed)
        splitter = Splitter(self._given, given, taken, self.params.objective)
        fresh = splitter.splits(self.houses, lambda: self.tell("alone"))
        if fresh:
            self._divide(Splitting(given, [*self.splitting.splits.values(), *fresh]))
            places = {shipment.id: place for place, shipment in enumerate(self.cargo)}
            self.houses = [house for house in self.houses if house.shipment.id in places]
            for house in self.houses:
                house.index = places[house.shipment.id]
            self._price()
        fixed = () if freeze is None else freeze.splits
        for index, shipment in enumerate(self.splitting.every):
            split = self.splitting.splits.get(shipment.id)
            if split is not None and split not in fixed:
                whole = self.makes.make(index, shipment)
                if not whole.is_stuck:
                    self.splitting.wholes[shipment.id] = whole

    def _hear_priced(self, *_: object) -> bool:
        """Tell that shipments are being priced; there is no reason to stop."""
        self.tell("alone")
        return False

    def _keep_priced(self, _: int, houses: list[House]) -> None:
        """Take over shipments that another process priced."""
        self.houses = sorted([*self.houses, *houses], key=lambda house: house.index)

    @property
    def _shared(self) -> dict[str, object]:
        """What all processes know."""
        return {"lanes": self.lanes, "makes": self.makes, "network": self.network}

    def _best_cost(self) -> int | None:
        """Return what the best plan so far costs at most, None while shipments are priced."""
        return None if self.cost is None else min(self.cost, self._warm)

    def _share(self, classes: Sequence[Sequence[House]]) -> None:
        """Find shared boxes for every class, in several processes if that is worth while and no steps are counted."""
        is_large = sum(len(group) for group in classes) >= FEWEST and not self.params.deterministic
        parts = balanced(classes, most_workers() if is_large else 1, self.network.catalogue)
        jobs = [Sharing(part, self.makes, self.params, self.begun) for part in parts]
        self._standings = [Standing(0, 0)] * len(jobs)
        if len(jobs) > 1:
            work(jobs, self._shared, self._hear, self._keep)
            return
        for number, job in enumerate(jobs):
            self.entries = job.entries

            def tell(standing: Standing, number: int = number) -> None:
                self._hear(number, standing)

            job(tell, lambda: False)

    def _hear(self, number: int, standing: Standing | None) -> bool:
        """Take note of how a part stands, tell, and say whether the gap asked for is reached."""
        if standing is not None:
            self._standings[number] = standing
            self.cost = self._all_alone - sum(part.saved for part in self._standings)
            self.bound = self._sure + sum(part.bound for part in self._standings)
        self.tell("share")
        return self._is_close()

    def _keep(self, _: int, entries: list[Entry]) -> None:
        """Take over what another process found for some classes."""
        self.entries += entries
        places = {house.index: place for place, house in enumerate(self.houses)}
        for entry in entries:
            for house in entry.market.houses:
                self.houses[places[house.index]] = house

    def _is_close(self) -> bool:
        """Say whether the gap asked for is reached."""
        cost = self._best_cost()
        return cost is not None and (cost - (self.bound or 0)) <= self.params.gap * cost

    def _fitted(self) -> tuple[list[Piece], Fitting]:
        """
        Return parts of a plan that departures can take, and how they came to be.

        If any had to leave a departure, the earlier plan, which fits, may be cheaper after all.
        """
        builder = Builder(self.lanes)
        made = [entry.made() for entry in self.entries]
        found = [Bundle(*load, is_old=False) for loads, _ in made for load in loads]
        self._alone = {name: part for _, parts in made for name, part in parts.items()}
        self.wholes = Wholes(self.splitting, self.entries)
        pieces, fitting = self._fit(self._pieces(found, builder))
        if fitting.has_moved and self.earlier.has_offers:
            others = self._fit(self._pieces([], builder, self.earlier.known.intersection(self.splitting.wholes)))
            pieces, fitting = min((pieces, fitting), others, key=lambda pair: sum(piece.weight for piece in pair[0]))
        self.entries += fitting.entries
        known = {house.shipment.id: house for house in self.houses} | self.splitting.wholes | fitting.houses
        cargo = parted(self.splitting.given, self.splitting.kept(pieces))
        self.houses = [known[shipment.id] for shipment in cargo if shipment.id in known]
        return pieces, fitting

    def _fit(self, pieces: Sequence[Piece]) -> tuple[list[Piece], Fitting]:
        """Return parts of a plan within what departures can take; once stopped, in haste."""
        while True:
            fitting = Fitting(self.lanes, self.wholes, self.room, self.params, self.begun, lambda: self.tell("fit"))
            fitting.is_hasty = self._is_stopped
            try:
                return fitting.fitted(pieces), fitting
            except (KeyboardInterrupt, SystemError) as error:
                if self._is_stopped or not is_interrupt(error):
                    raise
                self._is_stopped = True

    def _pieces(self, found: Sequence[Bundle], builder: Builder, whole: frozenset[str] = frozenset()) -> list[Piece]:
        """Return the cheapest of some boxes, of those an earlier plan had, and of going alone, some of them whole."""
        earlier = self.earlier
        bundles = earlier.chosen(found, self.houses)
        inside = {journey.shipment for bundle in bundles for journey in bundle.journeys}
        houses = {house.shipment.id: house for house in self.houses}
        pieces = [Piece(bundle, None, bundle.load.id in earlier.loads) for bundle in bundles]
        for shipment in self.cargo:
            if shipment.id in inside:
                continue
            fixed = earlier.fixed.get(shipment.id)
            part = fixed or earlier.outside(shipment, houses.get(shipment.id), builder, self._alone.get(shipment.id))
            pieces.append(Piece(None, part, fixed is not None))

        def back(house: House) -> Journey | Unserved:
            return as_whole(earlier.outside(house.shipment, house, builder, None))

        return self.wholes.cheapest(pieces, houses, back, builder, whole)

    def _plan(self, pieces: Sequence[Piece]) -> Plan:
        """Return the plan of some parts."""
        earlier, builder = self.earlier, Builder(self.lanes)
        bundles = earlier.named(piece.bundle for piece in pieces if piece.bundle is not None)
        parts = {piece.outside.shipment: piece.outside for piece in pieces if piece.outside is not None}
        parts |= {journey.shipment: journey for bundle in bundles for journey in bundle.journeys}
        splits = self.splitting.kept(pieces)
        cargo = parted(self.splitting.given, splits)
        ordered = [parts[shipment.id] for shipment in cargo]
        travelling = tuple(part for part in ordered if isinstance(part, Journey))
        behind = tuple(part for part in ordered if isinstance(part, Unserved))
        loads = tuple(bundle.load for bundle in bundles)
        cost = evaluate(ordered, loads).total
        alone = sum(builder.alone_fen(cargo.by_id[part.shipment], part) for part in ordered)
        is_whole = not any(left.is_unplanned for left in behind)
        bound = min(cost, self.bound) if self.bound is not None and is_whole else None
        gap = None if bound is None else ((cost - bound) / cost if cost else 0.0)
        status: PlanStatus = "optimal" if bound == cost else "feasible"
        return Plan(
            status="stopped" if self._is_stopped else status, journeys=travelling, unserved=behind, loads=loads,
            bookings=self.room.takings.bookings(travelling, loads), cost_minor=cost, bound_minor=bound, gap=gap,
            alone_minor=alone, currency="CNY",
            fingerprint=self.network.catalogue.fingerprint, cargo_fingerprint=self.splitting.given.fingerprint,
            seed=self.params.seed, runtime_s=time.monotonic() - self.begun,
            frozen_loads=tuple(load.id for load in loads if load.id in earlier.loads),
            frozen_shipments=tuple(part.shipment for part in ordered if earlier.is_fixed_outside(part)),
            objective=self.params.objective,
            splits=splits,
        )  # fmt: skip


def solve(
    network: Network,
    cargo: Cargo,
    params: Params | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    freeze: Freeze | None = None,
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
    freeze
        An earlier plan, which must be sound, and how much of it stays. The new plan costs no more than keeping what is
        still possible of the rest.

    Raises
    ------
    TableFaultsError
        With everything in which the earlier plan contradicts the cargo, the data set or the parameters.
    KeyboardInterrupt
        If it was stopped before there was anything to keep.
    """
    params = params or Params()
    if freeze is not None:
        faults = check_freeze(freeze, cargo, network.catalogue.fingerprint, objective=params.objective)
        if faults:
            raise TableFaultsError(faults)

    def small(few: Cargo, some: Params) -> None:
        if on_progress is not None:
            on_progress(Progress(elapsed_s=0.0, phase="prepare", cost_minor=None, bound_minor=None))
        Run(network, few, some, None).solve()

    prepare(cargo, small)
    return Run(network, cargo, params, on_progress, freeze).solve()
