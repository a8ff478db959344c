"""Labels on their way through a timetable, in order of time: all a search by cost alone needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import first_departure, heap_pop, heap_push, leaf, longer, next_open, taller
from network.timetable import FAR

if TYPE_CHECKING:
    from network.timetable import Ints, Timetable

TIME, PRICE, STATE, PARENT, LEG, INDEX, KINDS, PAYLOAD = range(8)
"""
Columns of a label: when it is where, at what price, from which label it came by which leg and departure.

And the kinds of goods that some leg so far is closed to, as bits, and the most grams that all of them take.
"""
MADE, WAITING = range(2)
LOW = 0xFFFFFFFF


class Queue(NamedTuple):
    """
    Labels, and those of them that are still to be followed.

    Parameters
    ----------
    labels
        Rows of TIME to PAYLOAD.
    heap
        Instants, with the numbers of labels in the lower half.
    counts
        Labels MADE, and entries of the heap WAITING.
    """

    labels: Ints
    heap: Ints
    counts: Ints


class Closed(NamedTuple):
    """
    What legs are closed to, and for what goods they are asked.

    Parameters
    ----------
    kinds, payload
        Kinds of goods that each leg is closed to, as bits, and the most grams it takes in a box.
    closures, grams
        Sets of kinds, as bits, for each of which the best is asked for; and what it must take at least with each.
    """

    kinds: Ints
    payload: Ints
    closures: Ints
    grams: Ints


@njit(cache=True, nogil=True)
def new_queue(size: int, width: int = PAYLOAD + 1) -> Queue:
    """Return a queue without labels and with room for some."""
    return Queue(np.empty((size, width), dtype=np.int64), np.empty(size, dtype=np.int64), np.zeros(2, np.int64))


@leaf
def is_full(tt: Timetable, queue: Queue, row: int) -> bool:
    """Say whether a queue lacks room for what may follow a label."""
    state = queue.labels[row, STATE]
    return queue.counts[MADE] + tt.out_ptr[state + 1] - tt.out_ptr[state] > queue.heap.shape[0]


@njit(cache=True, nogil=True)
def grown(tt: Timetable, queue: Queue, row: int) -> Queue:
    """Return a queue with room for what may follow a label, and as much again."""
    state, made = queue.labels[row, STATE], queue.counts[MADE]
    size = 2 * (made + tt.out_ptr[state + 1] - tt.out_ptr[state])
    return Queue(taller(queue.labels, made, size), longer(queue.heap, queue.counts[WAITING], size), queue.counts)


@leaf
def put(queue: Queue, time: int, price: int, state: int, parent: int, leg: int, index: int) -> None:
    """Add a label; there must be room for it."""
    row = queue.counts[MADE]
    queue.labels[row, TIME] = time
    queue.labels[row, PRICE] = price
    queue.labels[row, STATE] = state
    queue.labels[row, PARENT] = parent
    queue.labels[row, LEG] = leg
    queue.labels[row, INDEX] = index
    queue.labels[row, KINDS] = 0
    queue.labels[row, PAYLOAD] = FAR
    queue.counts[MADE] = row + 1
    queue.counts[WAITING] = heap_push(queue.heap, queue.counts[WAITING], (time << 32) | row)


@leaf
def take(queue: Queue, least: Ints) -> int:
    """
    Return the earliest of the labels, or -1 if it is not below the least price of its state; else note its price.

    Labels leave the queue in order of time, so one is worth following if it is cheaper than all before it there.
    """
    row = queue.heap[0] & LOW
    queue.counts[WAITING] = heap_pop(queue.heap, queue.counts[WAITING])
    if queue.labels[row, PRICE] >= least[queue.labels[row, STATE]]:
        return -1
    least[queue.labels[row, STATE]] = queue.labels[row, PRICE]
    return row


@leaf
def helps(kinds: int, payload: int, price: int, least: Ints, closed: Closed) -> bool:
    """Say whether a price is below the least of a state for some kinds and grams that may be there."""
    for k in range(closed.closures.shape[0]):
        if price < least[k] and not kinds & closed.closures[k] and payload >= closed.grams[k]:
            return True
    return False


@leaf
def take_for(queue: Queue, least: Ints, closed: Closed) -> int:
    """Do as `take` for goods of several kinds and masses at once: `least` has a column for each closure."""
    row = queue.heap[0] & LOW
    queue.counts[WAITING] = heap_pop(queue.heap, queue.counts[WAITING])
    state, price = queue.labels[row, STATE], queue.labels[row, PRICE]
    kinds, payload = queue.labels[row, KINDS], queue.labels[row, PAYLOAD]
    if not helps(kinds, payload, price, least[state], closed):
        return -1
    for k in range(closed.closures.shape[0]):
        if not kinds & closed.closures[k] and payload >= closed.grams[k]:
            least[state, k] = min(least[state, k], price)
    return row


@leaf
def boarded(tt: Timetable, leg: int, ready: int, papers: int) -> int:
    """Return the first departure for goods and documents ready at some instants, -1 of a process, -2 for none."""
    if tt.leg_lo[leg] < 0:
        return -1
    ready = next_open(tt, tt.leg_cal_in[leg], ready + tt.leg_pre[leg])
    if tt.leg_doc[leg] >= 0:
        ready = max(ready, papers + tt.leg_doc[leg])
    index = first_departure(tt, leg, ready)
    return index if index < tt.leg_hi[leg] else -2


@leaf
def available(tt: Timetable, leg: int, index: int, ready: int) -> int:
    """Return when goods are ready after a departure of a leg, or after a process they were ready for before."""
    if index < 0:
        done = next_open(tt, tt.leg_cal_in[leg], ready + tt.leg_pre[leg])
    else:
        done = tt.departures[index] + tt.leg_offset[leg] + tt.leg_duration[leg]
    return next_open(tt, tt.leg_cal_out[leg], done) + tt.leg_post[leg]


@leaf
def go_on(tt: Timetable, cost: Ints, queue: Queue, row: int, papers: int, end: int, least: Ints) -> None:
    """Add what follows a label by the first departures its goods and documents are ready for, up to an instant."""
    state, price, ready = queue.labels[row, STATE], queue.labels[row, PRICE], queue.labels[row, TIME]
    for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
        leg, to = tt.arc_leg[arc], tt.arc_to[arc]
        if cost[leg] < 0 or price + cost[leg] >= least[to]:
            continue
        index = boarded(tt, leg, ready, papers)
        if index < -1:
            continue
        then = available(tt, leg, index, ready)
        if then <= end:
            put(queue, then, price + cost[leg], to, row, leg, index)


@leaf
def go_on_for(
    tt: Timetable,
    cost: Ints,
    closed: Closed,
    queue: Queue,
    row: int,
    papers: int,
    end: int,
    least: Ints,
) -> None:
    """Do as `go_on` for goods of several kinds and masses at once."""
    state, price, ready = queue.labels[row, STATE], queue.labels[row, PRICE], queue.labels[row, TIME]
    for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
        leg, to = tt.arc_leg[arc], tt.arc_to[arc]
        kinds = queue.labels[row, KINDS] | closed.kinds[leg]
        payload = min(queue.labels[row, PAYLOAD], closed.payload[leg])
        if cost[leg] < 0 or not helps(kinds, payload, price + cost[leg], least[to], closed):
            continue
        index = boarded(tt, leg, ready, papers)
        if index < -1:
            continue
        then = available(tt, leg, index, ready)
        if then <= end:
            put(queue, then, price + cost[leg], to, row, leg, index)
            queue.labels[queue.counts[MADE] - 1, KINDS] = kinds
            queue.labels[queue.counts[MADE] - 1, PAYLOAD] = payload


@leaf
def drift_on(tt: Timetable, cost: Ints, queue: Queue, row: int, least: Ints) -> None:
    """Add what follows a label if nothing is waited for."""
    state, price, ready = queue.labels[row, STATE], queue.labels[row, PRICE], queue.labels[row, TIME]
    for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
        leg, to = tt.arc_leg[arc], tt.arc_to[arc]
        if cost[leg] >= 0 and price + cost[leg] < least[to]:
            lasts = tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg]
            put(queue, ready + lasts, price + cost[leg], to, row, leg, -1)


@leaf
def note(queue: Queue, row: int, number: int, found: Ints, count: int) -> None:
    """Write a number, and instant and price of a label, into a row of a table."""
    found[count, 0] = number
    found[count, 1] = queue.labels[row, TIME]
    found[count, 2] = queue.labels[row, PRICE]
