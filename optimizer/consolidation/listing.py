"""Every load of one class that a plan cheaper than some could have: those of little reduced cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from optimizer.consolidation.knapsack import TINY, Cuts, best_blend, cuts_of, hold, is_promising, worth_at_most

if TYPE_CHECKING:
    from network.timetable import Ints
    from optimizer.consolidation.relaxation import Carriages

MOST_BITS = 62
"""Shipments whose loads fit the bits of a number."""
MOST_LOADS, MOST_TRIED = 60_000, 8_000_000
"""Loads that are listed, and nodes of the trees in which they are looked for, all in all."""
LESS, LEAST = 0.6, 0.1
"""Part of the gap that is tried when it has too many loads, again and again, and the least part."""
MIXER = 0x1E3779B97F4A7C15
"""Odd number that spreads sets over a table."""


class Listing(NamedTuple):
    """
    Loads, each on its cheapest carriage.

    Parameters
    ----------
    below
        No load is missing whose reduced cost, in fen, is below that.
    sets
        Shipments of each load, as the bits of a number.
    cost
        Of each load in fen, own lines of the shipments included.
    carriage
        Of each load.
    """

    below: int
    sets: Ints
    cost: Ints
    carriage: Ints


def listed(duals: Ints, cuts: Cuts, volume: Ints, mass: Ints, carriages: Carriages, gap: int) -> Listing | None:
    """
    Return every load whose reduced cost is below a gap, or below a part of it if these are too many.

    Parameters
    ----------
    duals, cuts
        What carrying each shipment is worth, and what loads pay for cuts: no load may be worth more than it costs.
    volume, mass
        Of each shipment, of which there are at most `MOST_BITS`.
    carriages
        What may be sent.
    gap
        In fen, more than 0.

    Returns
    -------
    listing
        None if even of the least part of the gap there are too many.
    """
    below, left, c = gap, MOST_TRIED, carriages
    while below > 0 and below >= LEAST * gap:
        least = c.cost - below
        rent = np.zeros((len(c.cost), 2))
        worth = worth_at_most(duals, least, c.own, volume, mass, c.most_volume, c.most_mass, rent)
        some = np.flatnonzero(worth > least)
        order = some[np.argsort((c.cost - worth)[some], kind="stable")]
        count, tried, sets, cost, carriage = loads_below(
            below, duals, order, c.cost, c.own, volume, mass, c.most_volume, c.most_mass, cuts, MOST_LOADS, left
        )
        if count >= 0:
            sorts = np.argsort(sets)
            return Listing(below, sets[sorts], cost[sorts], carriage[sorts])
        below = int(LESS * below)
        left = max(MOST_TRIED // 4, left - tried)
    return None


@njit(cache=True, nogil=True)
def loads_below(
    below: int,
    duals: Ints,
    order: Ints,
    cost: Ints,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: Ints,
    most_mass: Ints,
    cuts: Cuts,
    most: int,
    nodes: int,
) -> tuple[int, int, Ints, Ints, Ints]:
    """
    Return the loads whose reduced cost is below some, on the cheapest of the carriages that have one.

    Parameters
    ----------
    below
        Fen.
    duals, cost, own, volume, mass, most_volume, most_mass, cuts
        As for `optimizer.consolidation.knapsack.lowered`.
    order
        The carriages that may have such loads.
    most, nodes
        Loads, and nodes of trees, after which it is given up.

    Returns
    -------
    count, tried
        How many loads there are, -1 if it was given up; and how many nodes were looked at.
    sets, cost, carriage
        Of each load.

    Notes
    -----
    One tree for each carriage: depth first, as in `optimizer.consolidation.knapsack.best_load`, but each set on the
    way counts. Shipments that pay more on the carriage than they are worth may be in it as well, but not by as much as
    `below`: the load without such a one would be worth more than it costs.
    """
    size = 1
    while size < 2 * most:
        size *= 2
    sets, costs, cars = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    count = tried = 0
    for c in order:
        profit, beyond = duals - own[c], cost[c] - below
        able = np.flatnonzero((profit > -below) & (volume <= most_volume[c]) & (mass <= most_mass[c]))
        takes_volume, takes_mass = volume[able] / most_volume[c], mass[able] / most_mass[c]
        gain = np.maximum(profit[able], 0)
        blend, _ = best_blend(gain, takes_volume, takes_mass)
        weight = blend * takes_volume + (1.0 - blend) * takes_mass
        ranks = np.argsort(-gain / (weight + TINY), kind="mergesort")
        ptr, of_item = cuts_of(cuts, able[ranks], profit.shape[0])
        place = np.full(profit.shape[0], -1, dtype=np.int64)
        place[able[ranks]] = np.arange(ranks.shape[0])
        held = np.zeros(cuts.price.shape[0], dtype=np.int64)
        paid = np.zeros(ranks.shape[0] if of_item.shape[0] else 0)
        taken = np.zeros(ranks.shape[0], dtype=np.bool_)
        n, i, value, chosen, total, room = ranks.shape[0], 0, 0, 0, cost[c], 1.0
        volume_left, mass_left = most_volume[c], most_mass[c]
        while True:
            tried += 1
            if tried > nodes:
                return -1, tried, sets[:0], costs[:0], cars[:0]
            if i < n and is_promising(gain, weight, ranks, paid, i, room, beyond - value):
                item = able[ranks[i]]
                if volume[item] <= volume_left and mass[item] <= mass_left:
                    taken[i] = True
                    value += profit[item]
                    for k in range(ptr[i], ptr[i + 1]):
                        value -= hold(cuts, of_item[k], 1, held, place, paid)
                    chosen |= 1 << item
                    total += own[c, item]
                    volume_left -= volume[item]
                    mass_left -= mass[item]
                    room -= weight[ranks[i]]
                    if value > beyond:
                        count += noted(sets, costs, cars, chosen, total, c)
                        if count > most:
                            return -1, tried, sets[:0], costs[:0], cars[:0]
                i += 1
                continue
            # Go back to the last item taken and leave it out.
            i -= 1
            while i >= 0 and not taken[i]:
                i -= 1
            if i < 0:
                break
            item = able[ranks[i]]
            taken[i] = False
            value -= profit[item]
            for k in range(ptr[i], ptr[i + 1]):
                value += hold(cuts, of_item[k], -1, held, place, paid)
            chosen ^= 1 << item
            total -= own[c, item]
            volume_left += volume[item]
            mass_left += mass[item]
            room += weight[ranks[i]]
            i += 1
    used = np.flatnonzero(sets)
    return count, tried, sets[used], costs[used], cars[used]


@njit(cache=True, nogil=True)
def noted(sets: Ints, costs: Ints, cars: Ints, chosen: int, total: int, carriage: int) -> int:
    """Note a load in a table, if it is new or cheaper than on another carriage, and return how many more there are."""
    size = sets.shape[0]
    at = chosen ^ (chosen >> 31)
    at *= MIXER
    at = (at ^ (at >> 29)) & (size - 1)
    while sets[at] != 0 and sets[at] != chosen:
        at = (at + 1) & (size - 1)
    if sets[at] == chosen:
        if total < costs[at]:
            costs[at], cars[at] = total, carriage
        return 0
    sets[at], costs[at], cars[at] = chosen, total, carriage
    return 1
