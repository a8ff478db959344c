"""Compiled list scheduling: jobs are put one after the other, each as early or as late as it can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from network.kernel import leaf

if TYPE_CHECKING:
    from optimizer.schedule.grid import Grid, Ints

NOWHERE = -1
"""What stands for a job without a place, and for a schedule that cannot be completed."""


@leaf
def conflict(grid: Grid, free: Ints, job: int, begin: int, end: int) -> int:
    """Return the last minute of an interval in which a job lacks something, `NOWHERE` if it lacks nothing."""
    first, last = grid.need_at[job], grid.need_at[job + 1]
    for minute in range(end - 1, begin - 1, -1):
        for k in range(first, last):
            if free[minute, grid.need_pool[k]] < grid.need_count[k]:
                return minute
    return NOWHERE


@leaf
def conflict_before(grid: Grid, free: Ints, job: int, begin: int, end: int) -> int:
    """Return the first minute of an interval in which a job lacks something, `NOWHERE` if it lacks nothing."""
    first, last = grid.need_at[job], grid.need_at[job + 1]
    for minute in range(begin, end):
        for k in range(first, last):
            if free[minute, grid.need_pool[k]] < grid.need_count[k]:
                return minute
    return NOWHERE


@leaf
def take(grid: Grid, free: Ints, job: int, begin: int, end: int) -> None:
    """Take what a job needs."""
    for k in range(grid.need_at[job], grid.need_at[job + 1]):
        pool, count = grid.need_pool[k], grid.need_count[k]
        for minute in range(begin, end):
            free[minute, pool] -= count


@leaf
def earliest(grid: Grid, free: Ints, job: int, after: int) -> tuple[int, int]:
    """Return begin and mode of a job that ends first, in regular hours first among equals."""
    best_begin, best_mode, best_end = NOWHERE, NOWHERE, 0
    for mode in range(grid.mode_at[job], grid.mode_at[job + 1]):
        elapsed = grid.elapsed[mode]
        found = NOWHERE
        for k in range(grid.range_at[mode], grid.range_at[mode + 1]):
            begin = max(grid.low[k], after)
            while begin <= grid.high[k]:
                if best_mode != NOWHERE and begin + elapsed > best_end:
                    break
                last = conflict(grid, free, job, begin, begin + elapsed)
                if last == NOWHERE:
                    found = begin
                    break
                begin = last + 1
            if found != NOWHERE:
                break
        if found == NOWHERE:
            continue
        end = found + elapsed
        is_less = best_mode != NOWHERE and end == best_end and grid.is_overtime[best_mode] > grid.is_overtime[mode]
        if best_mode == NOWHERE or end < best_end or is_less:
            best_begin, best_mode, best_end = found, mode, end
    return best_begin, best_mode


@leaf
def latest(grid: Grid, free: Ints, job: int, until: int) -> tuple[int, int]:
    """Return begin and mode of a job that begins last and ends by an instant, in regular hours first among equals."""
    best_begin, best_mode = NOWHERE, NOWHERE
    for mode in range(grid.mode_at[job], grid.mode_at[job + 1]):
        elapsed = grid.elapsed[mode]
        found = NOWHERE
        for k in range(grid.range_at[mode + 1] - 1, grid.range_at[mode] - 1, -1):
            begin = min(grid.high[k], until - elapsed)
            while begin >= grid.low[k] and begin >= best_begin:
                first = conflict_before(grid, free, job, begin, begin + elapsed)
                if first == NOWHERE:
                    found = begin
                    break
                begin = first - elapsed
            if found != NOWHERE:
                break
        is_less = best_mode != NOWHERE and found == best_begin and grid.is_overtime[best_mode] > grid.is_overtime[mode]
        if found > best_begin or is_less:
            best_begin, best_mode = found, mode
    return best_begin, best_mode


@njit(cache=True, nogil=True)
def put_early(grid: Grid, order: Ints, begins: Ints, modes: Ints) -> int:
    """
    Put jobs in an order, each as early as it can be, and return the last end.

    Parameters
    ----------
    grid
        The problem.
    order
        All jobs, each after those that it follows.
    begins, modes
        (jobs,) are filled.

    Returns
    -------
    last_end
        `NOWHERE` if some job has no place.
    """
    free = grid.free.copy()
    last_end = 0
    for at in range(order.shape[0]):
        job = order[at]
        if grid.fixed[job] != NOWHERE:
            begins[job], modes[job] = grid.fixed[job], grid.mode_at[job]
            last_end = max(last_end, begins[job] + grid.elapsed[modes[job]])
            continue
        after = 0
        for k in range(grid.before_at[job], grid.before_at[job + 1]):
            first = grid.before[k]
            after = max(after, begins[first] + grid.elapsed[modes[first]])
        begin, mode = earliest(grid, free, job, after)
        if mode == NOWHERE:
            return NOWHERE
        begins[job], modes[job] = begin, mode
        take(grid, free, job, begin, begin + grid.elapsed[mode])
        last_end = max(last_end, begin + grid.elapsed[mode])
    return int(last_end)


@njit(cache=True, nogil=True)
def put_late(grid: Grid, order: Ints, last_end: int, begins: Ints, modes: Ints) -> int:
    """
    Put jobs in an order, each as late as it can be, and return the first begin.

    As `put_early`, with all jobs before those that they follow, and all ended by an instant.
    """
    free = grid.free.copy()
    first_begin = free.shape[0]
    for at in range(order.shape[0]):
        job = order[at]
        if grid.fixed[job] != NOWHERE:
            begins[job], modes[job] = grid.fixed[job], grid.mode_at[job]
            continue
        until = last_end
        for k in range(grid.after_at[job], grid.after_at[job + 1]):
            until = min(until, begins[grid.after[k]])
        begin, mode = latest(grid, free, job, until)
        if mode == NOWHERE:
            return NOWHERE
        begins[job], modes[job] = begin, mode
        take(grid, free, job, begin, begin + grid.elapsed[mode])
        first_begin = min(first_begin, begin)
    return int(first_begin)


@njit(cache=True, nogil=True)
def ends_of(grid: Grid, begins: Ints, modes: Ints) -> Ints:
    """Return when each job ends."""
    found = np.empty_like(begins)
    for job in range(begins.shape[0]):
        found[job] = begins[job] + grid.elapsed[modes[job]]
    return found


@njit(cache=True, nogil=True)
def justified(grid: Grid, begins: Ints, modes: Ints, last_end: int) -> int:
    """
    Put all jobs as late as they can be, the last to end first, and then as early as they can be; return the last end.

    A schedule never gets longer by that (double justification, Valls, Ballestin and Quintanilla 2005).
    """
    old_begins, old_modes = begins.copy(), modes.copy()
    order = in_order(-ends_of(grid, begins, modes), grid.after_at, grid.before_at, grid.before)
    if put_late(grid, order, last_end, begins, modes) != NOWHERE:
        order = in_order(begins, grid.before_at, grid.after_at, grid.after)
        end = put_early(grid, order, begins, modes)
        if end != NOWHERE and end <= last_end:
            return end
    begins[:], modes[:] = old_begins, old_modes
    return last_end


@njit(cache=True, nogil=True)
def in_order(keys: Ints, wait_at: Ints, next_at: Ints, following: Ints) -> Ints:
    """
    Return all jobs by a key, the least first, but each after those it waits for.

    Parameters
    ----------
    keys
        (jobs,), the least first; equal ones by number.
    wait_at, next_at, following
        Rows of `Grid`: how many each waits for, and who waits for it.
    """
    count = keys.shape[0]
    waits = np.empty(count, dtype=np.int64)
    heap_key, heap_job = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    size = 0
    for job in range(count):
        waits[job] = wait_at[job + 1] - wait_at[job]
        if waits[job] == 0:
            size = push(heap_key, heap_job, size, keys[job], job)
    order = np.empty(count, dtype=np.int64)
    for at in range(count):
        job = heap_job[0]
        size = pop(heap_key, heap_job, size)
        order[at] = job
        for k in range(next_at[job], next_at[job + 1]):
            later = following[k]
            waits[later] -= 1
            if waits[later] == 0:
                size = push(heap_key, heap_job, size, keys[later], later)
    return order


@leaf
def push(heap_key: Ints, heap_job: Ints, size: int, key: int, job: int) -> int:
    """Add to a heap, and return its size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 1
        if heap_key[parent] < key or (heap_key[parent] == key and heap_job[parent] < job):
            break
        heap_key[at], heap_job[at] = heap_key[parent], heap_job[parent]
        at = parent
    heap_key[at], heap_job[at] = key, job
    return size + 1


@leaf
def pop(heap_key: Ints, heap_job: Ints, size: int) -> int:
    """Take the least off a heap, and return its size."""
    size -= 1
    key, job = heap_key[size], heap_job[size]
    at = 0
    while 2 * at + 1 < size:
        child = 2 * at + 1
        other = child + 1
        if other < size and (
            heap_key[other] < heap_key[child]
            or (heap_key[other] == heap_key[child] and heap_job[other] < heap_job[child])
        ):
            child = other
        if key < heap_key[child] or (key == heap_key[child] and job < heap_job[child]):
            break
        heap_key[at], heap_job[at] = heap_key[child], heap_job[child]
        at = child
    heap_key[at], heap_job[at] = key, job
    return size
