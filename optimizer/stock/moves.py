"""Improve what is sent to one warehouse: small changes of its consignments, priced exactly, some uphill at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from network.kernel import leaf
from optimizer.stock.bought import goods_fen
from optimizer.stock.freight import Rates, consignment
from optimizer.stock.pool import NEVER
from optimizer.stock.scene import own_fen, terms_at

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Ints
    from optimizer.stock.scene import Pools, Scene, Words, Work


@leaf
def improve(
    case: Case,
    pools: Pools,
    rates: Rates,
    scene: Scene,
    work: Work,
    warehouse: int,
    members: Ints,
    seed: int,
    steps: int,
    heat: float,
) -> float:
    """
    Improve what is sent to one warehouse.

    A step takes a pool and adds, drops or moves cartons of one consignment, or moves all pools' goods of one
    consignment to another one. Steps uphill are taken with the probability exp(-loss / heat), falling to none.

    Parameters
    ----------
    case, pools, rates, scene, work
        The problem and what is sent, which is changed.
    warehouse, members
        Which, and its pools.
    seed, steps, heat
        Of the steps; heat in fen.

    Returns
    -------
    float
        By how much the cost changed, fen.
    """
    state = work.state
    state[0] = np.uint64(seed)
    for _ in range(3):
        uniform(state)
    weeks = case.demand.shape[3]
    lanes = scene.lanes[warehouse]
    ranks = 0
    while ranks < lanes.shape[0] and lanes[ranks] >= 0:
        ranks += 1
    if ranks == 0 or members.shape[0] == 0:
        return 0.0
    before, trial, change = work.before, work.trial, work.change
    has_room, has_budget = False, False
    for t in range(weeks):
        has_room = has_room or scene.capacity[warehouse, t] < NEVER
        has_budget = has_budget or scene.budget[t] < NEVER
    gained = 0.0
    for step in range(steps):
        warmth = heat * max(0.0, 1.0 - step / (0.9 * steps))
        p = members[below(state, members.shape[0])]
        if pools.most[p] == 0:
            continue
        s = pools.sku[p]
        current = scene.cartons[p]
        if not _propose(case, scene, state, s, lanes, ranks, current, trial):
            continue
        total = 0
        is_allowed = True
        for rank in range(ranks):
            for t in range(weeks):
                change[rank, t] = trial[rank, t] - current[rank, t]
                total += trial[rank, t]
                if 0 < trial[rank, t] < case.least[s]:
                    is_allowed = False
        if not is_allowed or total > pools.most[p]:
            continue
        # Freight first: it is quick, and most changes fail by it.
        delta = 0.0
        work.spending[:] = 0.0
        for rank in range(ranks):
            for t in range(weeks):
                if change[rank, t] != 0:
                    pieces = change[rank, t] * case.carton[s]
                    lane = lanes[rank]
                    fee = consignment(
                        rates,
                        lane,
                        scene.mass[lane, t] + pieces * case.mass[s],
                        scene.volume[lane, t] + pieces * case.volume[s],
                        work.counts,
                    )
                    delta += fee - scene.fee[lane, t]
                    work.spending[t] += fee - scene.fee[lane, t]
        if has_budget:
            _buy(case, scene, work, s, ranks)
            for t in range(weeks):
                delta += _over(scene.spent[t], work.spending[t], scene.budget[t])
        if delta >= NEVER:
            continue
        terms = terms_at(case, pools, p)
        if has_room:
            own_fen(case, terms, s, warehouse, lanes, current, work)
            for t in range(weeks):
                before[t] = work.shelf[t]
        own = own_fen(case, terms, s, warehouse, lanes, trial, work)
        delta += own - scene.own[p]
        if has_room:
            for t in range(weeks):
                more = (work.shelf[t] - before[t]) * case.volume[s]
                delta += _over(scene.shelf[warehouse, t], more, scene.capacity[warehouse, t])
        if delta >= 0.0 and (warmth <= 0.0 or uniform(state) >= np.exp(-delta / warmth)):
            continue
        gained += delta
        scene.own[p] = own
        for t in range(weeks):
            if has_room:
                scene.shelf[warehouse, t] += (work.shelf[t] - before[t]) * case.volume[s]
            if has_budget:
                scene.spent[t] += work.spending[t]
                scene.left[s, t] = work.leaving[t]
            for rank in range(ranks):
                if change[rank, t] != 0:
                    pieces = change[rank, t] * case.carton[s]
                    lane = lanes[rank]
                    scene.mass[lane, t] = max(0.0, scene.mass[lane, t] + pieces * case.mass[s])
                    scene.volume[lane, t] = max(0.0, scene.volume[lane, t] + pieces * case.volume[s])
                    fee = consignment(rates, lane, scene.mass[lane, t], scene.volume[lane, t], work.counts)
                    scene.fee[lane, t] = fee
                    current[rank, t] = trial[rank, t]
    return gained


@leaf
def _buy(case: Case, scene: Scene, work: Work, s: int, ranks: int) -> None:
    """Add to what more would be spent what goods of a SKU would cost more, with a change of what leaves."""
    weeks = work.leaving.shape[0]
    goods_fen(case.made[s], scene.left[s], case.value[s], work.goods)
    for t in range(weeks):
        work.spending[t] -= work.goods[t]
        work.leaving[t] = scene.left[s, t]
        for rank in range(ranks):
            work.leaving[t] += work.change[rank, t] * case.carton[s]
    goods_fen(case.made[s], work.leaving, case.value[s], work.goods)
    for t in range(weeks):
        work.spending[t] += work.goods[t]


@leaf
def uniform(state: Words) -> float:
    """Return a number from 0 to below 1, and move on: a 64-bit linear congruential generator, its upper bits."""
    state[0] = state[0] * np.uint64(6364136223846793005) + np.uint64(1442695040888963407)
    return float(state[0] >> np.uint64(11)) * 2.0**-53


@leaf
def below(state: Words, count: int) -> int:
    """Return a whole number from 0 to below a count."""
    return int(uniform(state) * count)


@leaf
def _over(now: float, more: float, most: float) -> float:
    """Return the price of going beyond a limit, or less beyond it: ten times what is beyond."""
    return 10.0 * (max(0.0, now + more - most) - max(0.0, now - most))


@leaf
def _propose(
    case: Case,
    scene: Scene,
    state: Words,
    s: int,
    lanes: Ints,
    ranks: int,
    current: Ints,
    trial: Ints,
) -> bool:
    """Change a copy of what a pool is sent; tell whether there is a change."""
    weeks = current.shape[1]
    used = 0
    for rank in range(trial.shape[0]):
        for t in range(weeks):
            trial[rank, t] = current[rank, t]
            used += current[rank, t] > 0
    kind = uniform(state)
    rank, t = -1, -1
    if used and kind < 0.75:
        pick = below(state, used)
        for r in range(ranks):
            for week in range(weeks):
                if current[r, week] > 0:
                    if pick == 0:
                        rank, t = r, week
                    pick -= 1
    count = 1
    if rank >= 0:
        count = current[rank, t]
        if uniform(state) < 0.5:
            count = min(count, 1 + below(state, max(1, count)))
        if case.least[s] > count and current[rank, t] - count > 0:
            count = current[rank, t]
        trial[rank, t] -= count
        if kind < 0.1:
            return True
    elif kind < 0.75:
        return False
    to_rank, to_week = _target(case, scene, state, lanes, ranks, rank, t, weeks)
    if to_rank < 0 or (to_rank == rank and to_week == t):
        return False
    if rank < 0:
        count = 1 + below(state, 3)
    if trial[to_rank, to_week] + count < case.least[s]:
        count = case.least[s] - trial[to_rank, to_week]
    trial[to_rank, to_week] += count
    return True


@leaf
def _target(
    case: Case, scene: Scene, state: Words, lanes: Ints, ranks: int, rank: int, t: int, weeks: int
) -> tuple[int, int]:
    """Return where to send instead: mostly a consignment that leaves anyway, mostly about as early."""
    for _ in range(12):
        to_rank = below(state, ranks)
        if rank >= 0 and uniform(state) < 0.6:
            to_rank = rank
        to_week = below(state, weeks)
        if rank >= 0 and uniform(state) < 0.8:
            arrives = t + case.lane_lead[lanes[rank]] - case.lane_lead[lanes[to_rank]]
            to_week = arrives + below(state, 9) - 4
        if to_week < 0 or to_week >= weeks or not case.lane_ok[lanes[to_rank], to_week]:
            continue
        if scene.mass[lanes[to_rank], to_week] > 0.0 or uniform(state) < 0.15:
            return to_rank, to_week
    return -1, -1
