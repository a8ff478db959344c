"""
Emissions that have a price: what rides cost by mass, and the dated chains of a box where its goods pay for them.

What a load pays for a chain then depends on its mass. A chain is given up only for one that costs no more whatever
the mass of the load: see section 10 of docs/model.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import first_at_least, heap_pop, leaf
from network.labels import (
    KINDS,
    LOW,
    MADE,
    PAYLOAD,
    PRICE,
    STATE,
    TIME,
    WAITING,
    Closed,
    Queue,
    available,
    boarded,
    grown,
    is_full,
    new_queue,
    put,
)
from network.sailings import (
    PAPERS_BY,
    READY_BY,
    Corridor,
    Sailings,
    earliest,
    extended,
    hops_to,
    is_tight,
    new_chains,
    trace,
    written,
)

if TYPE_CHECKING:
    from network.timetable import Ints, Timetable

EMITTED, OLDER = PAYLOAD + 1, PAYLOAD + 2
"""Further columns of a label: micrograms for a kilogram so far, and the label followed before it in its state."""
UG_PER_KG_T = 10**15
"""What a product of grams and micrograms per kilogram is divided by to be tonnes."""
MOST_FEN = 1 << 44
"""Rides that emit for more are taken to cost this: nobody looks for them."""


class Emitted(NamedTuple):
    """
    What the emissions of a box cost the goods in it.

    Parameters
    ----------
    ug_per_kg
        Micrograms CO2e for a kilogram of each leg.
    minor_per_t
        Fen for a tonne CO2e.
    lightest_g, heaviest_g
        Least and greatest mass of a load.
    most
        Most shipments in a load; each rounds its price by half a fen at most.
    """

    ug_per_kg: Ints
    minor_per_t: int
    lightest_g: int
    heaviest_g: int
    most: int


@leaf
def emitted_fen(mass_g: int, ug_per_kg: int, minor_per_t: int) -> int:
    """
    Return the carbon cost of a ride as `optimizer.evaluate.carbon_fen` does, but never more than MOST_FEN.

    The quotient is estimated in floating point, to less than one. What the estimate leaves over fits an integer, and so
    is right although the products it comes from may wrap around.
    """
    near = float(mass_g) * float(ug_per_kg) * float(minor_per_t) / UG_PER_KG_T
    if near >= MOST_FEN:
        return MOST_FEN
    whole = int(near)
    rest = mass_g * ug_per_kg * minor_per_t + UG_PER_KG_T // 2 - whole * UG_PER_KG_T
    return whole + rest // UG_PER_KG_T


@njit(cache=True, nogil=True)
def emitted_by(ug_per_kg: Ints, mass_g: Ints, minor_per_t: int) -> Ints:
    """Return the carbon cost of every ride, one row for each, for every mass."""
    found = np.empty((ug_per_kg.shape[0], mass_g.shape[0]), dtype=np.int64)
    for row in range(ug_per_kg.shape[0]):
        for i in range(mass_g.shape[0]):
            found[row, i] = emitted_fen(mass_g[i], ug_per_kg[row], minor_per_t)
    return found


@leaf
def emitted_on(chains: Sailings, row: int, ug_per_kg: Ints) -> int:
    """Return the micrograms for a kilogram of a chain."""
    total = 0
    for hop in range(chains.ptr[row], chains.ptr[row + 1]):
        total += ug_per_kg[chains.legs[hop]]
    return total


@njit(cache=True, nogil=True)
def emitted_on_all(chains: Sailings, ug_per_kg: Ints) -> Ints:
    """Return the micrograms for a kilogram of every chain."""
    found = np.empty(chains.rows.shape[0], dtype=np.int64)
    for row in range(found.shape[0]):
        found[row] = emitted_on(chains, row, ug_per_kg)
    return found


@njit(cache=True, nogil=True)
def emitting_sailings(
    tt: Timetable, corridor: Corridor, emitted: Emitted, ready: Ints, papers: Ints, end: int
) -> Sailings:
    """
    Return dated chains of a box as `sailings` does, where the goods in it pay for what they emit.

    A chain is not beaten if for some closure, and grams, none that is available by then, as open, and takes as much
    costs no more with every load.
    """
    queue, chains = new_queue(1024, OLDER + 1), new_chains(256)
    newest = np.empty(corridor.room.shape[0], dtype=np.int64)
    count = 0
    j = 0
    while j < ready.shape[0]:
        first = count
        k = 0
        while k < papers.shape[0]:
            before = count
            newest[:] = -1
            queue.counts[:] = 0
            put(queue, ready[j], 0, corridor.source, -1, -1, -1)
            queue.labels[0, EMITTED] = 0
            by = papers[k], end
            queue, chains, count = follow_emitting(tt, corridor, emitted, queue, by, newest, chains, count)
            late = earliest(chains.rows, PAPERS_BY, before, count)
            k = first_at_least(papers, k + 1, papers.shape[0], late + 1)
        missed = earliest(chains.rows, READY_BY, first, count)
        j = first_at_least(ready, j + 1, ready.shape[0], missed + 1)
    hops = chains.ptr[count]
    return Sailings(chains.rows[:count], chains.ptr[: count + 1], chains.legs[:hops], chains.departures[:hops])


@njit(cache=True, nogil=True)
def follow_emitting(
    tt: Timetable,
    corridor: Corridor,
    emitted: Emitted,
    queue: Queue,
    by: tuple[int, int],
    newest: Ints,
    chains: Sailings,
    count: int,
) -> tuple[Queue, Sailings, int]:
    """
    Do as `sailings.follow`.

    Parameters
    ----------
    by
        Instant the documents are ready, and the last that counts.
    newest
        The label followed last in each state, -1 for none.
    """
    while queue.counts[WAITING] > 0:
        row = take_emitting(queue, corridor, emitted, newest)
        if row < 0:
            continue
        finish = corridor.wanted[queue.labels[row, STATE]]
        if finish >= 0:
            hops = hops_to(queue, row)
            if is_tight(chains, count, hops):
                chains = extended(chains, count, hops)
            trace(queue, row, chains, count, hops)
            count += written(tt, chains, count, queue, row, finish)
        if is_full(tt, queue, row):
            queue = grown(tt, queue, row)
        go_on_emitting(tt, corridor, emitted, queue, row, by, newest)
    return queue, chains, count


@leaf
def serves(dearer: int, dirtier: int, emitted: Emitted) -> bool:
    """
    Say whether a chain costs no more than another with every load, given by how much it is dearer and dirtier.

    What both emit is paid for in proportion to mass, so that the lightest load decides where it is dearer, and the
    heaviest where it is dirtier. Rounding is allowed for, unless it is neither.
    """
    if dearer <= 0 and dirtier <= 0:
        return True
    if dearer > 0 and dirtier < 0:
        return emitted_fen(emitted.lightest_g, -dirtier, emitted.minor_per_t) - 1 - emitted.most >= dearer
    if dearer < 0:
        return emitted_fen(emitted.heaviest_g, dirtier, emitted.minor_per_t) + 1 + emitted.most <= -dearer
    return False


@leaf
def is_wanted(
    queue: Queue, kinds: int, payload: int, price: int, ug: int, newest: int, emitted: Emitted, closed: Closed
) -> bool:
    """Say whether for some closure no label followed before, from the newest of a state on, serves as well."""
    labels = queue.labels
    for k in range(closed.closures.shape[0]):
        if kinds & closed.closures[k] or payload < closed.grams[k]:
            continue
        row, is_beaten = newest, False
        while row >= 0 and not is_beaten:
            if not labels[row, KINDS] & closed.closures[k] and labels[row, PAYLOAD] >= closed.grams[k]:
                is_beaten = serves(labels[row, PRICE] - price, labels[row, EMITTED] - ug, emitted)
            row = labels[row, OLDER]
        if not is_beaten:
            return True
    return False


@leaf
def take_emitting(queue: Queue, corridor: Corridor, emitted: Emitted, newest: Ints) -> int:
    """Return the earliest of the labels, noted as followed, or -1 if it is not wanted any more."""
    row: int = queue.heap[0] & LOW
    queue.counts[WAITING] = heap_pop(queue.heap, queue.counts[WAITING])
    state, price, ug = queue.labels[row, STATE], queue.labels[row, PRICE], queue.labels[row, EMITTED]
    kinds, payload = queue.labels[row, KINDS], queue.labels[row, PAYLOAD]
    if not is_wanted(queue, kinds, payload, price, ug, newest[state], emitted, corridor.closed):
        return -1
    queue.labels[row, OLDER] = newest[state]
    newest[state] = row
    return row


@leaf
def go_on_emitting(
    tt: Timetable, corridor: Corridor, emitted: Emitted, queue: Queue, row: int, by: tuple[int, int], newest: Ints
) -> None:
    """Do as `labels.go_on_for`, within the room of a corridor."""
    closed, state, ready = corridor.closed, queue.labels[row, STATE], queue.labels[row, TIME]
    for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
        leg, to = tt.arc_leg[arc], tt.arc_to[arc]
        price = queue.labels[row, PRICE] + corridor.cost[leg]
        if corridor.cost[leg] < 0 or price > corridor.room[to]:
            continue
        kinds = queue.labels[row, KINDS] | closed.kinds[leg]
        payload = min(queue.labels[row, PAYLOAD], closed.payload[leg])
        ug = queue.labels[row, EMITTED] + emitted.ug_per_kg[leg]
        if not is_wanted(queue, kinds, payload, price, ug, newest[to], emitted, closed):
            continue
        index = boarded(tt, leg, ready, by[0])
        if index < -1:
            continue
        then = available(tt, leg, index, ready)
        if then <= by[1]:
            put(queue, then, price, to, row, leg, index)
            made = queue.counts[MADE] - 1
            queue.labels[made, KINDS], queue.labels[made, PAYLOAD] = kinds, payload
            queue.labels[made, EMITTED] = ug
