"""Every dated chain of departures of a box that anything could be said for, from one place to many."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import first_departure, heap_pop, heap_push, longer, next_open, taller
from network.timetable import FAR
from network.ways import last_open

if TYPE_CHECKING:
    from network.timetable import Ints, Timetable

FINISH, AVAILABLE, COST, READY_BY, PAPERS_BY, DEPARTS, CLOCK = range(7)
"""Columns of a sailing."""


class Sailings(NamedTuple):
    """
    Dated chains of a box.

    Parameters
    ----------
    rows
        One for each: number of the finish, instant available there, cost in fen, latest instants at which the box and
        the documents may be ready, first departure, and start of the storage clock at the finish.
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
def sailings(
    tt: Timetable, cost: Ints, source: int, ready: Ints, papers: Ints, end: int, wanted: Ints, room: Ints
) -> tuple[Ints, Ints, Ints, Ints]:
    """
    Return every chain from a state that is not beaten, for some instants at which goods and documents are ready.

    Parameters
    ----------
    cost
        Of each leg, -1 for those that are closed.
    source, ready, papers, end
        State, ascending instants at which the goods, and the documents, may be ready, and last instant that counts.
    wanted
        Number of each state among those asked for, -1 for others.
    room
        Ways that cost more than this in a state are not followed.

    Returns
    -------
    rows, ptr, legs, departures
        As `Sailings`; storage on the way is not in the cost.

    Notes
    -----
    What is found for an instant stays true until the first of its chains is missed, so only the next instant after
    that is looked at; for documents likewise.
    """
    rows = np.empty((256, 7), dtype=np.int64)
    ptr = np.zeros(257, dtype=np.int64)
    legs = np.empty(1024, dtype=np.int64)
    departures = np.empty(1024, dtype=np.int64)
    times = np.empty(1024, dtype=np.int64)
    prices = np.empty(1024, dtype=np.int64)
    states = np.empty(1024, dtype=np.int64)
    parents = np.empty(1024, dtype=np.int64)
    by_leg = np.empty(1024, dtype=np.int64)
    by_index = np.empty(1024, dtype=np.int64)
    heap = np.empty(1024, dtype=np.int64)
    least = np.empty_like(room)
    count = 0
    j = 0
    while j < ready.shape[0]:
        missed = FAR
        k = 0
        while k < papers.shape[0]:
            least[:] = room + 1
            times[0], prices[0], states[0], parents[0] = ready[j], 0, source, -1
            used = 1
            size = heap_push(heap, 0, ready[j] << 32)
            late = FAR
            while size > 0:
                label = heap[0] & 0xFFFFFFFF
                size = heap_pop(heap, size)
                state, price, now = states[label], prices[label], times[label]
                if price >= least[state]:
                    continue
                least[state] = price
                if wanted[state] >= 0 and label > 0:
                    if count + 1 >= rows.shape[0]:
                        rows = taller(rows, count, 2 * count)
                        ptr = longer(ptr, count + 1, 2 * count + 1)
                    first = ptr[count]
                    length = 0
                    back = label
                    while back > 0:
                        length += 1
                        back = parents[back]
                    if first + length > legs.shape[0]:
                        legs = longer(legs, first, 2 * (first + length))
                        departures = longer(departures, first, 2 * (first + length))
                    ptr[count + 1] = first + length
                    back = label
                    papers_by, departs, clock, moving = FAR, FAR, FAR, -1
                    for at in range(first + length - 1, first - 1, -1):
                        leg, index = by_leg[back], by_index[back]
                        legs[at], departures[at] = leg, index
                        if index >= 0:
                            departs = tt.departures[index] + tt.leg_offset[leg]
                            moving = at
                            if clock == FAR:
                                clock = departs + tt.leg_duration[leg]
                            if tt.leg_doc[leg] >= 0:
                                papers_by = min(papers_by, departs - tt.leg_doc[leg])
                        back = parents[back]
                    if moving >= 0:
                        by = last_open(tt, tt.leg_cal_in[legs[moving]], departs) - tt.leg_pre[legs[moving]]
                        for at in range(moving - 1, first - 1, -1):
                            by = last_open(tt, tt.leg_cal_in[legs[at]], by - tt.leg_post[legs[at]])
                        rows[count, FINISH], rows[count, AVAILABLE], rows[count, COST] = wanted[state], now, price
                        rows[count, READY_BY], rows[count, PAPERS_BY] = by, papers_by
                        rows[count, DEPARTS], rows[count, CLOCK] = departs, clock
                        count += 1
                        missed, late = min(missed, by), min(late, papers_by)
                for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
                    leg, to = tt.arc_leg[arc], tt.arc_to[arc]
                    if cost[leg] < 0 or price + cost[leg] >= least[to]:
                        continue
                    then = next_open(tt, tt.leg_cal_in[leg], now + tt.leg_pre[leg])
                    index = -1
                    if tt.leg_lo[leg] >= 0:
                        if tt.leg_doc[leg] >= 0:
                            then = max(then, papers[k] + tt.leg_doc[leg])
                        index = first_departure(tt, leg, then)
                        if index >= tt.leg_hi[leg]:
                            continue
                        then = tt.departures[index] + tt.leg_offset[leg] + tt.leg_duration[leg]
                    then = next_open(tt, tt.leg_cal_out[leg], then) + tt.leg_post[leg]
                    if then > end:
                        continue
                    if used >= times.shape[0]:
                        times, prices = longer(times, used, 2 * used), longer(prices, used, 2 * used)
                        states, heap = longer(states, used, 2 * used), longer(heap, size, 2 * used)
                        parents = longer(parents, used, 2 * used)
                        by_leg, by_index = longer(by_leg, used, 2 * used), longer(by_index, used, 2 * used)
                    times[used], prices[used], states[used] = then, price + cost[leg], to
                    parents[used], by_leg[used], by_index[used] = label, leg, index
                    size = heap_push(heap, size, (then << 32) | used)
                    used += 1
            k = np.searchsorted(papers, late, side="right") if late < FAR else papers.shape[0]
        if missed == FAR:
            break
        j = max(j + 1, np.searchsorted(ready, missed, side="right"))
    return rows[:count], ptr[: count + 1], legs[: ptr[count]], departures[: ptr[count]]


