"""
Compiled search: exact Pareto front over (cost, arrival, emissions) on a timetable.

The method is label setting with four ideas on top, each exact:

* only the part of the network between source and target is looked at, with what runs in the time asked about;
* lower bounds to the target from static Dijkstra searches prune labels that some found arrival already beats;
* dominance prices the storage an earlier arrival might have to pay (see docs/model.md, section 8);
* a label boards the first departure it can. A later departure of the same leg can only help by arriving
  later and so paying less storage where it arrives; it is tried when, and only when, storage is really charged there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit

from network.timetable import FAR, Ints, Question, Timetable, Weights

_Function = TypeVar("_Function", bound=Callable[..., object])
_UNCOUNTED: dict[str, Any] = {"_nrt": False}


def leaf(function: _Function) -> _Function:
    """
    Compile a function that allocates nothing.

    Without counting references to the arrays of a timetable at each call the whole search is eight times faster; see
    docs/decisions/0009-kernel-without-reference-counts.md.
    """
    return cast("_Function", njit(cache=True, nogil=True, **_UNCOUNTED)(function))


# Columns of a label; dominance reads the first eight, one cache line.
READY, COST, EMISSIONS, CLOCK, VIA, NEXT, CHARGED, COVERED = 0, 1, 2, 3, 4, 5, 6, 7
SINCE, LEGS, PAPERS, STORAGE, STATE, PARENT, ARC, INDEX, ASLEEP, LINK = 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
EXPANDED, SKIP = 18, 19
WIDTH = 20
# Columns of a nap: what a label that sleeps from birth is made from again, should it wake.
N_COST, N_PARENT, N_ARC, N_INDEX, N_LINK, N_SINCE, N_CHARGED = 0, 1, 2, 3, 4, 5, 6
# Columns of a wish for the next departure of an arrival's leg.
W_PARENT, W_ARC, W_INDEX, W_SKIP, W_CLOCK = 0, 1, 2, 3, 4
# Columns of an arc: what the timetable and the weights say of its leg, side by side in memory.
A_TO, A_LEG, A_PRE, A_LO, A_HI, A_OFFSET, A_DURATION, A_CAL_IN, A_CAL_OUT = 0, 1, 2, 3, 4, 5, 6, 7, 8
A_POST, A_DOC, A_COST, A_EMISSIONS, A_LOC, A_VIA, A_STORAGE = 9, 10, 11, 12, 13, 14, 15
A_WIDTH = 16
FIRST_NAP = -2
"""Sleepers are numbered in one row: labels from 0 upwards, naps from FIRST_NAP downwards; -1 is none."""
DAY = 1440
STATE_BITS = 18
STATE_MASK = (1 << STATE_BITS) - 1
NO_LIMIT = 1 << 44
"""
Cost in fen, or grams, of an itinerary that is not looked for, and a bound on what cannot be reached.

A bound and a state have to fit one entry of a heap: 44 + 18 bits. A label costs less than NO_LIMIT before its last leg
and stay, which cost less than 3/4 of it, and its last leg emits less than 1/4 of it; `network.weights` sees to that. So
what a label weighs in `hopeless` is below (1 + 3/4 + 1 + 1/4) NO_LIMIT MOST_WEIGHT = 3 * 2^60, some minutes times
MOST_WEIGHT_OF_TIME and a bound, together less than 2^62.
"""
MOST_STATES = 1 << STATE_BITS
MOST_WEIGHT_OF_TIME, MOST_WEIGHT = 1 << 20, 1 << 16
MOST_SUM = 1 << 42
MOST_LABELS = 3_000_000
"""Labels after which a search gives up proving that nothing is missing (about 500 MB)."""
FIRST_LABELS = 4096
MOST_KEPT_BYTES, MOST_KEPT = 64 << 20, 4
"""Memory of one search that is kept for the next ones, and of how many searches."""


@leaf
def first_at_least(values: Ints, lo: int, hi: int, target: int) -> int:
    """
    Return the first index in [lo, hi) whose value is at least target, hi if there is none.

    Timetables are nearly periodic, so the search starts where a straight line would cross and widens from there;
    that touches far less memory than halving.
    """
    if lo >= hi or values[hi - 1] < target:
        return hi
    low = values[lo]
    if low >= target:
        return lo
    guess = lo + (target - low) * (hi - 1 - lo) // (values[hi - 1] - low)
    step = 1
    if values[guess] < target:
        lo = guess
        while lo + step < hi and values[lo + step] < target:
            lo += step
            step *= 2
        hi = min(hi, lo + step)
    else:
        hi = guess
        while hi - step > lo and values[hi - step] >= target:
            hi -= step
            step *= 2
        lo = max(lo, hi - step)
    # The value at lo is below the target, the one at hi is not.
    while lo + 1 < hi:
        mid = (lo + hi) >> 1
        if values[mid] < target:
            lo = mid
        else:
            hi = mid
    return hi


@leaf
def next_open(tt: Timetable, cal: int, t: int) -> int:
    """Return the least open minute at or after t, FAR if there is none."""
    if cal < 0:
        return t
    last = tt.cal_ptr[cal + 1]
    i = first_at_least(tt.cal_end, tt.cal_ptr[cal], last, t + 1)
    if i == last:
        return FAR
    return max(t, tt.cal_start[i])


@leaf
def first_departure(tt: Timetable, leg: int, ready: int) -> int:
    """Return the index of the leg's first departure at or after ready (leg_hi if there is none)."""
    return first_at_least(tt.departures, tt.leg_lo[leg], tt.leg_hi[leg], ready - tt.leg_offset[leg])


