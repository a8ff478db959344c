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
        most, _ = bound_of(gain, other * takes_volume + (1.0 - other) * takes_mass)
        if most < root:
            root, blend = most, other
    step = 0.125
    while step > FINEST:
        middle = blend
        for other in (middle - step, middle + step):
            if 0.0 < other < 1.0:
                most, _ = bound_of(gain, other * takes_volume + (1.0 - other) * takes_mass)
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
def bound_of(gain: Ints, weight: NDArray[np.float64]) -> tuple[float, float]:
    """Return an upper bound on the profit of items that weigh no more than 1 together, and the rent of that 1."""
    if weight.sum() <= 1.0:
        return float(gain.sum()), 0.0
    order = np.argsort(-gain / (weight + TINY))
    room = 1.0
    for item in order:
        room -= weight[item]
        if room <= 0.0:
            return fractional(gain, weight, order, 0, 1.0), gain[item] / (weight[item] + TINY)
    return float(gain.sum()), 0.0


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz", "nnan", "ninf"})
def left_over(worth: Ints, own: Ints, volume: Ints, mass: Ints, by_volume: float, by_mass: float) -> float:
    """Return what items are worth together beyond what they pay of their own and as rent, each if that is positive."""
    total = 0.0
    for i in range(worth.shape[0]):
        total += max(0.0, worth[i] - own[i] - by_volume * volume[i] - by_mass * mass[i])
    return total


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
    rent = np.zeros(2)
    for c in range(cost.shape[0]):
        if pays(worth, cost[c], own[c], volume, mass, most_volume[c], most_mass[c], rent):
            found[count] = c
            count += 1
    return found[:count]


@njit(cache=True, nogil=True)
def pays(
    worth: Ints,
    cost: int,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: int,
    most_mass: int,
    rent: NDArray[np.float64],
) -> bool:
    """Say whether some load of one carriage could be worth more than the box costs, as `worth_at_most` judges."""
    value, volume_left, mass_left = 0, most_volume, most_mass
    for i in range(worth.shape[0]):
        profit = worth[i] - own[i]
        if profit > 0 and volume[i] <= volume_left and mass[i] <= mass_left:
            volume_left -= volume[i]
            mass_left -= mass[i]
            value += profit
    return value > cost or most_worth(worth, cost, own, volume, mass, most_volume, most_mass, rent) > cost


@njit(cache=True, nogil=True)
def worth_at_most(
    duals: Ints,
    cost: Ints,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: Ints,
    most_mass: Ints,
    rent: NDArray[np.float64],
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
    rent
        What all volume and all payload of each carriage may be worth, two columns; changed to what proved best.

    Notes
    -----
    Whatever the rent, no load is worth more than it and what shipments are worth beyond their part of it. With the rent
    of another time that is mostly bound enough, and takes no sorting.
    """
    bounds = np.zeros(cost.shape[0], dtype=np.int64)
    for c in range(cost.shape[0]):
        bounds[c] = most_worth(duals, cost[c], own[c], volume, mass, most_volume[c], most_mass[c], rent[c])
    return bounds


@njit(cache=True, nogil=True)
def most_worth(
    duals: Ints,
    cost: int,
    own: Ints,
    volume: Ints,
    mass: Ints,
    most_volume: int,
    most_mass: int,
    rent: NDArray[np.float64],
) -> int:
    """Return for one carriage what `worth_at_most` does."""
    by_volume, by_mass = rent[0] / most_volume, rent[1] / most_mass
    # Rounding of the sum is far below one fen.
    bound = int(rent[0] + rent[1] + left_over(duals, own, volume, mass, by_volume, by_mass)) + 1
    if bound <= cost:
        return bound
    profit = duals - own
    able = np.flatnonzero((profit > 0) & (volume <= most_volume) & (mass <= most_mass))
    gain, takes_volume, takes_mass = profit[able], volume[able] / most_volume, mass[able] / most_mass
    for blend in BLENDS[:3]:
        most, ratio = bound_of(gain, blend * takes_volume + (1.0 - blend) * takes_mass)
        if int(most) < bound:
            bound = int(most)
            rent[0], rent[1] = ratio * blend, ratio * (1.0 - blend)
        if bound <= cost:
            break
    return bound


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
