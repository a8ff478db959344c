"""
Ways to have cartons in a week, with a price of using them at all, and the best supply under curves.

A carton that goes in a box pays for its space and its SKU a share of the box; one that goes loose pays more for space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import leaf
from optimizer.stock.pool import NEVER, CurveWork, Terms, curves

if TYPE_CHECKING:
    from optimizer.stock.compiled import Case
    from optimizer.stock.problem import Floats, Ints


class Space(NamedTuple):
    """
    What space costs, in fen.

    Parameters
    ----------
    volume, mass
        Shape (L,): of a cm3 and of a gram in the fullest box; nothing travels for less.
    loose_volume, loose_mass
        Shape (L,): of a cm3 and of a gram that goes loose, -1 where nothing does.
    part
        Shape (L, T): the part of the first two that goods in boxes pay, from 0 to 1; below 0 where there are no boxes.
    share
        Shape (S, L, T): what a SKU pays beside that, if any of it goes in boxes.
    opening
        Shape (S, W): of a SKU that is sold from a warehouse.
    """

    volume: Floats
    mass: Floats
    loose_volume: Floats
    loose_mass: Floats
    part: Floats
    share: Floats
    opening: Floats


class Offers(NamedTuple):
    """
    Ways to have cartons by planned week of receipt; none is dearer in both prices than another of its week.

    Parameters
    ----------
    ways
        Shape (T,): how many there are.
    fixed, unit
        Shape (T, 2 R): fen of using it, and of a carton, of all futures together.
    lane
        Shape (T, 2 R): in boxes of which lane, -1 loose.
    """

    ways: Ints
    fixed: Floats
    unit: Floats
    lane: Ints


@njit(cache=True, nogil=True)
def no_offers(weeks: int, most: int) -> Offers:
    """Return arrays for so many ways in a week."""
    return Offers(
        np.zeros(weeks, dtype=np.int64),
        np.zeros((weeks, most)),
        np.zeros((weeks, most)),
        np.zeros((weeks, most), dtype=np.int64),
    )


@leaf
def _add(offers: Offers, week: int, fixed: float, unit: float, lane: int) -> None:
    """Add a way, unless another is as good, and drop those it makes needless."""
    kept = 0
    for o in range(offers.ways[week]):
        if offers.fixed[week, o] <= fixed and offers.unit[week, o] <= unit:
            return
    for o in range(offers.ways[week]):
        if offers.fixed[week, o] < fixed or offers.unit[week, o] < unit:
            offers.fixed[week, kept] = offers.fixed[week, o]
            offers.unit[week, kept] = offers.unit[week, o]
            offers.lane[week, kept] = offers.lane[week, o]
            kept += 1
    offers.fixed[week, kept], offers.unit[week, kept], offers.lane[week, kept] = fixed, unit, lane
    offers.ways[week] = kept + 1


@leaf
def set_offers(case: Case, space: Space, s: int, w: int, offers: Offers) -> None:
    """Find the ways to have a SKU in a warehouse."""
    futures, weeks = case.came.shape[1], case.lane_ok.shape[1]
    offers.ways[:] = 0
    each = case.carton[s] * futures
    for index in range(case.lane_w.shape[0]):
        if case.lane_w[index] != w:
            continue
        lead = case.lane_lead[index]
        full = space.volume[index] * case.volume[s] + space.mass[index] * case.mass[s]
        loose = space.loose_volume[index] * case.volume[s] + space.loose_mass[index] * case.mass[s]
        for t in range(weeks - lead):
            if not case.lane_ok[index, t]:
                continue
            landed = case.landed[s, w] + case.capital[s] * case.lane_way[index, t]
            if space.part[index, t] >= 0.0:
                boxed = landed + space.part[index, t] * full
                _add(offers, t + lead, space.share[s, index, t] * futures, boxed * each, index)
            if space.loose_volume[index] >= 0.0:
                _add(offers, t + lead, 0.0, (landed + loose) * each, -1)


@njit(cache=True, nogil=True)
def best_of_offers(terms: Terms, second: Floats, offers: Offers, sent: Ints, how: Ints) -> float:
    """
    Find the cheapest supply for curves, exactly.

    Parameters
    ----------
    terms
        The pool.
    second
        Shape (T, N + 1): second differences of the curves, fen of all futures together.
    offers
        Ways to have cartons.
    sent, how
        Shape (T,): set to the pieces planned to be received up to and with a week, and the way they come in that week,
        -1 for none.

    Returns
    -------
    float
        The least sum.
    """
    weeks, size = second.shape
    value = np.full(size, NEVER)
    value[0] = 0.0
    fresh = np.empty(size)
    came = np.empty((weeks, size), dtype=np.int32)
    by = np.empty((weeks, size), dtype=np.int8)
    for week in range(weeks):
        for n in range(size):
            fresh[n] = value[n]
            came[week, n] = n
            by[week, n] = -1
        for o in range(offers.ways[week]):
            unit, fixed = offers.unit[week, o], offers.fixed[week, o]
            cheapest, origin = NEVER, 0
            for n in range(terms.least, size):
                start = n - terms.least
                from_start = value[start] - unit * start
                if value[start] < NEVER and from_start < cheapest:
                    cheapest, origin = from_start, start
                total = cheapest + unit * n + fixed
                if total < fresh[n]:
                    fresh[n] = total
                    came[week, n] = origin
                    by[week, n] = o
        slope, height = 0.0, 0.0
        for n in range(size):
            slope += second[week, n]
            height += slope
            value[n] = fresh[n] + height if fresh[n] < NEVER else NEVER
    n = 0
    for end in range(size):
        if value[end] < value[n]:
            n = end
    least = value[n]
    for week in range(weeks - 1, -1, -1):
        sent[week] = n * terms.carton
        how[week] = by[week, n]
        n = came[week, n]
    return float(least)


@njit(cache=True, nogil=True)
def turn(
    terms: Terms, offers: Offers, share: float, second: Floats, constant: float, fresh: Floats, work: CurveWork,
    sent: Ints, how: Ints,
) -> tuple[float, float]:  # fmt: skip
    """
    Bend curves towards those at a supply, and find the best supply for them.

    Parameters
    ----------
    terms, offers
        The pool, and ways to have cartons.
    share
        Weight of the new curves.
    second, constant
        Shape (T, N + 1), is changed, and a number: the curves.
    fresh, work
        Arrays to work with.
    sent, how
        Shape (T,): the supply, set to the best one.

    Returns
    -------
    tuple[float, float]
        A bound on all supplies of no more cartons than the curves know, and the new constant.
    """
    fresh[:] = 0.0
    more = curves(terms, sent, fresh, work)
    for t in range(second.shape[0]):
        for n in range(second.shape[1]):
            second[t, n] += share * (fresh[t, n] - second[t, n])
    constant += share * (more - constant)
    return float(best_of_offers(terms, second, offers, sent, how)) + constant, constant


@leaf
def beyond(terms: Terms, offers: Offers, spare: int) -> float:
    """Return how much less more cartons than curves know could cost, which are only worth something as what is left."""
    cheapest = NEVER
    for week in range(offers.ways.shape[0]):
        for o in range(offers.ways[week]):
            cheapest = min(cheapest, offers.unit[week, o])
    gain = terms.worth * terms.carton * terms.demand.shape[0] - cheapest
    return max(0.0, gain) * max(0, spare)
