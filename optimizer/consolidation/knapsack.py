"""Which shipments fill one box best: a two-dimensional knapsack, exactly or with a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from network.timetable import Ints

MOST_NODES = 300_000
"""Nodes of the tree after which a knapsack is given up as exact, unless more are asked for."""
BLENDS = (1.0, 0.5, 0.0, 0.75, 0.25)
"""Weights of volume, the rest being that of mass, with which both constraints are made one for the bound."""
TINY = 1e-12
"""Keeps goods without weight apart from division by nothing, and rounding from making room too small."""
FINEST = 0.01
"""Step at which the best blend is looked for no further."""


@njit(cache=True, nogil=True)
def best_load(
    profit: Ints, volume: Ints, mass: Ints, most_volume: int, most_mass: int, nodes: int = MOST_NODES
) -> tuple[int, int, Ints]:
    """
    Return the most profitable set of items that fits.

    Parameters
    ----------
    profit, volume, mass
        Of each item; those without profit are left out.
    most_volume, most_mass
        What fits.
    nodes
        Nodes of the tree after which the search is given up as exact.

    Returns
    -------
    value, upper
        Profit of the set, and an upper bound on that of any set; equal unless the tree grew too large.
    chosen
        Positions of the items.

    Notes
    -----
    Depth-first branch and bound; the bound is the fractional knapsack of a blend of both constraints, each scaled to
    1, with the blend that is tightest at the root.
    """
    able = np.flatnonzero((profit > 0) & (volume <= most_volume) & (mass <= most_mass))
    if able.shape[0] == 0:
        return 0, 0, able
    gain, takes_volume, takes_mass = profit[able], volume[able] / most_volume, mass[able] / most_mass
    root, blend = np.inf, 0.5
    for other in BLENDS:
        most = bound_of(gain, other * takes_volume + (1.0 - other) * takes_mass)
        if most < root:
            root, blend = most, other
    step = 0.125
    while step > FINEST:
        middle = blend
        for other in (middle - step, middle + step):
            if 0.0 < other < 1.0:
                most = bound_of(gain, other * takes_volume + (1.0 - other) * takes_mass)
                if most < root:
                    root, blend = most, other
        step /= 2.0
    weight = blend * takes_volume + (1.0 - blend) * takes_mass
    order = np.argsort(-gain / (weight + TINY), kind="mergesort")
    n = order.shape[0]
    best = np.zeros(n, dtype=np.bool_)
    taken = np.zeros(n, dtype=np.bool_)
    best_value = 0
    value = 0
    volume_left, mass_left, room = most_volume, most_mass, 1.0
    i = 0
    is_whole = False
    for _ in range(nodes):
        if i < n and value + fractional(gain, weight, order, i, room) > best_value:
            item = order[i]
            if volume[able[item]] <= volume_left and mass[able[item]] <= mass_left:
                taken[i] = True
                value += gain[item]
                volume_left -= volume[able[item]]
                mass_left -= mass[able[item]]
                room -= weight[item]
                if value > best_value:
                    best_value = value
                    best[:] = False
                    best[: i + 1] = taken[: i + 1]
            i += 1
            continue
        # Go back to the last item taken and leave it out.
        i -= 1
        while i >= 0 and not taken[i]:
            i -= 1
        if i < 0:
            is_whole = True
            break
        item = order[i]
        taken[i] = False
        value -= gain[item]
        volume_left += volume[able[item]]
        mass_left += mass[able[item]]
        room += weight[item]
        i += 1
    upper = best_value
    if not is_whole:
        # What was not looked at goes on from where the search ended, or leaves out some item that was taken.
        upper = max(upper, int(value + fractional(gain, weight, order, i, room)))
        for k in range(n - 1, -1, -1):
            if taken[k]:
                value -= gain[order[k]]
                room += weight[order[k]]
                upper = max(upper, int(value + fractional(gain, weight, order, k + 1, room)))
        upper = min(upper, int(root))
    return best_value, upper, np.sort(able[order[best]])


@njit(cache=True, nogil=True)
def bound_of(gain: Ints, weight: NDArray[np.float64]) -> float:
    """Return an upper bound on the profit of items that weigh no more than 1 together."""
    if weight.sum() <= 1.0:
        return float(gain.sum())
    return fractional(gain, weight, np.argsort(-gain / (weight + TINY)), 0, 1.0)


@njit(cache=True, nogil=True)
def fractional(profit: Ints, weight: NDArray[np.float64], order: Ints, first: int, room: float) -> float:
    """Return an upper bound on the profit of items from a position on, in order of profit for weight."""
    total = 0.0
    room += 1e-9
    for k in range(first, order.shape[0]):
        item = order[k]
        if weight[item] >= room:
            return float(total + profit[item] * room / weight[item] + 1.0)
        total += profit[item]
        room -= weight[item]
    return float(total)


@njit(cache=True, nogil=True)
def paying(worth: Ints, cost: Ints, own: Ints, volume: Ints, mass: Ints, most_volume: Ints, most_mass: Ints) -> Ints:
    """
    Return the carriages of which some load could be worth more than the box costs.

    Parameters
    ----------
    worth
        Of carrying each shipment.
    cost, own, volume, mass, most_volume, most_mass
        As for `worth_at_most`, by which those are judged that do not pay with the first shipments that fit.
    """
    found = np.empty(cost.shape[0], dtype=np.int64)
    count = 0
    for c in range(cost.shape[0]):
        value, together, volume_left, mass_left = 0, 0, most_volume[c], most_mass[c]
        for i in range(worth.shape[0]):
            profit = worth[i] - own[c, i]
            if profit > 0:
                together += profit
                if volume[i] <= volume_left and mass[i] <= mass_left:
                    volume_left -= volume[i]
                    mass_left -= mass[i]
                    value += profit
        pays = value > cost[c]
        if not pays and together > cost[c]:
            one = slice(c, c + 1)
            most = worth_at_most(worth, cost[one], own[one], volume, mass, most_volume[one], most_mass[one])
            pays = most[0] > cost[c]
        if pays:
            found[count] = c
            count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def worth_at_most(
    duals: Ints, cost: Ints, own: Ints, volume: Ints, mass: Ints, most_volume: Ints, most_mass: Ints
) -> Ints:
    """
    Return for each carriage a bound on the worth of any load, before the cost of the box.

    Parameters
    ----------
    duals
        Worth of carrying each shipment.
    cost
        Of each carriage; a bound that is no more than that is not looked for further.
    own
        What each shipment pays on each carriage, one row per carriage.
    volume, mass, most_volume, most_mass
        Of shipments and of carriages.
    """
    count = cost.shape[0]
    bounds = np.zeros(count, dtype=np.int64)
    for c in range(count):
        together = 0
        for i in range(duals.shape[0]):
            if duals[i] > own[c, i]:
                together += duals[i] - own[c, i]
        bounds[c] = together
        if together > cost[c]:
            profit = duals - own[c]
            able = np.flatnonzero((profit > 0) & (volume <= most_volume[c]) & (mass <= most_mass[c]))
            gain, takes_volume, takes_mass = profit[able], volume[able] / most_volume[c], mass[able] / most_mass[c]
            for blend in BLENDS[:3]:
                weight = blend * takes_volume + (1.0 - blend) * takes_mass
                bounds[c] = min(bounds[c], int(bound_of(gain, weight)))
                if bounds[c] <= cost[c]:
                    break
    return bounds


@njit(cache=True, nogil=True)
def lowered(
    duals: Ints,
    order: Ints,
    cost: Ints,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: Ints,
    most_mass: Ints,
    nodes: int = MOST_NODES,
) -> Ints:
    """
    Return duals, lowered until no load of some carriages is worth more than it costs.

    Parameters
    ----------
    duals
        Worth of carrying each shipment.
    order
        The carriages that may exceed their cost.
    cost, own, volume, mass, most_volume, most_mass
        As for `worth_at_most`.

    Notes
    -----
    Where the best load of a carriage is worth w more than nothing and costs c < w, what every shipment gains on it is
    multiplied by c / w: then the best load gains c. Lower duals are never worth more on another carriage.
    """
    duals = duals.copy()
    for c in order:
        profit = duals - own[c]
        _, worth, _ = best_load(profit, volume, mass, most_volume[c], most_mass[c], nodes)
        if worth > cost[c]:
            # A little less, so that rounding never leaves more than the cost.
            share = (1.0 - TINY) * cost[c] / worth
            for i in range(duals.shape[0]):
                if profit[i] > 0:
                    duals[i] = own[c, i] + int(profit[i] * share)
    return duals
