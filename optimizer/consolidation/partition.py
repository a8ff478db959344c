"""The best whole loads of a few shipments, by looking at every set of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimizer.consolidation.anneal import NOTHING, Stuff, cheapest_carriage

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
        Number of the load of each shipment, -1 for those alone; what all cost in fen.

    Notes
    -----
    Dynamic programming over sets, each as the bits of a number: the first shipment of a set travels alone or in one of
    the loads that hold it. Sets that fit no box need no looking at.
    """
    n = stuff.alone.shape[0]
    full = 1 << n
    load = np.full(full, NOTHING, dtype=np.int64)
    items = np.empty(n, dtype=np.int64)
    for chosen in range(1, full):
        count = 0
        for i in range(n):
            if (chosen >> i) & 1:
                items[count] = i
                count += 1
        load[chosen] = cheapest_carriage(stuff, items, count)[1]
    best = np.zeros(full, dtype=np.int64)
    part = np.zeros(full, dtype=np.int64)
    for chosen in range(1, full):
        first = chosen & -chosen
        rest = chosen ^ first
        i = 0
        while first >> i > 1:
            i += 1
        least, taken = best[rest] + stuff.alone[i], 0
        others = rest
        while True:
            if load[first | others] < NOTHING:
                cost = load[first | others] + best[rest ^ others]
                if cost < least:
                    least, taken = cost, first | others
            if others == 0:
                break
            others = (others - 1) & rest
        best[chosen], part[chosen] = least, taken
    load_of = np.full(n, -1, dtype=np.int64)
    left = full - 1
    number = 0
    while left > 0:
        taken = part[left]
        if taken == 0:
            left ^= left & -left
            continue
        for i in range(n):
            if (taken >> i) & 1:
                load_of[i] = number
        number += 1
        left ^= taken
    return load_of, best[full - 1]