@njit(cache=True, nogil=True)
def drifts(tt: Timetable, cost: Ints, source: int, wanted: Ints, room: Ints) -> Ints:
    """
    Return what no chain from a state can beat in cost and minutes, as if nothing were waited for.

    Parameters
    ----------
    cost
        Of each leg, -1 for those that are closed.
    source
        State.
    wanted
        Number of each state among those asked for, -1 for others.
    room
        Ways that cost more than this in a state are not followed.

    Returns
    -------
    ways
        Rows of (number of the state, minutes, cost), the quickest of each state first.
    """
    least = room + 1
    times = np.empty(1024, dtype=np.int64)
    prices = np.empty(1024, dtype=np.int64)
    states = np.empty(1024, dtype=np.int64)
    heap = np.empty(1024, dtype=np.int64)
    found = np.empty((256, 3), dtype=np.int64)
    times[0], prices[0], states[0] = 0, 0, source
    count, used = 0, 1
    size = heap_push(heap, 0, 0)
    while size > 0:
        label = heap[0] & 0xFFFFFFFF
        size = heap_pop(heap, size)
        state, price, spent = states[label], prices[label], times[label]
        if price >= least[state]:
            continue
        least[state] = price
        if wanted[state] >= 0 and label > 0:
            if count >= found.shape[0]:
                found = taller(found, count, 2 * count)
            found[count, 0], found[count, 1], found[count, 2] = wanted[state], spent, price
            count += 1
        for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
            leg, to = tt.arc_leg[arc], tt.arc_to[arc]
            if cost[leg] < 0 or price + cost[leg] >= least[to]:
                continue
            if used >= times.shape[0]:
                times, prices = longer(times, used, 2 * used), longer(prices, used, 2 * used)
                states, heap = longer(states, used, 2 * used), longer(heap, size, 2 * used)
            minutes = spent + tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg]
            times[used], prices[used], states[used] = minutes, price + cost[leg], to
            size = heap_push(heap, size, (minutes << 32) | used)
            used += 1
    return found[:count]
