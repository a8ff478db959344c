"""
Compiled search: exact Pareto front over (cost, arrival, emissions) on a timetable.

The method is label setting with three ideas on top, each exact:

* lower bounds to the target from static Dijkstra searches prune labels that some found arrival already beats;
* dominance prices the storage an earlier arrival might have to pay (see docs/model.md, section 8);
* a label boards the first departure it can. A later departure of the same leg can only help by arriving
  later and so paying less storage where it arrives; it is tried when, and only when, storage is really charged there.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from network.timetable import FAR, Ints, Question, Timetable, Weights

# Columns of a label.
READY, CLOCK, SINCE, COST, EMISSIONS, VIA, LEGS, PAPERS, STORAGE = 0, 1, 2, 3, 4, 5, 6, 7, 8
STATE, PARENT, LEG, INDEX, NEXT, DEAD, ACTIVE, COVERED, SIBLING = 9, 10, 11, 12, 13, 14, 15, 16, 17
WIDTH = 18
DAY = 1440
STATE_BITS = 18
STATE_MASK = (1 << STATE_BITS) - 1
NO_LIMIT = 1 << 42
PRUNED, DOMINATED, KEPT = 0, 1, 2


@njit(cache=True, nogil=True)
def next_open(tt: Timetable, cal: int, t: int) -> int:
    """Return the least open minute at or after t, FAR if there is none."""
    if cal < 0:
        return t
    lo = tt.cal_ptr[cal]
    hi = tt.cal_ptr[cal + 1]
    last = hi
    while lo < hi:
        mid = (lo + hi) >> 1
        if tt.cal_end[mid] > t:
            hi = mid
        else:
            lo = mid + 1
    if lo == last:
        return FAR
    return max(t, tt.cal_start[lo])


@njit(cache=True, nogil=True)
def first_departure(tt: Timetable, leg: int, ready: int) -> int:
    """Return the index of the leg's first departure at or after ready (leg_hi if there is none)."""
    target = ready - tt.leg_offset[leg]
    lo = tt.leg_lo[leg]
    hi = tt.leg_hi[leg]
    while lo < hi:
        mid = (lo + hi) >> 1
        if tt.departures[mid] >= target:
            hi = mid
        else:
            lo = mid + 1
    return lo


@njit(cache=True, nogil=True)
def storage_cost(w: Weights, row: int, wait: int) -> int:
    """Return the cost in fen of standing `wait` minutes."""
    if row < 0 or wait <= w.storage_free[row]:
        return 0
    days = (wait - w.storage_free[row] + DAY - 1) // DAY
    return w.storage_cost[row, min(days, w.storage_cost.shape[1] - 1)]


@njit(cache=True, nogil=True)
def heap_push(heap: Ints, size: int, item: int) -> int:
    """Add an item to a binary heap of integers and return the new size."""
    i = size
    while i > 0:
        up = (i - 1) >> 1
        if heap[up] <= item:
            break
        heap[i] = heap[up]
        i = up
    heap[i] = item
    return size + 1


@njit(cache=True, nogil=True)
def heap_pop(heap: Ints, size: int) -> int:
    """Remove the least item, leaving size - 1 items; the caller has read heap[0] before."""
    size -= 1
    item = heap[size]
    i = 0
    while True:
        child = 2 * i + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= item:
            break
        heap[i] = heap[child]
        i = child
    heap[i] = item
    return size


@njit(cache=True, nogil=True)
def lower_bound(tt: Timetable, w: Weights, target: int, weight: Ints) -> tuple[Ints, Ints]:
    """
    Return for each state the least weighted sum of time, cost and emissions to the target, ignoring the clock.

    Returns
    -------
    bound
        One value per state, FAR where the target cannot be reached.
    arc
        First arc of a best way, as a position in `in_leg`; -1 where there is none.
    """
    n = tt.out_ptr.shape[0] - 1
    bound = np.full(n, FAR, dtype=np.int64)
    best = np.full(n, -1, dtype=np.int64)
    heap = np.empty(tt.in_from.shape[0] + 2, dtype=np.int64)
    bound[target] = 0
    size = heap_push(heap, 0, target)
    while size > 0:
        item = heap[0]
        size = heap_pop(heap, size)
        state = item & STATE_MASK
        distance = item >> STATE_BITS
        if distance > bound[state]:
            continue
        for arc in range(tt.in_ptr[state], tt.in_ptr[state + 1]):
            leg = tt.in_leg[arc]
            if w.leg_cost[leg] < 0:
                continue
            step = distance + weight[0] * (tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg])
            step += weight[1] * w.leg_cost[leg] + weight[2] * w.leg_emissions[leg]
            before = tt.in_from[arc]
            if step < bound[before]:
                bound[before] = step
                best[before] = arc
                size = heap_push(heap, size, (step << STATE_BITS) | before)
    return bound, best


