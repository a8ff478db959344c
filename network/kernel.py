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
STATE, PARENT, LEG, INDEX, NEXT, ASLEEP, CHARGED, COVERED, LINK = 9, 10, 11, 12, 13, 14, 15, 16, 17
EXPANDED, SKIP = 18, 19
WIDTH = 20
DAY = 1440
STATE_BITS = 18
STATE_MASK = (1 << STATE_BITS) - 1
NO_LIMIT = 1 << 40
MOST_WEIGHT = 1 << 20
MOST_SUM = 1 << 36
MOST_LABELS = 3_000_000
"""Labels after which a search gives up proving that nothing is missing (about 500 MB)."""


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def next_open(tt: Timetable, cal: int, t: int) -> int:
    """Return the least open minute at or after t, FAR if there is none."""
    if cal < 0:
        return t
    last = tt.cal_ptr[cal + 1]
    i = first_at_least(tt.cal_end, tt.cal_ptr[cal], last, t + 1)
    if i == last:
        return FAR
    return max(t, tt.cal_start[i])


@njit(cache=True, nogil=True)
def first_departure(tt: Timetable, leg: int, ready: int) -> int:
    """Return the index of the leg's first departure at or after ready (leg_hi if there is none)."""
    return first_at_least(tt.departures, tt.leg_lo[leg], tt.leg_hi[leg], ready - tt.leg_offset[leg])


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
def lengthened(old: Ints, used: int, size: int) -> Ints:
    """Return a longer copy of the first `used` entries of a vector."""
    new = np.empty(size, dtype=np.int64)
    new[:used] = old[:used]
    return new


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
def lower_bound(
    tt: Timetable, w: Weights, ptr: Ints, other: Ints, via_leg: Ints, target: int, weight: Ints
) -> tuple[Ints, Ints]:
    """
    Return for each state the least weighted sum of time, cost and emissions to the target, ignoring the clock.

    `ptr`, `other` and `via_leg` are the arcs by the state they enter (or leave, for sums from a source).

    Returns
    -------
    bound
        One value per state, FAR where the target cannot be reached.
    arc
        First arc of a best way, as a position in `via_leg`; -1 where there is none.
    """
    n = ptr.shape[0] - 1
    bound = np.full(n, FAR, dtype=np.int64)
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
            if w.leg_cost[leg] < 0:
                continue
            step = distance + weight[0] * (tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg])
            step += weight[1] * w.leg_cost[leg] + weight[2] * w.leg_emissions[leg]
            before = other[arc]
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


@njit(cache=True, nogil=True)
def beaten(front: Ints, count: int, ready: int, cost: int, emissions: int) -> bool:
    """Say whether some found arrival is at least as good in all three criteria."""
    for i in range(count):
        if front[i, 1] <= cost and front[i, 2] <= emissions and front[i, 0] <= ready:
            return True
    return False


@njit(cache=True, nogil=True)
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
    """Put a label to sleep under one that does as well as long as no storage is charged to that one."""
    lab[label, ASLEEP] = 1
    lab[label, LINK] = lab[to, COVERED]
    lab[to, COVERED] = label


