"""What is sent and what that costs, as arrays: pools of SKU and warehouse, the scene, and the sums of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import leaf
from optimizer.stock.bought import goods_fen
from optimizer.stock.freight import Rates, consignment
from optimizer.stock.pool import SUMS, Terms, play
from optimizer.stock.sku import Duals, most_cartons, terms_of

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Floats, Ints

Words = np.ndarray[tuple[int, ...], np.dtype[np.uint64]]


class Pools(NamedTuple):
    """
    Every SKU in every warehouse that is the home of one of its markets, or has stock of it.

    Parameters
    ----------
    sku, warehouse
        Shape (P,).
    demand, there, fixed, rates
        Shapes (P, K, T), (P, A - 1 + T), (P, T), (P, J, T): as in `Terms`.
    lost, serve
        Shape (P,): as in `Terms`, and what serving all of the demand costs, fen of all futures together.
    most
        Shape (P,): most cartons that may be sent.
    """

    sku: Ints
    warehouse: Ints
    demand: Ints
    there: Ints
    fixed: Ints
    rates: Floats
    lost: Floats
    serve: Floats
    most: Ints


class Scene(NamedTuple):
    """
    What is sent, and what that costs; changed in place.

    Parameters
    ----------
    cartons
        Shape (P, R, T): leaving in a week by the lane of that rank of the warehouse.
    own
        Shape (P,): fen of a pool without freight.
    mass, volume, fee
        Shape (L, T): leaving, and its freight.
    shelf
        Shape (W, T): mean cm3 at the end of a week.
    lanes
        Shape (W, R): lanes by rank, -1 for none.
    capacity
        Shape (W, T): most cm3, infinite without a limit.
    left
        Shape (S, T): pieces leaving, to all warehouses together.
    spent, budget
        Shape (T,): fen of goods that are bought and of freight, and the most of that, infinite without a limit.
    """

    cartons: Ints
    own: Floats
    mass: Floats
    volume: Floats
    fee: Floats
    shelf: Floats
    lanes: Ints
    capacity: Floats
    left: Ints
    spent: Floats
    budget: Floats


class Work(NamedTuple):
    """
    Arrays to work with.

    Parameters
    ----------
    sent, sums, shelf, before
        Shapes (T,), (7,), (T,), (T,): pieces received up to a week, sums, mean pieces on the shelf, the same before.
    trial, change
        Shape (R, T): cartons.
    counts
        Shape (2, B): boxes.
    leaving, goods, spending
        Shape (T,): pieces of a SKU, what is paid for those that are bought, and what more would be spent.
    state
        Shape (1,): of the random numbers.
    """

    sent: Ints
    sums: Floats
    shelf: Floats
    before: Floats
    trial: Ints
    change: Ints
    counts: Ints
    leaving: Ints
    goods: Floats
    spending: Floats
    state: Words


def work_of(scene: Scene, rates: Rates) -> Work:
    """Return arrays to work with on a scene."""
    weeks = scene.cartons.shape[2]
    shape = scene.cartons.shape[1:]
    return Work(
        sent=np.zeros(weeks, dtype=np.int64),
        sums=np.zeros(SUMS),
        shelf=np.zeros(weeks),
        before=np.zeros(weeks),
        trial=np.zeros(shape, dtype=np.int64),
        change=np.zeros(shape, dtype=np.int64),
        counts=np.zeros((2, rates.price.shape[1]), dtype=np.int64),
        leaving=np.zeros(weeks, dtype=np.int64),
        goods=np.zeros(weeks),
        spending=np.zeros(weeks),
        state=np.zeros(1, dtype=np.uint64),
    )


@njit(cache=True, nogil=True)
def pools_of(case: Case, duals: Duals, homes: Ints) -> Pools:
    """
    Return the pools of an assignment.

    Parameters
    ----------
    case, duals
        The problem, and prices that count beside its own.
    homes
        Shape (S, M): warehouse of each market of each SKU, -1 for none.
    """
    skus, markets, futures, weeks = case.demand.shape
    warehouses, span = case.there.shape[1:]
    masks = np.zeros((skus, warehouses), dtype=np.int64)
    for s in range(skus):
        for m in range(markets):
            if homes[s, m] >= 0:
                masks[s, homes[s, m]] |= 1 << m
    count = 0
    for s in range(skus):
        for w in range(warehouses):
            count += masks[s, w] != 0 or case.there[s, w, span - 1] + case.fixed[s, w, weeks - 1] > 0
    tiers = case.ages.shape[0]
    made = Pools(
        np.zeros(count, dtype=np.int64),
        np.zeros(count, dtype=np.int64),
        np.zeros((count, futures, weeks), dtype=np.int64),
        np.zeros((count, span), dtype=np.int64),
        np.zeros((count, weeks), dtype=np.int64),
        np.zeros((count, tiers, weeks)),
        np.zeros(count),
        np.zeros(count),
        np.zeros(count, dtype=np.int64),
    )
    p = 0
    for s in range(skus):
        for w in range(warehouses):
            if masks[s, w] == 0 and case.there[s, w, span - 1] + case.fixed[s, w, weeks - 1] == 0:
                continue
            terms, serve = terms_of(case, duals, s, w, masks[s, w])
            made.sku[p], made.warehouse[p] = s, w
            made.demand[p], made.there[p], made.fixed[p] = terms.demand, terms.there, terms.fixed
            made.rates[p], made.lost[p], made.serve[p] = terms.rates, terms.lost, serve
            made.most[p] = most_cartons(terms) if masks[s, w] else 0
            p += 1
    return made


@leaf
def terms_at(case: Case, pools: Pools, p: int) -> Terms:
    """Return what a pool pays."""
    s, w = pools.sku[p], pools.warehouse[p]
    return Terms(
        pools.demand[p],
        case.came[w],
        pools.there[p],
        pools.fixed[p],
        case.ages,
        pools.rates[p],
        pools.rates[p],
        pools.lost[p],
        case.worth[s, w],
        case.expired[s, w],
        case.shelf[s],
        case.carton[s],
        case.least[s],
    )


@leaf
def own_fen(case: Case, terms: Terms, s: int, w: int, lanes: Ints, cartons: Ints, work: Work) -> float:
    """
    Return what a pool costs without freight and without serving all of its demand.

    Parameters
    ----------
    case, terms
        The problem and the pool.
    s, w
        SKU and warehouse.
    lanes, cartons
        Shapes (R,) and (R, T): lanes of the warehouse, and what leaves.
    work
        Arrays to work with; its shelf is set.
    """
    sent, sums, shelf = work.sent, work.sums, work.shelf
    sent[:] = 0
    total = 0.0
    for rank in range(lanes.shape[0]):
        lane = lanes[rank]
        if lane < 0:
            break
        lead = case.lane_lead[lane]
        for t in range(sent.shape[0] - lead):
            if cartons[rank, t] > 0:
                pieces = cartons[rank, t] * terms.carton
                sent[t + lead] += pieces
                total += pieces * (case.landed[s, w] + case.capital[s] * case.lane_way[lane, t])
    for t in range(1, sent.shape[0]):
        sent[t] += sent[t - 1]
    futures = terms.demand.shape[0]
    value = play(terms, sent, sums, shelf)
    for t in range(shelf.shape[0]):
        shelf[t] /= futures
    return total + value / futures


@leaf
def refresh(case: Case, pools: Pools, rates: Rates, scene: Scene, work: Work) -> float:
    """Set all sums of a scene from its cartons, and return its cost in fen, without openings and serving."""
    scene.mass[:] = 0.0
    scene.volume[:] = 0.0
    scene.shelf[:] = 0.0
    scene.spent[:] = 0.0
    scene.left[:] = 0
    weeks = case.demand.shape[3]
    total = 0.0
    for p in range(pools.sku.shape[0]):
        s, w = pools.sku[p], pools.warehouse[p]
        scene.own[p] = own_fen(case, terms_at(case, pools, p), s, w, scene.lanes[w], scene.cartons[p], work)
        total += scene.own[p]
        for t in range(weeks):
            scene.shelf[w, t] += work.shelf[t] * case.volume[s]
        for rank in range(scene.lanes.shape[1]):
            lane = scene.lanes[w, rank]
            if lane < 0:
                break
            for t in range(weeks):
                pieces = scene.cartons[p, rank, t] * case.carton[s]
                scene.mass[lane, t] += pieces * case.mass[s]
                scene.volume[lane, t] += pieces * case.volume[s]
                scene.left[s, t] += pieces
    for s in range(scene.left.shape[0]):
        goods_fen(case.made[s], scene.left[s], case.value[s], work.goods)
        for t in range(weeks):
            scene.spent[t] += work.goods[t]
    for lane in range(scene.fee.shape[0]):
        for t in range(weeks):
            scene.fee[lane, t] = consignment(rates, lane, scene.mass[lane, t], scene.volume[lane, t], work.counts)
            total += scene.fee[lane, t]
            scene.spent[t] += scene.fee[lane, t]
    return total
