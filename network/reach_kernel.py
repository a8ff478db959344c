"""Compiled search from one state to many: the label setting of `network.kernel`, without a single target."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from network.kernel import (
    A_COST,
    A_DURATION,
    A_EMISSIONS,
    A_HI,
    A_LOC,
    A_TO,
    A_WIDTH,
    ARC,
    ASLEEP,
    CHARGED,
    CLOCK,
    COST,
    COVERED,
    EMISSIONS,
    EXPANDED,
    FIRST_LABELS,
    FIRST_NAP,
    INDEX,
    LINK,
    MOST_LABELS,
    N_ARC,
    N_CHARGED,
    N_INDEX,
    N_PARENT,
    N_SINCE,
    NEXT,
    NO_LIMIT,
    PARENT,
    READY,
    SINCE,
    STATE,
    STATE_BITS,
    STATE_MASK,
    STORAGE,
    W_ARC,
    W_CLOCK,
    W_INDEX,
    W_PARENT,
    W_SKIP,
    Space,
    board,
    charge,
    depart,
    heap_pop,
    heap_push,
    hopeless,
    hops_of,
    in_season,
    lie_down,
    longer,
    move,
    new_space,
    reach,
    settle,
    taller,
    write_arc,
)
from network.timetable import FAR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from network.timetable import Ints, Question, Timetable, Weights


NONE = -2
"""What `network.kernel` returns for no departure."""


class Ends(NamedTuple):
    """
    Labels at the targets of a search.

    Parameters
    ----------
    rows
        Rows of (arrival, cost, emissions, label, state), those of a state together.
    ptr, hops
        The hops of row i are ``hops[ptr[i]:ptr[i + 1]]``, rows of (leg, departure).
    made
        Number of labels made.
    """

    rows: Ints
    ptr: Ints
    hops: Ints
    made: int

    @property
    def is_complete(self) -> bool:
        """Say whether the search ended of its own accord."""
        return self.made < MOST_LABELS

    def rows_of(self, state: int) -> Iterator[tuple[int, int, int]]:
        """Yield arrival, cost and number of the rows of a state."""
        for number in np.flatnonzero(self.rows[:, 4] == state).tolist():
            yield int(self.rows[number, 0]), int(self.rows[number, 1]), number


def find_all(tt: Timetable, w: Weights, q: Question, targets: Ints, most: int) -> Ends:
    """
    Return all labels at some states that arrive in time and cost no more than a limit.

    Parameters
    ----------
    tt, w, q
        Timetable, weights and question; its target is not looked at.
    targets
        States whose labels are wanted.
    most
        Most fen.
    """
    rows, ptr, hops, made = _find_all(tt, w, q, targets, most, new_space(FIRST_LABELS))
    return Ends(rows, ptr, hops, made)


@njit(cache=True, nogil=True)
def bound_to_any(tt: Timetable, w: Weights, targets: Ints, by_cost: bool) -> Ints:  # noqa: FBT001 - no keywords there
    """Return for each state the least time, or cost, to any of some states, ignoring the clock; NO_LIMIT for none."""
    n = tt.in_ptr.shape[0] - 1
    bound = np.full(n, NO_LIMIT, dtype=np.int64)
    heap = np.empty(tt.in_from.shape[0] + targets.shape[0] + 2, dtype=np.int64)
    size = 0
    for i in range(targets.shape[0]):
        bound[targets[i]] = 0
        size = heap_push(heap, size, targets[i])
    while size > 0:
        item = heap[0]
        size = heap_pop(heap, size)
        state = item & STATE_MASK
        if item >> STATE_BITS > bound[state]:
            continue
        for arc in range(tt.in_ptr[state], tt.in_ptr[state + 1]):
            leg = tt.in_leg[arc]
            if w.leg_cost[leg] < 0:
                continue
            step = w.leg_cost[leg] if by_cost else tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg]
            step = min(bound[state] + min(max(step, 0), NO_LIMIT), NO_LIMIT - 1)
            if step < bound[tt.in_from[arc]]:
                bound[tt.in_from[arc]] = step
                size = heap_push(heap, size, (step << STATE_BITS) | tt.in_from[arc])
    return bound


@njit(cache=True, nogil=True)
def arcs_to_any(tt: Timetable, w: Weights, bound: Ints) -> tuple[Ints, Ints]:
    """Return the arcs that are open and lead somewhere wanted, by state."""
    n = tt.out_ptr.shape[0] - 1
    ptr = np.zeros(n + 1, dtype=np.int64)
    arcs = np.empty((tt.arc_to.shape[0], A_WIDTH), dtype=np.int64)
    kept = 0
    for state in range(n):
        for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
            if w.leg_cost[tt.arc_leg[arc]] >= 0 and bound[tt.arc_to[arc], 0] < NO_LIMIT:
                write_arc(tt, w, tt.arc_leg[arc], tt.arc_to[arc], arcs, kept)
                kept += 1
        ptr[state + 1] = kept
    return ptr, arcs[:kept]


@njit(cache=True, nogil=True)
def _at_targets(lab: Ints, head: Ints, q: Question, targets: Ints, most: int) -> Ints:
    """Return arrival, cost, emissions, label and state of the labels in the bags of some states."""
    found = np.empty((64, 5), dtype=np.int64)
    count = 0
    for i in range(targets.shape[0]):
        label = head[targets[i]]
        while label >= 0:
            if lab[label, READY] <= q.end and lab[label, COST] <= most and lab[label, PARENT] >= 0:
                if count + 1 >= found.shape[0]:
                    found = taller(found, count, 2 * found.shape[0])
                found[count, 0] = lab[label, READY]
                found[count, 1] = lab[label, COST]
                found[count, 2] = lab[label, EMISSIONS]
                found[count, 3] = label
                found[count, 4] = targets[i]
                count += 1
            label = lab[label, NEXT]
    return found[:count]


@njit(cache=True, nogil=True)
def _find_all(  # noqa: C901, PLR0912, PLR0915 - calls of the compiler are not free, and this is one loop
    tt: Timetable, weights: Weights, q: Question, targets: Ints, most: int, space: Space
) -> tuple[Ints, Ints, Ints, int]:
    """
    Return what `Ends` holds.

    The loop is that of `network.kernel.find_front`, which says why labels sleep, wake and wish for later departures.
    Here every target keeps its own bag, and a label is given up only when no target is within the limits.
    """
    n = tt.out_ptr.shape[0] - 1
    w = in_season(tt, weights, q)
    lab, nap, wanted, heap, sleepers = space
    head = np.full(n, -1, dtype=np.int64)
    weight = np.zeros((3, 3), dtype=np.int64)
    weight[0, 0] = weight[1, 1] = weight[2, 2] = 1
    limits = np.zeros((1, 7), dtype=np.int64)
    limits[0, 0] = q.end + 1
    limits[0, 1] = most + 1
    limits[0, 2] = NO_LIMIT
    bound = np.zeros((n, 3), dtype=np.int64)
    bound[:, 0] = bound_to_any(tt, w, targets, False)  # noqa: FBT003 - no keywords there
    bound[:, 1] = bound_to_any(tt, w, targets, True)  # noqa: FBT003 - as above
    out_ptr, arcs = arcs_to_any(tt, w, bound)
    wants = asleep = naps = 0
    lab[0, :] = 0
    lab[0, READY] = q.start
    lab[0, CLOCK] = FAR
    lab[0, STATE] = q.source
    lab[0, STORAGE] = -1
    for column in (PARENT, ARC, INDEX, NEXT, COVERED, LINK):
        lab[0, column] = -1
    used = 1
    head[q.source] = 0
    size = heap_push(heap, 0, q.start << 32)
    while (size > 0 or wants > 0 or asleep > 0) and used + naps < MOST_LABELS:
        want = -1
        first_arc = 0
        last_arc = 1
        room = 1
        label = 0
        if asleep == 0 and wants > 0:
            wants -= 1
            want = wants
            label = wanted[want, W_PARENT]
            first_arc = wanted[want, W_ARC]
            last_arc = first_arc + 1
        elif asleep == 0:
            label = heap[0] & 0xFFFFFFFF
            size = heap_pop(heap, size)
            if lab[label, ASLEEP] == 1 or lab[label, EXPANDED] == 1:
                continue
            lab[label, EXPANDED] = 1
            first_arc = out_ptr[lab[label, STATE]]
            last_arc = out_ptr[lab[label, STATE] + 1]
            room = last_arc - first_arc
        # Each arc makes at most a label or a nap, two wishes and one entry of the heap.
        if used + room + 1 >= lab.shape[0]:
            lab = taller(lab, used, 2 * (used + room + 1))
        if naps + room + 1 >= nap.shape[0]:
            nap = taller(nap, naps, 2 * (naps + room + 1))
        if lab.shape[0] + nap.shape[0] > sleepers.shape[0]:
            sleepers = longer(sleepers, asleep, lab.shape[0] + nap.shape[0])
        if wants + 2 * room + 2 >= wanted.shape[0]:
            wanted = taller(wanted, wants + 1, 2 * (wants + 2 * room + 2))
        if size + room + 1 >= heap.shape[0]:
            heap = longer(heap, size, 2 * (size + room + 1))
        if asleep > 0:
            asleep -= 1
            sleeper = sleepers[asleep]
            label = sleeper
            row = FIRST_NAP - sleeper
            if sleeper < 0:
                label = used
                parent, arc, index = nap[row, N_PARENT], nap[row, N_ARC], nap[row, N_INDEX]
                ready, clock, charged = reach(tt, w, q, arcs, lab, parent, arc, index)
                move(q, arcs, lab, parent, arc, index, ready, clock, charged, label)
                lab[label, SINCE] = nap[row, N_SINCE]
                lab[label, CHARGED] = nap[row, N_CHARGED]
                lab[label, ASLEEP] = 1
            state = lab[label, STATE]
            if lab[label, ASLEEP] == 0 or hopeless(
                limits, 1, weight, bound, state, lab[label, READY], lab[label, COST], lab[label, EMISSIONS]
            ):
                continue
            kept = settle(tt, w, q, lab, nap, head, label, sleeper, 0)
            if kept == 1:
                if sleeper < 0:
                    used += 1
                size = heap_push(heap, size, (lab[label, READY] << 32) | label)
                continue
            if sleeper < 0:
                lie_down(lab, label, nap, row)
            if kept < 0:
                asleep, wants = charge(tt, w, lab, nap, label, -kept, sleepers, asleep, wanted, wants)
                if sleeper < 0:
                    nap[row, N_CHARGED] = lab[label, CHARGED]
            continue
        for arc in range(first_arc, last_arc):
            since = 0
            to = arcs[arc, A_TO]
            if want >= 0:
                # Earlier departures of this leg do as well until storage is charged to the one before.
                since = wanted[want, W_CLOCK] + w.loc_free[arcs[arc, A_LOC]] + 1
                index = depart(tt, arcs, arc, wanted[want, W_SKIP] + 1 - arcs[arc, A_DURATION])
                if index != NONE and index <= wanted[want, W_INDEX]:
                    index = wanted[want, W_INDEX] + 1 if wanted[want, W_INDEX] + 1 < arcs[arc, A_HI] else NONE
            else:
                index = board(tt, q, arcs, lab, label, arc)
            if index == NONE:
                continue
            ready, clock, charged = reach(tt, w, q, arcs, lab, label, arc, index)
            if charged < 0:
                continue
            cost = lab[label, COST] + charged + arcs[arc, A_COST]
            emissions = lab[label, EMISSIONS] + arcs[arc, A_EMISSIONS]
            if hopeless(limits, 1, weight, bound, to, ready, cost - charged, emissions):
                continue
            move(q, arcs, lab, label, arc, index, ready, clock, charged, used)
            lab[used, SINCE] = max(lab[used, SINCE], since)
            if charged > 0:
                asleep, wants = charge(tt, w, lab, nap, label, charged, sleepers, asleep, wanted, wants)
            kept = settle(tt, w, q, lab, nap, head, used, FIRST_NAP - naps, 0)
            if kept == 1:
                size = heap_push(heap, size, (ready << 32) | used)
                used += 1
                continue
            lie_down(lab, used, nap, naps)
            if kept < 0:
                asleep, wants = charge(tt, w, lab, nap, used, -kept, sleepers, asleep, wanted, wants)
                nap[naps, N_CHARGED] = lab[used, CHARGED]
            naps += 1
    rows = _at_targets(lab, head, q, targets, most)
    ptr, hops = hops_of(arcs, lab, rows, rows.shape[0])
    return rows, ptr, hops, used + naps
