"""Lower bounds that know that resources are few: work that lies between two instants against what is free there."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizer.schedule.grid import free_of, origin_of
from optimizer.schedule.narrow import narrowed, rests_of
from optimizer.schedule.relief import Relief

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.schedule.grid import Ints
    from optimizer.schedule.problem import HubProblem, Job


_MOST_ROUNDS = 60
_LITTLE_MIN = 1e-6


class Load(NamedTuple):
    """
    The work one kind of resource has in regular hours, and what it can do. Minutes count from `origin`.

    Parameters
    ----------
    origin
        The minute from which others count.
    free
        (minutes + 1,): minutes of resources that are free in regular hours before each minute, in all.
    jobs
        Places of the jobs that need it and are not fixed.
    work, heads, limits, tails
        Of each job: minutes of resources it takes, when it can begin, by when it must have ended, and the minutes
        that follow its end at least.
    """

    origin: int
    free: Ints
    jobs: Ints
    work: Ints
    heads: Ints
    limits: Ints
    tails: Ints


def affordable(problem: HubProblem, overtime_minor: int) -> HubProblem:
    """Return a problem without overtime of single jobs that costs more than a value."""

    def pruned(job: Job) -> Job:
        if job.is_fixed or job.overtime_minor <= overtime_minor:
            return job
        modes = tuple(mode for mode in job.modes if not mode.is_overtime)
        return replace(job, modes=modes) if modes else job

    return replace(problem, jobs=tuple(map(pruned, problem.jobs)))


def loads_of(problem: HubProblem) -> Iterator[Load]:
    """Yield the load of each kind of resource of a problem whose begins were narrowed."""
    origin = origin_of(problem)
    last = max(mode.begins[-1][1] + mode.elapsed_min for job in problem.jobs for mode in job.modes)
    free = free_of(problem, origin, last - origin + 1)
    rests = rests_of(problem)
    for at, pool in enumerate(problem.pools):
        some = [
            (place, job, count * _least(job), rests[place] - min(mode.elapsed_min for mode in job.modes))
            for place, job in enumerate(problem.jobs)
            for key, count in job.needs
            if key == pool.key and not job.is_fixed
        ]
        if not some:
            continue
        row = np.maximum(free[:, at], 0)
        if pool.regular is not None:
            is_open = np.zeros(len(row), dtype=bool)
            for begin, end in pool.regular:
                is_open[max(0, begin - origin) : max(0, end - origin)] = True
            row = row * is_open
        yield Load(
            origin=origin,
            free=np.concatenate(([0], np.cumsum(row))),
            jobs=np.array([place for place, *_ in some]),
            work=np.array([work for _, _, work, _ in some]),
            heads=np.array([job.first_min - origin for _, job, _, _ in some]),
            limits=np.array([_last_end(job) - origin for _, job, _, _ in some]),
            tails=np.array([tail for *_, tail in some]),
        )


def _least(job: Job) -> int:
    """Return the minutes of work of a job; one that pauses has what it needs for longer."""
    return min(job.work_min, *(mode.elapsed_min for mode in job.modes))


def _last_end(job: Job) -> int:
    return max(mode.begins[-1][1] + mode.elapsed_min for mode in job.modes)


def least_makespan(problem: HubProblem, overtime_minor: int) -> int:
    """
    Return the makespan below which no schedule is whose overtime costs no more than a value.

    Parameters
    ----------
    problem
        The hub, or what it is obliged to.
    overtime_minor
        Cost of overtime, in fen.

    Notes
    -----
    For instants h and times t: all jobs that begin at h at the earliest, and after whose end t minutes must follow,
    take their work out of what is free in regular hours from h on, less the most work that so much overtime does. The
    minute in which that is used up, and t minutes, is a bound.
    """
    cheap = affordable(problem, overtime_minor)
    small = narrowed(cheap, problem.end_min)
    if small is None:
        return 0
    best = 0
    for load in loads_of(small):
        spared = _spared(small, load, overtime_minor)
        order = np.argsort(-load.tails, kind="stable")
        for head in np.unique(load.heads):
            some = order[load.heads[order] >= head]
            need = load.free[head] + np.cumsum(load.work[some]) - spared
            ends = np.searchsorted(load.free, need, side="left")
            is_bound = need > load.free[head]
            if is_bound.any():
                best = max(best, int((ends + load.tails[some])[is_bound].max()) + load.origin - problem.begin_min)
    return best


def _spared(problem: HubProblem, load: Load, overtime_minor: int) -> int:
    """Return the most work on a kind of resource that is done in overtime for a value: by work for the money."""
    left, spared = float(overtime_minor), 0.0
    costs = [
        (problem.jobs[place].overtime_minor, int(work))
        for place, work in zip(load.jobs, load.work, strict=True)
        if any(mode.is_overtime for mode in problem.jobs[place].modes)
    ]
    for cost, work in sorted(costs, key=lambda one: one[0] / max(1, one[1])):
        share = 1.0 if cost <= left else left / cost
        spared += share * work
        left -= share * cost
    return ceil(spared - 1e-9)


def least_overtime(problem: HubProblem) -> int:
    """
    Return what overtime costs at least in a problem whose begins leave time for all duties.

    Notes
    -----
    A job without a regular begin left is overtime. Of all jobs that lie between two instants whatever happens, those
    that are not overtime take no more than is free in regular hours between them: a linear program with one share for
    each job, and one row for each pair of instants that is violated.
    """
    relief = Relief(problem)
    loads = list(loads_of(problem))
    for _ in range(_MOST_ROUNDS):
        rows = [row for load in loads for row in _too_much(load, relief.shares[load.jobs])]
        if not rows or not relief.add(rows):
            break
    return relief.cost


def _too_much(load: Load, shares: np.ndarray) -> Iterator[tuple[Ints, Ints, int]]:
    """Yield jobs, their work, and how much of that must be overtime, for the worst end of each begin."""
    order = np.argsort(load.limits, kind="stable")
    rest = load.work * (1 - shares)
    for head in np.unique(load.heads):
        some = order[load.heads[order] >= head]
        ends = np.minimum(np.maximum(load.limits[some], head), len(load.free) - 1)
        room = load.free[ends] - load.free[head]
        over = np.cumsum(rest[some]) - room
        worst = int(over.argmax())
        if over[worst] > _LITTLE_MIN:
            chosen = some[: worst + 1]
            excess = int(load.work[chosen].sum() - room[worst])
            yield load.jobs[chosen], load.work[chosen], excess
