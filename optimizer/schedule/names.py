"""Which of several resources that are alike a task has: interval colouring, keeping what was said before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from optimizer.schedule.constraints import shut_pieces

if TYPE_CHECKING:
    from data.hub_schedule import HubTaskTime
    from optimizer.schedule.evaluate import Times
    from optimizer.schedule.problem import HubProblem, Pool

_NUMBER = re.compile(r"(?P<pool>.+)#(?P<number>\d+)")


class _Use(NamedTuple):
    """A resource is had from one minute to another by a job, or shut (-1); the number it had before, if any."""

    begin: int
    end: int
    job: int
    before: int | None


def names_of(problem: HubProblem, times: Times, old: dict[str, HubTaskTime]) -> list[tuple[str, ...]]:
    """
    Return the names of the resources of each job.

    Sorted by begin, each takes the number it had, or else the lowest that is free; as no more are used than there are,
    one always is. What is shut takes the highest free ones.
    """
    names: list[list[str]] = [[] for _ in problem.jobs]
    for pool in problem.pools:
        numbers = _numbers(pool, _uses(problem, pool, times, old))
        for job, number in numbers.items():
            names[job].append(f"{pool.key.name}#{number}")
    order = [[key.name for key in job.pools] for job in problem.jobs]
    return [
        tuple(sorted(found, key=lambda name: keys.index(name.partition("#")[0])))
        for found, keys in zip(names, order, strict=True)
    ]


def _uses(problem: HubProblem, pool: Pool, times: Times, old: dict[str, HubTaskTime]) -> list[_Use]:
    """Return who has a pool when, in the order in which numbers are given."""
    uses = [
        _Use(times.begin(place), times.end(problem, place), place, _before(old.get(job.id), pool))
        for place, job in enumerate(problem.jobs)
        if pool.key in job.pools
    ]
    for begin, end, count in shut_pieces(problem, pool):
        uses += [_Use(begin, end, -1, None)] * count
    return sorted(uses, key=lambda use: (use.begin, use.job < 0, use.before is None, use.job))


def _before(task: HubTaskTime | None, pool: Pool) -> int | None:
    for name in () if task is None else task.resources:
        match = _NUMBER.fullmatch(name)
        if match is not None and match["pool"] == pool.key.name:
            return int(match["number"])
    return None


def _numbers(pool: Pool, uses: list[_Use]) -> dict[int, int]:
    """Return the number each job has of a pool."""
    free_at = dict.fromkeys(range(1, pool.count + 1), -(2**40))
    found: dict[int, int] = {}
    for use in uses:
        free = [number for number, minute in free_at.items() if minute <= use.begin]
        if use.job < 0:
            number = free[-1]
        else:
            number = use.before if use.before in free else free[0]
            found[use.job] = number
        free_at[number] = use.end
    return found
