"""Ways of cargo on the timetable besides fronts: followed, timed backwards, or to and from everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from network.kernel import (
    STATE_BITS,
    STATE_MASK,
    first_at_least,
    first_departure,
    heap_pop,
    heap_push,
    leaf,
    next_open,
    storage_cost,
    taller,
)
from network.labels import STATE, WAITING, go_on, grown, is_full, new_queue, note, put, take
from network.timetable import FAR

if TYPE_CHECKING:
    from network.timetable import Ints, Timetable, Weights


@njit(cache=True, nogil=True)
def ride_on(
    tt: Timetable, w: Weights, state: int, legs: Ints, count: int, ready: int, clock: int, end: int
) -> tuple[int, int]:
    """
    Follow legs from an instant, always by the first departure.

    Parameters
    ----------
    state
        State the cargo stands in, whose storage is charged when it leaves.
    legs, count
        The legs and how many they are.
    ready, clock
        Instant the cargo is ready, and start of its storage clock (FAR for none).
    end
        Last instant that counts.

    Returns
    -------
    available, storage
        Instant at the end (FAR if a departure is missing) and storage in fen at the first place.
    """
    storage = 0
    is_first = True
    for i in range(count):
        leg = legs[i]
        if tt.leg_lo[leg] < 0:
            ready = next_open(tt, tt.leg_cal_in[leg], ready) + tt.leg_post[leg]
            continue
        index = first_departure(tt, leg, ready + tt.leg_pre[leg])
        if index >= tt.leg_hi[leg]:
            return FAR, 0
        departs = tt.departures[index] + tt.leg_offset[leg]
        if is_first:
            storage = storage_cost(w, w.state_storage[state], departs - clock) if clock < FAR else 0
            is_first = False
        ready = next_open(tt, tt.leg_cal_out[leg], departs + tt.leg_duration[leg]) + tt.leg_post[leg]
        if ready > end:
            return FAR, 0
    return ready, storage


@njit(cache=True, nogil=True)
def ride_back(tt: Timetable, legs: Ints, count: int, deadline: int, index: Ints) -> tuple[int, int]:
    """
    Follow legs backwards from an instant by which the cargo must be ready, always by the last departure.

    Parameters
    ----------
    legs, count
        The legs and how many they are.
    deadline
        Instant by which the cargo must be ready after the last leg.
    index
        Filled with the departure of each leg, -1 for a process.

    Returns
    -------
    ready, clock
        Latest instant it may be ready at the start (-1 if there is none), and start of its storage clock at the end
        (FAR where it never moved).
    """
    clock = FAR
    for i in range(count - 1, -1, -1):
        leg = legs[i]
        latest = deadline - tt.leg_post[leg]
        if tt.leg_lo[leg] < 0:
            deadline = last_open(tt, tt.leg_cal_in[leg], latest)
            index[i] = -1
        else:
            at = first_departure(tt, leg, latest - tt.leg_duration[leg] + 1) - 1
            while at >= tt.leg_lo[leg]:
                arrives = tt.departures[at] + tt.leg_offset[leg] + tt.leg_duration[leg]
                if next_open(tt, tt.leg_cal_out[leg], arrives) <= latest:
                    break
                at -= 1
            if at < tt.leg_lo[leg]:
                return -1, FAR
            departs = tt.departures[at] + tt.leg_offset[leg]
            if clock == FAR:
                clock = departs + tt.leg_duration[leg]
            deadline = departs - tt.leg_pre[leg]
            index[i] = at
        if deadline < 0:
            return -1, FAR
    return deadline, clock


@leaf
def last_open(tt: Timetable, calendar: int, t: int) -> int:
    """Return the greatest open minute at or before t, -1 if there is none."""
    if calendar < 0:
        return t
    begin = tt.cal_ptr[calendar]
    i = first_at_least(tt.cal_start, begin, tt.cal_ptr[calendar + 1], t + 1) - 1
    return min(t, tt.cal_end[i] - 1) if i >= begin else -1


@njit(cache=True, nogil=True)
def from_here(
    tt: Timetable, cost: Ints, source: int, starts: Ints, paid: Ints, papers: int, end: int, wanted: Ints, room: Ints
) -> Ints:
    """
    Return every way from a state that is not beaten in cost and arrival, to every wanted state, storage apart.

    Parameters
    ----------
    cost
        Of each leg, -1 for those that are closed.
    source, starts, paid
        State, ascending instants at which the way may begin there, and what has been paid by each.
    papers, end
        Instant the documents are ready, and last instant that counts.
    wanted
        Number of each state among those asked for, -1 for others.
    room
        Ways that cost as much as this in a state are not followed.

    Returns
    -------
    ways
        Rows of (number of the state, arrival, cost), the first to arrive first.
    """
    queue, least = new_queue(1024 + starts.shape[0]), room.copy()
    found = np.empty((256, 3), dtype=np.int64)
    count = 0
    for i in range(starts.shape[0]):
        put(queue, starts[i], paid[i], source, -1, -1, -1)
    while queue.counts[WAITING] > 0:
        row = take(queue, least)
        if row < 0:
            continue
        number = wanted[queue.labels[row, STATE]]
        if number >= 0:
            if count >= found.shape[0]:
                found = taller(found, count, 2 * count)
            note(queue, row, number, found, count)
            count += 1
        if is_full(tt, queue, row):
            queue = grown(tt, queue, row)
        go_on(tt, cost, queue, row, papers, end, least)
    return found[:count]


@njit(cache=True, nogil=True)
def room_for(tt: Timetable, cost: Ints, targets: Ints, worth: Ints) -> Ints:
    """
    Return the most that may have been paid on reaching each state for some target to be worth going on to.

    Parameters
    ----------
    cost
        Of each leg, -1 for those that are closed.
    targets, worth
        States, and what arriving in each is worth; -1 where none is.
    """
    n = tt.in_ptr.shape[0] - 1
    room = np.full(n, -1, dtype=np.int64)
    most = 0
    for i in range(targets.shape[0]):
        room[targets[i]] = max(room[targets[i]], worth[i])
        most = max(most, worth[i])
    heap = np.empty(tt.in_from.shape[0] + targets.shape[0] + 1, dtype=np.int64)
    size = 0
    for i in range(targets.shape[0]):
        size = heap_push(heap, size, ((most - worth[i]) << STATE_BITS) | targets[i])
    while size > 0:
        state, left = heap[0] & STATE_MASK, most - (heap[0] >> STATE_BITS)
        size = heap_pop(heap, size)
        if left < room[state]:
            continue
        for arc in range(tt.in_ptr[state], tt.in_ptr[state + 1]):
            leg, before = tt.in_leg[arc], tt.in_from[arc]
            if cost[leg] >= 0 and left - cost[leg] > room[before]:
                room[before] = left - cost[leg]
                size = heap_push(heap, size, ((most - room[before]) << STATE_BITS) | before)
    return room


@njit(cache=True, nogil=True)
def after_process(tt: Timetable, legs: Ints, ready: Ints) -> Ints:
    """Return when cargo that is ready at some instants has gone through some processes, begun in opening hours."""
    done = np.empty(legs.shape[0], dtype=np.int64)
    for i in range(legs.shape[0]):
        done[i] = next_open(tt, tt.leg_cal_in[legs[i]], ready[i]) + tt.leg_post[legs[i]]
    return done


@njit(cache=True, nogil=True)
def before_process(tt: Timetable, legs: Ints, done: Ints) -> Ints:
    """Return the latest instants, -1 for none, at which cargo may be ready to be through some processes in time."""
    ready = np.empty(legs.shape[0], dtype=np.int64)
    for i in range(legs.shape[0]):
        ready[i] = last_open(tt, tt.leg_cal_in[legs[i]], done[i] - tt.leg_post[legs[i]])
    return ready
