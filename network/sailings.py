"""Every dated chain of departures of a box that anything could be said for, from one place to many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import first_at_least, leaf, longer, taller
from network.labels import (
    INDEX,
    KINDS,
    LEG,
    PARENT,
    PAYLOAD,
    PRICE,
    STATE,
    TIME,
    WAITING,
    Closed,
    Queue,
    drift_on,
    go_on_for,
    grown,
    is_full,
    new_queue,
    note,
    put,
    take,
    take_for,
)
from network.timetable import FAR
from network.ways import last_open

if TYPE_CHECKING:
    from network.timetable import Ints, Timetable

FINISH, AVAILABLE, COST, READY_BY, PAPERS_BY, DEPARTS, CLOCK, CLOSED_TO, TAKES = range(9)
"""Columns of a sailing."""


class Corridor(NamedTuple):
    """
    Where a box may go from a state.

    Parameters
    ----------
    source
        The state.
    cost
        Fen of each leg, -1 for those that are closed.
    wanted
        Position of the finish that each state is, -1 for others.
    room
        Most that may have been paid on reaching each state.
    closed
        What legs are closed to, and what is asked for.
    """

    source: int
    cost: Ints
    wanted: Ints
    room: Ints
    closed: Closed


class Sailings(NamedTuple):
    """
    Dated chains of a box.

    Parameters
    ----------
    rows
        One for each: number of the finish, instant available there, cost in fen, latest instants at which the box and
        the documents may be ready, first departure, start of the storage clock at the finish, kinds of goods that
        some leg is closed to, as bits, and the most grams that all legs take.
    ptr, legs, departures
        Hops of chain r are ``ptr[r]:ptr[r + 1]``; departure -1 for a process.
    """

    rows: Ints
    ptr: Ints
    legs: Ints
    departures: Ints

    def only(self, kept: Ints) -> Sailings:
        """Return some of the chains."""
        size = np.diff(self.ptr)[kept]
        ptr = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
        hops = np.arange(ptr[-1]) + np.repeat(self.ptr[:-1][kept] - ptr[:-1], size)
        return Sailings(self.rows[kept], ptr, self.legs[hops], self.departures[hops])


@njit(cache=True, nogil=True)
def sailings(tt: Timetable, corridor: Corridor, ready: Ints, papers: Ints, end: int) -> Sailings:
    """
    Return every chain in a corridor that is not beaten, for some instants at which goods and documents are ready.

    Parameters
    ----------
    corridor
        Of the box.
    ready, papers
        Ascending instants at which the goods, and the documents, may be ready.
    end
        Last instant that counts.

    Notes
    -----
    Storage on the way is not in the cost. A chain is not beaten if for some closure, and grams, it costs less than all
    that are available by then, as open, and take as much. What is found for an instant stays true until the first of
    its chains is missed, so only the next instant after that is looked at; for documents likewise.
    """
    queue, chains = new_queue(1024), new_chains(256)
    least = np.empty((corridor.room.shape[0], corridor.closed.closures.shape[0]), dtype=np.int64)
    count = 0
    j = 0
    while j < ready.shape[0]:
        first = count
        k = 0
        while k < papers.shape[0]:
            before = count
            for closure in range(least.shape[1]):
                least[:, closure] = corridor.room + 1
            queue.counts[:] = 0
            put(queue, ready[j], 0, corridor.source, -1, -1, -1)
            queue, chains, count = follow(tt, corridor, queue, papers[k], end, least, chains, count)
            late = earliest(chains.rows, PAPERS_BY, before, count)
            k = first_at_least(papers, k + 1, papers.shape[0], late + 1)
        missed = earliest(chains.rows, READY_BY, first, count)
        j = first_at_least(ready, j + 1, ready.shape[0], missed + 1)
    hops = chains.ptr[count]
    return Sailings(chains.rows[:count], chains.ptr[: count + 1], chains.legs[:hops], chains.departures[:hops])


@njit(cache=True, nogil=True)
def follow(
    tt: Timetable, corridor: Corridor, queue: Queue, papers: int, end: int, least: Ints, chains: Sailings, count: int
) -> tuple[Queue, Sailings, int]:
    """Follow the labels of a queue until there are none, and return the chains known before and found now."""
    while queue.counts[WAITING] > 0:
        row = take_for(queue, least, corridor.closed)
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
        go_on_for(tt, corridor.cost, corridor.closed, queue, row, papers, end, least)
    return queue, chains, count


@njit(cache=True, nogil=True)
def drifts(tt: Timetable, corridor: Corridor) -> Ints:
    """
    Return what no chain in a corridor can beat in cost and minutes, as if nothing were waited for.

    Returns
    -------
    ways
        Rows of (position of the finish, minutes, cost), the quickest of each finish first.
    """
    queue, least = new_queue(1024), corridor.room + 1
    found = np.empty((256, 3), dtype=np.int64)
    count = 0
    put(queue, 0, 0, corridor.source, -1, -1, -1)
    while queue.counts[WAITING] > 0:
        row = take(queue, least)
        if row < 0:
            continue
        finish = corridor.wanted[queue.labels[row, STATE]]
        if finish >= 0 and row > 0:
            if count >= found.shape[0]:
                found = taller(found, count, 2 * count)
            note(queue, row, finish, found, count)
            count += 1
        if is_full(tt, queue, row):
            queue = grown(tt, queue, row)
        drift_on(tt, corridor.cost, queue, row, least)
    return found[:count]


@njit(cache=True, nogil=True)
def new_chains(size: int) -> Sailings:
    """Return room for some chains."""
    hops = np.empty(4 * size, dtype=np.int64)
    return Sailings(
        np.empty((size, TAKES + 1), dtype=np.int64), np.zeros(size + 1, dtype=np.int64), hops, np.empty_like(hops)
    )


@leaf
def hops_to(queue: Queue, row: int) -> int:
    """Return the number of hops to a label."""
    hops = 0
    while queue.labels[row, PARENT] >= 0:
        row = queue.labels[row, PARENT]
        hops += 1
    return hops


@leaf
def is_tight(chains: Sailings, count: int, hops: int) -> bool:
    """Say whether there is no room for one more chain of some hops."""
    return count >= chains.rows.shape[0] or chains.ptr[count] + hops > chains.legs.shape[0]


@njit(cache=True, nogil=True)
def extended(chains: Sailings, count: int, hops: int) -> Sailings:
    """Return chains with room for one more of some hops, and as many again."""
    rows, ptr, legs, departures = chains
    used, size = ptr[count], 2 * (ptr[count] + hops)
    return Sailings(
        taller(rows, count, 2 * count + 1),
        longer(ptr, count + 1, 2 * count + 2),
        longer(legs, used, size),
        longer(departures, used, size),
    )


@leaf
def trace(queue: Queue, row: int, chains: Sailings, count: int, hops: int) -> None:
    """Write the hops to a label behind those of the other chains."""
    last = chains.ptr[count] + hops
    chains.ptr[count + 1] = last
    for at in range(last - 1, last - hops - 1, -1):
        chains.legs[at], chains.departures[at] = queue.labels[row, LEG], queue.labels[row, INDEX]
        row = queue.labels[row, PARENT]


@leaf
def written(tt: Timetable, chains: Sailings, count: int, queue: Queue, row: int, finish: int) -> int:
    """Write the row of a chain whose hops are written, and return 1; or 0 for one that never moves."""
    papers_by, moving, clock = FAR, -1, FAR
    for at in range(chains.ptr[count + 1] - 1, chains.ptr[count] - 1, -1):
        leg, index = chains.legs[at], chains.departures[at]
        if index >= 0:
            departs = tt.departures[index] + tt.leg_offset[leg]
            if moving < 0:
                clock = departs + tt.leg_duration[leg]
            if tt.leg_doc[leg] >= 0:
                papers_by = min(papers_by, departs - tt.leg_doc[leg])
            moving = at
    if moving < 0:
        return 0
    leg = chains.legs[moving]
    departs = tt.departures[chains.departures[moving]] + tt.leg_offset[leg]
    chains.rows[count, FINISH] = finish
    chains.rows[count, AVAILABLE] = queue.labels[row, TIME]
    chains.rows[count, COST] = queue.labels[row, PRICE]
    chains.rows[count, READY_BY] = ready_by(tt, chains, count, moving, departs)
    chains.rows[count, PAPERS_BY] = papers_by
    chains.rows[count, DEPARTS] = departs
    chains.rows[count, CLOCK] = clock
    chains.rows[count, CLOSED_TO] = queue.labels[row, KINDS]
    chains.rows[count, TAKES] = queue.labels[row, PAYLOAD]
    return 1


@leaf
def ready_by(tt: Timetable, chains: Sailings, count: int, moving: int, departs: int) -> int:
    """Return the latest instant at which goods may be ready for a chain, given its first leg and departure."""
    leg = chains.legs[moving]
    by = last_open(tt, tt.leg_cal_in[leg], departs) - tt.leg_pre[leg]
    for at in range(moving - 1, chains.ptr[count] - 1, -1):
        leg = chains.legs[at]
        by = last_open(tt, tt.leg_cal_in[leg], by - tt.leg_post[leg])
    return by


@leaf
def earliest(rows: Ints, column: int, first: int, last: int) -> int:
    """Return the least value in a column of some rows, FAR for none."""
    least = FAR
    for row in range(first, last):
        least = min(least, rows[row, column])
    return least
