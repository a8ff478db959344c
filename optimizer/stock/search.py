"""The state of the search: what every warehouse is sent, at whole boxes, and the best of that so far."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.stock.moves import improve
from optimizer.stock.relaxed import WORKERS
from optimizer.stock.scene import Scene, pools_of, refresh, work_of
from optimizer.stock.sku import prices_of

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.freight import Rates
    from optimizer.stock.problem import Ints, Problem
    from optimizer.stock.relaxed import Answer
    from optimizer.stock.scene import Pools
    from optimizer.stock.sku import Duals

_STEPS_A_POOL = 400
_HEAT_SHARE = 0.005
"""Heat at first: this share of what a consignment costs on average."""


@dataclass(slots=True, kw_only=True)
class Search:
    """
    What every warehouse is sent.

    Parameters
    ----------
    case, rates, pools, scene
        The problem, and what is sent.
    homes
        Shape (S, M).
    cost_fen
        Of the scene, with prices that count beside its own; without openings and serving.
    is_coupled
        Whether warehouses share a budget, so that they are improved one after the other.
    """

    case: Case
    rates: Rates
    pools: Pools
    scene: Scene
    homes: Ints
    cost_fen: float
    is_coupled: bool
    _members: list[Ints] = field(default_factory=list)

    @classmethod
    def of(cls, problem: Problem, case: Case, rates: Rates, duals: Duals, answer: Answer) -> Search:
        """Return the state in which SKUs do what they answered to prices, within all limits."""
        pools = pools_of(case, duals, answer.homes)
        scene = _scene(problem, case, duals, pools, answer.sent)
        found = cls(
            case=case, rates=rates, pools=pools, scene=scene, homes=answer.homes, cost_fen=0.0,
            is_coupled=problem.budget_fen is not None,
        )  # fmt: skip
        found._members = [np.flatnonzero(pools.warehouse == w) for w in range(len(problem.warehouses))]
        found.fit()
        return found

    def sweep(self, seed: int, heat: float) -> None:
        """Improve every warehouse once, keeping what was better before."""
        mean = float(self.scene.fee.sum()) / max(1, int((self.scene.fee > 0).sum()))
        before = self.scene.cartons.copy()
        fen = mean * _HEAT_SHARE * heat**2

        def one(warehouse: int) -> float:
            members = self._members[warehouse]
            steps = _STEPS_A_POOL * len(members)
            work = work_of(self.scene, self.rates)
            return float(
                improve(
                    self.case,
                    self.pools,
                    self.rates,
                    self.scene,
                    work,
                    warehouse,
                    members,
                    seed + warehouse,
                    steps,
                    fen,
                )
            )

        with ThreadPoolExecutor(1 if self.is_coupled else WORKERS) as pool:
            gains = list(pool.map(one, range(len(self._members))))
        for members, gain in zip(self._members, gains, strict=True):
            if gain > 0:
                self.scene.cartons[members] = before[members]
        self.fit()

    def fit(self) -> None:
        """Drop what is beyond a limit, and set all sums."""
        self._drop_heavy()
        for _ in range(self.pools.sku.size * self.scene.cartons[0].size if self.pools.sku.size else 1):
            self.cost_fen = float(
                refresh(self.case, self.pools, self.rates, self.scene, work_of(self.scene, self.rates))
            )
            if not self._drop_beyond():
                return

    def _drop_heavy(self) -> None:
        """Drop sendings from consignments that are more than a lane takes."""
        for lane in np.flatnonzero((self.rates.most_mass < np.inf) | (self.rates.most_volume < np.inf)):
            warehouse = int(self.case.lane_w[lane])
            rank = int(np.flatnonzero(self.scene.lanes[warehouse] == lane)[0])
            members = self._members[warehouse]
            skus = self.pools.sku[members]
            for week in range(self.case.lane_ok.shape[1]):
                units = self.scene.cartons[members, rank, week] * self.case.carton[skus]
                mass, volume = np.cumsum(units * self.case.mass[skus]), np.cumsum(units * self.case.volume[skus])
                is_over = (mass > self.rates.most_mass[lane]) | (volume > self.rates.most_volume[lane])
                self.scene.cartons[members[is_over], rank, week] = 0

    def _drop_beyond(self) -> bool:
        """Drop the sendings of one SKU that are beyond a budget or a shelf; tell whether there were any."""
        over = np.argwhere(self.scene.spent > self.scene.budget + 0.5)
        if over.size:
            week = int(over[0, 0])
            worth = self.scene.cartons[:, :, week].sum(axis=1) * (self.case.carton * self.case.value)[self.pools.sku]
            if worth.max(initial=0) > 0:
                self.scene.cartons[int(np.argmax(worth)), :, week] = 0
                return True
        for warehouse, week in np.argwhere(self.scene.shelf > self.scene.capacity * (1 + 1e-9)):
            members = self._members[warehouse]
            room = (
                self.scene.cartons[members, :, : week + 1].sum(axis=(1, 2))
                * (self.case.carton * self.case.volume)[self.pools.sku[members]]
            )
            if room.max(initial=0) > 0:
                pool = members[int(np.argmax(room))]
                last = np.argwhere(self.scene.cartons[pool, :, : week + 1] > 0)[-1]
                self.scene.cartons[pool, last[0], last[1]] = 0
                return True
        return False


def _scene(problem: Problem, case: Case, duals: Duals, pools: Pools, sent: Ints) -> Scene:
    """Return what SKUs answered as what leaves."""
    shape = case.lane_ok.shape
    weeks, warehouses = problem.weeks, len(problem.warehouses)
    width = max(1, int(np.bincount(case.lane_w, minlength=warehouses).max())) if case.lane_w.size else 1
    lanes = np.full((warehouses, width), -1, dtype=np.int64)
    for warehouse in range(warehouses):
        own = np.flatnonzero(case.lane_w == warehouse)
        lanes[warehouse, : own.size] = own
    cartons = np.zeros((pools.sku.size, width, weeks), dtype=np.int64)
    cost, lane = np.empty(weeks), np.empty(weeks, dtype=np.int64)
    for p in range(pools.sku.size):
        s, w = int(pools.sku[p]), int(pools.warehouse[p])
        if not sent[s, w, -1] or not pools.most[p]:
            continue
        prices_of(case, duals, s, w, cost, lane)
        came = np.diff(sent[s, w], prepend=0) // case.carton[s]
        for week in np.flatnonzero(came):
            rank = int(np.flatnonzero(lanes[w] == lane[week])[0])
            cartons[p, rank, week - case.lane_lead[lane[week]]] += came[week]
    return Scene(
        cartons=cartons, own=np.zeros(pools.sku.size), mass=np.zeros(shape), volume=np.zeros(shape),
        fee=np.zeros(shape), shelf=np.zeros((warehouses, weeks)), lanes=lanes,
        capacity=shelf_limits(problem), left=np.zeros((len(problem.skus), weeks), dtype=np.int64),
        spent=np.zeros(weeks), budget=_budget(problem),
    )  # fmt: skip


def shelf_limits(problem: Problem) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """
    Return the most mean volume at the end of a week by warehouse, shape (W, T).

    Where what is there or on its way is more than the capacity even unsold, that is the limit.
    """
    there = problem.on_hand.sum(axis=2)[:, :, None] + np.cumsum(problem.incoming, axis=2)
    volume = (there * problem.volume_cm3[:, None, None]).sum(axis=0)
    limits = np.where(problem.capacity_cm3 < 0, np.inf, problem.capacity_cm3.astype(np.float64))
    return np.where(np.isinf(limits)[:, None], np.inf, np.maximum(limits[:, None], volume))


def _budget(problem: Problem) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    if problem.budget_fen is None:
        return np.full(problem.weeks, np.inf)
    return problem.budget_fen.astype(np.float64)