@leaf
def storage_cost(w: Weights, row: int, wait: int) -> int:
    """Return the cost in fen of standing `wait` minutes."""
    if row < 0 or wait <= w.storage_free[row]:
        return 0
    days = (wait - w.storage_free[row] + DAY - 1) // DAY
    return w.storage_cost[row, min(days, w.storage_cost.shape[1] - 1)]


@leaf
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
def longer(old: Ints, used: int, size: int) -> Ints:
    """Return a longer copy of the first `used` entries of a vector."""
    new = np.empty(size, dtype=np.int64)
    new[:used] = old[:used]
    return new


@njit(cache=True, nogil=True)
def taller(old: Ints, used: int, size: int) -> Ints:
    """Return a copy with more rows of the first `used` rows of a table."""
    new = np.empty((size, old.shape[1]), dtype=np.int64)
    new[:used, :] = old[:used, :]
    return new


@leaf
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
def lower_bound(
    tt: Timetable, w: Weights, ptr: Ints, other: Ints, via_leg: Ints, target: int, weight: Ints, ends: Ints, last: int
) -> tuple[Ints, Ints]:
    """
    Return for each state the least weighted sum of time, cost and emissions to the target, ignoring the clock.

    Sums that would reach NO_LIMIT stop one short of it, which leaves them lower bounds.

    `ptr`, `other` and `via_leg` are the arcs by the state they enter (or leave, for sums from a source).

    Returns
    -------
    bound
        One value per state, NO_LIMIT where the target cannot be reached.
    arc
        First arc of a best way, as a position in `via_leg`; -1 where there is none.
    """
    n = ptr.shape[0] - 1
    bound = np.full(n, NO_LIMIT, dtype=np.int64)
    of_time, of_cost, of_emissions = weight[0], weight[1], weight[2]
    best = np.full(n, -1, dtype=np.int64)
    heap = np.empty(other.shape[0] + 2, dtype=np.int64)
    bound[target] = 0
    size = heap_push(heap, 0, target)
    while size > 0:
        item = heap[0]
        size = heap_pop(heap, size)
        state = item & STATE_MASK
        distance = item >> STATE_BITS
        if distance > bound[state]:
            continue
        for arc in range(ptr[state], ptr[state + 1]):
            leg = via_leg[arc]
            if w.leg_cost[leg] < 0 or (ends[other[arc]] == ends[other[arc] + 1] and other[arc] != last):
                continue
            step = of_time * (tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg])
            step += of_cost * w.leg_cost[leg] + of_emissions * w.leg_emissions[leg]
            # As long as no step is negative each state is left once, and the heap has room for an entry of each arc.
            step = min(distance + min(max(step, 0), NO_LIMIT), NO_LIMIT - 1)
            before = other[arc]
            if step < bound[before]:
                bound[before] = step
                best[before] = arc
                size = heap_push(heap, size, (step << STATE_BITS) | before)
    return bound, best


@leaf
def hopeless(
    limits: Ints, count: int, weight: Ints, bound: Ints, state: int, ready: int, cost: int, emissions: int
) -> bool:
    """
    Say whether everything that can follow is matched by arrivals already found.

    `limits` are the local upper bounds of the front: whatever is not matched lies strictly below one of them.
    Row k of `weight` applied to a limit stands in its column k; ``bound[state, k]`` is a lower bound on the same
    sum over the way to the target.
    """
    t = ready + bound[state, 0]
    c = cost + bound[state, 1]
    e = emissions + bound[state, 2]
    rows = weight.shape[0]
    w3 = w4 = w5 = w6 = 0
    if rows > 3:
        w3 = weight[3, 0] * ready + weight[3, 1] * cost + weight[3, 2] * emissions + bound[state, 3]
        w4 = weight[4, 0] * ready + weight[4, 1] * cost + weight[4, 2] * emissions + bound[state, 4]
        w5 = weight[5, 0] * ready + weight[5, 1] * cost + weight[5, 2] * emissions + bound[state, 5]
        w6 = weight[6, 0] * ready + weight[6, 1] * cost + weight[6, 2] * emissions + bound[state, 6]
    for i in range(count):
        if t < limits[i, 0] and c < limits[i, 1] and e < limits[i, 2]:
            if rows == 3:
                return False
            if w3 < limits[i, 3] and w4 < limits[i, 4] and w5 < limits[i, 5] and w6 < limits[i, 6]:
                return False
    return True


@njit(cache=True, nogil=True)
def weigh_limits(limits: Ints, count: int, weight: Ints) -> None:
    """Fill the weighted columns of the local upper bounds."""
    for i in range(count):
        for k in range(3, weight.shape[0]):
            limits[i, k] = weight[k, 0] * limits[i, 0] + weight[k, 1] * limits[i, 1] + weight[k, 2] * limits[i, 2]


@njit(cache=True, nogil=True)
def tighten(limits: Ints, count: int, t: int, c: int, e: int) -> tuple[Ints, int]:
    """Update the local upper bounds for a new point of the front."""
    fresh = np.zeros((3 * count + 3, limits.shape[1]), dtype=np.int64)
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
        wider = np.zeros((2 * (kept + made), limits.shape[1]), dtype=np.int64)
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


@leaf
def beaten(front: Ints, count: int, ready: int, cost: int, emissions: int) -> bool:
    """Say whether some found arrival is at least as good in all three criteria."""
    for i in range(count):
        if front[i, 1] <= cost and front[i, 2] <= emissions and front[i, 0] <= ready:
            return True
    return False


@leaf
def covers(q: Question, lab: Ints, a: int, b: int, bound_time: int) -> bool:
    """Say whether label a is as good as label b of the same state, storage apart."""
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


