"""What is free of the resources of a hub at each instant."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.schedule.evaluate import Slot
    from optimizer.schedule.problem import HubProblem, Job, Pool, PoolKey

_FAR = 2**40


class Profile:
    """How many of some resources are free at each instant."""

    def __init__(self, pool: Pool) -> None:
        self._times = [-_FAR, _FAR]
        self._free = [pool.count, 0]

    def _cut(self, minute: int) -> int:
        """Return the place of the piece that begins at a minute."""
        place = bisect_left(self._times, minute)
        if self._times[place] != minute:
            self._times.insert(place, minute)
            self._free.insert(place, self._free[place - 1])
        return place

    def take(self, begin: int, end: int, count: int = 1) -> None:
        """Take, or with a count below 0 give back, resources over an interval."""
        if begin >= end:
            return
        first, last = self._cut(begin), self._cut(end)
        for place in range(first, last):
            self._free[place] -= count

    def shut(self, begin: int, end: int, count: int) -> None:
        """Take as many as are free, up to a number: what runs already runs on."""
        first, last = self._cut(begin), self._cut(end)
        for place in range(first, last):
            self._free[place] -= max(0, min(count, self._free[place]))

    def conflict(self, begin: int, end: int, count: int = 1) -> int | None:
        """Return the end of the last piece of an interval in which so many are not free, None if there is none."""
        if begin >= end:
            return None
        first = bisect_right(self._times, begin) - 1
        last = bisect_left(self._times, end)
        for place in range(last - 1, first - 1, -1):
            if self._free[place] < count:
                return self._times[place + 1]
        return None


def profiles_of(problem: HubProblem, fixed: Iterable[tuple[Job, Slot]]) -> dict[PoolKey, Profile]:
    """Return what is free of each resource beside fixed jobs and what is shut."""
    found = {pool.key: Profile(pool) for pool in problem.pools}
    for job, slot in fixed:
        for key, count in job.needs:
            found[key].take(slot.begin_min, slot.begin_min + job.modes[slot.mode].elapsed_min, count)
    for pool in problem.pools:
        for closure in pool.closures:
            found[pool.key].shut(closure.begin_min, closure.end_min, closure.shut)
    return found
