"""
SKUs under prices of whole boxes: what each would do, and a bound on it; the compiled part of `joint`.

Of every SKU some sets of markets by warehouse are kept with their curves, so that a change of prices costs one round.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import leaf
from optimizer.stock.offers import Offers, Space, best_of_offers, beyond, no_offers, set_offers, turn
from optimizer.stock.openings import spread
from optimizer.stock.pool import NEVER, SUMS, CurveWork, play
from optimizer.stock.sku import cap_cartons, most_cartons, partition, terms_of, unserved

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Floats, Ints
    from optimizer.stock.sku import Duals


class Kept(NamedTuple):
    """
    Sets of markets that warehouses could serve, whose curves are kept while prices move.

    Parameters
    ----------
    first
        Shape (S + 1,): where those of each SKU begin.
    owner, mask
        Shape (C,): warehouse, and set of the markets that ask.
    start
        Shape (C + 1,): where curves begin.
    curve
        Curves of all, one after the other.
    constant
        Shape (C,): of the curves.
    sent
        Shape (C, T): the supply that was best.
    """

    first: Ints
    owner: Ints
    mask: Ints
    start: Ints
    curve: Floats
    constant: Floats
    sent: Ints


class Use(NamedTuple):
    """
    What SKUs use at given prices.

    Parameters
    ----------
    boxed
        Shape (S, L, T): floor price of the space they take in boxes, fen.
    opened
        Shape (S, W): whether they are sold from a warehouse.
    total
        Shape (S,): bounds, fen of all futures together.
    """

    boxed: Floats
    opened: Floats
    total: Floats


@njit(cache=True, nogil=True)
def _asking(case: Case, s: int) -> Ints:
    """Return the markets that ask for a SKU."""
    found = np.zeros(case.demand.shape[1], dtype=np.int64)
    count = 0
    for m in range(found.shape[0]):
        asked = 0
        for k in range(case.demand.shape[2]):
            for t in range(case.demand.shape[3]):
                asked += case.demand[s, m, k, t]
        if asked > 0:
            found[count] = m
            count += 1
    return found[:count]


@leaf
def _real(asks: Ints, mask: int) -> int:
    """Return a set of the markets that ask as a set of all markets."""
    real = 0
    for bit in range(asks.shape[0]):
        if mask >> bit & 1:
            real |= 1 << asks[bit]
    return real


@njit(cache=True, nogil=True)
def _idle_of(case: Case, duals: Duals, s: int, idle: Floats) -> None:
    """Set what the stock of a SKU costs in each warehouse that serves nobody, fen of all futures together."""
    weeks = case.lane_ok.shape[1]
    nothing = np.zeros(weeks, dtype=np.int64)
    for w in range(idle.shape[0]):
        idle[w] = 0.0
        if case.there[s, w, case.there.shape[2] - 1] + case.fixed[s, w, weeks - 1] > 0:
            terms, serve = terms_of(case, duals, s, w, 0)
            idle[w] = serve + play(terms, nothing, np.empty(SUMS), np.empty(weeks))


@njit(cache=True, nogil=True)
def _whole_of(
    case: Case, duals: Duals, space: Space, s: int, rounds: int, idle: Floats, sent: Ints, kept: Kept, low: Floats
) -> float:
    """
    Bound a SKU whatever its homes, and every set of markets in every warehouse.

    Curves of sets that are kept count as they are, others have one round; those on which it depends have more.

    Parameters
    ----------
    case, duals, space, s, rounds
        The SKU, prices, and rounds of those on which it depends.
    idle
        Shape (W,).
    sent
        Shape (W, T): supplies to begin with.
    kept
        Sets whose curves are known, whose bounds are set.
    low
        Shape (W + 1, sets): set to bounds with openings.
    """
    warehouses, weeks = sent.shape
    futures = case.came.shape[1]
    asks = _asking(case, s)
    size = 1 << asks.shape[0]
    is_fine = np.zeros((warehouses + 1, size), dtype=np.bool_)
    is_fine[:, 0] = True
    is_fine[warehouses] = True
    offers = no_offers(weeks, 2 * case.lane_w.shape[0])
    how = np.empty(weeks, dtype=np.int64)
    low[:] = NEVER
    low[:warehouses, 0] = idle
    _unserved(case, duals, s, asks, low[warehouses])
    for c in range(kept.first[s], kept.first[s + 1]):
        w = kept.owner[c]
        terms, serve = terms_of(case, duals, s, w, _real(asks, kept.mask[c]))
        set_offers(case, space, s, w, offers)
        second = kept.curve[kept.start[c] : kept.start[c + 1]].reshape(weeks, -1)
        value = best_of_offers(terms, second, offers, kept.sent[c], how) + kept.constant[c]
        spare = cap_cartons(case, s, w) - second.shape[1] + 1
        value += serve + space.opening[s, w] * futures - beyond(terms, offers, spare)
        low[w, kept.mask[c]] = value
    for w in range(warehouses):
        serves = 0
        for bit in range(asks.shape[0]):
            if case.serve[s, w, asks[bit]] >= 0.0:
                serves |= 1 << bit
        set_offers(case, space, s, w, offers)
        for mask in range(1, size):
            if mask & ~serves or low[w, mask] < NEVER:
                continue
            low[w, mask] = _set_bound(case, duals, space, s, w, _real(asks, mask), 1, sent[w], offers)
    parts = np.zeros(warehouses + 1, dtype=np.int64)
    while True:
        total = partition(low, parts)
        is_settled = True
        for w in range(warehouses):
            if not is_fine[w, parts[w]]:
                set_offers(case, space, s, w, offers)
                real = _real(asks, parts[w])
                found = _set_bound(case, duals, space, s, w, real, rounds, sent[w], offers)
                low[w, parts[w]] = max(low[w, parts[w]], found)
                is_fine[w, parts[w]] = True
                is_settled = False
        if is_settled:
            return total


@leaf
def _unserved(case: Case, duals: Duals, s: int, asks: Ints, low: Floats) -> None:
    """Set what sets of markets cost that are not served."""
    low[:] = 0.0
    for bit in range(asks.shape[0]):
        each = unserved(case, duals, s, asks[bit])
        for mask in range(low.shape[0]):
            if mask >> bit & 1:
                low[mask] += each


@njit(cache=True, nogil=True)
def _set_bound(
    case: Case, duals: Duals, space: Space, s: int, w: int, real: int, rounds: int, begin: Ints, offers: Offers
) -> float:
    """Return a bound on what it costs to serve a set of markets from a warehouse, with its opening."""
    weeks = begin.shape[0]
    terms, serve = terms_of(case, duals, s, w, real)
    most = most_cartons(terms)
    second, fresh = np.zeros((weeks, most + 1)), np.empty((weeks, most + 1))
    work = CurveWork(np.zeros(weeks), np.zeros(weeks, dtype=np.int64), np.zeros(weeks, dtype=np.int64))
    sent, how = begin.copy(), np.empty(weeks, dtype=np.int64)
    constant, lower = 0.0, -NEVER
    for index in range(rounds):
        share = 1.0 if index == 0 else 2.0 / (index + 2.0)
        value, constant = turn(terms, offers, share, second, constant, fresh, work, sent, how)
        lower = max(lower, value)
    lower -= beyond(terms, offers, cap_cartons(case, s, w) - most)
    return float(lower + serve + space.opening[s, w] * case.came.shape[1])


@njit(cache=True, nogil=True)
def _turn_of(case: Case, duals: Duals, space: Space, s: int, share: float, idle: Floats, kept: Kept, use: Use) -> None:
    """Bend the kept curves of a SKU towards its supplies, and set what it uses at these prices."""
    warehouses, weeks = idle.shape[0], case.lane_ok.shape[1]
    futures = case.came.shape[1]
    asks = _asking(case, s)
    low = np.full((warehouses + 1, 1 << asks.shape[0]), NEVER)
    which = np.zeros(low.shape, dtype=np.int64)
    low[:warehouses, 0] = idle
    _unserved(case, duals, s, asks, low[warehouses])
    offers = no_offers(weeks, 2 * case.lane_w.shape[0])
    work = CurveWork(np.zeros(weeks), np.zeros(weeks, dtype=np.int64), np.zeros(weeks, dtype=np.int64))
    count = kept.first[s + 1] - kept.first[s]
    ways = np.full((max(1, count), weeks), -1, dtype=np.int64)
    how = np.empty(weeks, dtype=np.int64)
    for number in range(count):
        c = kept.first[s] + number
        w = kept.owner[c]
        terms, serve = terms_of(case, duals, s, w, _real(asks, kept.mask[c]))
        set_offers(case, space, s, w, offers)
        second = kept.curve[kept.start[c] : kept.start[c + 1]].reshape(weeks, -1)
        fresh = np.empty(second.shape)
        value, kept.constant[c] = turn(terms, offers, share, second, kept.constant[c], fresh, work, kept.sent[c], how)
        for t in range(weeks):
            ways[number, t] = offers.lane[t, how[t]] if how[t] >= 0 else -1
        value += serve + space.opening[s, w] * futures
        value -= beyond(terms, offers, cap_cartons(case, s, w) - second.shape[1] + 1)
        low[w, kept.mask[c]], which[w, kept.mask[c]] = value, number
    parts = np.zeros(warehouses + 1, dtype=np.int64)
    use.total[s] = partition(low, parts)
    use.boxed[s] = 0.0
    for w in range(warehouses):
        use.opened[s, w] = 1.0 if parts[w] else 0.0
        if parts[w]:
            number = which[w, parts[w]]
            before = 0
            for t in range(weeks):
                now = kept.sent[kept.first[s] + number, t]
                lane = ways[number, t]
                if now > before and lane >= 0:
                    full = space.volume[lane] * case.volume[s] + space.mass[lane] * case.mass[s]
                    use.boxed[s, lane, t - case.lane_lead[lane]] += (now - before) * full
                before = now


@njit(cache=True, nogil=True)
def turn_some(
    case: Case, duals: Duals, space: Space, first: int, last: int, share: float, idle: Floats, kept: Kept, use: Use
) -> None:
    """Bend the kept curves of SKUs of a range, and set what they use; see `_turn_of`."""
    for s in range(first, last):
        _turn_of(case, duals, space, s, share, idle[s], kept, use)


@njit(cache=True, nogil=True)
def whole_some(
    case: Case, duals: Duals, space: Space, first: int, last: int, rounds: int, idle: Floats, sent: Ints, kept: Kept,
    low: Floats, total: Floats,
) -> None:  # fmt: skip
    """Bound SKUs of a range, and set the bounds of every set of markets in every warehouse; see `_whole_of`."""
    for s in range(first, last):
        size = 1 << _asking(case, s).shape[0]
        total[s] = _whole_of(case, duals, space, s, rounds, idle[s], sent[s], kept, low[s, :, :size])


@njit(cache=True, nogil=True)
def idle_of(case: Case, duals: Duals) -> Floats:
    """Return what stock costs in warehouses where its SKU serves nobody, shape (S, W), fen of all futures together."""
    idle = np.zeros(case.there.shape[:2])
    for s in range(idle.shape[0]):
        _idle_of(case, duals, s, idle[s])
    return idle


@njit(cache=True, nogil=True)
def widths_of(case: Case, duals: Duals, sku: Ints, owner: Ints, mask: Ints) -> Ints:
    """Return how many numbers of cartons there are in the curves of some sets."""
    found = np.empty(sku.shape[0], dtype=np.int64)
    for c in range(found.shape[0]):
        real = _real(_asking(case, sku[c]), mask[c])
        found[c] = most_cartons(terms_of(case, duals, sku[c], owner[c], real)[0]) + 1
    return found


@njit(cache=True, nogil=True)
def excess_of(low: Floats, into: Floats) -> None:
    """Set by how much more a SKU costs at least if a set is chosen, from its bounds; both of shape (W + 1, sets)."""
    owners, size = low.shape
    least = np.full(size, NEVER)
    least[0] = 0.0
    for w in range(owners):
        fresh = np.full(size, NEVER)
        for mask in range(size):
            part = mask
            while True:
                if low[w, part] < NEVER and least[mask ^ part] < NEVER:
                    fresh[mask] = min(fresh[mask], low[w, part] + least[mask ^ part])
                if part == 0:
                    break
                part = (part - 1) & mask
        least = fresh
    for w in range(owners):
        for mask in range(size):
            into[w, mask] = NEVER
            if low[w, mask] < NEVER and least[size - 1 - mask] < NEVER:
                into[w, mask] = low[w, mask] - low[w, 0] + least[size - 1 - mask] - least[size - 1]


@njit(cache=True, nogil=True)
def spread_all(space: Space, rest: Floats, opening: Floats) -> None:
    """Set shares to the nearest ones that sum to what boxes, (L, T), and warehouses, (W,), cost."""
    column = np.empty(space.share.shape[0])
    for lane in range(space.share.shape[1]):
        for t in range(space.share.shape[2]):
            if space.part[lane, t] >= 0.0:
                column[:] = space.share[:, lane, t]
                spread(column, rest[lane, t])
                space.share[:, lane, t] = column
    for w in range(space.opening.shape[1]):
        column[:] = space.opening[:, w]
        spread(column, opening[w])
        space.opening[:, w] = column
