"""The cheapest choice of listed loads that carry everybody once: dynamic programming over sets worth a look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimizer.consolidation.listing import MIXER

if TYPE_CHECKING:
    from network.timetable import Ints


@njit(cache=True, nogil=True)
def cheapest_cover(sets: Ints, ptr: Ints, reduced: Ints, plain: Ints, gap: int, most: int) -> tuple[int, int, Ints]:
    """
    Return the loads that carry everybody once at the least cost, if they cost little beyond a bound.

    Parameters
    ----------
    sets
        Shipments of each load, as the bits of a number, those alone among them: first the loads whose first shipment
        is the first of all, then those of the second, and so on; in each part by reduced cost.
    ptr
        Where the loads of each shipment begin, and the end.
    reduced
        Reduced cost of each load in fen, not negative.
    plain
        What each load costs beyond what its shipments are worth: no more than the reduced cost, as nothing is paid for
        rows.
    gap
        Only choices are looked at whose reduced costs are less together.
    most
        Sets after which it is given up.

    Returns
    -------
    count, least, chosen
        How many sets were looked at, -1 if it was given up; the least sum of plain costs, and positions of these loads,
        none if no choice is that cheap.

    Notes
    -----
    The first shipment that is not carried yet has to be carried by the next load. Of each set of those carried, the
    least plain cost and the least reduced cost are known, perhaps of different choices: so none is left out too soon.
    """
    n, size = ptr.shape[0] - 1, 1
    while size < 2 * most:
        size *= 2
    at_of = np.full(size, -1, np.int32)
    carried = np.zeros(most + 1, np.int64)
    rest, least = np.zeros(most + 1, np.int64), np.zeros(most + 1, np.int64)
    load_of, before = np.full(most + 1, -1, np.int32), np.full(most + 1, -1, np.int32)
    following = np.full(most + 1, -1, np.int32)
    heads = np.full(n + 1, -1, np.int32)
    heads[0], count, whole = 0, 1, (1 << n) - 1
    for first in range(n):
        state = heads[first]
        while state >= 0:
            for load in range(ptr[first], ptr[first + 1]):
                paid = rest[state] + reduced[load]
                if paid >= gap:
                    break
                if sets[load] & carried[state]:
                    continue
                union, cost = sets[load] | carried[state], least[state] + plain[load]
                place = spread(union) & (size - 1)
                while at_of[place] >= 0 and carried[at_of[place]] != union:
                    place = (place + 1) & (size - 1)
                known = at_of[place]
                if known < 0:
                    if count >= most:
                        return -1, 0, np.zeros(0, np.int64)
                    known, at_of[place] = count, count
                    count += 1
                    carried[known], rest[known], least[known] = union, paid, cost
                    load_of[known], before[known] = load, state
                    layer = n if union == whole else lowest_missing(union)
                    following[known], heads[layer] = heads[layer], known
                else:
                    rest[known] = min(rest[known], paid)
                    if cost < least[known]:
                        least[known], load_of[known], before[known] = cost, load, state
            state = following[state]
    chosen = np.zeros(n, np.int64)
    last, number = heads[n], 0
    if last < 0:
        return count, 0, chosen[:0]
    state = last
    while state > 0:
        chosen[number] = load_of[state]
        number += 1
        state = before[state]
    return count, least[last], chosen[:number]


@njit(cache=True, nogil=True)
def spread(chosen: int) -> int:
    """Return a number that differs much between sets that differ little."""
    mixed = (chosen ^ (chosen >> 31)) * MIXER
    return mixed ^ (mixed >> 29)


@njit(cache=True, nogil=True)
def lowest_missing(chosen: int) -> int:
    """Return the position of the first shipment that is not in a set."""
    position = 0
    while chosen & 1:
        chosen >>= 1
        position += 1
    return position
