"""A hub's problem as arrays, minute by minute, for compiled list scheduling."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.schedule.evaluate import Slot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from optimizer.schedule.problem import HubProblem

    Ints = NDArray[np.int64]


class Grid(NamedTuple):
    """
    What list scheduling knows of a problem. Minutes count from the first in which anything can be done.

    Parameters
    ----------
    free
        (minutes, pools): how many of each resource are free beside fixed jobs and what is shut.
    mode_at, elapsed, is_overtime
        Modes of job j are ``mode_at[j]`` up to ``mode_at[j + 1]``; of each mode the minutes from begin to end.
    range_at, low, high
        Ranges in which mode m may begin, ``range_at[m]`` up to ``range_at[m + 1]``, both ends included.
    need_at, need_pool, need_count
        What job j has, and how many of each.
    before_at, before, after_at, after
        Jobs that end before job j begins, and those that begin after it.
    fixed
        Begin of jobs that are fixed, -1 of others.
    """

    free: Ints
    mode_at: Ints
    elapsed: Ints
    is_overtime: Ints
    range_at: Ints
    low: Ints
    high: Ints
    need_at: Ints
    need_pool: Ints
    need_count: Ints
    before_at: Ints
    before: Ints
    after_at: Ints
    after: Ints
    fixed: Ints


def origin_of(problem: HubProblem) -> int:
    """Return the minute from which a grid counts."""
    return min([problem.begin_min, *(job.first_min for job in problem.jobs)])


def grid_of(problem: HubProblem) -> Grid:
    """Return the arrays of a problem."""
    origin = origin_of(problem)
    modes = [mode for job in problem.jobs for mode in job.modes]
    span = max(mode.begins[-1][1] + mode.elapsed_min for mode in modes) - origin + 1
    place = {pool.key: at for at, pool in enumerate(problem.pools)}
    needs = [[(place[key], count) for key, count in job.needs] for job in problem.jobs]
    earlier: list[list[int]] = [[] for _ in problem.jobs]
    later: list[list[int]] = [[] for _ in problem.jobs]
    for first, second in dict.fromkeys(problem.before):
        earlier[second].append(first)
        later[first].append(second)
    ranges = [[(low - origin, high - origin) for low, high in mode.begins] for mode in modes]
    return Grid(
        free=free_of(problem, origin, span),
        mode_at=_starts([job.modes for job in problem.jobs]),
        elapsed=_ints(mode.elapsed_min for mode in modes),
        is_overtime=_ints(mode.is_overtime for mode in modes),
        range_at=_starts(ranges),
        low=_ints(low for some in ranges for low, _ in some),
        high=_ints(high for some in ranges for _, high in some),
        need_at=_starts(needs),
        need_pool=_ints(pool for some in needs for pool, _ in some),
        need_count=_ints(count for some in needs for _, count in some),
        before_at=_starts(earlier),
        before=_ints(job for some in earlier for job in some),
        after_at=_starts(later),
        after=_ints(job for some in later for job in some),
        fixed=_ints(job.first_min - origin if job.is_fixed else -1 for job in problem.jobs),
    )


def free_of(problem: HubProblem, origin: int, span: int) -> Ints:
    """Return what is free at (minutes, pools): fixed jobs keep what they have; of the rest, what is to be is shut."""
    free = np.zeros((span, len(problem.pools)), dtype=np.int64)
    for at, pool in enumerate(problem.pools):
        row = free[:, at]
        row[:] = pool.count
        for job in problem.jobs:
            if job.is_fixed:
                begin = job.first_min - origin
                row[begin : begin + job.modes[0].elapsed_min] -= sum(
                    count for key, count in job.needs if key == pool.key
                )
        for closure in pool.closures:
            piece = row[max(0, closure.begin_min - origin) : max(0, closure.end_min - origin)]
            piece -= np.clip(piece, 0, closure.shut)
    return free


def slots_of(grid: Grid, origin: int, begins: Ints, modes: Ints) -> tuple[Slot, ...]:
    """Return begins and modes as the slots of a schedule."""
    return tuple(
        Slot(int(begin) + origin, int(mode - first))
        for begin, mode, first in zip(begins, modes, grid.mode_at[:-1], strict=True)
    )


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)


def _starts(lists: Sequence[Sequence[object]]) -> Ints:
    """Return where the parts of each begin, and where the last ends."""
    return np.concatenate(([0], np.cumsum([len(some) for some in lists], dtype=np.int64))).astype(np.int64)
