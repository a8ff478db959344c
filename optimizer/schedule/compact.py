"""The same schedule in less time: some units get other turns, and everything is pushed late and early, compiled."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from optimizer.schedule.breeding import below
from optimizer.schedule.duties import kept_by, obliged
from optimizer.schedule.evaluate import Slot, Times, evaluate
from optimizer.schedule.found import Found
from optimizer.schedule.grid import grid_of, origin_of, slots_of
from optimizer.schedule.narrow import widened
from optimizer.schedule.parts import jobs_of
from optimizer.schedule.placing import NOWHERE, in_order, justified, put_early

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.grid import Grid, Ints
    from optimizer.schedule.params import Params
    from optimizer.schedule.problem import HubProblem, Job

_KEY = 1 << 10
_TRIES = 50
_TRIES_PER_S = 400
"""Tries for one second of a repeatable run."""
_MOST_UNITS = 6
_FAR_MIN = 10 * 24 * 60
_STALE = 20_000


def compacted(
    problem: HubProblem, found: Found, tiers: Sequence[TierName], params: Params, bound: int, seconds: float
) -> Found:
    """
    Return a schedule that ends earlier and is no worse in any aim before the makespan, or the same.

    Parameters
    ----------
    problem, found
        The hub, and its schedule.
    tiers
        The aims in their order, the makespan last.
    params
        Seed, and whether it must be repeatable.
    bound
        The makespan below which no schedule is.
    seconds
        How long to go on at most.
    """
    small = _committed(problem, found)
    if small is None:
        return found
    walk = _Walk(problem, small, found.times, params.seed)
    end, tries = time.monotonic() + seconds, int(seconds * _TRIES_PER_S)
    stale = 0
    while walk.last_end - problem.begin_min > bound and stale < _STALE:
        if tries <= 0 if params.deterministic else time.monotonic() >= end:
            break
        before = walk.last_end
        walk.step()
        tries -= _TRIES
        stale = 0 if walk.last_end < before else stale + _TRIES
    times = replace(widened(problem, small, walk.times()), left_out=found.times.left_out)
    other = Found(times, evaluate(problem, times))
    return min(found, other, key=lambda one: one.key(tiers))


def _committed(problem: HubProblem, found: Found) -> HubProblem | None:
    """
    Return a problem all of whose schedules keep what one keeps, and have no overtime beside its own.

    Units that miss, or leave somebody out, stay as they are: how late they are must not get worse.
    """
    last = max(found.times.end(problem, job) for job in range(len(problem.jobs)))
    pinned = {
        job
        for unit in problem.units
        if found.marks.units[unit.id].is_missed or any(one.shipment in found.times.left_out for one in unit.members)
        for job in jobs_of(unit)
    }

    def kept(place: int, job: Job, slot: Slot) -> Job:
        mode = job.modes[slot.mode]
        if place in pinned:
            return replace(job, is_fixed=True, modes=(mode._replace(begins=((slot.begin_min, slot.begin_min),)),))
        if not job.overtime_minor or job.is_fixed:
            return job
        return replace(job, modes=tuple(one for one in job.modes if mode.is_overtime or not one.is_overtime))

    pairs = enumerate(zip(problem.jobs, found.times.slots, strict=True))
    jobs = tuple(kept(place, job, slot) for place, (job, slot) in pairs)
    return obliged(replace(problem, jobs=jobs), kept_by(problem, found), last)


class _Walk:
    """A schedule that is changed a little again and again, and never gets longer."""

    def __init__(self, problem: HubProblem, small: HubProblem, times: Times, seed: int) -> None:
        self._grid, self._origin = grid_of(small), origin_of(small)
        self._rng = np.random.default_rng(seed)
        self._group = _groups(small)
        self._begins = np.array([slot.begin_min - self._origin for slot in times.slots])
        modes = [
            next(at for at, mode in enumerate(less.modes) if mode[:2] == job.modes[slot.mode][:2])
            for job, less, slot in zip(problem.jobs, small.jobs, times.slots, strict=True)
        ]
        self._modes = self._grid.mode_at[:-1] + np.array(modes)
        last = max(times.end(problem, job) for job in range(len(problem.jobs))) - self._origin
        self._last = justified(self._grid, self._begins, self._modes, last)

    @property
    def last_end(self) -> int:
        """When the schedule ends."""
        return int(self._last + self._origin)

    def step(self) -> None:
        """Go on for a moment."""
        self._last = walked(self._grid, self._group, self._begins, self._modes, self._last, _TRIES, self._rng)

    def times(self) -> Times:
        """Return the schedule."""
        return Times(slots_of(self._grid, self._origin, self._begins, self._modes), frozenset())


def _groups(problem: HubProblem) -> Ints:
    """Return a number for each job, the same for those that an order ties together."""
    first = list(range(len(problem.jobs)))

    def root(job: int) -> int:
        while first[job] != job:
            first[job] = first[first[job]]
            job = first[job]
        return job

    for one, other in problem.before:
        first[root(one)] = root(other)
    return np.unique([root(job) for job in first], return_inverse=True)[1]


@njit(cache=True, nogil=True)
def walked(
    grid: Grid, group: Ints, begins: Ints, modes: Ints, last: int, tries: int, rng: np.random.Generator
) -> int:  # fmt: skip
    """
    Change a schedule in place where that makes it no longer, and return its last end.

    Parameters
    ----------
    grid
        The problem.
    group
        Number of the group of each job.
    begins, modes, last
        The schedule.
    tries
        How many changes are tried.
    rng
        Random numbers.
    """
    other_begins, other_modes = begins.copy(), modes.copy()
    keys = np.empty_like(begins)
    for _ in range(tries):
        if rng.random() < 1 / 2:
            _some_earlier(group, begins, keys, rng)
        else:
            _shuffled(begins, last, keys, rng)
        order = in_order(keys, grid.before_at, grid.after_at, grid.after)
        end = put_early(grid, order, other_begins, other_modes)
        if end == NOWHERE:
            continue
        end = justified(grid, other_begins, other_modes, end)
        if end <= last:
            last = end
            begins[:], modes[:] = other_begins, other_modes
    return last


@njit(cache=True, nogil=True)
def _some_earlier(group: Ints, begins: Ints, keys: Ints, rng: np.random.Generator) -> None:
    """Fill keys by which a few groups get earlier turns."""
    keys[:] = begins * _KEY
    count = group.max() + 1
    for _ in range(1 + below(_MOST_UNITS, rng)):
        chosen, far = below(count, rng), rng.random()
        for job in range(group.shape[0]):
            if group[job] == chosen:
                keys[job] -= int(_FAR_MIN * far * far * _KEY)


@njit(cache=True, nogil=True)
def _shuffled(begins: Ints, last: int, keys: Ints, rng: np.random.Generator) -> None:
    """Fill keys by which some jobs within a stretch of time change their order."""
    span = int(last * (0.02 + 0.3 * rng.random()))
    first = below(last, rng) - span // 2
    share = rng.random() / 2
    noise = 1 + 4_000 * rng.random() * rng.random()
    for job in range(begins.shape[0]):
        keys[job] = begins[job] * _KEY
        if first <= begins[job] < first + span and rng.random() < share:
            keys[job] += int((2 * rng.random() - 1) * noise * _KEY)
