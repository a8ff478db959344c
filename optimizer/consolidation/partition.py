"""The best whole loads of a few shipments, by looking at every set of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimizer.consolidation.anneal import ALONE, NOTHING, Stuff, cheapest_carriage

if TYPE_CHECKING:
    from network.timetable import Ints


@njit(cache=True, nogil=True)
def best_partition(stuff: Stuff) -> tuple[Ints, int]:
    """
    Return the loads that cost least, over every way to part some shipments into loads and those alone.

    Parameters
    ----------
    stuff
        Shipments, at most some sixteen, and carriages in order of their cost.

    Returns
    -------
    load_of, cost
        Number of the load of each shipment, `ALONE` for none; what all cost in fen.

    Notes
    -----
    Dynamic programming over sets, each as the bits of a number: the first shipment of a set travels alone or in one of
    the loads that hold it. Sets that fit no box need no looking at.
    """
    least, taken = parted(stuff.alone, load_costs(stuff))
    return loads_of(stuff.alone.shape[0], taken), least[-1]


@njit(cache=True, nogil=True)
def load_costs(stuff: Stuff) -> Ints:
    """Return what every set of shipments costs in one box."""
    n = stuff.alone.shape[0]
    costs = np.full(1 << n, NOTHING, dtype=np.int64)
    items = np.empty(n, dtype=np.int64)
    for chosen in range(1, 1 << n):
        count = 0
        for i in range(n):
            if (chosen >> i) & 1:
                items[count] = i
                count += 1
        costs[chosen] = cheapest_carriage(stuff, items, count)[1]
    return costs


@njit(cache=True, nogil=True)
def parted(alone: Ints, costs: Ints) -> tuple[Ints, Ints]:
    """Return the least cost of every set, and the load that its first shipment is in then, 0 if alone."""
    least, taken = np.zeros_like(costs), np.zeros_like(costs)
    for i in range(alone.shape[0] - 1, -1, -1):
        # Sets whose first shipment is this one: whatever is left of them begins with a later one.
        first = 1 << i
        for chosen in range(first, costs.shape[0], 2 * first):
            rest = chosen ^ first
            least[chosen] = alone[i] + least[rest]
            others = rest
            while True:
                cost = costs[first | others] + least[rest ^ others]
                if cost < least[chosen]:
                    least[chosen], taken[chosen] = cost, first | others
                if others == 0:
                    break
                others = (others - 1) & rest
    return least, taken


@njit(cache=True, nogil=True)
def loads_of(n: int, taken: Ints) -> Ints:
    """Return the number of the load of each shipment, by the load that the first of every set is in."""
    load_of = np.full(n, ALONE, dtype=np.int64)
    left, number = (1 << n) - 1, 0
    while left > 0:
        load = taken[left]
        for i in range(n):
            if (load >> i) & 1:
                load_of[i] = number
        number += 1
        left ^= load if load > 0 else left & -left
    return load_of
