"""Better whole loads by simulated annealing: shipments change places between loads that know their best carriage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from network.timetable import Ints

ALONE = -1
BEYOND = 1 << 45
"""What a shipment pays, in fen, on a carriage that it cannot use."""
NOTHING = 1 << 60
"""Cost of a load that no carriage can take."""
LEAVE, SWAP, KINDS = 0, 1, 4
"""Kinds of changes: to leave a load and to change places; all others are to join another load."""
BLOCK = 64
"""Carriages looked at between two questions whether the others are too dear, so that several are done at once."""


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
def cheapest_carriage(stuff: Stuff, items: Ints, count: int) -> tuple[int, int]:
    """Return the carriage with the least cost for some shipments, own lines included, and that cost."""
    volume = mass = 0
    for k in range(count):
        volume += stuff.volume[items[k]]
        mass += stuff.mass[items[k]]
    best, least = -1, BEYOND
    for c in range(stuff.cost.shape[0]):
        total = stuff.cost[c]
        if total >= least:
            break
        if volume > stuff.most_volume[c] or mass > stuff.most_mass[c]:
            continue
        for k in range(count):
            total += stuff.own[c, items[k]]
            if total >= least:
                break
        if total < least:
            best, least = c, total
    return best, least if best >= 0 else NOTHING


class Loads(NamedTuple):
    """
    The state of annealing: every shipment is in a load, and who travels alone in one of its own.

    Parameters
    ----------
    load_of
        Number of the load of each shipment.
    size, volume, mass, alone, worth
        Of each load, and of two more that changes are tried in; `alone` is what its shipments cost alone, `worth` what
        the load costs, in fen.
    own
        What the shipments of each load pay on each carriage.
    """

    load_of: Ints
    size: Ints
    volume: Ints
    mass: Ints
    alone: Ints
    worth: Ints
    own: Ints


@njit(cache=True, nogil=True)
def annealed(
    stuff: Stuff, load_of: Ints, steps: int, hot: float, cold: float, rng: np.random.Generator
) -> tuple[Ints, int]:
    """
    Return the best loads found from some on.

    Parameters
    ----------
    stuff
        Shipments and carriages.
    load_of
        Number of the load of each shipment, `ALONE` for none.
    steps, hot, cold
        How many changes are tried, and the first and last temperature in fen.
    rng
        Random numbers.

    Returns
    -------
    load_of, cost
        The loads, and what they and the shipments alone cost in fen.
    """
    stuff = by_shipment(stuff)
    loads = begun(stuff, load_of)
    total = loads.worth.sum()
    best, least = loads.load_of.copy(), total
    heat, cooling = hot, (cold / hot) ** (1.0 / max(1, steps))
    for _ in range(steps):
        heat *= cooling
        total += changed(stuff, loads, heat, rng)
        if total < least:
            best[:], least = loads.load_of, total
    return paying(stuff, best), least


@njit(cache=True, nogil=True)
def by_shipment(stuff: Stuff) -> Stuff:
    """Return the same with what shipments pay in a row for each shipment."""
    own = np.ascontiguousarray(stuff.own.T)
    return Stuff(stuff.alone, stuff.volume, stuff.mass, stuff.cost, own, stuff.most_volume, stuff.most_mass)


@njit(cache=True, nogil=True)
def empty(stuff: Stuff) -> Loads:
    """Return a state without shipments."""
    n, carriages = stuff.own.shape
    sums = np.zeros((5, n + 2), dtype=np.int64)
    own = np.zeros((n + 2, carriages), dtype=np.int64)
    return Loads(np.full(n, ALONE, dtype=np.int64), sums[0], sums[1], sums[2], sums[3], sums[4], own)


@njit(cache=True, nogil=True)
def begun(stuff: Stuff, load_of: Ints) -> Loads:
    """Return the state that some loads give; the shipments of those that cannot be sent are alone."""
    loads = empty(stuff)
    for load in range(load_of.shape[0]):
        items = np.flatnonzero(load_of == load)
        for i in items:
            put(stuff, loads, load, load, int(i), 1)
        if price(stuff, loads, load) < NOTHING:
            loads.load_of[items] = load
        else:
            clear(loads, load)
    for i in np.flatnonzero(loads.load_of == ALONE):
        load = empty_load(loads)
        put(stuff, loads, load, load, int(i), 1)
        price(stuff, loads, load)
        loads.load_of[i] = load
    return loads


@njit(cache=True, nogil=True)
def paying(stuff: Stuff, load_of: Ints) -> Ints:
    """Return the loads that cost less than their shipments alone."""
    loads = begun(stuff, load_of)
    for i in range(load_of.shape[0]):
        load = loads.load_of[i]
        if loads.worth[load] >= loads.alone[load]:
            loads.load_of[i] = ALONE
    return loads.load_of


@njit(cache=True, nogil=True)
def changed(stuff: Stuff, loads: Loads, heat: float, rng: np.random.Generator) -> int:
    """Try a change of a random kind to random shipments, and return by how much it changes the cost."""
    n = loads.load_of.shape[0]
    i, j, kind = below(n, rng), below(n, rng), below(KINDS, rng)
    source, goal = loads.load_of[i], loads.load_of[j]
    if kind == LEAVE:
        return 0 if loads.size[source] == 1 else moved(stuff, loads, i, empty_load(loads), heat, rng)
    if source == goal:
        return 0
    if kind == SWAP:
        return swapped(stuff, loads, i, j, heat, rng)
    return moved(stuff, loads, i, goal, heat, rng)


@njit(cache=True, nogil=True)
def moved(stuff: Stuff, loads: Loads, i: int, goal: int, heat: float, rng: np.random.Generator) -> int:
    """Try to put a shipment into another load, and return by how much it changes the cost."""
    source, left, made = loads.load_of[i], loads.size.shape[0] - 2, loads.size.shape[0] - 1
    put(stuff, loads, made, goal, i, 1)
    put(stuff, loads, left, source, i, -1)
    change = settled(stuff, loads, source, goal, heat, rng)
    if change < NOTHING:
        loads.load_of[i] = goal
        return change
    return 0


@njit(cache=True, nogil=True)
def swapped(stuff: Stuff, loads: Loads, i: int, j: int, heat: float, rng: np.random.Generator) -> int:
    """Try to let two shipments change places, and return by how much it changes the cost."""
    one, other, left, made = loads.load_of[i], loads.load_of[j], loads.size.shape[0] - 2, loads.size.shape[0] - 1
    put(stuff, loads, left, one, i, -1)
    put(stuff, loads, left, left, j, 1)
    put(stuff, loads, made, other, j, -1)
    put(stuff, loads, made, made, i, 1)
    change = settled(stuff, loads, one, other, heat, rng)
    if change < NOTHING:
        loads.load_of[i], loads.load_of[j] = other, one
        return change
    return 0


@njit(cache=True, nogil=True)
def settled(stuff: Stuff, loads: Loads, one: int, other: int, heat: float, rng: np.random.Generator) -> int:
    """Put two loads that were tried in the place of others if that is taken, and return the change, or `NOTHING`."""
    left, made = loads.size.shape[0] - 2, loads.size.shape[0] - 1
    if price(stuff, loads, made) >= NOTHING or price(stuff, loads, left) >= NOTHING:
        return NOTHING
    change = loads.worth[made] + loads.worth[left] - loads.worth[one] - loads.worth[other]
    if change > 0 and rng.random() >= np.exp(-change / heat):
        return NOTHING
    copy(loads, left, one)
    copy(loads, made, other)
    return int(change)


@njit(cache=True, nogil=True)
def put(stuff: Stuff, loads: Loads, target: int, source: int, i: int, sign: int) -> None:
    """Make a load of another and a shipment, or of another without it if the sign is negative."""
    loads.size[target] = loads.size[source] + sign
    loads.volume[target] = loads.volume[source] + sign * stuff.volume[i]
    loads.mass[target] = loads.mass[source] + sign * stuff.mass[i]
    loads.alone[target] = loads.alone[source] + sign * stuff.alone[i]
    made, before, own = loads.own[target], loads.own[source], stuff.own[i]
    for c in range(own.shape[0]):
        made[c] = before[c] + sign * own[c]


@njit(cache=True, nogil=True)
def copy(loads: Loads, source: int, target: int) -> None:
    """Put one load in the place of another."""
    loads.size[target] = loads.size[source]
    loads.volume[target] = loads.volume[source]
    loads.mass[target] = loads.mass[source]
    loads.alone[target] = loads.alone[source]
    loads.worth[target] = loads.worth[source]
    loads.own[target] = loads.own[source]


@njit(cache=True, nogil=True)
def clear(loads: Loads, load: int) -> None:
    """Take all shipments out of a load."""
    loads.size[load] = loads.volume[load] = loads.mass[load] = loads.alone[load] = loads.worth[load] = 0
    loads.own[load] = 0


@njit(cache=True, nogil=True)
def price(stuff: Stuff, loads: Loads, load: int) -> int:
    """Note and return what a load costs: what its shipments pay alone if that is less, but it has to fit a box."""
    cost = 0
    if loads.size[load] > 0:
        cost = least_cost(stuff, loads.volume[load], loads.mass[load], loads.own[load])
        if loads.size[load] == 1 or cost < NOTHING:
            cost = min(cost, loads.alone[load])
    loads.worth[load] = cost
    return cost


@njit(cache=True, nogil=True)
def least_cost(stuff: Stuff, volume: int, mass: int, own: Ints) -> int:
    """Return the least cost of a load with some volume and mass, by what its shipments pay on each carriage."""
    least = BEYOND
    for first in range(0, own.shape[0], BLOCK):
        if stuff.cost[first] >= least:
            break
        part = slice(first, first + BLOCK)
        cost, pays, most_volume, most_mass = stuff.cost[part], own[part], stuff.most_volume[part], stuff.most_mass[part]
        for c in range(cost.shape[0]):
            fits = (volume <= most_volume[c]) & (mass <= most_mass[c])
            least = min(least, cost[c] + pays[c] if fits else NOTHING)
    return least if least < BEYOND else NOTHING


@njit(cache=True, nogil=True)
def below(limit: int, rng: np.random.Generator) -> int:
    """Return a random number from 0 on that is less than another."""
    return int(rng.random() * limit)


@njit(cache=True, nogil=True)
def empty_load(loads: Loads) -> int:
    """Return the number of a load without shipments."""
    load = 0
    while loads.size[load] > 0:
        load += 1
    return load
