"""
One SKU in one warehouse: what a supply costs, and the best supply under a bound that is a sum over weeks.

Everything is counted from cumulative arrivals. With R(v) received by week v and D(t) asked for by week t, the pieces
lost by week t are L(t) = max(0, max over u <= t of D(u) - R(u)), those on the shelf R(t) - D(t) + L(t), and those of
them at least a weeks old max(0, R(t - a) - D(t) + L(t)), as the oldest are sold first. See docs/stock.md for the proof
that `curves` is nowhere above the true cost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import leaf

if TYPE_CHECKING:
    from optimizer.stock.problem import Floats, Ints

SOLD, LOST, SHELF, STORAGE, EXPIRED, LEFT, ASKED = range(7)
SUMS = 7
NEVER = 1e30


class Terms(NamedTuple):
    """
    What one SKU in one warehouse pays; prices are fen of a piece.

    Parameters
    ----------
    demand
        Shape (K, T): pieces by future.
    came
        Shape (K, T): the planned week up to and with which everything sent is received by a week, -1 for none.
    there
        Shape (A - 1 + T,): pieces on hand and on their way, received up to and with a week; week v is at A - 1 + v.
    fixed
        Shape (T,): pieces already decided to be received, up to and with a week.
    ages
        Shape (J,): age in weeks from which a rate counts.
    rates, low
        Shape (J, T): what a week of at least that age costs more than before; `low` never falls below it in sum, and
        has no negative number.
    lost
        What a lost piece costs beyond one that is sold.
    worth
        Of a piece that is left.
    expired
        What a piece that is too old costs.
    shelf
        Age in weeks from which a piece cannot be sold, -1 without.
    carton, least
        Pieces of a carton, and the least cartons that are sent.
    """

    demand: Ints
    came: Ints
    there: Ints
    fixed: Ints
    ages: Ints
    rates: Floats
    low: Floats
    lost: float
    worth: float
    expired: float
    shelf: int
    carton: int
    least: int


class CurveWork(NamedTuple):
    """Arrays of `curves` to work with, shape (T,)."""

    price: Floats
    worst: Ints
    total: Ints


@leaf
def planned(terms: Terms, k: int, week: int) -> int:
    """Return the planned week up to and with which everything is received by a week of a future, -1 for none."""
    return int(terms.came[k, week]) if week >= 0 else -1


@leaf
def received(terms: Terms, sent: Ints, k: int, week: int) -> int:
    """Return what was received in a future up to and with a week, which may be before week 0."""
    weeks = terms.demand.shape[1]
    before = terms.there.shape[0] - weeks
    if week + before < 0:
        return 0
    total = terms.there[before + week]
    last = planned(terms, k, week)
    if last >= 0:
        total += terms.fixed[last] + sent[last]
    return total


@leaf
def play(terms: Terms, sent: Ints, sums: Floats, shelf: Floats) -> float:
    """
    Play every future, oldest stock first.

    Parameters
    ----------
    terms
        The pool.
    sent
        Shape (T,): pieces planned to be received up to and with a week, without those that are fixed.
    sums
        Shape (7,): set to totals over all futures: pieces, except of storage, which is fen, and of the shelf, which is
        pieces times weeks.
    shelf
        Shape (T,): set to pieces on the shelf at the end of each week, over all futures.

    Returns
    -------
    float
        Fen of all futures together, without what is paid for being sent and for being sold.
    """
    futures, weeks = terms.demand.shape
    sums[:] = 0.0
    shelf[:] = 0.0
    whole = terms.there[terms.there.shape[0] - 1] + terms.fixed[weeks - 1] + sent[weeks - 1]
    for k in range(futures):
        gone = 0
        for week in range(weeks):
            if terms.shelf >= 0:
                old = received(terms, sent, k, week - terms.shelf) - gone
                if old > 0:
                    gone += old
                    sums[EXPIRED] += old
            asked = terms.demand[k, week]
            there = received(terms, sent, k, week) - gone
            sold = min(there, asked)
            gone += sold
            sums[ASKED] += asked
            sums[SOLD] += sold
            sums[LOST] += asked - sold
            shelf[week] += there - sold
            for j in range(terms.ages.shape[0]):
                aged = received(terms, sent, k, week - terms.ages[j]) - gone
                if aged <= 0:
                    break
                sums[STORAGE] += terms.rates[j, week] * aged
        sums[LEFT] += whole - gone
    for week in range(weeks):
        sums[SHELF] += shelf[week]
    return sums[STORAGE] + terms.lost * sums[LOST] + terms.expired * sums[EXPIRED] - terms.worth * sums[LEFT]


@leaf
def _add_rising(curve: Floats, price: float, carton: int, offset: int) -> None:
    """Add price * max(0, carton * n + offset) to second differences over n; offset is below 0."""
    first = -offset // carton + 1
    if first < curve.shape[0]:
        step = price * (carton * first + offset)
        curve[first] += step
        if first + 1 < curve.shape[0]:
            curve[first + 1] += price * carton - step


@leaf
def _add_line(curve: Floats, price: float, carton: int, offset: int) -> None:
    """Add price * (carton * n + offset) to second differences over n."""
    curve[0] += price * offset
    if curve.shape[0] > 1:
        curve[1] += price * (carton - offset)


@leaf
def _rising(curves: Floats, week: int, price: float, terms: Terms, offset: int) -> float:
    """Add price * max(0, sent by a week + offset) to the curve of that week; return it if nothing is sent by then."""
    if week < 0:
        return price * max(0, offset)
    offset += terms.fixed[week]
    if offset >= 0:
        _add_line(curves[week], price, terms.carton, offset)
    else:
        _add_rising(curves[week], price, terms.carton, offset)
    return 0.0


@leaf
def _falling(curves: Floats, week: int, price: float, terms: Terms, offset: int) -> float:
    """Add price * max(0, offset - sent by a week) to the curve of that week; return it if nothing is sent by then."""
    if week < 0:
        return price * max(0, offset)
    offset -= terms.fixed[week]
    if offset > 0:
        _add_line(curves[week], -price, terms.carton, -offset)
        _add_rising(curves[week], price, terms.carton, -offset)
    return 0.0


@leaf
def curves(terms: Terms, sent: Ints, into: Floats, work: CurveWork) -> float:
    """
    Add to second differences, by week, a function of the cartons sent up to then that is nowhere above the true cost.

    It comes close to the true cost where the supply is `sent`.

    Parameters
    ----------
    terms
        The pool.
    sent
        Shape (T,): pieces planned to be received up to and with a week.
    into
        Shape (T, N + 1), is added to: second differences by cartons n, per week.
    work
        Arrays to work with.

    Returns
    -------
    float
        A constant that belongs to it, fen of all futures together.
    """
    futures, weeks = terms.demand.shape
    before = terms.there.shape[0] - weeks
    constant = 0.0
    price, worst, total = work.price, work.worst, work.total
    for k in range(futures):
        price[:] = 0.0
        asked, most, where = 0, -(1 << 60), 0
        for week in range(weeks):
            asked += terms.demand[k, week]
            total[week] = asked
            short = asked - received(terms, sent, k, week)
            if short > most:
                most, where = short, week
            worst[week] = where
            if terms.shelf >= 0:
                continue
            lost = max(0, most)
            for j in range(terms.ages.shape[0]):
                rate = terms.low[j, week]
                v = week - terms.ages[j]
                if v + before < 0:
                    break
                if rate == 0.0:
                    continue
                there = terms.there[before + v]
                if lost == 0:
                    constant += _rising(into, planned(terms, k, v), rate, terms, there - asked)
                elif received(terms, sent, k, v) - asked + lost > 0:
                    price[where] += rate
                    last = planned(terms, k, v)
                    if last >= 0:
                        _add_line(into[last], rate, terms.carton, there + terms.fixed[last] - asked)
                    else:
                        constant += rate * (there - asked)
        # What is left is what came, less what was asked for and not lost.
        _add_line(
            into[weeks - 1],
            -terms.worth,
            terms.carton,
            terms.there[before + weeks - 1] + terms.fixed[weeks - 1] - asked,
        )
        each = terms.lost - terms.worth
        if each >= 0.0:
            price[worst[weeks - 1]] += each
        else:
            constant += each * asked
        for week in range(weeks):
            if price[week] > 0.0:
                last = planned(terms, k, week)
                constant += _falling(into, last, price[week], terms, total[week] - terms.there[before + week])
    return constant


@njit(cache=True, nogil=True)
def best(terms: Terms, second: Floats, cost: Floats, sent: Ints) -> float:
    """
    Find the cheapest supply for curves, exactly.

    Parameters
    ----------
    terms
        The pool.
    second
        Shape (T, N + 1): second differences of the curves, fen of all futures together.
    cost
        Shape (T,): fen of a carton planned to be received in a week, of all futures together; `NEVER` where that
        cannot be.
    sent
        Shape (T,): set to the pieces planned to be received up to and with a week.

    Returns
    -------
    float
        The least sum.
    """
    weeks, most = second.shape[0], second.shape[1] - 1
    value = np.full(most + 1, NEVER)
    value[0] = 0.0
    came = np.zeros((weeks, most + 1), dtype=np.int32)
    fresh = np.empty(most + 1)
    for week in range(weeks):
        cheapest, origin, slope, height = NEVER, 0, 0.0, 0.0
        for n in range(most + 1):
            fresh[n] = value[n]
            came[week, n] = n
            if cost[week] < NEVER and n >= terms.least:
                start = n - terms.least
                if value[start] < NEVER and value[start] - cost[week] * start < cheapest:
                    cheapest, origin = value[start] - cost[week] * start, start
                if cheapest < NEVER and cheapest + cost[week] * n < fresh[n]:
                    fresh[n] = cheapest + cost[week] * n
                    came[week, n] = origin
        for n in range(most + 1):
            slope += second[week, n]
            height += slope
            value[n] = fresh[n] + height if fresh[n] < NEVER else NEVER
    n = 0
    for end in range(most + 1):
        if value[end] < value[n]:
            n = end
    least = value[n]
    for week in range(weeks - 1, -1, -1):
        sent[week] = n * terms.carton
        n = came[week, n]
    return least
