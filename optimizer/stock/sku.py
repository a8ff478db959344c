"""One SKU in all warehouses: from which of them each market is served, and what is sent there, given prices."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import leaf
from optimizer.stock.pool import NEVER, SUMS, CurveWork, Terms, best, curves, play

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Floats, Ints


class Duals(NamedTuple):
    """
    Prices of what SKUs share, in fen.

    Parameters
    ----------
    volume, mass
        Shape (L, T): of a cm3 and of a gram that leaves.
    money
        Shape (T,): of a fen spent in a week.
    room
        Shape (W, T): of a cm3 on the shelf at the end of a week, on average over the futures.
    loss
        Of a lost piece, beyond its own cost.
    opening
        Shape (S, W): of a SKU that is sold from a warehouse.
    """

    volume: Floats
    mass: Floats
    money: Floats
    room: Floats
    loss: float
    opening: Floats


def no_duals(case: Case) -> Duals:
    """Return that nothing shared has a price."""
    lanes, weeks = case.lane_ok.shape
    skus, warehouses = case.there.shape[:2]
    return Duals(
        volume=np.zeros((lanes, weeks)),
        mass=np.zeros((lanes, weeks)),
        money=np.zeros(weeks),
        room=np.zeros((warehouses, weeks)),
        loss=0.0,
        opening=np.zeros((skus, warehouses)),
    )


@njit(cache=True, nogil=True)
def terms_of(case: Case, duals: Duals, s: int, w: int, mask: int) -> tuple[Terms, float]:
    """
    Return what a SKU pays in a warehouse that is home to the markets of a bit mask, and what serving them costs.

    The second number is the price of serving all that is asked for, in fen of all futures together.
    """
    markets, futures, weeks = case.demand.shape[1:]
    demand = np.zeros((futures, weeks), dtype=np.int64)
    pieces, serve, short = 0, 0.0, 0.0
    for m in range(markets):
        asked = 0
        if mask >> m & 1:
            for k in range(futures):
                for t in range(weeks):
                    part = max(0, case.demand[s, m, k, t] - case.aside_all[s, m, t] + case.aside[s, w, m, t])
                    demand[k, t] += part
                    asked += part
        else:
            for t in range(weeks):
                part = case.aside[s, w, m, t]
                if part > 0:
                    asked += futures * part
                    for k in range(futures):
                        demand[k, t] += part
        pieces += asked
        serve += asked * case.serve[s, w, m]
        short += asked * case.short[s, m]
    each = 1.0 / max(1, pieces)
    tiers = case.ages.shape[0]
    rates = np.empty((tiers, weeks))
    low = np.empty((tiers, weeks))
    for j in range(tiers):
        for t in range(weeks):
            rates[j, t] = case.rates[w, j] * case.volume[s]
            low[j, t] = case.low[w, j] * case.volume[s]
            if j == 0:
                more = case.capital[s] + duals.room[w, t] * case.volume[s]
                rates[j, t] += more
                low[j, t] += more
    terms = Terms(
        demand,
        case.came[w],
        case.there[s, w],
        case.fixed[s, w],
        case.ages,
        rates,
        low,
        (short - serve) * each + duals.loss,
        case.worth[s, w],
        case.expired[s, w],
        case.shelf[s],
        case.carton[s],
        case.least[s],
    )
    return terms, serve


@leaf
def most_cartons(terms: Terms) -> int:
    """Return how many cartons may be sent to a pool: the greatest demand of any future, and one order more."""
    most = 0
    for k in range(terms.demand.shape[0]):
        total = 0
        for t in range(terms.demand.shape[1]):
            total += terms.demand[k, t]
        most = max(most, total)
    already = terms.fixed[terms.fixed.shape[0] - 1] // terms.carton
    return max(0, -(-most // terms.carton) + terms.least - already)


@leaf
def cap_cartons(case: Case, s: int, w: int) -> int:
    """Return how many cartons any plan may send: the greatest demands of all markets, the stock, and one order."""
    total, serves = 0, False
    for m in range(case.demand.shape[1]):
        if case.serve[s, w, m] < 0.0:
            continue
        serves = True
        most = 0
        for k in range(case.demand.shape[2]):
            asked = 0
            for t in range(case.demand.shape[3]):
                asked += case.demand[s, m, k, t]
            most = max(most, asked)
        total += most
    if serves:
        for other in range(case.there.shape[1]):
            total += case.there[s, other, case.there.shape[2] - 1]
    return -(-total // case.carton[s]) + case.least[s]


@leaf
def prices_of(case: Case, duals: Duals, s: int, w: int, cost: Floats, lane: Ints) -> None:
    """
    Find the cheapest lane for each week of receipt.

    Parameters
    ----------
    case, duals, s, w
        The pool.
    cost, lane
        Shape (T,): set to fen of a carton of all futures together, `NEVER` without a lane, and to the lane, -1 without.
    """
    futures = case.came.shape[1]
    cost[:] = NEVER
    lane[:] = -1
    for index in range(case.lane_w.shape[0]):
        if case.lane_w[index] != w:
            continue
        lead = case.lane_lead[index]
        for t in range(cost.shape[0] - lead):
            if not case.lane_ok[index, t]:
                continue
            each = duals.volume[index, t] * case.volume[s] + duals.mass[index, t] * case.mass[s]
            each += case.landed[s, w] + case.capital[s] * case.lane_way[index, t] + duals.money[t] * case.value[s]
            total = each * case.carton[s] * futures
            if total < cost[t + lead]:
                cost[t + lead], lane[t + lead] = total, index


@leaf
def paid(terms: Terms, cost: Floats, sent: Ints) -> float:
    """Return what a supply costs at prices of cartons, in fen of all futures together."""
    total, before = 0.0, 0
    for t in range(sent.shape[0]):
        if sent[t] > before:
            total += cost[t] * ((sent[t] - before) // terms.carton)
        before = sent[t]
    return total


@njit(cache=True, nogil=True)
def answer(terms: Terms, cost: Floats, rounds: int, cap: int, chosen: Ints) -> tuple[float, float]:
    """
    Find a good supply of a pool, and a bound on all supplies.

    The curves of each round are tight at the supply found before; their weighted mean is a bound as well, and its best
    supply the next to be tried.

    Parameters
    ----------
    terms, cost
        The pool, and fen of a carton by week of receipt.
    rounds
        How often curves are made.
    cap
        Most cartons any plan may send; those beyond the greatest demand can only be worth something as what is left.
    chosen
        Shape (T,): the supply to begin with, set to the best one found.

    Returns
    -------
    tuple[float, float]
        The greatest bound and the least cost, fen of all futures together.
    """
    weeks = cost.shape[0]
    most = most_cartons(terms)
    sums = np.empty(SUMS)
    shelf = np.empty(weeks)
    second = np.zeros((weeks, most + 1))
    fresh = np.empty((weeks, most + 1))
    sent = chosen.copy()
    work = CurveWork(np.zeros(weeks), np.zeros(weeks, dtype=np.int64), np.zeros(weeks, dtype=np.int64))
    constant, lower = 0.0, -NEVER
    upper = paid(terms, cost, sent) + play(terms, sent, sums, shelf)
    for index in range(rounds):
        fresh[:] = 0.0
        more = curves(terms, sent, fresh, work)
        share = 1.0 if index == 0 else 2.0 / (index + 2.0)
        for t in range(weeks):
            for n in range(most + 1):
                second[t, n] += share * (fresh[t, n] - second[t, n])
        constant += share * (more - constant)
        lower = max(lower, best(terms, second, cost, sent) + constant)
        value = paid(terms, cost, sent) + play(terms, sent, sums, shelf)
        if value < upper:
            upper = value
            chosen[:] = sent
    cheapest = NEVER
    for t in range(weeks):
        cheapest = min(cheapest, cost[t])
    gain = terms.worth * terms.carton * terms.demand.shape[0] - cheapest
    return lower - max(0.0, gain) * max(0, cap - most), upper


@leaf
def unserved(case: Case, duals: Duals, s: int, m: int) -> float:
    """Return what it costs that nothing is sent for a market, in fen of all futures together."""
    pieces = 0
    for k in range(case.demand.shape[2]):
        for t in range(case.demand.shape[3]):
            pieces += max(0, case.demand[s, m, k, t] - case.aside_all[s, m, t])
    return pieces * (case.short[s, m] + duals.loss)


@njit(cache=True, nogil=True)
def assign(
    case: Case, duals: Duals, s: int, rounds: int, homes: Ints, sent: Ints, bounds: Floats
) -> tuple[float, float]:
    """
    Choose the home of each market of a SKU, and what is sent.

    Every set of markets is tried in every warehouse that serves them; the best partition is found exactly.

    Parameters
    ----------
    case, duals, s, rounds
        The SKU, prices, and rounds of curves.
    homes
        Shape (M,): set to warehouses, -1 where a market is not served or asks for nothing.
    sent
        Shape (W, T): the supply to begin with by warehouse, set to the one found.
    bounds
        Shape (W + 1, at least 2 ** markets that ask): set to bounds by warehouse, the last of which stands for not
        being served, and set of the markets that ask; without prices of opening, fen of all futures together.

    Returns
    -------
    tuple[float, float]
        A bound on every plan of the SKU at these prices, and what the one found costs, fen of all futures together.
    """
    warehouses, weeks = sent.shape
    total = case.demand.shape[1]
    asks = np.zeros(total, dtype=np.int64)
    count = 0
    for m in range(total):
        homes[m] = -1
        if case.demand[s, m].sum() > 0:
            asks[count] = m
            count += 1
    size = 1 << count
    low = np.full((warehouses + 1, size), NEVER)
    high = np.full((warehouses + 1, size), NEVER)
    supply = np.zeros((warehouses, size, weeks), dtype=np.int64)
    cost = np.empty(weeks)
    lane = np.empty(weeks, dtype=np.int64)
    futures = case.came.shape[1]
    for w in range(warehouses):
        serves = 0
        for bit in range(count):
            if case.serve[s, w, asks[bit]] >= 0.0:
                serves |= 1 << bit
        prices_of(case, duals, s, w, cost, lane)
        for mask in range(size):
            if mask & ~serves:
                continue
            real = 0
            for bit in range(count):
                if mask >> bit & 1:
                    real |= 1 << asks[bit]
            if mask == 0 and case.there[s, w, case.there.shape[2] - 1] + case.fixed[s, w, weeks - 1] == 0:
                low[w, 0], high[w, 0] = 0.0, 0.0
                continue
            terms, serve = terms_of(case, duals, s, w, real)
            extra = serve + duals.opening[s, w] * futures * (mask != 0)
            supply[w, mask] = sent[w]
            if mask == 0:
                supply[w, mask] = 0
                nothing = np.full(weeks, NEVER)
                found = answer(terms, nothing, 1, 0, supply[w, mask])
                # Without anything sent the cost is known, and is its own bound.
                low[w, 0], high[w, 0] = found[1] + extra, found[1] + extra
                continue
            clip(terms, cost, supply[w, mask])
            found = answer(terms, cost, rounds, cap_cartons(case, s, w), supply[w, mask])
            low[w, mask], high[w, mask] = found[0] + extra, found[1] + extra
    for mask in range(size):
        low[warehouses, mask] = 0.0
        for bit in range(count):
            if mask >> bit & 1:
                low[warehouses, mask] += unserved(case, duals, s, asks[bit])
        high[warehouses, mask] = low[warehouses, mask]
    for w in range(warehouses + 1):
        opening = duals.opening[s, w] * futures if w < warehouses else 0.0
        for mask in range(size):
            bounds[w, mask] = low[w, mask] - (opening if mask and low[w, mask] < NEVER else 0.0)
    parts = np.zeros(warehouses + 1, dtype=np.int64)
    bound = partition(low, parts)
    value = partition(high, parts)
    for w in range(warehouses):
        sent[w] = supply[w, parts[w]]
        for bit in range(count):
            if parts[w] >> bit & 1:
                homes[asks[bit]] = w
    return bound, value


@njit(cache=True, nogil=True)
def clip(terms: Terms, cost: Floats, sent: Ints) -> None:
    """Make a supply one that can be had: whole orders only, in weeks with a lane, and not more than may be sent."""
    most = most_cartons(terms) * terms.carton
    wanted, have = 0, 0
    for t in range(sent.shape[0]):
        wanted = min(most, max(wanted, sent[t]))
        step = (wanted - have) // terms.carton
        if step >= terms.least and cost[t] < NEVER:
            have += step * terms.carton
        sent[t] = have


@njit(cache=True, nogil=True)
def partition(value: Floats, parts: Ints) -> float:
    """
    Split the full set among owners at the least sum.

    Parameters
    ----------
    value
        Shape (W, 2 ** bits): of each set by owner.
    parts
        Shape (W,): set to the set of each owner.

    Returns
    -------
    float
        The least sum.
    """
    owners, size = value.shape
    least = np.full((owners + 1, size), NEVER)
    taken = np.zeros((owners + 1, size), dtype=np.int64)
    least[0, 0] = 0.0
    for w in range(owners):
        for mask in range(size):
            part = mask
            while True:
                if value[w, part] < NEVER and least[w, mask ^ part] < NEVER:
                    total = value[w, part] + least[w, mask ^ part]
                    if total < least[w + 1, mask]:
                        least[w + 1, mask], taken[w + 1, mask] = total, part
                if part == 0:
                    break
                part = (part - 1) & mask
    mask = size - 1
    for w in range(owners, 0, -1):
        parts[w - 1] = taken[w, mask]
        mask ^= taken[w, mask]
    return least[owners, size - 1]