@njit(cache=True, nogil=True)
def settle(tt: Timetable, w: Weights, q: Question, lab: Ints, head: Ints, new: int, bound_time: int) -> int:
    """
    Put a label into its state's bag, unless another makes it needless.

    A label that another covers sleeps under it until the other has been charged more storage than it is cheaper.

    Returns
    -------
    verdict
        1 if the label is in the bag and is to be expanded, 0 if it sleeps, -x if it sleeps under a label that
        beats it even though storage is charged there: then its later departures may be of use if they are less
        than x fen dearer.
    """
    state = lab[new, STATE]
    loc = tt.state_loc[state]
    previous = -1
    label = head[state]
    while label >= 0:
        following = lab[label, NEXT]
        if covers(q, lab, label, new, bound_time):
            gap = lab[new, COST] - lab[label, COST]
            if gap >= lab[label, CHARGED]:
                attach(lab, new, label)
                return 0
            if clock_penalty(w, loc, lab[label, CLOCK], lab[new, CLOCK]) <= gap:
                attach(lab, new, label)
                lab[new, SKIP] = lab[label, CLOCK] + DAY * (gap // max(1, w.loc_day_rate[loc]))
                return gap - lab[label, CHARGED]
        elif covers(q, lab, new, label, bound_time):
            attach(lab, label, new)
            if previous >= 0:
                lab[previous, NEXT] = following
            else:
                head[state] = following
            label = following
            continue
        previous = label
        label = following
    lab[new, ASLEEP] = 0
    lab[new, NEXT] = head[state]
    head[state] = new
    return 1


@njit(cache=True, nogil=True)
def charge(
    tt: Timetable,
    w: Weights,
    lab: Ints,
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
        while covered >= 0:
            following = lab[covered, LINK]
            gap = lab[covered, COST] - lab[label, COST]
            if gap >= amount:
                attach(lab, covered, label)
            elif lab[covered, EXPANDED] == 0:
                late = since + DAY * (gap // max(1, w.loc_day_rate[loc]))
                lab[covered, SINCE] = max(lab[covered, SINCE], late)
                sleepers[asleep] = covered
                asleep += 1
            covered = following
        if lab[label, PARENT] < 0:
            break
        if lab[label, INDEX] >= 0:
            if is_first:
                wanted[wants] = label
                wants += 1
            break
        label = lab[label, PARENT]
    return asleep, wants


@njit(cache=True, nogil=True)
def reach(tt: Timetable, w: Weights, q: Question, lab: Ints, parent: int, leg: int, index: int) -> tuple[int, int, int]:
    """
    Return the instant a label is ready again after a leg, its storage clock then, and the storage it is charged.

    `index` is the departure, -1 for a process. The charge is -1 when the leg cannot be used.
    """
    if index < 0:
        begin = next_open(tt, tt.leg_cal_in[leg], lab[parent, READY] + tt.leg_pre[leg])
        ready = begin + tt.leg_post[leg]
        return ready, lab[parent, CLOCK], 0 if ready <= q.end else -1
    departure = tt.departures[index] + tt.leg_offset[leg]
    state = lab[parent, STATE]
    if tt.state_loc[state] == q.origin_loc and departure > q.last_departure:
        return FAR, FAR, -1
    row = lab[parent, STORAGE] if q.backwards == 1 else w.state_storage[state]
    charged = storage_cost(w, row, departure - lab[parent, CLOCK])
    arrival = departure + tt.leg_duration[leg]
    ready = next_open(tt, tt.leg_cal_out[leg], arrival) + tt.leg_post[leg]
    return ready, arrival, charged if ready <= q.end else -1


@njit(cache=True, nogil=True)
def move(
    tt: Timetable,
    w: Weights,
    q: Question,
    lab: Ints,
    parent: int,
    leg: int,
    to: int,
    index: int,
    ready: int,
    clock: int,
    charged: int,
    new: int,
) -> None:
    """Write into row `new` the label that follows `parent` over `leg`, as `reach` found it."""
    lab[new, READY] = ready
    lab[new, CLOCK] = clock
    lab[new, COST] = lab[parent, COST] + charged + w.leg_cost[leg]
    lab[new, EMISSIONS] = lab[parent, EMISSIONS] + w.leg_emissions[leg]
    lab[new, VIA] = lab[parent, VIA] | w.loc_via[tt.state_loc[to]]
    lab[new, PAPERS] = lab[parent, PAPERS]
    if index < 0:
        lab[new, SINCE] = lab[parent, SINCE]
        lab[new, LEGS] = lab[parent, LEGS]
        lab[new, STORAGE] = lab[parent, STORAGE]
    else:
        lab[new, SINCE] = 0
        lab[new, LEGS] = lab[parent, LEGS] + 1
        lab[new, STORAGE] = w.state_storage[to]
        if q.backwards == 1 and tt.leg_doc[leg] >= 0:
            lab[new, PAPERS] = max(lab[parent, PAPERS], clock + tt.leg_doc[leg])
    lab[new, STATE] = to
    lab[new, PARENT] = parent
    lab[new, LEG] = leg
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
    """Follow best arcs from the source; return the new number of labels, the last at the target, or -1."""
    label = 0
    state = q.source
    while state != q.target:
        arc = best[state]
        if arc < 0 or used + 2 >= lab.shape[0]:
            return -1
        leg = tt.in_leg[arc]
        to = state_of(tt, arc)
        index = board(tt, q, lab, label, leg)
        if index == -2:
            return -1
        ready, clock, charged = reach(tt, w, q, lab, label, leg, index)
        if charged < 0:
            return -1
        move(tt, w, q, lab, label, leg, to, index, ready, clock, charged, used)
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
        for k in range(3):
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
) -> tuple[Ints, Ints, Ints]:
    """Return the arcs on which, by static bounds from both ends, something unmatched can still travel."""
    n = tt.out_ptr.shape[0] - 1
    unit = np.zeros(3, dtype=np.int64)
    from_source = np.empty((n, 3), dtype=np.int64)
    for k in range(3):
        unit[:] = 0
        unit[k] = 1
        from_source[:, k], _ = lower_bound(tt, w, tt.out_ptr, tt.arc_to, tt.arc_leg, q.source, unit)
    ptr = np.zeros(n + 1, dtype=np.int64)
    to = np.empty(tt.arc_to.shape[0], dtype=np.int64)
    by = np.empty(tt.arc_to.shape[0], dtype=np.int64)
    kept = 0
    for state in range(n):
        if from_source[state, 0] < FAR and bound[state, 0] < FAR:
            for arc in range(tt.out_ptr[state], tt.out_ptr[state + 1]):
                leg = tt.arc_leg[arc]
                if w.leg_cost[leg] < 0 or bound[tt.arc_to[arc], 0] >= FAR:
                    continue
                ready = q.start + from_source[state, 0] + tt.leg_pre[leg] + tt.leg_duration[leg] + tt.leg_post[leg]
                cost = from_source[state, 1] + w.leg_cost[leg]
                emissions = from_source[state, 2] + w.leg_emissions[leg]
                if not hopeless(limits, count, weight, bound, tt.arc_to[arc], ready, cost, emissions):
                    to[kept] = tt.arc_to[arc]
                    by[kept] = leg
                    kept += 1
        ptr[state + 1] = kept
    return ptr, to, by


@njit(cache=True, nogil=True)
def pareto(tt: Timetable, w: Weights, q: Question) -> tuple[Ints, Ints]:
    """
    Return the Pareto front of a question and the labels behind it.

    Parameters
    ----------
    tt, w, q
        Timetable, weights and question.

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
    heap = np.empty(3 * capacity, dtype=np.int64)
    sleepers = np.empty(2 * capacity, dtype=np.int64)
    wanted = np.empty(capacity, dtype=np.int64)
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

    lab[0, :] = 0
    lab[0, READY] = q.start
    lab[0, CLOCK] = FAR
    lab[0, STATE] = q.source
    lab[0, VIA] = w.loc_via[tt.state_loc[q.source]]
    lab[0, STORAGE] = -1
    for column in (PARENT, LEG, INDEX, NEXT, COVERED, LINK):
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
        bound[:, k], best = lower_bound(tt, w, tt.in_ptr, tt.in_from, tt.in_leg, q.target, weight[k])
        if k < 3 and bound[q.source, k] >= FAR:
            return front[:0, :], lab[:1, :]
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
    out_ptr, arc_to, arc_leg = useful_arcs(tt, w, q, limits, limit_count, weight, bound)
    size = heap_push(heap, size, (q.start << 32) | 0)

    while (size > 0 or wants > 0 or asleep > 0) and used < MOST_LABELS:
        want = -1
        first_arc = 0
        last_arc = 0
        if asleep > 0:
            asleep -= 1
            label = sleepers[asleep]
            state = lab[label, STATE]
            if lab[label, ASLEEP] == 0 or hopeless(
                limits,
                limit_count,
                weight,
                bound,
                state,
                lab[label, READY],
                lab[label, COST],
                lab[label, EMISSIONS],
            ):
                continue
            kept = settle(tt, w, q, lab, head, label, bound[state, 0])
            if kept == 1:
                if size + 1 >= heap.shape[0]:
                    heap = lengthened(heap, size, 2 * heap.shape[0])
                size = heap_push(heap, size, ((lab[label, READY] + bound[state, 0]) << 32) | label)
            elif kept < 0:
                asleep, wants = charge(tt, w, lab, label, -kept, sleepers, asleep, wanted, wants)
            continue
        if wants > 0:
            wants -= 1
            want = wanted[wants]
            label = lab[want, PARENT]
            last_arc = 1
        else:
            item = heap[0]
            size = heap_pop(heap, size)
            label = item & 0xFFFFFFFF
            if lab[label, ASLEEP] == 1 or lab[label, EXPANDED] == 1:
                continue
            state = lab[label, STATE]
            if hopeless(
                limits,
                limit_count,
                weight,
                bound,
                state,
                lab[label, READY],
                lab[label, COST],
                lab[label, EMISSIONS],
            ):
                continue
            lab[label, EXPANDED] = 1
            first_arc = out_ptr[state]
            last_arc = out_ptr[state + 1]
        room = last_arc - first_arc + 2
        if used + room >= capacity:
            capacity = max(2 * capacity, used + 2 * room)
            grown = np.empty((capacity, WIDTH), dtype=np.int64)
            grown[:used, :] = lab[:used, :]
            lab = grown
            sleepers = lengthened(sleepers, asleep, 2 * capacity)
            wanted = lengthened(wanted, wants, capacity)
        # A label that is woken is pushed again, so the heap can outgrow the labels.
        if size + room >= heap.shape[0]:
            heap = lengthened(heap, size, 2 * (size + room))
        for arc in range(first_arc, last_arc):
            if want >= 0:
                leg = lab[want, LEG]
                to = lab[want, STATE]
                index = first_departure(tt, leg, lab[want, SKIP] + 1 - tt.leg_duration[leg])
                index = max(index, lab[want, INDEX] + 1)
                if index >= tt.leg_hi[leg]:
                    continue
            else:
                leg = arc_leg[arc]
                to = arc_to[arc]
                index = board(tt, q, lab, label, leg)
                if index == -2:
                    continue
            ready, clock, charged = reach(tt, w, q, lab, label, leg, index)
            if charged < 0:
                continue
            cost = lab[label, COST] + charged + w.leg_cost[leg]
            emissions = lab[label, EMISSIONS] + w.leg_emissions[leg]
            if hopeless(limits, limit_count, weight, bound, to, ready, cost - charged, emissions):
                continue
            move(tt, w, q, lab, label, leg, to, index, ready, clock, charged, used)
            if want >= 0:
                # Earlier departures of this leg do as well until storage is charged to the one before.
                lab[used, SINCE] = lab[want, CLOCK] + w.loc_free[tt.state_loc[to]] + 1
            if charged > 0:
                asleep, wants = charge(tt, w, lab, label, charged, sleepers, asleep, wanted, wants)
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
                    weigh_limits(limits, limit_count, weight)
                    used += 1
                continue
            kept = settle(tt, w, q, lab, head, used, bound[to, 0])
            if kept < 0:
                asleep, wants = charge(tt, w, lab, used, -kept, sleepers, asleep, wanted, wants)
            elif kept == 1 and not hopeless(limits, limit_count, weight, bound, to, lab[used, READY], cost, emissions):
                size = heap_push(heap, size, ((lab[used, READY] + bound[to, 0]) << 32) | used)
            used += 1
    return front[:found, :], lab[:used, :]
