"""Shared boxes for some sharing classes: first something for each, then more where the gap is widest."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, NamedTuple

from optimizer.consolidation.entry import Entry
from optimizer.consolidation.market import Market

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from optimizer.consolidation.houses import House, Houses
    from optimizer.consolidation.params import Params

REFINING = 0.8
"""Part of the time after which classes that are not done only choose among what they know."""
ONE_STEP = 0.1
"""Part of the time left that one step of improving a class may take."""
EFFORT = 1.5
"""Power of the number of shipments with which the time of a step is taken to grow."""


class Standing(NamedTuple):
    """What some classes save by now against sending all alone, and the bound of what they cost."""

    saved: int
    bound: int


class Sharing:
    """
    Some classes on their way to shared boxes.

    Parameters
    ----------
    groups
        The classes, the largest first.
    makes, params
        Prices shipments; what is asked.
    begun
        Instant of the monotonic clock at which the run began.
    """

    def __init__(self, groups: Sequence[Sequence[House]], makes: Houses, params: Params, begun: float) -> None:
        self.groups = groups
        self.makes = makes
        self.params = params
        self.begun = begun
        self.entries: list[Entry] = []
        self.steps = 0

    def __call__(self, tell: Callable[[Standing], None], is_stopped: Callable[[], bool]) -> list[Entry]:
        """
        Return what was found for each class.

        What the clock leaves undone keeps the bound 0 and travels alone.
        """
        self._tell, self._is_stopped = tell, is_stopped
        waiting = sum(len(group) for group in self.groups)
        for group in self.groups:
            if self._is_over():
                break
            left = self.params.time_limit_s - self._spent()
            share = 2 * left * len(group) / waiting
            waiting -= len(group)
            for house in group:
                self.makes.look_around(house)
            self.entries.append(Entry(Market(self.makes.lanes, group), self.makes, self.params.seed))
            self.entries[-1].begin(self._after(min(left, share)))
            self._count()
        while self._spent() < REFINING * self.params.time_limit_s and (entry := self._widest()) is not None:
            entry.refine(self._after(self.params.time_limit_s - self._spent()))
            self._count()
        for entry in [] if self._is_close() else self.entries:
            if not entry.is_done and not is_stopped():
                entry.plan(self._after(self.params.time_limit_s - self._spent()))
                self._count()
        self._improve()
        for entry in self.entries:
            entry.forget()
        return self.entries

    def _improve(self) -> None:
        """Look for better loads where the gap is widest for the effort made, while there is time."""
        while self._spent() < REFINING * self.params.time_limit_s and not self._is_stopped() and not self._is_close():
            able = [entry for entry in self.entries if entry.may_improve and entry.cost > entry.bound]
            if not able:
                return
            entry = max(able, key=lambda one: (one.cost - one.bound) / len(one.market.houses) / (1 + one.in_vain))
            entry.improve(self._after(ONE_STEP * (self.params.time_limit_s - self._spent())))
            self._count()

    def _widest(self) -> Entry | None:
        """
        Return the class with the widest gap for its size, as steps take longer than in proportion to that.

        None if all are done or the gap asked for is reached.
        """
        wide = [entry for entry in self.entries if not entry.is_done]
        if not wide or self._is_stopped() or self._is_close():
            return None
        return max(wide, key=lambda one: (one.cost - one.bound) / len(one.market.houses) ** EFFORT)

    def _is_close(self) -> bool:
        """Say whether these classes reach the gap asked for."""
        cost = sum(entry.cost for entry in self.entries)
        is_begun = len(self.entries) == len(self.groups)
        return is_begun and cost - sum(entry.bound for entry in self.entries) <= self.params.gap * cost

    def _is_over(self) -> bool:
        """Say whether the time, or the number of steps, is up."""
        return self._is_stopped() or self._spent() >= self.params.time_limit_s

    def _spent(self) -> float:
        """Return the seconds, or the steps of a deterministic run, that are gone."""
        return self.steps if self.params.deterministic else time.monotonic() - self.begun

    def _after(self, seconds: float) -> Callable[[], bool]:
        """Return what says whether some seconds are over from now on."""
        until = self._spent() + seconds
        return lambda: self._is_stopped() or (not self.params.deterministic and self._spent() > until)

    def _count(self) -> None:
        """Count what the classes cost by now, and tell."""
        self.steps += 1
        saved = sum(one.alone - one.cost for one in self.entries)
        self._tell(Standing(saved, sum(one.bound for one in self.entries)))


def balanced(groups: Sequence[Sequence[House]], count: int) -> list[list[Sequence[House]]]:
    """Return classes, the largest first, in parts that take about as long as each other."""
    parts: list[list[Sequence[House]]] = [[] for _ in range(count)]
    efforts = [0.0] * count
    for group in groups:
        least = efforts.index(min(efforts))
        parts[least].append(group)
        efforts[least] += len(group) ** EFFORT
    return [part for part in parts if part]
