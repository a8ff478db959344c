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

    Behind the shipments stands nobody, who takes no room and pays nothing.

    Parameters
    ----------
    load_of
        Number of the load of each shipment.
    size, volume, mass, alone, worth
        Of each load; `alone` is what its shipments cost alone, `worth` what the load costs, in fen.
    own
        What the shipments of each load pay on each carriage.
    most
        Volume and mass that no carriage exceeds.
    """

    load_of: Ints
    size: Ints
    volume: Ints
    mass: Ints
    alone: Ints
    worth: Ints
    own: Ints
    most: Ints


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
    stuff = with_nobody(stuff)
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
def with_nobody(stuff: Stuff) -> Stuff:
    """Return the same with nobody behind the shipments, and what they pay in a row for each shipment."""
    n, nobody = stuff.alone.shape[0], np.zeros(1, dtype=np.int64)
    own = np.zeros((n + 1, stuff.cost.shape[0]), dtype=np.int64)
    own[:n] = stuff.own.T
    alone, volume = np.concatenate((stuff.alone, nobody)), np.concatenate((stuff.volume, nobody))
    mass = np.concatenate((stuff.mass, nobody))
    return Stuff(alone, volume, mass, stuff.cost, own, stuff.most_volume, stuff.most_mass)


@njit(cache=True, nogil=True)
def empty(stuff: Stuff) -> Loads:
    """Return a state without shipments."""
    n, most = stuff.alone.shape[0] - 1, np.zeros(2, dtype=np.int64)
    for c in range(stuff.cost.shape[0]):
        most[0], most[1] = max(most[0], stuff.most_volume[c]), max(most[1], stuff.most_mass[c])
    sums = np.zeros((5, n), dtype=np.int64)
    own = np.zeros((n, stuff.cost.shape[0]), dtype=np.int64)
    return Loads(np.full(n, ALONE, dtype=np.int64), sums[0], sums[1], sums[2], sums[3], sums[4], own, most)


@njit(cache=True, nogil=True)
def begun(stuff: Stuff, load_of: Ints) -> Loads:
    """Return the state that some loads give; the shipments of those that cannot be sent are alone."""
    loads = empty(stuff)
    nobody = load_of.shape[0]
    for i in range(nobody):
        if load_of[i] != ALONE:
            settle(stuff, loads, load_of[i], i, nobody)
    for load in range(nobody):
        loads.worth[load] = cost_with(stuff, loads, load, nobody, nobody)
        if loads.worth[load] >= NOTHING:
            clear(loads, load)
    for i in range(nobody):
        if loads.load_of[i] == ALONE:
            load = empty_load(loads)
            loads.worth[load] = cost_with(stuff, loads, load, i, nobody)
            settle(stuff, loads, load, i, nobody)
    return loads


@njit(cache=True, nogil=True)
def clear(loads: Loads, load: int) -> None:
    """Take all shipments out of a load."""
    loads.load_of[loads.load_of == load] = ALONE
    loads.size[load] = loads.volume[load] = loads.mass[load] = loads.alone[load] = loads.worth[load] = 0
    loads.own[load] = 0


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
    nobody = loads.load_of.shape[0]
    i, j, kind = below(nobody, rng), below(nobody, rng), below(KINDS, rng)
    one, other = loads.load_of[i], loads.load_of[j]
    if kind == LEAVE:
        return 0 if loads.size[one] == 1 else traded(stuff, loads, i, nobody, empty_load(loads), heat, rng)
    if one == other:
        return 0
    return traded(stuff, loads, i, j if kind == SWAP else nobody, other, heat, rng)


# What every step does is put in line: passing the state costs more than the sums.
@njit(cache=True, nogil=True, inline="always")
def traded(stuff: Stuff, loads: Loads, i: int, j: int, other: int, heat: float, rng: np.random.Generator) -> int:
    """Try to put a shipment into another load and one of that, or nobody, in its place; return the change of cost."""
    one = loads.load_of[i]
    made = cost_with(stuff, loads, other, i, j)
    if made >= NOTHING:
        return 0
    left = cost_with(stuff, loads, one, j, i)
    if left >= NOTHING:
        return 0
    change = made + left - loads.worth[one] - loads.worth[other]
    if change > 0 and rng.random() >= np.exp(-change / heat):
        return 0
    settle(stuff, loads, other, i, j)
    settle(stuff, loads, one, j, i)
    loads.worth[other], loads.worth[one] = made, left
    return int(change)


@njit(cache=True, nogil=True, inline="always")
def cost_with(stuff: Stuff, loads: Loads, load: int, comes: int, goes: int) -> int:
    """Return what a load costs if one comes and another goes: as alone if that is less, but it has to fit a box."""
    nobody = loads.load_of.shape[0]
    size = loads.size[load] + (comes != nobody) - (goes != nobody)
    if size == 0:
        return 0
    volume = loads.volume[load] + stuff.volume[comes] - stuff.volume[goes]
    mass = loads.mass[load] + stuff.mass[comes] - stuff.mass[goes]
    alone = loads.alone[load] + stuff.alone[comes] - stuff.alone[goes]
    cost = NOTHING
    if volume <= loads.most[0] and mass <= loads.most[1]:
        cost = least_cost(stuff, volume, mass, loads.own[load], stuff.own[comes], stuff.own[goes])
    return int(min(cost, alone)) if size == 1 or cost < NOTHING else NOTHING


@njit(cache=True, nogil=True, inline="always")
def least_cost(stuff: Stuff, volume: int, mass: int, own: Ints, more: Ints, less: Ints) -> int:
    """Return the least cost of a box for some volume and mass, by what is paid on each carriage, and more, and less."""
    least = BEYOND
    for first in range(0, own.shape[0], BLOCK):
        if stuff.cost[first] >= least:
            break
        part = slice(first, first + BLOCK)
        cost, most_volume, most_mass = stuff.cost[part], stuff.most_volume[part], stuff.most_mass[part]
        pays, plus, minus = own[part], more[part], less[part]
        for c in range(cost.shape[0]):
            fits = (volume <= most_volume[c]) & (mass <= most_mass[c])
            least = min(least, cost[c] + pays[c] + plus[c] - minus[c] if fits else NOTHING)
    return least if least < BEYOND else NOTHING


@njit(cache=True, nogil=True)
def settle(stuff: Stuff, loads: Loads, load: int, comes: int, goes: int) -> None:
    """Put one shipment into a load and take another out; what the load costs is left to the caller."""
    nobody = loads.load_of.shape[0]
    if comes != nobody:
        loads.load_of[comes] = load
    loads.size[load] += (comes != nobody) - (goes != nobody)
    loads.volume[load] += stuff.volume[comes] - stuff.volume[goes]
    loads.mass[load] += stuff.mass[comes] - stuff.mass[goes]
    loads.alone[load] += stuff.alone[comes] - stuff.alone[goes]
    pays, plus, minus = loads.own[load], stuff.own[comes], stuff.own[goes]
    for c in range(pays.shape[0]):
        pays[c] += plus[c] - minus[c]


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
