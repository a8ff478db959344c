"""The same problem with less room: only schedules that end by an instant."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from optimizer.schedule.bounds import earliest_ends

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.schedule.evaluate import Times
    from optimizer.schedule.problem import HubProblem, Job, Mode


def narrowed(problem: HubProblem, last_end: int, dues: Mapping[int, int] | None = None) -> HubProblem | None:
    """
    Return a problem of which all schedules end by an instant, None if it is plain that there are none.

    Parameters
    ----------
    problem, last_end
        The problem, and the instant.
    dues
        Earlier instants by which some jobs must have ended.
    """
    ends, limits = earliest_ends(problem), latest_ends(problem, last_end, dues or {})
    first = [problem.begin_min] * len(problem.jobs)
    for before, after in problem.before:
        first[after] = max(first[after], ends[before])
    jobs = []
    for job, after, until in zip(problem.jobs, first, limits, strict=True):
        modes = job.modes if job.is_fixed else tuple(_clipped(job, after, until))
        if not modes or modes[0].begins[0][0] + modes[0].elapsed_min > last_end:
            return None
        jobs.append(replace(job, modes=modes))
    return replace(problem, jobs=tuple(jobs), end_min=last_end)


def widened(problem: HubProblem, small: HubProblem, times: Times) -> Times:
    """Return a schedule of a narrowed problem as one of the problem itself, where jobs may have more modes."""
    slots = []
    for job, less, slot in zip(problem.jobs, small.jobs, times.slots, strict=True):
        chosen = less.modes[slot.mode][:2]
        slots.append(slot._replace(mode=next(at for at, mode in enumerate(job.modes) if mode[:2] == chosen)))
    return replace(times, slots=tuple(slots))


def _clipped(job: Job, after: int, until: int) -> Iterator[Mode]:
    """Yield what is left of the modes of a job between two instants."""
    for mode in job.modes:
        begins = tuple(
            (max(low, after), min(high, until - mode.elapsed_min))
            for low, high in mode.begins
            if max(low, after) <= min(high, until - mode.elapsed_min)
        )
        if begins:
            yield mode._replace(begins=begins)


def latest_ends(problem: HubProblem, last_end: int, dues: Mapping[int, int] | None = None) -> list[int]:
    """Return by when each job must have ended so that all end by an instant, and some by earlier ones."""
    own = dues or {}
    follow: list[list[int]] = [[] for _ in problem.jobs]
    for before, after in problem.before:
        follow[before].append(after)
    found: dict[int, int] = {}

    def until(place: int) -> int:
        if place not in found:
            found[place] = min(
                [
                    last_end,
                    own.get(place, last_end),
                    *(_latest_begin(problem.jobs[later], until(later)) for later in follow[place]),
                ]
            )
        return found[place]

    return [until(place) for place in range(len(problem.jobs))]


def _latest_begin(job: Job, until: int) -> int:
    """Return the last instant at which a job can begin to end by another."""
    begins = [
        min(high, until - mode.elapsed_min)
        for mode in job.modes
        for low, high in mode.begins
        if low <= until - mode.elapsed_min
    ]
    return max(begins, default=job.first_min - 1)


def energy_bound(problem: HubProblem) -> int:
    """
    Return a minute before which no schedule can end, by the work of each kind of resource.

    For instants h and times t: all jobs that begin at h at the earliest, and after whose end t minutes must follow,
    need h + ceil(sum of minutes x demand / count) + t minutes.
    """
    ends = earliest_ends(problem)
    least = np.array([min(mode.elapsed_min for mode in job.modes) for job in problem.jobs])
    far = max(ends)
    rests = np.array(rests_of(problem)) - least
    heads = np.array(ends) - [max(mode.elapsed_min for mode in job.modes) for job in problem.jobs]
    best = far
    for pool in problem.pools:
        demands = np.array([dict(job.needs).get(pool.key, 0) for job in problem.jobs])
        used = demands * least > 0
        if used.any() and pool.count:
            best = max(best, _by_energy(heads[used], rests[used], (demands * least)[used], pool.count))
    return best


def rests_of(problem: HubProblem) -> list[int]:
    """Return for each job the shortest time from its begin to the end of all that follows it."""
    follow: list[list[int]] = [[] for _ in problem.jobs]
    for before, after in problem.before:
        follow[before].append(after)
    found: dict[int, int] = {}

    def rest(place: int) -> int:
        if place not in found:
            least = min(mode.elapsed_min for mode in problem.jobs[place].modes)
            found[place] = least + max((rest(later) for later in follow[place]), default=0)
        return found[place]

    return [rest(place) for place in range(len(problem.jobs))]


def _by_energy(heads: np.ndarray, rests: np.ndarray, work: np.ndarray, count: int) -> int:
    """Return the bound of one kind of resource."""
    order = np.argsort(-rests, kind="stable")
    best = 0
    for head in np.unique(heads):
        some = order[heads[order] >= head]
        best = max(best, int((head + -(-np.cumsum(work[some]) // count) + rests[some]).max()))
    return best


def apart(problem: HubProblem) -> list[list[int]]:
    """
    Return sets of jobs of which no two can be done at once, as few as hold every such pair that resources make.

    Two jobs are apart that need more together than there is, or that follow one another. Sets are grown greedily.
    """
    count = len(problem.jobs)
    rivals = np.zeros((count, count), dtype=bool)
    for pool in problem.pools:
        demands = np.array([dict(job.needs).get(pool.key, 0) for job in problem.jobs])
        rivals |= np.add.outer(demands, demands) > pool.count
    ordered = _followed(problem)
    works = [min(mode.elapsed_min for mode in job.modes) > 0 for job in problem.jobs]
    rivals &= ~ordered & np.outer(works, works)
    np.fill_diagonal(rivals, val=False)
    either = rivals | (ordered & np.outer(works, works))
    left, sets = rivals.copy(), []
    while left.any():
        first = int(left.sum(axis=1).argmax())
        some = [first, int(left[first].argmax())]
        open_ = either[some[0]] & either[some[1]]
        while open_.any():
            gain = np.where(open_, left[some].sum(axis=0), -1)
            best = int(gain.argmax())
            some.append(best)
            open_ = open_ & either[best]
        for one, other in combinations(some, 2):
            left[one, other] = left[other, one] = False
        sets.append(sorted(some))
    return sets


def _followed(problem: HubProblem) -> np.ndarray:
    """Return which jobs follow one another, in either order."""
    count = len(problem.jobs)
    reach = np.zeros((count, count), dtype=bool)
    for before, after in problem.before:
        reach[before, after] = True
    for via in range(count):
        reach |= np.outer(reach[:, via], reach[via])
    return reach | reach.T
