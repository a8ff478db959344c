"""One sharing class on its way to a plan and a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizer.consolidation.build import Boxful
from optimizer.consolidation.columns import Carriages, Pool, choose
from optimizer.consolidation.market import Lane, Market, Relaxed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from network.lanes import Chain

FIRST_LANES, MORE_LANES = 60, 120
"""Lanes of a class for which dated boxes are looked for at first, and at each later step."""
FINE = 2
"""Level of carriages that are not refined further; undated ones are of level 0."""
NEARLY = 0.97
"""Tightness from which an undated lane is refined together with those that are used."""
CHOICE_UNITS = 1.0
"""Deterministic time units for choosing whole loads."""


class Entry:
    """
    The state of one class.

    Parameters
    ----------
    market
        Its shipments, lanes and carriages.
    seed
        Of random choices.
    """

    def __init__(self, market: Market, seed: int) -> None:
        self.market = market
        self.seed = seed
        self.alone = int(market.alone.sum())
        self.cost = self.alone
        self.bound = 0
        self.boxfuls: list[Boxful] = []
        self.is_done = False
        self.is_rough = True
        self._pairs: list[tuple[Lane, Chain]] = []
        self._dated: Pool | None = None
        self._dated_lanes: set[Lane] = set()
        self._open: dict[tuple[int, int], np.ndarray] = {}
        self._relaxed = market.undated({})
        self._level = np.zeros(0, dtype=np.int64)
        self._pool = self._new_pool(self._relaxed.carriages)

    def begin(self, is_over: Callable[[], bool]) -> None:
        """Bound the class with undated lanes, and plan on those that matter."""
        self._open = self.market.open_pairs()
        self._relaxed = self.market.undated(self._open)
        self._level = np.zeros(len(self._relaxed.lanes), dtype=np.int64)
        if not self._relaxed.lanes:
            self.bound, self.is_done = self.alone, True
            return
        self._pool = self._new_pool(self._relaxed.carriages)
        self._solve(is_over)
        self._plan(self._important(), FIRST_LANES, is_over)

    def refine(self, is_over: Callable[[], bool]) -> None:
        """Refine the lanes that the linear solution uses, undated ones first; when all are fine, plan on them."""
        self._solve(is_over)
        used = {column.carriage for column in self._pool.active if self._level[column.carriage] < FINE}
        if self.is_rough and not any(self._level[carriage] == 0 for carriage in used):
            self.is_rough = False
            self._plan(self._important(), MORE_LANES, is_over)
        if any(self._level[carriage] == 0 for carriage in used):
            # What is nearly used now would be used next.
            used = {carriage for carriage in used if self._level[carriage] == 0}
            used.update(np.flatnonzero((self._level == 0) & (self._pool.tightness > NEARLY)).tolist())
        coarse = {(self._relaxed.lanes[carriage].box, self._relaxed.lanes[carriage].start) for carriage in used}
        if coarse and not is_over():
            self._replace(coarse, 1 + int(self._level[next(iter(used))]))
            return
        before = len(self._dated_lanes)
        self._plan(self._important(), MORE_LANES, is_over)
        self.is_done = not coarse and len(self._dated_lanes) == before

    def _new_pool(self, carriages: Carriages) -> Pool:
        """Return a linear model on carriages."""
        return Pool(self.market.alone, self.market.volume, self.market.mass, carriages)

    def _solve(self, is_over: Callable[[], bool]) -> None:
        """Solve the linear model on relaxed carriages; raises the bound."""
        self.bound = max(self.bound, self._pool.generate(is_over))
        self._check()

    def _replace(self, coarse: set[tuple[int, int]], level: int) -> None:
        """Put carriages of the next level in the place of coarser ones."""
        lanes = self._relaxed.lanes
        kept = np.array([(lane.box, lane.start) not in coarse for lane in lanes], dtype=np.bool_)
        fresh = [self.market.refined(*key, self._open[key], is_fine=level == FINE) for key in sorted(coarse)]
        self._pool.replace(kept, [part.carriages for part in fresh])
        self._relaxed = Relaxed(
            [lane for lane, stays in zip(lanes, kept, strict=True) if stays]
            + [lane for part in fresh for lane in part.lanes],
            self._pool.carriages,
        )
        new = len(self._relaxed.lanes) - int(kept.sum())
        self._level = np.concatenate([self._level[kept], np.full(new, level, dtype=np.int64)])

    def _important(self) -> list[Lane]:
        """Return the lanes of a linear solution, the most important first."""
        whole, _ = choose(self._pool, CHOICE_UNITS, self.seed)
        found = [column.carriage for column in [*whole, *self._pool.active, *reversed(self._pool.columns)]]
        return list(dict.fromkeys(lane for carriage in found for lane in self._dateable(self._relaxed.lanes[carriage])))

    def _dateable(self, lane: Lane) -> Iterable[Lane]:
        """Yield a lane as it can be dated: an undated one with all legs closed that some shipment may not use."""
        yield lane if lane.closed >= 0 else lane._replace(closed=0)

    def _plan(self, lanes: list[Lane], most: int, is_over: Callable[[], bool]) -> None:
        """Look for dated boxes on more lanes, and choose among all found so far."""
        fresh = [lane for lane in lanes if lane not in self._dated_lanes][:most]
        if fresh:
            self._dated_lanes.update(fresh)
            pairs, carriages = self.market.dated(fresh)
            self._pairs += pairs
            if self._dated is None:
                self._dated = self._new_pool(carriages)
            else:
                self._dated.replace(np.ones(len(self._dated.carriages.cost), dtype=np.bool_), [carriages])
        if self._dated is None or not self._pairs:
            return
        self._dated.generate(is_over)
        chosen, cost = choose(self._dated, 2 * CHOICE_UNITS, self.seed)
        if cost < self.cost:
            self.cost = cost
            self.boxfuls = [Boxful(self.market, *self._pairs[column.carriage], column.items) for column in chosen]
        self._check()

    def _check(self) -> None:
        """Refuse a bound above the cost of a plan: one of them would be wrong."""
        if self.bound > self.cost + len(self.market.houses):
            msg = f"the bound {self.bound} of a class exceeds the cost {self.cost} of a plan for it"
            raise AssertionError(msg)
        self.bound = min(self.bound, self.cost)
