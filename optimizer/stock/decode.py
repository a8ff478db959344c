"""From the state of the search to decisions, and to a plan that is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from data.stock_plan import Home, Sending, SentBoxes, StockPlan
from optimizer.stock.evaluate import Decisions, used_warehouses
from optimizer.stock.freight import consignment

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.evaluate import Value
    from optimizer.stock.freight import Rates
    from optimizer.stock.frozen import Frozen
    from optimizer.stock.params import Params
    from optimizer.stock.problem import Problem
    from optimizer.stock.search import Search


def decode(problem: Problem, case: Case, rates: Rates, search: Search, frozen: Frozen) -> Decisions:
    """Return a state of the search as decisions, with the cheapest boxes, and what is frozen."""
    units, boxes = frozen.units.copy(), frozen.boxes.copy()
    scene, pools = search.scene, search.pools
    for p, rank, week in np.argwhere(scene.cartons > 0):
        lane = scene.lanes[pools.warehouse[p], rank]
        sku = pools.sku[p]
        units[sku, lane, week] += scene.cartons[p, rank, week] * case.carton[sku]
    counts = np.zeros((2, rates.price.shape[1]), dtype=np.int64)
    for lane, week in np.argwhere(units.sum(axis=0) > 0):
        if week < frozen.weeks:
            continue
        mass = float((units[:, lane, week] * problem.mass_g).sum())
        volume = float((units[:, lane, week] * problem.volume_cm3).sum())
        consignment(rates, lane, mass, volume, counts)
        boxes[lane, :, week] = counts[0]
    return Decisions(units=units, boxes=boxes, homes=search.homes)


def plan_of(problem: Problem, params: Params, found: Decisions, value: Value) -> StockPlan:
    """Return decisions as a plan; its bound, status and time are still to be set."""
    lanes = problem.lanes
    sendings = tuple(
        Sending(sku=problem.skus[s], lane=lanes[lane].id, week=int(week), units=int(found.units[s, lane, week]))
        for week, lane, s in sorted((week, lane, s) for s, lane, week in np.argwhere(found.units > 0).tolist())
    )
    boxes = tuple(
        SentBoxes(
            lane=lanes[lane].id, unit=lanes[lane].boxes[kind].unit, week=int(week),
            count=int(found.boxes[lane, kind, week]),
        )
        for week, lane, kind in sorted((week, lane, kind) for lane, kind, week in np.argwhere(found.boxes > 0).tolist())
    )  # fmt: skip
    homes = tuple(
        Home(sku=problem.skus[s], market=problem.markets[m], warehouse=problem.warehouses[found.homes[s, m]])
        for s, m in np.argwhere(found.homes >= 0).tolist()
    )
    return StockPlan(
        start=problem.start,
        weeks=problem.weeks,
        sendings=sendings,
        boxes=boxes,
        homes=homes,
        warehouses=tuple(problem.warehouses[w] for w in used_warehouses(problem, found)),
        cost_fen=dict(value.cost_fen),
        bound_fen=0,
        service=value.service,
        futures=params.futures,
        status="feasible",
        seed=params.seed,
        runtime_s=0.0,
        fingerprint="",
    )
