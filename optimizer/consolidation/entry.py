"""One sharing class on its way to a plan and a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.consolidation.build import Boxful, Builder
from optimizer.consolidation.columns import IMPOSSIBLE, Pool, choose
from optimizer.consolidation.market import Market, Offers
from optimizer.consolidation.own import NEVER
from optimizer.consolidation.real import Real

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from data.plan import Journey, Load, Unserved
    from network.prices import Bools
    from network.timetable import Ints
    from optimizer.consolidation.houses import Houses
    from optimizer.consolidation.relaxation import Column

    Made = tuple[Load, list[Journey]]

NEARLY = 0.9
"""Tightness from which an undated lane is dated together with those that are used."""
CHOICE_UNITS, ROUGH_UNITS = 1.0, 0.3
"""Deterministic time units for choosing whole loads, and where there is little time."""
LOOSE, ROUGH = 0.01, 0.03
"""
Relative distance between linear cost and bound at which lanes without dates are known well enough; and at which
everything is, where there is no time for more: whole loads are hardly better with the exact linear solution.
"""
FEW = 16
"""Shipments of a class of which every set is looked at."""
ANNEALINGS, STEPS = 3, 5_000
"""Times that loads are annealed, and changes that are tried for each shipment."""
LONG, LONGEST = 25_000, 4_000_000
"""Changes that are tried for each shipment, and at most, where better loads are looked for."""
HOT, HOTTEST = 5e5, 2e6
"""First temperature of annealing in fen, from the best loads so far and from none: boxes cost a few times as much."""
CHOOSE_EVERY = 4
"""Dives after which loads are chosen among those of all."""
MOST_IN_VAIN = 12
"""Times in a row that better loads are looked for without finding any."""
MOST_CUTS_IN_VAIN, LITTLE = 2, 2e-4
"""Times in a row that rows are added without raising the bound by more than a part of it."""
PROVE_EVERY = 3
"""Rounds of improvement after which all loads that a better plan could have are looked at, the first time at once."""
MOST_KEPT, MOST_WORTHY = 8, 500
"""Boxes that are remembered for each shipment when all is over, and of a class."""
MOST_CHOICES = 30
"""Times that loads are chosen and their real costs looked at."""


class Entry:
    """
    The state of one class.

    Parameters
    ----------
    market
        Its shipments, lanes and carriages.
    houses
        Prices the shipments.
    seed
        Of random choices.
    worth
        If only a bound is wanted: what carrying each shipment is taken to be worth at most. The less that is, the fewer
        boxes there are to be looked at, but the bound is no more than all of it.
    is_part
        Whether there are more shipments of the class, so that the bound is not one for any of them.
    is_rough
        Whether time is short, so that linear solutions need not be exact, and whole loads are looked for less.
    """

    def __init__(
        self,
        market: Market,
        houses: Houses,
        seed: int,
        worth: Ints | None = None,
        *,
        is_part: bool = False,
        is_rough: bool = False,
    ) -> None:
        self.market = market
        self.real = Real(market, houses)
        self.seed = seed
        self.alone = int(market.alone.sum())
        self.cost = self.alone
        self.bound = 0
        self.boxfuls: list[Boxful] = []
        self._made: tuple[list[Made], dict[str, Journey | Unserved]] | None = None
        self._chosen: list[Column] = []
        self.is_done = self.has_dates = False
        self._open: dict[tuple[int, int], np.ndarray] = {}
        self._offers = market.none()
        self.is_bound, self.is_part, self.is_rough = worth is not None, is_part, is_rough
        market.worth = market.alone if worth is None else np.minimum(worth, market.alone)
        self.duals = np.zeros_like(market.alone)
        self._pool = Pool(market.worth, market.volume, market.mass, self._offers.carriages)
        self._is_loose = False
        self._rounds = 0
        self.in_vain = 0
        self._cuts_in_vain = 0
        self._may_prove = not is_part

    def begin(self, is_over: Callable[[], bool]) -> None:
        """Bound the class with undated lanes; without time for that it is done."""
        self._open = self.market.open_pairs()
        found = self.market.undated(self._open, is_over)
        if found is None:
            self._open, self.is_done = {}, True
            return
        self._offers = found
        if not self._offers.offers:
            self.duals, self.is_done = self.market.worth, True
            self.bound = int(self.duals.sum())
            return
        self._pool.replace(np.zeros(0, dtype=np.bool_), [self._offers.carriages])
        self._solve(is_over, LOOSE)
        self._is_loose = True

    def refine(self, is_over: Callable[[], bool]) -> None:
        """Date the lanes that the linear solution uses; when all are dated, choose whole loads."""
        if not self._pool.is_solved:
            self._solve(is_over)
            return
        coarse = self._coarse(self._pool.active)
        if not coarse and self._is_loose:
            self._is_loose = False
            self._solve(is_over)
            return
        if not coarse and self.is_few:
            # Of few shipments the best loads are known, whatever they use.
            coarse = self._coarse(self._pool.part(self._nothing_barred()))
            self.bound = max(self.bound, self._pool.bound)
        if coarse:
            self._date(coarse, is_over)
            self._solve(is_over)
            self._is_loose = False
            return
        if not self.is_bound:
            self.plan(is_over)
        self.is_done = True

    @property
    def is_few(self) -> bool:
        """Whether every set of the shipments can be looked at."""
        return len(self.market.houses) <= FEW and not self.is_bound

    def dated(self) -> Offers:
        """Return the dated boxes found so far."""
        kept = np.array([one.batch >= 0 for one in self._offers.offers], dtype=np.bool_)
        return Offers([one for one in self._offers.offers if one.batch >= 0], self._offers.carriages.only(kept))

    def made(self) -> tuple[list[Made], dict[str, Journey | Unserved]]:
        """Return the loads with their journeys, and what the other shipments do, written out once for all."""
        if self._made is None:
            builder, inside = Builder(self.market.lanes), {i for boxful in self.boxfuls for i in boxful.items}
            loads = [builder.shared(boxful) for boxful in self.boxfuls]
            outside = [house for i, house in enumerate(self.market.houses) if i not in inside]
            self._made = loads, {house.shipment.id: builder.alone(house) for house in outside}
        return self._made

    def forget(self) -> None:
        """Keep of the boxes found so far only those used, the cheapest for any shipment, and those that nearly pay."""
        if not self.is_bound:
            self.made()
        self.market.forget()
        if not self._open:
            return
        self.duals = self._pool.duals
        dated = self.dated()
        cars = dated.carriages
        used = {boxful.offer[:5] for boxful in self.boxfuls}
        kept = {row for row, one in enumerate(dated.offers) if one[:5] in used}
        for i in range(len(self.market.houses)):
            fits = (cars.most_volume >= self.market.volume[i]) & (cars.most_mass >= self.market.mass[i])
            cost = np.where(fits, cars.cost + cars.own[:, i], NEVER)
            kept.update(np.argsort(cost, kind="stable")[:MOST_KEPT].tolist())
        worthy = self._pool.worthiest(MOST_WORTHY)
        number = np.cumsum(self._is_dated()) - 1
        kept.update(number[row] for row in worthy.tolist() if self._offers.offers[row].batch >= 0)
        some = sorted(kept)
        offers = [dated.offers[row] for row in some]
        known = self.market.only([*offers, *(boxful.offer for boxful in self.boxfuls)])
        self.real = Real(self.market, self.real.houses)
        self.boxfuls = [Boxful(self.real, known[boxful.offer], boxful.items) for boxful in self.boxfuls]
        self._offers = Offers([known[one] for one in offers], cars.only(np.array(some, dtype=np.int64)))
        self._open, self._chosen = {}, []
        self._pool = Pool(self.market.alone, self.market.volume, self.market.mass, self._offers.carriages)

    def __getstate__(self) -> dict[str, object]:
        """Return what another process may know: all but the models."""
        return {name: value for name, value in self.__dict__.items() if name != "_pool"}

    def _coarse(self, columns: Iterable[Column]) -> set[tuple[int, int]]:
        """Return box types and starts of the lanes without dates that some loads use, or that nearly pay as well."""
        offers = self._offers.offers
        used = {column.carriage for column in columns if offers[column.carriage].batch < 0}
        if used:
            nearly = np.flatnonzero(self._pool.tightness > NEARLY).tolist()
            used.update(carriage for carriage in nearly if offers[carriage].batch < 0)
        return {(offers[carriage].box, offers[carriage].start) for carriage in used}

    def _solve(self, is_over: Callable[[], bool], close: float | None = None) -> None:
        """Solve the linear model; raises the bound."""
        close = max(close or 0.0, ROUGH) if self.is_rough else close
        self.bound = max(self.bound, self._pool.generate(is_over, close))
        self._check()

    def _date(self, coarse: set[tuple[int, int]], is_over: Callable[[], bool]) -> None:
        """Put dated carriages in the place of undated ones, as many as there is time for."""
        offers = self._offers.offers
        fresh: dict[tuple[int, int], Offers] = {}
        for key in sorted(coarse):
            if is_over():
                break
            fresh[key] = self.market.dated(*key, self._open[key])
            self.has_dates = True
        kept = np.array([(one.box, one.start) not in fresh for one in offers], dtype=np.bool_)
        self._pool.replace(kept, [part.carriages for part in fresh.values()])
        self._offers = Offers(
            [one for one, stays in zip(offers, kept, strict=True) if stays]
            + [one for part in fresh.values() for one in part.offers],
            self._pool.carriages,
        )

    def sharpen(self) -> None:
        """Go on from a rough solution, if there is one, to an exact one."""
        self.is_rough = False
        if self._offers.offers and self._open:
            self.is_done = self._pool.is_solved = False

    def plan(self, is_over: Callable[[], bool]) -> None:
        """Choose whole loads among the dated ones found so far, by what they really cost."""
        is_dated = self._is_dated()
        if not is_dated.any():
            return
        if self.is_few:
            self._part(is_dated)
        else:
            self._keep(self._pool.dive(is_dated, self._real, is_over))
            self._anneal(1 if self.is_rough else ANNEALINGS, is_over)
        self._choose(is_over)
        self._check()

    def improve(self, is_over: Callable[[], bool]) -> None:
        """
        Raise the bound by rows that whole loads obey, as long as that helps; then look for better loads.

        Annealing anew, from a heat at which boxes come and go, finds what dives and slow cooling do not: in a class of
        146 loads that cost 1.5 % less, sooner than three times as many dives find any.
        """
        before = self.cost
        if self._may_prove and self._rounds % PROVE_EVERY == 0:
            self._prove(is_over)
        elif self._cuts_in_vain < MOST_CUTS_IN_VAIN:
            self._cut(is_over)
        self._rounds += 1
        if self.in_vain >= MOST_IN_VAIN:
            return
        if self._rounds % 2:
            self._anneal_anew(is_over)
        else:
            rng = np.random.default_rng([self.seed, self._rounds])
            self._keep(self._pool.dive(self._is_dated(), self._real, is_over, rng))
        if self._rounds % CHOOSE_EVERY == 0:
            self._choose(is_over)
        self.in_vain = self.in_vain + 1 if self.cost == before else 0
        self._check()

    @property
    def may_improve(self) -> bool:
        """Whether better loads could be found, and have not been looked for too often."""
        return self.is_done and not self.is_few and bool(self._open) and self.in_vain < MOST_IN_VAIN

    def _prove(self, is_over: Callable[[], bool]) -> None:
        """Look at every load that a better plan could have, if they can be listed."""
        before = self.bound, self.cost
        while self._may_prove and not is_over():
            found = self._pool.prove(self.cost, is_over)
            if found is None:
                self._may_prove = False
                return
            loads, is_best = found
            self.bound = max(self.bound, min(self._pool.bound, self.cost))
            coarse = self._coarse(loads)
            if coarse:
                self._date(coarse, is_over)
                self._solve(is_over)
                continue
            self._keep(loads)
            if is_best:
                # What is left of the gap is what plans pay beyond the costs of columns.
                self.in_vain = MOST_IN_VAIN
            self._may_prove = not is_best and (self.bound, self.cost) != before
            break
        self._check()

    def _cut(self, is_over: Callable[[], bool]) -> None:
        """Add rows that whole loads obey, and date what the linear solution uses then."""
        before = self.bound
        if self._pool.cut():
            self._solve(is_over)
            while (coarse := self._coarse(self._pool.active)) and not is_over():
                self._date(coarse, is_over)
                self._solve(is_over)
        self._cuts_in_vain = self._cuts_in_vain + 1 if self.bound - before <= LITTLE * self.bound else 0

    def _anneal(self, times: int, is_over: Callable[[], bool]) -> None:
        """Change the best loads so far at random."""
        is_dated, steps = self._is_dated(), STEPS * len(self.market.houses)
        for again in range(times):
            if not is_over():
                seed = self.seed + self._rounds + again
                self._keep(self._pool.anneal(is_dated, self._chosen, steps, HOT, seed))

    def _anneal_anew(self, is_over: Callable[[], bool]) -> None:
        """Change loads at random for long, beginning with none, then the best."""
        is_dated, steps = self._is_dated(), min(LONG * len(self.market.houses), LONGEST)
        self._keep(self._pool.anneal(is_dated, (), steps, HOTTEST, self.seed + self._rounds))
        if not is_over():
            self._keep(self._pool.anneal(is_dated, self._chosen, steps, HOT, self.seed + self._rounds))

    def _choose(self, is_over: Callable[[], bool]) -> None:
        """Choose among all loads known."""
        is_dated = self._is_dated()
        for _ in range(MOST_CHOICES):
            columns = [column for column in self._pool.columns if is_dated[column.carriage]]
            units = ROUGH_UNITS if self.is_rough else CHOICE_UNITS
            chosen, _ = choose(self._pool, columns, units, self.seed, self._chosen)
            before = [column.real for column in chosen]
            if [self._real(column) for column in chosen] == before or is_over():
                break
        self._keep(chosen)

    def _is_dated(self) -> Bools:
        """Return which of the boxes are dated."""
        return np.array([one.batch >= 0 for one in self._offers.offers], dtype=np.bool_)

    def _nothing_barred(self) -> Bools:
        """Return that every shipment may be on every carriage."""
        return np.zeros((len(self._offers.offers), len(self.market.houses)), dtype=np.bool_)

    def _part(self, is_dated: Bools) -> None:
        """Choose the best loads over every set, again without the shipments that prove unable to be in theirs."""
        offers, is_barred = self._offers.offers, self._nothing_barred()
        is_barred[~is_dated] = True
        refused = {-1}
        while refused:
            chosen = self._pool.part(is_barred)
            self._keep(chosen)
            refused = {
                item
                for column in chosen
                for item in column.items
                if not self.real.can_send(item, offers[column.carriage])
            }
            for item in refused:
                able = [dated and self.real.can_send(item, one) for one, dated in zip(offers, is_dated, strict=True)]
                is_barred[:, item] = ~np.array(able)

    def _keep(self, chosen: list[Column]) -> None:
        """Keep loads if they are the cheapest so far, without those whom they cost more than going alone."""
        chosen = [self._lean(column) for column in chosen]
        worth = [(column, self._real(column), int(self.market.alone[list(column.items)].sum())) for column in chosen]
        paying = [(column, real, saved) for column, real, saved in worth if real < saved]
        cost = self.alone + sum(real - saved for _, real, saved in paying)
        if cost < self.cost:
            self.cost = cost
            self._chosen = [column for column, _, _ in paying]
            offers = self._offers.offers
            self.boxfuls = [Boxful(self.real, offers[column.carriage], column.items) for column in self._chosen]

    def _lean(self, column: Column) -> Column:
        """Return a load without the shipments that would really pay more on their own in it than alone."""
        offer = self._offers.offers[column.carriage]
        while True:
            timed = self.real.timed(offer, column.items)
            paid = {item: self.real.own_cost(item, timed) for item in column.items}
            kept = tuple(i for i, cost in paid.items() if cost is None or cost < self.market.alone[i])
            if not kept or kept == column.items:
                return column
            column = self._pool.add(column.carriage, kept)

    def _real(self, column: Column) -> int:
        """Return, and note, what a load really costs."""
        real = self.real.cost(self._offers.offers[column.carriage], column.items)
        self._pool.note(column, real)
        return IMPOSSIBLE if real is None else real

    def _check(self) -> None:
        """Refuse a bound above the cost of a plan: one of them would be wrong."""
        if self.bound > self.cost + len(self.market.houses):
            msg = f"the bound {self.bound} of a class exceeds the cost {self.cost} of a plan for it"
            raise AssertionError(msg)
        self.bound = min(self.bound, self.cost)
