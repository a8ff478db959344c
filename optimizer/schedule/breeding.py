"""Compiled search for short schedules: orders of jobs are crossed, put, and pushed late and early."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimizer.schedule.placing import NOWHERE, in_order, justified, put_early

if TYPE_CHECKING:
    from optimizer.schedule.grid import Grid, Ints

_RANDOM = 1 << 20
_SHAKEN, _SHAKE = 0.05, 0.02
"""The share of jobs whose key is moved at random, and by which share of the schedule at most."""


@njit(cache=True, nogil=True)
def below(limit: int, rng: np.random.Generator) -> int:
    """Return a random number from 0 on that is less than another."""
    return int(rng.random() * limit)


@njit(cache=True, nogil=True)
def tails_of(grid: Grid) -> Ints:
    """Return for each job the shortest time from its begin to the last end of what follows it."""
    count = grid.fixed.shape[0]
    order = in_order(np.zeros(count, dtype=np.int64), grid.after_at, grid.before_at, grid.before)
    tails = np.zeros(count, dtype=np.int64)
    for job in order:
        longest = 0
        for k in range(grid.after_at[job], grid.after_at[job + 1]):
            longest = max(longest, tails[grid.after[k]])
        tails[job] = longest + shortest(grid, job)
    return tails


@njit(cache=True, nogil=True)
def shortest(grid: Grid, job: int) -> int:
    """Return the minutes of the shortest mode of a job."""
    return int(grid.elapsed[grid.mode_at[job] : grid.mode_at[job + 1]].min())


@njit(cache=True, nogil=True)
def founded(
    grid: Grid, herd: Ints, lasts: Ints, first: int, last: int, rng: np.random.Generator
) -> None:  # fmt: skip
    """
    Fill some places of a herd with schedules: orders by what follows each job, more and more of chance in them.

    Parameters
    ----------
    grid
        The problem.
    herd, lasts
        (members, 2, jobs) begins and modes, and (members,) last ends.
    first, last
        Which places are filled.
    rng
        Random numbers.
    """
    tails = tails_of(grid)
    spread = max(1, tails.max())
    keys = np.empty_like(tails)
    for place in range(first, last):
        share = place / lasts.shape[0]
        for job in range(tails.shape[0]):
            keys[job] = int(((spread - tails[job]) * (1 - share) + spread * share * rng.random()) * _RANDOM)
        lasts[place] = _grown(grid, keys, herd[place])


@njit(cache=True, nogil=True)
def _grown(grid: Grid, keys: Ints, member: Ints) -> int:
    """Put an order, push it late and early, and return its last end; one without room ends after everything."""
    order = in_order(keys, grid.before_at, grid.after_at, grid.after)
    last_end = put_early(grid, order, member[0], member[1])
    if last_end == NOWHERE:
        return int(grid.free.shape[0])
    return justified(grid, member[0], member[1], last_end)


@njit(cache=True, nogil=True)
def bred(grid: Grid, herd: Ints, lasts: Ints, children: int, rng: np.random.Generator) -> int:
    """
    Cross members of a herd, let children take the places of those that are not better, and return how many were.

    A child keeps the order of its first parent within a stretch of time, and that of the second before and after it.
    """
    members, count = lasts.shape[0], herd.shape[2]
    keys, child = np.empty(count, dtype=np.int64), np.empty((2, count), dtype=np.int64)
    better = 0
    for _ in range(children):
        one, other = _better(lasts, rng), _better(lasts, rng)
        _cross(herd[one, 0], herd[other, 0], lasts[one], keys, rng)
        last_end = _grown(grid, keys, child)
        weakest = _weaker(lasts, rng)
        if last_end > lasts[weakest] or _is_known(herd, lasts, child, last_end, members):
            continue
        better += last_end < lasts[weakest]
        herd[weakest], lasts[weakest] = child, last_end
    return better


@njit(cache=True, nogil=True)
def _better(lasts: Ints, rng: np.random.Generator) -> int:
    one, other = below(lasts.shape[0], rng), below(lasts.shape[0], rng)
    return one if lasts[one] <= lasts[other] else other


@njit(cache=True, nogil=True)
def _weaker(lasts: Ints, rng: np.random.Generator) -> int:
    found = below(lasts.shape[0], rng)
    for _ in range(3):
        other = below(lasts.shape[0], rng)
        if lasts[other] > lasts[found]:
            found = other
    return found


@njit(cache=True, nogil=True)
def _is_known(herd: Ints, lasts: Ints, child: Ints, last_end: int, members: int) -> bool:
    place = 0
    while place < members and (lasts[place] != last_end or not np.array_equal(herd[place, 0], child[0])):
        place += 1
    return place < members


@njit(cache=True, nogil=True)
def _cross(one: Ints, other: Ints, last_end: int, keys: Ints, rng: np.random.Generator) -> None:
    """Fill the keys of a child; some of its jobs get keys a little off."""
    length = int(last_end * (0.25 + 0.5 * rng.random()))
    begin = below(last_end - length + 1, rng)
    far = 4 * _RANDOM * (last_end + 1)
    shake = _SHAKE * last_end * _RANDOM
    for job in range(one.shape[0]):
        if one[job] < begin:
            keys[job] = other[job] * _RANDOM - far
        elif one[job] >= begin + length:
            keys[job] = other[job] * _RANDOM + far
        else:
            keys[job] = one[job] * _RANDOM
        if rng.random() < _SHAKEN:
            keys[job] += int(shake * (2 * rng.random() - 1))
