"""Better whole loads by simulated annealing: shipments change places between loads that know their best carriage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from network.timetable import Ints

ALONE = -1
NOTHING = 1 << 60
"""Cost of a load that no carriage can take."""


class Stuff(NamedTuple):
    """
    What loads are made of: shipments and carriages, the latter in order of their cost.

    Parameters
    ----------
    alone, volume, mass
        Of each shipment.
    cost, own, most_volume, most_mass
        Of carriages, as `optimizer.consolidation.columns.Carriages`.
    """

    alone: Ints
    volume: Ints
    mass: Ints
    cost: Ints
    own: Ints
    most_volume: Ints
    most_mass: Ints


@njit(cache=True, nogil=True)
def cheapest_carriage(cargo: Stuff, items: Ints, count: int) -> tuple[int, int]:
    """Return the carriage with the least cost for some shipments, own lines included, and that cost."""
    volume = mass = 0
    for k in range(count):
        volume += cargo.volume[items[k]]
        mass += cargo.mass[items[k]]
    best, least = -1, NOTHING
    for c in range(cargo.cost.shape[0]):
        total = cargo.cost[c]
        if total >= least:
            break
        if volume > cargo.most_volume[c] or mass > cargo.most_mass[c]:
            continue
        for k in range(count):
            total += cargo.own[c, items[k]]
            if total >= least:
                break
        if total < least:
            best, least = c, total
    return best, least


@njit(cache=True, nogil=True)
def annealed(cargo: Stuff, load_of: Ints, steps: int, hot: float, cold: float, seed: int) -> tuple[Ints, int]:
    """
    Return the best loads found from some on.

    Parameters
    ----------
    cargo
        Shipments and carriages.
    load_of
        Number of the load of each shipment, `ALONE` for none.
    steps, hot, cold
        How many changes are tried, and the first and last temperature in fen.
    seed
        Of the random numbers.

    Returns
    -------
    load_of, cost
        The loads, and what they and the shipments alone cost in fen.
    """
    np.random.seed(seed)
    n = load_of.shape[0]
    load_of = load_of.copy()
    members = np.empty((n, n), dtype=np.int64)
    size = np.zeros(n, dtype=np.int64)
    worth = np.zeros(n, dtype=np.int64)
    total = 0
    for i in range(n):
        if load_of[i] == ALONE:
            total += cargo.alone[i]
        else:
            members[load_of[i], size[load_of[i]]] = i
            size[load_of[i]] += 1
    for load in range(n):
        if size[load] > 0:
            worth[load] = cheapest_carriage(cargo, members[load], size[load])[1]
            if worth[load] >= NOTHING:
                for k in range(size[load]):
                    load_of[members[load, k]] = ALONE
                    total += cargo.alone[members[load, k]]
                size[load] = worth[load] = 0
            total += worth[load]
    best, best_total = load_of.copy(), total
    one, other = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    heat = hot
    for _ in range(steps):
        heat *= cooling
        i = np.random.randint(n)
        a = load_of[i]
        j = np.random.randint(n)
        b = load_of[j]
        kind = np.random.randint(4)
        if kind == 0 and a != ALONE:
            b, j = ALONE, ALONE
        elif kind == 1:
            # A new load with a shipment that travels alone, or with nobody.
            b = empty_load(size)
            if a != ALONE and size[a] == 1 and load_of[j] != ALONE:
                continue
            if load_of[j] != ALONE or i == j:
                j = ALONE
        if b == a and not (a == ALONE and kind == 1):
            continue
        is_swap = kind == 3 and b != ALONE and j != ALONE
        if b == ALONE and j != ALONE and not is_swap:
            # To be alone, whoever else is.
            j = ALONE
            if a == ALONE:
                continue
        before, after = 0, 0
        one_count, other_count = 0, 0
        if a == ALONE:
            before += cargo.alone[i]
        else:
            before += worth[a]
            for k in range(size[a]):
                if members[a, k] != i:
                    one[one_count] = members[a, k]
                    one_count += 1
        if is_swap and a != ALONE:
            one[one_count] = j
            one_count += 1
        one_cost = 0
        if a == ALONE:
            one_cost = cargo.alone[j] if is_swap else 0
        elif one_count > 0:
            one_cost = cheapest_carriage(cargo, one, one_count)[1]
        if one_cost >= NOTHING:
            continue
        other_cost = 0
        joins = kind == 1 and j != ALONE
        if b == ALONE:
            other_cost = cargo.alone[i]
        else:
            before += worth[b] if size[b] > 0 else 0
            for k in range(size[b]):
                if not (is_swap and members[b, k] == j):
                    other[other_count] = members[b, k]
                    other_count += 1
            other[other_count] = i
            other_count += 1
            if joins:
                before += cargo.alone[j]
                other[other_count] = j
                other_count += 1
            other_cost = cheapest_carriage(cargo, other, other_count)[1]
        if other_cost >= NOTHING:
            continue
        after = one_cost + other_cost
        if after > before and np.random.random() >= np.exp((before - after) / heat):
            continue
        total += after - before
        load_of[i] = b
        if a != ALONE:
            members[a, :one_count] = one[:one_count]
            size[a], worth[a] = one_count, one_cost
        if b != ALONE:
            members[b, :other_count] = other[:other_count]
            size[b], worth[b] = other_count, other_cost
        if is_swap:
            load_of[j] = a
        if joins:
            load_of[j] = b
        if total < best_total:
            best_total = total
            best[:] = load_of
    return best, best_total


@njit(cache=True, nogil=True)
def empty_load(size: Ints) -> int:
    """Return the number of a load without shipments."""
    for load in range(size.shape[0]):
        if size[load] == 0:
            return load
    return ALONE
