"""Which shipments fill one box best: a two-dimensional knapsack, exactly or with a bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from network.timetable import Ints

MOST_NODES = 2_000
"""Nodes of the tree after which a knapsack is given up as exact; its bound is then the fractional one."""


@njit(cache=True, nogil=True)
def best_load(profit: Ints, volume: Ints, mass: Ints, most_volume: int, most_mass: int) -> tuple[int, int, Ints]:
    """
    Return the most profitable set of items that fits.

    Parameters
    ----------
    profit, volume, mass
        Of each item; those without profit are left out.
    most_volume, most_mass
        What fits.

    Returns
    -------
    value, upper
        Profit of the set, and an upper bound on that of any set; equal unless the tree grew too large.
    chosen
        Positions of the items.

    Notes
    -----
    Depth-first branch and bound; the bound is the fractional knapsack of the sum of both constraints, each scaled to 1.
    """
    weight = volume / most_volume + mass / most_mass
    able = np.flatnonzero((profit > 0) & (volume <= most_volume) & (mass <= most_mass))
    if able.shape[0] == 0:
        return 0, 0, able
    order = able[np.argsort(-(profit[able] / weight[able]), kind="mergesort")]
    n = order.shape[0]
    best = np.zeros(n, dtype=np.bool_)
    taken = np.zeros(n, dtype=np.bool_)
    best_value = 0
    value = 0
    volume_left, mass_left = most_volume, most_mass
    root = fractional(profit, weight, order, 0, 2.0)
    nodes = 0
    i = 0
    while True:
        room = volume_left / most_volume + mass_left / most_mass
        nodes += 1
        if i < n and nodes < MOST_NODES and value + fractional(profit, weight, order, i, room) > best_value:
            item = order[i]
            if volume[item] <= volume_left and mass[item] <= mass_left:
                taken[i] = True
                value += profit[item]
                volume_left -= volume[item]
                mass_left -= mass[item]
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
        if i < 0 or nodes >= MOST_NODES:
            break
        item = order[i]
        taken[i] = False
        value -= profit[item]
        volume_left += volume[item]
        mass_left += mass[item]
        i += 1
    upper = best_value if nodes < MOST_NODES else max(best_value, int(root))
    return best_value, upper, np.sort(order[best])


@njit(cache=True, nogil=True)
def fractional(profit: Ints, weight: NDArray[np.float64], order: Ints, first: int, room: float) -> float:
    """Return an upper bound on the profit of items from a position on, in order of profit for weight."""
    total = 0.0
    for k in range(first, order.shape[0]):
        item = order[k]
        if weight[item] >= room:
            return float(total + profit[item] * room / weight[item] + 1.0)
        total += profit[item]
        room -= weight[item]
    return float(total)


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
        Of each carriage; where even all shipments together are worth no more, their sum is the bound.
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
            weight = volume / most_volume[c] + mass / most_mass[c]
            able = np.flatnonzero((profit > 0) & (volume <= most_volume[c]) & (mass <= most_mass[c]))
            order = able[np.argsort(-(profit[able] / weight[able]), kind="mergesort")]
            bounds[c] = min(together, int(fractional(profit, weight, order, 0, 2.0)))
    return bounds
