"""One sharing class on its way to a plan and a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.consolidation.build import Boxful
from optimizer.consolidation.columns import Column, Pool, choose
from optimizer.consolidation.market import Market, Offers
from optimizer.consolidation.real import Real

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.consolidation.houses import Houses

NEARLY = 0.9
"""Tightness from which an undated lane is dated together with those that are used."""
CHOICE_UNITS = 1.0
"""Deterministic time units for choosing whole loads."""
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
    """

    def __init__(self, market: Market, houses: Houses, seed: int) -> None:
        self.market = market
        self.real = Real(market, houses)
        self.seed = seed
        self.alone = int(market.alone.sum())
        self.cost = self.alone
        self.bound = 0
        self.boxfuls: list[Boxful] = []
        self.is_done = False
        self._open: dict[tuple[int, int], np.ndarray] = {}
        self._offers = market.undated({})
        self._pool = Pool(market.alone, market.volume, market.mass, self._offers.carriages)

    def begin(self, is_over: Callable[[], bool]) -> None:
        """Bound the class with undated lanes."""
        self._open = self.market.open_pairs()
        self._offers = self.market.undated(self._open)
        if not self._offers.offers:
            self.bound, self.is_done = self.alone, True
            return
        self._pool.replace(np.zeros(0, dtype=np.bool_), [self._offers.carriages])
        self._solve(is_over)

    def refine(self, is_over: Callable[[], bool]) -> None:
        """Date the lanes that the linear solution uses; when all are dated, choose whole loads."""
        coarse = self._coarse()
        if coarse and not is_over():
            self._date(coarse)
            self._solve(is_over)
        self._plan()
        self.is_done = not self._coarse()

    def dated(self) -> Offers:
        """Return the dated boxes found so far."""
        kept = np.array([one.batch >= 0 for one in self._offers.offers], dtype=np.bool_)
        return Offers([one for one in self._offers.offers if one.batch >= 0], self._offers.carriages.only(kept))

    def _coarse(self) -> set[tuple[int, int]]:
        """Return box types and starts of the lanes without dates that the linear solution uses, or nearly so."""
        offers = self._offers.offers
        used = {column.carriage for column in self._pool.active if offers[column.carriage].batch < 0}
        if used:
            nearly = np.flatnonzero(self._pool.tightness > NEARLY).tolist()
            used.update(carriage for carriage in nearly if offers[carriage].batch < 0)
        return {(offers[carriage].box, offers[carriage].start) for carriage in used}

    def _solve(self, is_over: Callable[[], bool]) -> None:
        """Solve the linear model; raises the bound."""
        self.bound = max(self.bound, self._pool.generate(is_over))
        self._check()

    def _date(self, coarse: set[tuple[int, int]]) -> None:
        """Put dated carriages in the place of undated ones."""
        offers = self._offers.offers
        kept = np.array([(one.box, one.start) not in coarse or one.batch >= 0 for one in offers], dtype=np.bool_)
        fresh = [self.market.dated(*key, self._open[key]) for key in sorted(coarse)]
        self._pool.replace(kept, [part.carriages for part in fresh])
        self._offers = Offers(
            [one for one, stays in zip(offers, kept, strict=True) if stays]
            + [one for part in fresh for one in part.offers],
            self._pool.carriages,
        )

    def _plan(self) -> None:
        """Choose whole loads among the dated ones found so far, by what they really cost."""
        offers = self._offers.offers
        for _ in range(MOST_CHOICES):
            columns = [c for c in self._pool.columns if offers[c.carriage].batch >= 0]
            chosen, _ = choose(self._pool, columns, CHOICE_UNITS, self.seed)
            wrong = [column for column in chosen if self._make_real(column)]
            if not wrong:
                break
        cost, boxfuls = self.alone, []
        for column in chosen:
            real = self.real.cost(offers[column.carriage], column.items)
            saved = int(self.market.alone[list(column.items)].sum())
            if real is not None and real < saved:
                cost += real - saved
                boxfuls.append(Boxful(self.real, offers[column.carriage], column.items))
        if cost < self.cost:
            self.cost, self.boxfuls = cost, boxfuls
        self._check()

    def _make_real(self, column: Column) -> bool:
        """Note what a load really costs, and say whether that is new."""
        real = self.real.cost(self._offers.offers[column.carriage], column.items)
        return self._pool.note(column, real)

    def _check(self) -> None:
        """Refuse a bound above the cost of a plan: one of them would be wrong."""
        if self.bound > self.cost + len(self.market.houses):
            msg = f"the bound {self.bound} of a class exceeds the cost {self.cost} of a plan for it"
            raise AssertionError(msg)
        self.bound = min(self.bound, self.cost)