@njit(cache=True, nogil=True)
def hopeless(
    limits: Ints, count: int, weight: Ints, bound: Ints, state: int, ready: int, cost: int, emissions: int
) -> bool:
    """
    Say whether everything that can follow is matched by arrivals already found.

    `limits` are the local upper bounds of the front: whatever is not matched lies strictly below one of them.
    Row k of `bound` is a lower bound on weight[k] . (time, cost, emissions) to the target.
    """
    t = ready + bound[0, state]
    c = cost + bound[1, state]
    e = emissions + bound[2, state]
    for i in range(count):
        if t < limits[i, 0] and c < limits[i, 1] and e < limits[i, 2]:
            open_ = True
            for k in range(3, weight.shape[0]):
                least = weight[k, 0] * ready + weight[k, 1] * cost + weight[k, 2] * emissions + bound[k, state]
                if least >= weight[k, 0] * limits[i, 0] + weight[k, 1] * limits[i, 1] + weight[k, 2] * limits[i, 2]:
                    open_ = False
                    break
            if open_:
                return False
    return True


@njit(cache=True, nogil=True)
def tighten(limits: Ints, count: int, t: int, c: int, e: int) -> tuple[Ints, int]:
    """Update the local upper bounds for a new point of the front."""
    fresh = np.empty((3 * count + 3, 3), dtype=np.int64)
    made = 0
    kept = 0
    for i in range(count):
        if t < limits[i, 0] and c < limits[i, 1] and e < limits[i, 2]:
            for k in range(3):
                fresh[made, :] = limits[i, :]
                fresh[made, k] = t if k == 0 else (c if k == 1 else e)
                made += 1
        else:
            limits[kept, :] = limits[i, :]
            kept += 1
    if kept + made > limits.shape[0]:
        wider = np.empty((2 * (kept + made), 3), dtype=np.int64)
        wider[:kept, :] = limits[:kept, :]
        limits = wider
    before = kept
    for i in range(made):
        redundant = False
        for j in range(before):
            if fresh[i, 0] <= limits[j, 0] and fresh[i, 1] <= limits[j, 1] and fresh[i, 2] <= limits[j, 2]:
                redundant = True
                break
        for j in range(made):
            if redundant:
                break
            if j != i and fresh[i, 0] <= fresh[j, 0] and fresh[i, 1] <= fresh[j, 1] and fresh[i, 2] <= fresh[j, 2]:
                same = fresh[i, 0] == fresh[j, 0] and fresh[i, 1] == fresh[j, 1] and fresh[i, 2] == fresh[j, 2]
                redundant = (not same) or j < i
        if not redundant:
            limits[kept, :] = fresh[i, :]
            kept += 1
    return limits, kept


@njit(cache=True, nogil=True)
def beaten(front: Ints, count: int, ready: int, cost: int, emissions: int) -> bool:
    """Say whether some found arrival is at least as good in all three criteria."""
    for i in range(count):
        if front[i, 1] <= cost and front[i, 2] <= emissions and front[i, 0] <= ready:
            return True
    return False


@njit(cache=True, nogil=True)
def covers(w: Weights, q: Question, lab: Ints, a: int, b: int, bound_time: int) -> bool:
    """Say whether label a makes label b of the same state needless."""
    if lab[a, READY] > lab[b, READY] or lab[a, COST] > lab[b, COST] or lab[a, EMISSIONS] > lab[b, EMISSIONS]:
        return False
    if (lab[a, VIA] & lab[b, VIA]) != lab[b, VIA]:
        return False
    if q.max_legs >= 0 and lab[a, LEGS] > lab[b, LEGS]:
        return False
    if q.backwards == 1:
        if lab[a, STORAGE] != lab[b, STORAGE]:
            return False
        if lab[a, PAPERS] > max(lab[b, PAPERS], lab[b, READY] + bound_time):
            return False
    return True