@leaf
def clock_penalty(w: Weights, loc: int, clock_a: int, clock_b: int) -> int:
    """Return the most that the earlier clock a can pay in storage above the later clock b."""
    if clock_a >= clock_b:
        return 0
    rate = w.loc_day_rate[loc]
    if rate == 0:
        return 0
    if clock_b == FAR:
        return NO_LIMIT
    return rate * ((clock_b - clock_a + DAY - 1) // DAY)


@leaf
def attach(lab: Ints, nap: Ints, sleeper: int, to: int) -> None:
    """Put a label or nap to sleep under a label that does as well as long as no storage is charged to that one."""
    if sleeper >= 0:
        lab[sleeper, ASLEEP] = 1
        lab[sleeper, LINK] = lab[to, COVERED]
    else:
        nap[FIRST_NAP - sleeper, N_LINK] = lab[to, COVERED]
    lab[to, COVERED] = sleeper


@leaf
def take_out(q: Question, lab: Ints, nap: Ints, head: Ints, new: int, before: int, bound_time: int) -> None:
    """
    Put to sleep under a label those in the bag of its state that it covers and that do not cover it.

    The first of them follows `before`, -1 if it is the head of the bag.
    """
    previous = before
    label = lab[before, NEXT] if before >= 0 else head[lab[new, STATE]]
    while label >= 0:
        following = lab[label, NEXT]
        if covers(q, lab, new, label, bound_time) and not covers(q, lab, label, new, bound_time):
            attach(lab, nap, label, new)
            if previous >= 0:
                lab[previous, NEXT] = following
            else:
                head[lab[new, STATE]] = following
        else:
            previous = label
        label = following


@leaf
def settle(
    tt: Timetable, w: Weights, q: Question, lab: Ints, nap: Ints, head: Ints, new: int, sleeper: int, bound_time: int
) -> int:
    """
    Put a label into its state's bag, unless another makes it needless.

    A label that another covers sleeps under it, by the number `sleeper`, until the other has been charged more storage
    than it is cheaper.

    Returns
    -------
    verdict
        1 if the label is in the bag and is to be expanded, 0 if it sleeps, -x if it sleeps under a label that
        beats it even though storage is charged there: then its later departures may be of use if they are less
        than x fen dearer.
    """
    state = lab[new, STATE]
    loc = tt.state_loc[state]
    label = head[state]
    previous = -1
    before = -2
    while label >= 0:
        if covers(q, lab, label, new, bound_time):
            gap = lab[new, COST] - lab[label, COST]
            if gap >= lab[label, CHARGED]:
                attach(lab, nap, sleeper, label)
                return 0
            if clock_penalty(w, loc, lab[label, CLOCK], lab[new, CLOCK]) <= gap:
                attach(lab, nap, sleeper, label)
                lab[new, SKIP] = lab[label, CLOCK] + DAY * (gap // max(1, w.loc_day_rate[loc]))
                return gap - lab[label, CHARGED]
        elif before == -2 and covers(q, lab, new, label, bound_time):
            before = previous
        previous = label
        label = lab[label, NEXT]
    # Only a label that stays awake takes others out: what sleeps under one that becomes a nap would be forgotten.
    if before != -2:
        take_out(q, lab, nap, head, new, before, bound_time)
    lab[new, ASLEEP] = 0
    lab[new, NEXT] = head[state]
    head[state] = new
    return 1


@leaf
def lie_down(lab: Ints, label: int, nap: Ints, row: int) -> None:
    """Note in a nap what its label is made from; `attach` has linked it."""
    nap[row, N_COST] = lab[label, COST]
    nap[row, N_PARENT] = lab[label, PARENT]
    nap[row, N_ARC] = lab[label, ARC]
    nap[row, N_INDEX] = lab[label, INDEX]
    nap[row, N_SINCE] = lab[label, SINCE]
    nap[row, N_CHARGED] = lab[label, CHARGED]


@leaf
def charge(
    tt: Timetable,
    w: Weights,
    lab: Ints,
    nap: Ints,
    first: int,
    amount: int,
    sleepers: Ints,
    asleep: int,
    wanted: Ints,
    wants: int,
) -> tuple[int, int]:
    """
    Note that a label, and the arrival it stems from, is charged `amount` for storage at one departure.

    Wakes the labels it covers that are less than `amount` dearer, for departures late enough to matter, and asks
    for the next departure of the arrival's leg. Returns the new numbers of sleepers and of wanted departures.
    """
    label = first
    while amount > lab[label, CHARGED]:
        is_first = lab[label, CHARGED] == 0
        lab[label, CHARGED] = amount
        loc = tt.state_loc[lab[label, STATE]]
        since = lab[label, CLOCK] + w.loc_free[loc] + 1
        covered = lab[label, COVERED]
        lab[label, COVERED] = -1
        while covered != -1:
            row = FIRST_NAP - covered
            following = lab[covered, LINK] if covered >= 0 else nap[row, N_LINK]
            gap = (lab[covered, COST] if covered >= 0 else nap[row, N_COST]) - lab[label, COST]
            late = since + DAY * (gap // max(1, w.loc_day_rate[loc]))
            if gap >= amount:
                attach(lab, nap, covered, label)
            elif covered < 0:
                nap[row, N_SINCE] = max(nap[row, N_SINCE], late)
                sleepers[asleep] = covered
                asleep += 1
            elif lab[covered, EXPANDED] == 0:
                lab[covered, SINCE] = max(lab[covered, SINCE], late)
                sleepers[asleep] = covered
                asleep += 1
            covered = following
        if lab[label, PARENT] < 0:
            break
        if lab[label, INDEX] >= 0:
            if is_first:
                wanted[wants, W_PARENT] = lab[label, PARENT]
                wanted[wants, W_ARC] = lab[label, ARC]
                wanted[wants, W_INDEX] = lab[label, INDEX]
                wanted[wants, W_SKIP] = lab[label, SKIP]
                wanted[wants, W_CLOCK] = lab[label, CLOCK]
                wants += 1
            break
        label = lab[label, PARENT]
    return asleep, wants


@leaf
def reach(
    tt: Timetable, w: Weights, q: Question, arcs: Ints, lab: Ints, parent: int, arc: int, index: int
) -> tuple[int, int, int]:
    """
    Return the instant a label is ready again after an arc, its storage clock then, and the storage it is charged.

    `index` is the departure, -1 for a process. The charge is -1 when the arc cannot be used.
    """
    if index < 0:
        begin = next_open(tt, arcs[arc, A_CAL_IN], lab[parent, READY] + arcs[arc, A_PRE])
        ready = begin + arcs[arc, A_POST]
        return ready, lab[parent, CLOCK], 0 if ready <= q.end else -1
    departure = tt.departures[index] + arcs[arc, A_OFFSET]
    state = lab[parent, STATE]
    if tt.state_loc[state] == q.origin_loc and departure > q.last_departure:
        return FAR, FAR, -1
    row = lab[parent, STORAGE] if q.backwards == 1 else w.state_storage[state]
    charged = storage_cost(w, row, departure - lab[parent, CLOCK])
    arrival = departure + arcs[arc, A_DURATION]
    ready = next_open(tt, arcs[arc, A_CAL_OUT], arrival) + arcs[arc, A_POST]
    return ready, arrival, charged if ready <= q.end else -1


@leaf
def move(
    q: Question,
    arcs: Ints,
    lab: Ints,
    parent: int,
    arc: int,
    index: int,
    ready: int,
    clock: int,
    charged: int,
    new: int,
) -> None:
    """Write into row `new` the label that follows `parent` over an arc, as `reach` found it."""
    lab[new, READY] = ready
    lab[new, CLOCK] = clock
    lab[new, COST] = lab[parent, COST] + charged + arcs[arc, A_COST]
    lab[new, EMISSIONS] = lab[parent, EMISSIONS] + arcs[arc, A_EMISSIONS]
    lab[new, VIA] = lab[parent, VIA] | arcs[arc, A_VIA]
    lab[new, PAPERS] = lab[parent, PAPERS]
    if index < 0:
        lab[new, SINCE] = lab[parent, SINCE]
        lab[new, LEGS] = lab[parent, LEGS]
        lab[new, STORAGE] = lab[parent, STORAGE]
    else:
        lab[new, SINCE] = 0
        lab[new, LEGS] = lab[parent, LEGS] + 1
        lab[new, STORAGE] = arcs[arc, A_STORAGE]
        if q.backwards == 1 and arcs[arc, A_DOC] >= 0:
            lab[new, PAPERS] = max(lab[parent, PAPERS], clock + arcs[arc, A_DOC])
    lab[new, STATE] = arcs[arc, A_TO]
    lab[new, PARENT] = parent
    lab[new, ARC] = arc
    lab[new, INDEX] = index
    lab[new, NEXT] = -1
    lab[new, ASLEEP] = 0
    lab[new, CHARGED] = 0
    lab[new, COVERED] = -1
    lab[new, LINK] = -1
    lab[new, EXPANDED] = 0
    lab[new, SKIP] = 0


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


@leaf
def board(tt: Timetable, q: Question, arcs: Ints, lab: Ints, label: int, arc: int) -> int:
    """Return the first departure a label can board, -1 for a process, -2 if there is none."""
    if arcs[arc, A_LO] < 0:
        return -1
    if q.max_legs >= 0 and lab[label, LEGS] >= q.max_legs:
        return -2
    ready = next_open(tt, arcs[arc, A_CAL_IN], lab[label, READY] + arcs[arc, A_PRE])
    if q.backwards == 0 and arcs[arc, A_DOC] >= 0:
        ready = max(ready, q.start + arcs[arc, A_DOC])
    return depart(tt, arcs, arc, max(ready, lab[label, SINCE]))


@leaf
def depart(tt: Timetable, arcs: Ints, arc: int, ready: int) -> int:
    """Return an arc's first departure at or after an instant, -2 if there is none."""
    last = arcs[arc, A_HI]
    index = first_at_least(tt.departures, arcs[arc, A_LO], last, ready - arcs[arc, A_OFFSET])
    return index if index < last else -2


@leaf
def write_arc(tt: Timetable, w: Weights, leg: int, to: int, arcs: Ints, row: int) -> None:
    """Write an arc, all that the search wants to know of its leg, into a row."""
    arcs[row, A_TO] = to
    arcs[row, A_LEG] = leg
    arcs[row, A_PRE] = tt.leg_pre[leg]
    arcs[row, A_LO] = tt.leg_lo[leg]
    arcs[row, A_HI] = tt.leg_hi[leg]
    arcs[row, A_OFFSET] = tt.leg_offset[leg]
    arcs[row, A_DURATION] = tt.leg_duration[leg]
    arcs[row, A_CAL_IN] = tt.leg_cal_in[leg]
    arcs[row, A_CAL_OUT] = tt.leg_cal_out[leg]
    arcs[row, A_POST] = tt.leg_post[leg]
    arcs[row, A_DOC] = tt.leg_doc[leg]
    arcs[row, A_COST] = w.leg_cost[leg]
    arcs[row, A_EMISSIONS] = w.leg_emissions[leg]
    arcs[row, A_LOC] = tt.state_loc[to]
    arcs[row, A_VIA] = w.loc_via[tt.state_loc[to]]
    arcs[row, A_STORAGE] = w.state_storage[to]


@njit(cache=True, nogil=True)
def dive(tt: Timetable, w: Weights, q: Question, lab: Ints, used: int, best: Ints) -> int:
    """
    Follow best arcs from the source; return the new number of labels, the last at the target, or -1.

    The labels have no row of an arc yet: their column ARC holds -1 - leg.
    """
    one = np.empty((1, A_WIDTH), dtype=np.int64)
    label = 0
    state = q.source
    while state != q.target:
        arc = best[state]
        if arc < 0 or used + 2 >= lab.shape[0]:
            return -1
        write_arc(tt, w, tt.in_leg[arc], state_of(tt, arc), one, 0)
        index = board(tt, q, one, lab, label, 0)
        if index == -2:
            return -1
        ready, clock, charged = reach(tt, w, q, one, lab, label, 0, index)
        if charged < 0:
            return -1
        move(q, one, lab, label, 0, index, ready, clock, charged, used)
        lab[used, ARC] = -1 - tt.in_leg[arc]
        label = used
        used += 1
        state = one[0, A_TO]
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
def more_weights(seeds: Ints, weight: Ints) -> int:
    """
    Fill rows 3 onwards of `weight` with slopes between the fastest, cheapest and greenest dives; return the rows used.

    A weight along the slope between two extremes bounds the corner that the two single bounds leave open. Any
    non-negative weights are right; those whose sums would grow too large are replaced by plain time.
    """
    fast, cheap, green = seeds[0], seeds[1], seeds[2]
    minutes = max(60, cheap[0] - fast[0])
    fen = max(1_000, fast[1] - cheap[1])
    grams = max(1, fast[2] - cheap[2], fast[2] // 20)
    green_fen = max(1_000, green[1] - cheap[1])
    green_grams = max(1, cheap[2] - green[2], cheap[2] // 100)
    most = np.zeros(3, dtype=np.int64)
    for k in range(3):
        for i in range(3):
            most[k] = max(most[k], seeds[i, k])
    for row in range(3, 7):
        if row == 5:
            ratio = green_fen / green_grams
            weight[row, 0] = 0
            weight[row, 1] = 1 if ratio >= 1 else max(1, round(1 / ratio))
            weight[row, 2] = max(1, round(ratio)) if ratio >= 1 else 1
        else:
            slope = fen / minutes * (0.3 if row == 4 else 1.0)
            weight[row, 0] = max(1, round(slope)) if slope >= 1 else 1
            weight[row, 1] = 1 if slope >= 1 else max(1, round(1 / slope))
            weight[row, 2] = max(1, round(weight[row, 1] * fen / grams)) if row == 6 else 0
        weight[row, 0] = min(weight[row, 0], MOST_WEIGHT_OF_TIME)
        for k in range(1, 3):
            weight[row, k] = min(weight[row, k], MOST_WEIGHT)
        total = weight[row, 0] * most[0] + weight[row, 1] * most[1] + weight[row, 2] * most[2]
        if total > MOST_SUM:
            weight[row, 0] = 1
            weight[row, 1] = 0
            weight[row, 2] = 0
    return 7


@njit(cache=True, nogil=True)
def useful_arcs(
    tt: Timetable, w: Weights, q: Question, limits: Ints, count: int, weight: Ints, bound: Ints
) -> tuple[Ints, Ints]:
    """Return the arcs on which, by static bounds from both ends, something unmatched can still travel, by state."""
    n = tt.out_ptr.shape[0] - 1
    unit = np.zeros(3, dtype=np.int64)
    from_source = np.empty((n, 3), dtype=np.int64)
    for k in range(3):
        unit[:] = 0
        unit[k] = 1
        from_source[:, k], _ = lower_bound(
            tt, w, tt.out_ptr, tt.arc_to, tt.arc_leg, q.source, unit, tt.out_ptr, q.target
        )
    ptr = np.zeros(n + 1, dtype=np.int64)
    chosen = np.empty((tt.arc_to.shape[0], 2), dtype=np.int64)
    kept = 0
    for state in range(n):
        if from_source[state, 0] < NO_LIMIT and bound[state, 0] < NO_LIMIT:
            for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
                leg = tt.arc_leg[arc]
                if w.leg_cost[leg] < 0 or bound[tt.arc_to[arc], 0] >= NO_LIMIT:
                    continue
                ready = q.start + from_source[state, 0] + tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg]
                cost = from_source[state, 1] + w.leg_cost[leg]
                emissions = from_source[state, 2] + w.leg_emissions[leg]
                if not hopeless(limits, count, weight, bound, tt.arc_to[arc], ready, cost, emissions):
                    chosen[kept, 0] = leg
                    chosen[kept, 1] = tt.arc_to[arc]
                    kept += 1
        ptr[state + 1] = kept
    arcs = np.empty((kept, A_WIDTH), dtype=np.int64)
    for i in range(kept):
        write_arc(tt, w, chosen[i, 0], chosen[i, 1], arcs, i)
    return ptr, arcs


class Space(NamedTuple):
    """
    Memory of a search, kept from one to the next of a thread: fresh pages cost more than what is written on them.

    Parameters
    ----------
    lab, nap, wanted
        Rows of labels, naps and wishes.
    heap, sleepers
        Labels by arrival at the target, and numbers of sleepers that have woken.
    """

    lab: Ints
    nap: Ints
    wanted: Ints
    heap: Ints
    sleepers: Ints


def new_space(rows: int) -> Space:
    """Return memory for some labels; a search that needs more makes more."""
    return Space(
        np.empty((rows, WIDTH), dtype=np.int64),
        np.empty((2 * rows, N_CHARGED + 1), dtype=np.int64),
        np.empty((rows, W_CLOCK + 1), dtype=np.int64),
        np.empty(2 * rows, dtype=np.int64),
        np.empty(3 * rows, dtype=np.int64),
    )


@njit(cache=True, nogil=True)
def hops_of(arcs: Ints, lab: Ints, front: Ints, count: int) -> tuple[Ints, Ints]:
    """Return (leg, departure) of every hop of the front's itineraries end to end, and where each begins."""
    ptr = np.zeros(count + 1, dtype=np.int64)
    for i in range(count):
        steps = 0
        at = front[i, 3]
        while lab[at, PARENT] >= 0:
            steps += 1
            at = lab[at, PARENT]
        ptr[i + 1] = ptr[i] + steps
    hops = np.empty((ptr[count], 2), dtype=np.int64)
    for i in range(count):
        at = front[i, 3]
        for j in range(ptr[i + 1] - 1, ptr[i] - 1, -1):
            arc = lab[at, ARC]
            hops[j, 0] = arcs[arc, A_LEG] if arc >= 0 else -1 - arc
            hops[j, 1] = lab[at, INDEX]
            at = lab[at, PARENT]
    return ptr, hops


@leaf
def is_in_time(tt: Timetable, q: Question, leg: int) -> bool:
    """Say whether anything can depart and arrive on a leg in the time of a question."""
    if tt.leg_lo[leg] < 0:
        return True
    index = first_departure(tt, leg, q.start + tt.leg_pre[leg])
    lasts = tt.leg_offset[leg] + tt.leg_duration[leg] + tt.leg_post[leg]
    return index < tt.leg_hi[leg] and tt.departures[index] + lasts <= q.end


@leaf
def bar_out_of_season(tt: Timetable, q: Question, cost: Ints) -> None:
    """Bar the legs on which nothing can depart and arrive in the time of a question."""
    for leg in range(cost.shape[0]):
        if cost[leg] >= 0 and not is_in_time(tt, q, leg):
            cost[leg] = -1


@njit(cache=True, nogil=True)
def in_season(tt: Timetable, w: Weights, q: Question) -> Weights:
    """
    Return weights that bar the legs on which nothing can depart and arrive in the time of a question.

    The bounds know no clock: a leg of another season, or at the tariff of another year, would make them loose.
    """
    cost = w.leg_cost.copy()
    bar_out_of_season(tt, q, cost)
    return Weights(
        cost, w.leg_emissions, w.state_storage, w.storage_free, w.storage_cost, w.loc_day_rate, w.loc_free, w.loc_via
    )


@leaf
def is_open(tt: Timetable, w: Weights, q: Question, leg: int, known: Ints) -> bool:
    """Say whether a leg is of use in the time of a question; `known` notes it, 0 while it is not known."""
    if known[leg] == 0:
        known[leg] = 1 if w.leg_cost[leg] >= 0 and is_in_time(tt, q, leg) else -1
    return known[leg] > 0


@leaf
def spread(
    tt: Timetable,
    w: Weights,
    q: Question,
    known: Ints,
    ptr: Ints,
    other: Ints,
    via_leg: Ints,
    first: int,
    seen: Ints,
    queue: Ints,
) -> None:
    """
    Add 1 to `seen` of a state and of those with as much that can be got to from there, over such states.

    `ptr`, `other` and `via_leg` are the arcs by the state they leave (or enter, for what leads to a state).
    """
    before = seen[first]
    seen[first] += 1
    queue[0] = first
    read, written = 0, 1
    while read < written:
        state = queue[read]
        read += 1
        for arc in range(ptr[state], ptr[state + 1]):
            leg = via_leg[arc]
            if seen[other[arc]] == before and is_open(tt, w, q, leg, known):
                seen[other[arc]] += 1
                queue[written] = other[arc]
                written += 1


@njit(cache=True, nogil=True)
def arcs_between(
    tt: Timetable,
    w: Weights,
    q: Question,
    known: Ints,
    states: Ints,
    number: Ints,
    ptr: Ints,
    other: Ints,
    via_leg: Ints,
) -> tuple[Ints, Ints, Ints]:
    """Return the arcs of use between some states, in the order they had, by the new number of a state."""
    most = 0
    for state in states:
        most += ptr[state + 1] - ptr[state]
    new_ptr = np.zeros(states.shape[0] + 1, dtype=np.int64)
    to, legs = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
    kept = 0
    for i in range(states.shape[0]):
        for arc in range(ptr[states[i]], ptr[states[i] + 1]):
            leg = via_leg[arc]
            if number[other[arc]] >= 0 and is_open(tt, w, q, leg, known):
                to[kept], legs[kept] = number[other[arc]], leg
                kept += 1
        new_ptr[i + 1] = kept
    return new_ptr, to[:kept].copy(), legs[:kept].copy()


@njit(cache=True, nogil=True)
def between(tt: Timetable, w: Weights, q: Question) -> tuple[Timetable, Weights, Question]:
    """
    Return the part of a network by which something can get from the source to the target, its states numbered anew.

    It has a fiftieth of the states, and bounds are worked out ten times. Legs on which nothing can depart and arrive in
    the time of the question are not in it: bounds know no clock, and a leg of another season, or at the tariff of
    another year, would make them loose. States and arcs keep their order, and so do equals their rank.
    """
    n = tt.out_ptr.shape[0] - 1
    known = np.zeros(tt.leg_lo.shape[0], dtype=np.int64)
    seen, queue = np.zeros(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    spread(tt, w, q, known, tt.out_ptr, tt.arc_to, tt.arc_leg, q.source, seen, queue)
    if seen[q.target] == 1:
        spread(tt, w, q, known, tt.in_ptr, tt.in_from, tt.in_leg, q.target, seen, queue)
    else:
        seen[q.source] = seen[q.target] = 2
    states = np.flatnonzero(seen == 2)
    number = np.full(n, -1, dtype=np.int64)
    for i in range(states.shape[0]):
        number[states[i]] = i
    out_ptr, arc_to, arc_leg = arcs_between(tt, w, q, known, states, number, tt.out_ptr, tt.arc_to, tt.arc_leg)
    in_ptr, in_from, in_leg = arcs_between(tt, w, q, known, states, number, tt.in_ptr, tt.in_from, tt.in_leg)
    part = Timetable(
        out_ptr, arc_to, arc_leg, in_ptr, in_from, in_leg, tt.leg_lo, tt.leg_hi, tt.leg_offset, tt.leg_duration,
        tt.leg_pre, tt.leg_cal_in, tt.leg_cal_out, tt.leg_post, tt.leg_doc, tt.departures, tt.cal_ptr, tt.cal_start,
        tt.cal_end, tt.state_loc[states],
    )  # fmt: skip
    weights = Weights(
        w.leg_cost, w.leg_emissions, w.state_storage[states], w.storage_free, w.storage_cost, w.loc_day_rate,
        w.loc_free, w.loc_via,
    )  # fmt: skip
    asked = Question(
        number[q.source], number[q.target], q.start, q.end, q.origin_loc, q.last_departure, q.via_full, q.max_legs,
        q.backwards,
    )  # fmt: skip
    return part, weights, asked


@njit(cache=True, nogil=True)
def find_front(whole: Timetable, given: Weights, asked: Question, space: Space) -> tuple[Ints, Ints, Ints, int, Space]:
    """
    Return the Pareto front of a question, unordered, and the itineraries behind it.

    Parameters
    ----------
    whole, given, asked
        Timetable, weights and question.
    space
        Memory to use.

    Returns
    -------
    front
        Rows of (arrival, cost, emissions, number of a label).
    ptr, hops
        Itinerary i has the hops ``hops[ptr[i]:ptr[i + 1]]``, rows of (leg, departure).
    made
        Number of labels and naps made; from MOST_LABELS on the search was cut off.
    space
        The memory, perhaps grown.
    """
    tt, w, q = between(whole, given, asked)
    n = tt.out_ptr.shape[0] - 1
    lab, nap, wanted, heap, sleepers = space
    front = np.empty((64, 4), dtype=np.int64)
    limits = np.zeros((64, 7), dtype=np.int64)
    head = np.full(n, -1, dtype=np.int64)
    weight = np.zeros((7, 3), dtype=np.int64)
    weight[0, 0] = weight[1, 1] = weight[2, 2] = 1
    bound = np.empty((n, 7), dtype=np.int64)
    seeds = np.zeros((3, 3), dtype=np.int64)
    dives = 0
    found = 0
    size = 0
    wants = 0
    asleep = 0
    naps = 0

    lab[0, :] = 0
    lab[0, READY] = q.start
    lab[0, CLOCK] = FAR
    lab[0, STATE] = q.source
    lab[0, VIA] = w.loc_via[tt.state_loc[q.source]]
    lab[0, STORAGE] = -1
    for column in (PARENT, ARC, INDEX, NEXT, COVERED, LINK):
        lab[0, column] = -1
    used = 1
    head[q.source] = 0
    limits[0, 0] = q.end + 1
    limits[0, 1] = NO_LIMIT
    limits[0, 2] = NO_LIMIT
    limit_count = 1

    rows = 3
    k = 0
    while k < rows:
        bound[:, k], best = lower_bound(
            tt, w, tt.in_ptr, tt.in_from, tt.in_leg, q.target, weight[k], tt.in_ptr, q.source
        )
        if k < 3 and bound[q.source, k] >= NO_LIMIT:
            ptr, hops = hops_of(lab, lab, front, 0)
            return front[:0, :], ptr, hops, used, Space(lab, nap, wanted, heap, sleepers)
        after = dive(tt, w, q, lab, used, best)
        if after > 0:
            last = after - 1
            arrives = max(lab[last, READY], lab[last, PAPERS])
            if k < 3:
                seeds[k, 0] = arrives - q.start
                seeds[k, 1] = lab[last, COST]
                seeds[k, 2] = lab[last, EMISSIONS]
                dives += 1
            if (
                lab[last, VIA] & q.via_full == q.via_full
                and arrives <= q.end
                and not beaten(front, found, arrives, lab[last, COST], lab[last, EMISSIONS])
            ):
                found = offer(front, found, lab, last)
                limits, limit_count = tighten(limits, limit_count, arrives, lab[last, COST], lab[last, EMISSIONS])
                used = after
        k += 1
        if k == 3 and dives == 3:
            rows = more_weights(seeds, weight)
    weight = weight[:rows]
    weigh_limits(limits, limit_count, weight)
    out_ptr, arcs = useful_arcs(tt, w, q, limits, limit_count, weight, bound)
    size = heap_push(heap, size, (q.start << 32) | 0)

    while (size > 0 or wants > 0 or asleep > 0) and used + naps < MOST_LABELS:
        want = -1
        first_arc = 0
        last_arc = 1
        if asleep > 0:
            room = 1
        elif wants > 0:
            wants -= 1
            want = wants
            room = 1
            label = wanted[want, W_PARENT]
            first_arc = wanted[want, W_ARC]
            last_arc = first_arc + 1
        else:
            label = heap[0] & 0xFFFFFFFF
            size = heap_pop(heap, size)
            if lab[label, ASLEEP] == 1 or lab[label, EXPANDED] == 1:
                continue
            state = lab[label, STATE]
            if hopeless(
                limits, limit_count, weight, bound, state, lab[label, READY], lab[label, COST], lab[label, EMISSIONS]
            ):
                continue
            lab[label, EXPANDED] = 1
            first_arc = out_ptr[state]
            last_arc = out_ptr[state + 1]
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
            if sleeper < 0:
                row = FIRST_NAP - sleeper
                label = used
                parent, arc, index = nap[row, N_PARENT], nap[row, N_ARC], nap[row, N_INDEX]
                ready, clock, charged = reach(tt, w, q, arcs, lab, parent, arc, index)
                move(q, arcs, lab, parent, arc, index, ready, clock, charged, label)
                lab[label, SINCE] = nap[row, N_SINCE]
                lab[label, CHARGED] = nap[row, N_CHARGED]
                lab[label, ASLEEP] = 1
            state = lab[label, STATE]
            if lab[label, ASLEEP] == 0 or hopeless(
                limits, limit_count, weight, bound, state, lab[label, READY], lab[label, COST], lab[label, EMISSIONS]
            ):
                continue
            kept = settle(tt, w, q, lab, nap, head, label, sleeper, bound[state, 0])
            if kept == 1:
                if sleeper < 0:
                    used += 1
                size = heap_push(heap, size, ((lab[label, READY] + bound[state, 0]) << 32) | label)
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
                if index != -2 and index <= wanted[want, W_INDEX]:
                    index = wanted[want, W_INDEX] + 1 if wanted[want, W_INDEX] + 1 < arcs[arc, A_HI] else -2
            else:
                index = board(tt, q, arcs, lab, label, arc)
            if index == -2:
                continue
            ready, clock, charged = reach(tt, w, q, arcs, lab, label, arc, index)
            if charged < 0:
                continue
            cost = lab[label, COST] + charged + arcs[arc, A_COST]
            emissions = lab[label, EMISSIONS] + arcs[arc, A_EMISSIONS]
            if hopeless(limits, limit_count, weight, bound, to, ready, cost - charged, emissions):
                continue
            move(q, arcs, lab, label, arc, index, ready, clock, charged, used)
            lab[used, SINCE] = max(lab[used, SINCE], since)
            if charged > 0:
                asleep, wants = charge(tt, w, lab, nap, label, charged, sleepers, asleep, wanted, wants)
            if to == q.target:
                arrives = max(lab[used, READY], lab[used, PAPERS])
                if (
                    arrives <= q.end
                    and lab[used, VIA] & q.via_full == q.via_full
                    and not beaten(front, found, arrives, cost, emissions)
                ):
                    if found + 1 >= front.shape[0]:
                        front = taller(front, found, 2 * front.shape[0])
                    found = offer(front, found, lab, used)
                    limits, limit_count = tighten(limits, limit_count, arrives, cost, emissions)
                    weigh_limits(limits, limit_count, weight)
                    used += 1
                continue
            kept = settle(tt, w, q, lab, nap, head, used, FIRST_NAP - naps, bound[to, 0])
            if kept == 1:
                if not hopeless(limits, limit_count, weight, bound, to, ready, cost, emissions):
                    size = heap_push(heap, size, ((ready + bound[to, 0]) << 32) | used)
                used += 1
                continue
            lie_down(lab, used, nap, naps)
            if kept < 0:
                asleep, wants = charge(tt, w, lab, nap, used, -kept, sleepers, asleep, wanted, wants)
                nap[naps, N_CHARGED] = lab[used, CHARGED]
            naps += 1
    ptr, hops = hops_of(arcs, lab, front, found)
    return front[:found, :], ptr, hops, used + naps, Space(lab, nap, wanted, heap, sleepers)


class Found(NamedTuple):
    """
    A Pareto front.

    Parameters
    ----------
    front
        Rows of (arrival, cost, emissions), cheapest first.
    hops
        Rows of (leg, departure or -1), one array for each row of `front`.
    made
        Number of labels made.
    """

    front: Ints
    hops: list[Ints]
    made: int

    @property
    def is_complete(self) -> bool:
        """Say whether the search ended of its own accord."""
        return self.made < MOST_LABELS


_kept: list[Space] = []
"""Memory of searches that have ended, the last one at the end: the next search takes what is still in the caches."""


def pareto(tt: Timetable, w: Weights, q: Question) -> Found:
    """
    Return the Pareto front of a question.

    Parameters
    ----------
    tt, w, q
        Timetable, weights and question.

    Raises
    ------
    ValueError
        If the network has more states than a bound is packed with.
    """
    if tt.state_loc.shape[0] > MOST_STATES:
        msg = f"a network of {tt.state_loc.shape[0]} states, more than {MOST_STATES}"
        raise ValueError(msg)
    try:
        space = _kept.pop()
    except IndexError:
        space = new_space(FIRST_LABELS)
    front, ptr, hops, made, space = find_front(tt, w, q, space)
    if len(_kept) < MOST_KEPT and sum(array.nbytes for array in space) <= MOST_KEPT_BYTES:
        _kept.append(space)
    order = np.lexsort((front[:, 2], front[:, 0], front[:, 1]))
    return Found(front[order, :3], [hops[ptr[i] : ptr[i + 1]] for i in order], made)
