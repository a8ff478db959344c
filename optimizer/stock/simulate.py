"""
A plan or a rule in thousands of futures of demand and lead times.

Two simulations with the same problem, number of futures and seed see the same futures, so that their difference is
that of what is sent.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from data.stock_plan import StockPlan
from optimizer.stock.simulate_freight import left_share, loose_fen, prices_of
from optimizer.stock.simulate_kernel import FIXED, FOLLOWED, RULE, run
from optimizer.stock.simulate_result import Simulated
from optimizer.stock.simulate_world import FREIGHT, OPEN, PARTS, PIECES, Orders, Out, Schedule, World, world_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from optimizer.stock.policies import Rule
    from optimizer.stock.problem import Bools, Floats, Ints, Problem
    from optimizer.stock.simulate_futures import Futures

BLOCK = 20
"""Futures that are played at once by one thread."""


@dataclass(frozen=True, slots=True)
class Followed:
    """
    A plan that is kept up.

    Each sending is made larger or smaller, so that stock and what is on its way come to what the plan would have after
    it on average.

    Parameters
    ----------
    plan
        The plan.
    """

    plan: StockPlan


def simulate(
    problem: Problem,
    choice: StockPlan | Followed | Rule,
    *,
    futures: Futures,
    name: str = "",
    threads: int | None = None,
    on_progress: Callable[[int], None] | None = None,
) -> Simulated:
    """
    Return what comes of a plan or a rule.

    Parameters
    ----------
    problem
        Weeks, stock, prices.
    choice
        A plan as it is, a plan that is kept up, or a rule.
    futures
        Of this problem.
    name
        Under which the result goes.
    threads
        How many work at once; one for each core if not given. The result does not depend on it.
    on_progress
        Told how many futures are done, from any thread.

    Raises
    ------
    UnknownSendingError
        When a plan names a SKU, a lane, a box or a week that the problem does not have.
    """
    world = world_of(problem, futures.pairs)
    play = _Play(problem, world, futures, threads or len(os.sched_getaffinity(0)), on_progress)
    if isinstance(choice, Followed):
        units = units_of(problem, choice.plan)
        mean = play.play(_none(world), Schedule(units, np.empty((0, 0, 0))), FIXED, with_position=True).position
        out = play.play(_none(world), Schedule(units, mean / futures.count), FOLLOWED)
        used = warehouses_used(problem, choice.plan)
    elif isinstance(choice, StockPlan):
        units = units_of(problem, choice)
        out = play.play(_none(world), Schedule(units, np.empty((0, 0, 0))), FIXED)
        out.cost[:, FREIGHT] += plan_freight(problem, choice, units)
        used = warehouses_used(problem, choice)
    else:
        out = play.play(choice.orders, Schedule(np.empty((0, 0, 0), dtype=np.int64), np.empty((0, 0, 0))), RULE)
        used = choice.warehouses | _stocked(problem)
    out.cost[:, OPEN] += int(problem.open_fen[used].sum())
    return Simulated(
        name=name, seed=futures.seed, skus=problem.skus, markets=problem.markets,
        lanes=tuple(lane.id for lane in problem.lanes),
        cost=out.cost, asked=out.asked, met=out.met, early=out.early, asked_sku=out.asked_sku, met_sku=out.met_sku,
        short_sku=out.short_sku, aged=out.aged, over=out.over, pieces=out.pieces, sent=out.sent, goods=out.goods,
    )  # fmt: skip


class UnknownSendingError(ValueError):
    """A plan is not one of the problem it is simulated with: every name that is not known."""


class _Play:
    """Plays blocks of futures on several threads and puts what came of them together."""

    def __init__(
        self,
        problem: Problem,
        world: World,
        futures: Futures,
        threads: int,
        on_progress: Callable[[int], None] | None,
    ) -> None:
        self._problem, self._world, self._futures = problem, world, futures
        self._threads, self._on_progress = threads, on_progress
        self._done = 0

    def play(self, orders: Orders, plan: Schedule, mode: int, *, with_position: bool = False) -> Out:
        """Play all futures."""
        count = self._futures.count
        spans = [(first, min(count, first + BLOCK)) for first in range(0, count, BLOCK)]
        self._done = 0

        def one(span: tuple[int, int]) -> Out:
            out = _empty(self._problem, span[1] - span[0], with_position=with_position)
            run(self._world, orders, plan, mode, self._futures.block(*span), out)
            self._done += span[1] - span[0]
            if self._on_progress is not None:
                self._on_progress(self._done)
            return out

        if self._threads == 1 or len(spans) == 1:
            return _joined(map(one, spans))
        with ThreadPoolExecutor(self._threads) as pool:
            return _joined(pool.map(one, spans))


def _empty(problem: Problem, count: int, *, with_position: bool) -> Out:
    """Return what is filled by playing so many futures."""
    skus, warehouses, ages = problem.on_hand.shape
    markets, lanes = len(problem.markets), len(problem.lanes)
    return Out(
        cost=np.zeros((count, len(PARTS))), asked=np.zeros((count, markets)), met=np.zeros((count, markets)),
        early=np.zeros((count, 2)),
        asked_sku=np.zeros(skus), met_sku=np.zeros(skus), short_sku=np.zeros(skus),
        aged=np.zeros((count, ages)), over=np.zeros(count), pieces=np.zeros((count, len(PIECES))),
        sent=np.zeros((count, lanes)), goods=np.zeros((count, 2)),
        position=np.zeros((problem.weeks, skus, warehouses) if with_position else (0, 0, 0)),
    )  # fmt: skip


_SUMS = {"asked_sku", "met_sku", "short_sku", "position"}


def _joined(outs: Iterable[Out]) -> Out:
    """Return one result of those of blocks, in their order."""
    parts = list(outs)
    columns = {name: [getattr(part, name) for part in parts] for name in Out._fields}
    return Out(
        **{name: np.sum(found, axis=0) if name in _SUMS else np.concatenate(found) for name, found in columns.items()}
    )


def _none(world: World) -> Orders:
    """Return the rule by which nothing is ordered."""
    skus, warehouses, _ = world.on_hand.shape
    empty, flat = np.empty((0, skus, warehouses)), np.empty((0, skus, warehouses, 1), dtype=np.float32)
    whole = np.empty((0, skus, warehouses), dtype=np.int64)
    return Orders(whole, np.empty((0, 0, 0), dtype=np.bool_), whole, flat, flat, empty, empty)


def units_of(problem: Problem, plan: StockPlan) -> Ints:
    """
    Return what a plan sends, shape (L, T, S).

    Raises
    ------
    UnknownSendingError
        When a name or a week of the plan is not one of the problem.
    """
    lanes = {lane.id: at for at, lane in enumerate(problem.lanes)}
    skus = {sku: at for at, sku in enumerate(problem.skus)}
    parts = [(one.lane, one.week) for one in plan.sendings] + [(one.lane, one.week) for one in plan.boxes]
    unknown = {lane for lane, _ in parts} - set(lanes)
    unknown |= {one.sku for one in plan.sendings} - set(skus)
    unknown |= {str(week) for _, week in parts if not 0 <= week < problem.weeks}
    unknown |= set(plan.warehouses) - set(problem.warehouses)
    if not unknown:
        known = [{box.unit for box in lane.boxes} for lane in problem.lanes]
        unknown |= {f"{one.lane} {one.unit}" for one in plan.boxes if one.unit not in known[lanes[one.lane]]}
    if unknown or plan.start != problem.start:
        names = sorted(unknown) or [str(plan.start)]
        raise UnknownSendingError(", ".join(names))
    units = np.zeros((len(lanes), problem.weeks, len(skus)), dtype=np.int64)
    for one in plan.sendings:
        units[lanes[one.lane], one.week, skus[one.sku]] += one.units
    return units


def plan_freight(problem: Problem, plan: StockPlan, units: Ints) -> float:
    """Return what the boxes of a plan cost, and what of its sendings does not fit in them, sent loose."""
    prices = prices_of(problem.lanes)
    lanes = {lane.id: at for at, lane in enumerate(problem.lanes)}
    mass_g: Floats = units @ problem.mass_g.astype(float)
    volume_cm3: Floats = units @ problem.volume_cm3.astype(float)
    payload_g, room_cm3 = np.zeros_like(mass_g), np.zeros_like(mass_g)
    paid = 0.0
    for sent in plan.boxes:
        at = lanes[sent.lane]
        box = next(one for one in problem.lanes[at].boxes if one.unit == sent.unit)
        paid += sent.count * box.price_fen
        payload_g[at, sent.week] += sent.count * box.payload_g
        room_cm3[at, sent.week] += sent.count * box.volume_cm3
    for at, week in np.argwhere(mass_g > 0):
        mass, volume = mass_g[at, week], volume_cm3[at, week]
        share = left_share(mass, volume, payload_g[at, week], room_cm3[at, week])
        paid += loose_fen(prices, int(at), share * mass, share * volume)
    return paid


def warehouses_used(problem: Problem, plan: StockPlan) -> Bools:
    """Return which warehouses a plan pays for, shape (W,)."""
    return np.array([warehouse in plan.warehouses for warehouse in problem.warehouses], dtype=np.bool_)


def _stocked(problem: Problem) -> Bools:
    """Return which warehouses have stock, or get it, whatever is ordered."""
    return np.asarray(problem.on_hand.any(axis=(0, 2)) | problem.incoming.any(axis=(0, 2)))
