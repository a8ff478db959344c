"""Units put one by one, again and again: who lacked something gets an earlier turn the next time."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numba import njit

from optimizer.schedule.bounds import earliest_ends
from optimizer.schedule.duties import dues_under, duties_of, obliged, ordered
from optimizer.schedule.greedy import one_by_one
from optimizer.schedule.grid import grid_of, origin_of
from optimizer.schedule.parts import jobs_of
from optimizer.schedule.placing import NOWHERE, in_order, put_early

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.duties import Duties
    from optimizer.schedule.found import Found
    from optimizer.schedule.grid import Grid, Ints
    from optimizer.schedule.params import Params
    from optimizer.schedule.problem import HubProblem, Job

_ROUNDS = 50
_ROUNDS_PER_S = 400
"""Rounds for one second of a repeatable run."""
_PATIENCE = 40
"""So many times `_ROUNDS` without anything better are enough."""
_STEP_MIN = 1_000
"""By how many minutes a turn gets earlier at most, beside what was lacking."""


class Watch(NamedTuple):
    """
    What is watched in a round. Minutes count from the first of the grid.

    Parameters
    ----------
    unit
        Of each job, the place of its unit.
    jobs, dues
        Jobs that must have ended by an instant.
    last
        By when all should be done.
    """

    unit: Ints
    jobs: Ints
    dues: Ints
    last: int


def in_turns(
    problem: HubProblem,
    found: Found,
    tiers: Sequence[TierName],
    params: Params,
    bounds: Mapping[TierName, int],
    seconds: float,
) -> Found:
    """
    Return a schedule that is better in its aims, or the same.

    Parameters
    ----------
    problem, found
        The hub, and its schedule.
    tiers
        The aims in their order.
    params
        Seed, and whether it must be repeatable.
    bounds
        What aims cannot be less than.
    seconds
        How long to go on at most.

    Notes
    -----
    After Joslin, Clements, "Squeaky wheel optimization" (1999): a schedule made greedily tells who had trouble, and
    who had gets a better place in the order of the next one. Rounds are in regular hours; the best orders are then
    put as any first schedule is, with overtime for who misses or lacks a reserve.
    """
    duties = duties_of(problem, bounds["misses"], bounds["risk"])
    grid, watch = grid_of(_plain(problem, duties)), _watch(problem, duties, bounds["makespan"])
    rng = np.random.default_rng(params.seed)
    best = tuple(bounds[name] for name in tiers)
    end, rounds = time.monotonic() + seconds, int(seconds * _ROUNDS_PER_S)
    keys = _orders(problem, duties)
    scores, stale, turn = np.full((len(keys), 2), np.iinfo(np.int64).max), 0, 0
    while stale < _PATIENCE and found.key(tiers) > best:
        if rounds <= 0 if params.deterministic else time.monotonic() >= end:
            break
        rounds -= _ROUNDS
        turn = (turn + 1) % len(keys)
        stale += 1
        kept = keys[turn].copy()
        if learned(grid, watch, keys[turn], kept, scores[turn], _ROUNDS, rng):
            place = {unit.id: (float(key),) for unit, key in zip(problem.units, kept, strict=True)}
            other = one_by_one(problem, lambda unit, place=place: place[unit.id])  # type: ignore[misc]
            stale = 0 if other.key(tiers) < found.key(tiers) else stale
            found = min(found, other, key=lambda one: one.key(tiers))
    return found


def _orders(problem: HubProblem, duties: Duties) -> np.ndarray:
    """Return two orders of units: by cut-offs, less reserves that are to be kept, and by when each could be done."""
    dues, ends = dues_under(problem, duties), earliest_ends(problem)
    by_due = [min(dues.get(job, problem.end_min) for job in jobs_of(unit)) for unit in problem.units]
    return np.array([by_due, [ends[unit.gate] for unit in problem.units]], dtype=np.float64)


def _plain(problem: HubProblem, duties: Duties) -> HubProblem:
    """Return a problem without overtime, but for jobs that cannot do without it."""
    small = obliged(problem, duties)
    must = [all(mode.is_overtime for mode in job.modes) for job in (small or problem).jobs]

    def pruned(job: Job, must: bool) -> Job:  # noqa: FBT001
        regular = tuple(mode for mode in job.modes if not mode.is_overtime)
        return job if must or job.is_fixed or not regular else replace(job, modes=regular)

    jobs = tuple(pruned(job, one) for job, one in zip(problem.jobs, must, strict=True))
    return ordered(replace(problem, jobs=jobs), duties)


def _watch(problem: HubProblem, duties: Duties, makespan: int) -> Watch:
    """Return what is watched."""
    origin = origin_of(problem)
    dues = dues_under(problem, duties)
    unit = np.zeros(len(problem.jobs), dtype=np.int64)
    for place, one in enumerate(problem.units):
        unit[jobs_of(one)] = place
    return Watch(
        unit=unit,
        jobs=np.array(list(dues), dtype=np.int64),
        dues=np.array(list(dues.values()), dtype=np.int64) - origin,
        last=problem.begin_min + makespan - origin,
    )


@njit(cache=True, nogil=True)
def learned(
    grid: Grid, watch: Watch, keys: np.ndarray, kept: np.ndarray, score: Ints, rounds: int, rng: np.random.Generator
) -> bool:  # fmt: skip
    """
    Put all units in turns some times, and tell whether that went better than ever.

    Parameters
    ----------
    grid, watch
        The problem, and what is watched in it.
    keys
        (units,) by which turns are given, changed in place.
    kept
        Is filled with the best keys.
    score
        How many units lacked something, and by how many minutes; if none did, the last end. Changed in place.
    rounds
        How many.
    rng
        Random numbers.
    """
    count = keys.shape[0]
    begins, modes = np.empty_like(watch.unit), np.empty_like(watch.unit)
    lack, places = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    is_better = False
    for _ in range(rounds):
        places[np.argsort(keys)] = np.arange(count)
        order = in_order(places[watch.unit], grid.before_at, grid.after_at, grid.after)
        last = put_early(grid, order, begins, modes)
        if last == NOWHERE:
            return is_better
        lack[:] = 0
        for k in range(watch.jobs.shape[0]):
            job = watch.jobs[k]
            unit = watch.unit[job]
            lack[unit] = max(lack[unit], begins[job] + grid.elapsed[modes[job]] - watch.dues[k])
        lacking = (lack > 0).sum()
        minutes = lack.sum() if lacking else last
        if lacking < score[0] or (lacking == score[0] and minutes < score[1]):
            score[0], score[1] = lacking, minutes
            kept[:] = keys
            is_better = True
        if lacking == 0:
            for job in range(watch.unit.shape[0]):
                over = begins[job] + grid.elapsed[modes[job]] - watch.last
                lack[watch.unit[job]] = max(lack[watch.unit[job]], over)
        for unit in range(count):
            if lack[unit] > 0:
                keys[unit] -= (_STEP_MIN + lack[unit]) * rng.random()
    return is_better