@njit(cache=True, nogil=True)
def clock_penalty(w: Weights, loc: int, clock_a: int, clock_b: int) -> int:
    """Return the most that the earlier clock a can pay in storage above the later clock b."""
    if clock_a >= clock_b:
        return 0
    rate = w.loc_day_rate[loc]
    if rate == 0:
        return 0
    if clock_b == FAR:
        return FAR
    return rate * ((clock_b - clock_a + DAY - 1) // DAY)


@njit(cache=True, nogil=True)
def attach(lab: Ints, label: int, to: int) -> None:
    """Remember that `to` covers `label`, for the day storage is charged to `to`."""
    lab[label, SIBLING] = lab[to, COVERED]
    lab[to, COVERED] = label


@njit(cache=True, nogil=True)
def settle(tt: Timetable, w: Weights, q: Question, lab: Ints, head: Ints, new: int, bound_time: int) -> int:
    """
    Put a new label into its state's bag; return the label that covers it, or -1 if it is kept.

    Labels the new one covers die. A label that another beats only until storage would be charged to the other
    is kept for departures after that (column SINCE).
    """
    state = lab[new, STATE]
    loc = tt.state_loc[state]
    previous = -1
    label = head[state]
    since = lab[new, SINCE]
    while label >= 0:
        following = lab[label, NEXT]
        if covers(w, q, lab, label, new, bound_time):
            penalty = clock_penalty(w, loc, lab[label, CLOCK], lab[new, CLOCK])
            if lab[label, COST] + penalty <= lab[new, COST]:
                return label
        if covers(w, q, lab, new, label, bound_time):
            penalty = clock_penalty(w, loc, lab[new, CLOCK], lab[label, CLOCK])
            if lab[new, COST] + penalty <= lab[label, COST] and since <= lab[label, SINCE]:
                lab[label, DEAD] = 1
                attach(lab, label, new)
                if previous >= 0:
                    lab[previous, NEXT] = following
                else:
                    head[state] = following
                label = following
                continue
        previous = label
        label = following
    lab[new, NEXT] = head[state]
    head[state] = new
    return -1


@njit(cache=True, nogil=True)
def activate(lab: Ints, first: int, stack: Ints, wanted: Ints, count: int) -> int:
    """
    Collect the arrivals whose next departure must be tried because storage is charged to label `first`.

    Walks from the label through its processes to the arrival at this location, and through every label that
    one of these covers. Returns the number of labels in `wanted`.
    """
    stack[0] = first
    top = 1
    while top > 0:
        top -= 1
        label = stack[top]
        if lab[label, ACTIVE] == 1:
            continue
        lab[label, ACTIVE] = 1
        covered = lab[label, COVERED]
        while covered >= 0:
            stack[top] = covered
            top += 1
            covered = lab[covered, SIBLING]
        if lab[label, PARENT] < 0:
            continue
        if lab[label, INDEX] < 0:
            stack[top] = lab[label, PARENT]
            top += 1
        else:
            wanted[count] = label
            count += 1
    return count


@njit(cache=True, nogil=True)
def move(
    tt: Timetable, w: Weights, q: Question, lab: Ints, parent: int, leg: int, to: int, index: int, new: int
) -> int:
    """
    Write into row `new` the label that follows `parent` over `leg`, on departure `index` (-1: process).

    Returns the storage charged, or -1 when the move is not possible.
    """
    state = lab[parent, STATE]
    charged = 0
    if index < 0:
        begin = next_open(tt, tt.leg_cal_in[leg], lab[parent, READY] + tt.leg_pre[leg])
        ready = begin + tt.leg_post[leg]
        lab[new, CLOCK] = lab[parent, CLOCK]
        lab[new, SINCE] = lab[parent, SINCE]
        lab[new, LEGS] = lab[parent, LEGS]
        lab[new, PAPERS] = lab[parent, PAPERS]
        lab[new, STORAGE] = lab[parent, STORAGE]
    else:
        departure = tt.departures[index] + tt.leg_offset[leg]
        if tt.state_loc[state] == q.origin_loc and departure > q.last_departure:
            return -1
        row = lab[parent, STORAGE] if q.backwards == 1 else w.state_storage[state]
        charged = storage_cost(w, row, departure - lab[parent, CLOCK])
        arrival = departure + tt.leg_duration[leg]
        ready = next_open(tt, tt.leg_cal_out[leg], arrival) + tt.leg_post[leg]
        lab[new, CLOCK] = arrival
        lab[new, SINCE] = 0
        lab[new, LEGS] = lab[parent, LEGS] + 1
        lab[new, PAPERS] = lab[parent, PAPERS]
        lab[new, STORAGE] = w.state_storage[to]
        if q.backwards == 1 and tt.leg_doc[leg] >= 0:
            lab[new, PAPERS] = max(lab[parent, PAPERS], arrival + tt.leg_doc[leg])
    if ready > q.end:
        return -1
    lab[new, READY] = ready
    lab[new, COST] = lab[parent, COST] + charged + w.leg_cost[leg]
    lab[new, EMISSIONS] = lab[parent, EMISSIONS] + w.leg_emissions[leg]
    lab[new, VIA] = lab[parent, VIA] | w.loc_via[tt.state_loc[to]]
    lab[new, STATE] = to
    lab[new, PARENT] = parent
    lab[new, LEG] = leg
    lab[new, INDEX] = index
    lab[new, NEXT] = -1
    lab[new, DEAD] = 0
    lab[new, ACTIVE] = 0
    lab[new, COVERED] = -1
    lab[new, SIBLING] = -1
    return charged


@njit(cache=True, nogil=True)
def offer(front: Ints, count: int, lab: Ints, new: int) -> int:
    """Add an arrival at the target to the front, dropping those it beats; return the new count."""
    ready = max(lab[new, READY], lab[new, PAPERS])
    cost = lab[new, COST]
    emissions = lab[new, EMISSIONS]
    kept = 0
    for i in range(count):
        if not (ready <= front[i, 0] and cost <= front[i, 1] and emissions <= front[i, 2]):
            front[kept, :] = front[i, :]
            kept += 1
    front[kept, 0] = ready
    front[kept, 1] = cost
    front[kept, 2] = emissions
    front[kept, 3] = new
    return kept + 1


@njit(cache=True, nogil=True)
def board(tt: Timetable, q: Question, lab: Ints, label: int, leg: int) -> int:
    """Return the first departure a label can board, -1 for a process, -2 if there is none."""
    if tt.leg_lo[leg] < 0:
        return -1
    if q.max_legs >= 0 and lab[label, LEGS] >= q.max_legs:
        return -2
    ready = next_open(tt, tt.leg_cal_in[leg], lab[label, READY] + tt.leg_pre[leg])
    if q.backwards == 0 and tt.leg_doc[leg] >= 0:
        ready = max(ready, q.start + tt.leg_doc[leg])
    index = first_departure(tt, leg, max(ready, lab[label, SINCE]))
    return index if index < tt.leg_hi[leg] else -2


@njit(cache=True, nogil=True)
def dive(tt: Timetable, w: Weights, q: Question, lab: Ints, used: int, best: Ints) -> int:
    """Follow best arcs from the source on the first departures; return the new number of labels, the last at the target."""
    label = 0
    state = q.source
    while state != q.target:
        arc = best[state]
        if arc < 0 or used + 2 >= lab.shape[0]:
            return -1
        leg = tt.in_leg[arc]
        to = state_of(tt, arc)
        index = board(tt, q, lab, label, leg)
        if index == -2 or move(tt, w, q, lab, label, leg, to, index, used) < 0:
            return -1
        lab[used, DEAD] = 1
        label = used
        used += 1
        state = to
    return used


@njit(cache=True, nogil=True)
def state_of(tt: Timetable, arc: int) -> int:
    """Return the state that an arc, given by its position in `in_leg`, enters."""
    lo = 0
    hi = tt.in_ptr.shape[0] - 1
    while lo + 1 < hi:
        mid = (lo + hi) >> 1
        if tt.in_ptr[mid] <= arc:
            lo = mid
        else:
            hi = mid
    return lo


@njit(cache=True, nogil=True)
def pareto(tt: Timetable, w: Weights, q: Question, weight: Ints) -> tuple[Ints, Ints]:
    """
    Return the Pareto front of a question and the labels behind it.

    Parameters
    ----------
    tt, w, q
        Timetable, weights and question.
    weight
        Rows of (time, cost, emissions) weights for the lower bounds; the first three are the unit vectors.

    Returns
    -------
    front
        Rows of (arrival, cost, emissions, label).
    labels
        One row per label; follow column PARENT to the source.
    """
    n = tt.out_ptr.shape[0] - 1
    capacity = 2048
    lab = np.empty((capacity, WIDTH), dtype=np.int64)
    heap = np.empty(2 * capacity, dtype=np.int64)
    stack = np.empty(2 * capacity, dtype=np.int64)
    wanted = np.empty(capacity, dtype=np.int64)
    front = np.empty((64, 4), dtype=np.int64)
    limits = np.empty((64, 3), dtype=np.int64)
    head = np.full(n, -1, dtype=np.int64)
    bound = np.empty((weight.shape[0], n), dtype=np.int64)
    found = 0
    size = 0
    wants = 0

    lab[0, :] = 0
    lab[0, READY] = q.start
    lab[0, CLOCK] = FAR
    lab[0, STATE] = q.source
    lab[0, VIA] = w.loc_via[tt.state_loc[q.source]]
    lab[0, STORAGE] = -1
    for column in (PARENT, LEG, INDEX, NEXT, COVERED, SIBLING):
        lab[0, column] = -1
    used = 1
    head[q.source] = 0
    limits[0, 0] = q.end + 1
    limits[0, 1] = NO_LIMIT
    limits[0, 2] = NO_LIMIT
    limit_count = 1

    for k in range(weight.shape[0]):
        bound[k, :], best = lower_bound(tt, w, q.target, weight[k])
        if bound[k, q.source] >= FAR:
            return front[:0, :], lab[:1, :]
        after = dive(tt, w, q, lab, used, best)
        if after > 0 and lab[after - 1, VIA] & q.via_full == q.via_full:
            last = after - 1
            arrives = max(lab[last, READY], lab[last, PAPERS])
            if not beaten(front, found, arrives, lab[last, COST], lab[last, EMISSIONS]):
                found = offer(front, found, lab, last)
                limits, limit_count = tighten(limits, limit_count, arrives, lab[last, COST], lab[last, EMISSIONS])
                used = after
    size = heap_push(heap, size, (q.start << 32) | 0)

    while size > 0 or wants > 0:
        if wants > 0:
            wants -= 1
            want = wanted[wants]
            first_arc = 0
            last_arc = 1
            label = lab[want, PARENT]
        else:
            want = -1
            item = heap[0]
            size = heap_pop(heap, size)
            label = item & 0xFFFFFFFF
            if lab[label, DEAD] == 1:
                continue
            state = lab[label, STATE]
            if hopeless(
                limits, limit_count, weight, bound, state,
                lab[label, READY], lab[label, COST], lab[label, EMISSIONS],
            ):
                continue
            first_arc = tt.out_ptr[state]
            last_arc = tt.out_ptr[state + 1]
        room = last_arc - first_arc + 2
        if used + room >= capacity:
            capacity = max(2 * capacity, used + 2 * room)
            grown = np.empty((capacity, WIDTH), dtype=np.int64)
            grown[:used, :] = lab[:used, :]
            lab = grown
            longer = np.empty(2 * capacity, dtype=np.int64)
            longer[:size] = heap[:size]
            heap = longer
            stack = np.empty(2 * capacity, dtype=np.int64)
            more = np.empty(capacity, dtype=np.int64)
            more[:wants] = wanted[:wants]
            wanted = more
        for arc in range(first_arc, last_arc):
            if want >= 0:
                leg = lab[want, LEG]
                to = lab[want, STATE]
                index = lab[want, INDEX] + 1
                if index >= tt.leg_hi[leg]:
                    continue
            else:
                leg = tt.arc_leg[arc]
                to = tt.arc_to[arc]
                if w.leg_cost[leg] < 0 or bound[0, to] >= FAR:
                    continue
                index = board(tt, q, lab, label, leg)
                if index == -2:
                    continue
            charged = move(tt, w, q, lab, label, leg, to, index, used)
            if charged < 0:
                continue
            if want >= 0:
                # Earlier departures of this leg do as well until storage is charged to the one before.
                lab[used, SINCE] = lab[want, CLOCK] + w.loc_free[tt.state_loc[to]] + 1
            cost = lab[used, COST]
            emissions = lab[used, EMISSIONS]
            if hopeless(limits, limit_count, weight, bound, to, lab[used, READY], cost - charged, emissions):
                continue
            if charged > 0:
                wants = activate(lab, label, stack, wanted, wants)
            if to == q.target:
                arrives = max(lab[used, READY], lab[used, PAPERS])
                if (
                    arrives <= q.end
                    and lab[used, VIA] & q.via_full == q.via_full
                    and not beaten(front, found, arrives, cost, emissions)
                ):
                    if found + 1 >= front.shape[0]:
                        wider = np.empty((2 * front.shape[0], 4), dtype=np.int64)
                        wider[:found, :] = front[:found, :]
                        front = wider
                    found = offer(front, found, lab, used)
                    limits, limit_count = tighten(limits, limit_count, arrives, cost, emissions)
                    used += 1
                continue
            coverer = settle(tt, w, q, lab, head, used, bound[0, to])
            if coverer >= 0:
                lab[used, DEAD] = 1
                attach(lab, used, coverer)
                if lab[coverer, ACTIVE] == 1:
                    wants = activate(lab, used, stack, wanted, wants)
            elif not hopeless(limits, limit_count, weight, bound, to, lab[used, READY], cost, emissions):
                size = heap_push(heap, size, ((lab[used, READY] + bound[0, to]) << 32) | used)
            used += 1
    return front[:found, :], lab[:used, :]
