"""Herds of schedules that are bred until nothing better comes of them, each larger than the one before."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Self

import numpy as np

from optimizer.schedule.breeding import bred, founded
from optimizer.schedule.evaluate import Times
from optimizer.schedule.grid import grid_of, origin_of, slots_of
from optimizer.schedule.placing import justified

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.schedule.grid import Ints
    from optimizer.schedule.problem import HubProblem

FIRST_MEMBERS = 60
GROWTH = 5
"""How many times larger each herd is than the one before; small ones are quick, large ones get further."""
MOST_MEMBERS = FIRST_MEMBERS * GROWTH**3
STALE = 8
"""A herd has had its time when so many children for each member brought nothing better."""
VAIN = 2
"""So many herds in a row that bring nothing better are the last."""
_CHUNK_PUTS = 40_000


class Herd:
    """
    Short schedules of a problem whose jobs need nothing but resources, order and hours.

    Parameters
    ----------
    problem
        The problem.
    seed
        Of the random numbers.
    """

    def __init__(self, problem: HubProblem, *seed: int) -> None:
        self._problem = problem
        self._grid = grid_of(problem)
        self._origin = origin_of(problem)
        self._rng = np.random.default_rng(seed)
        # As many children at a time as take some hundredths of a second.
        self._chunk = max(1, _CHUNK_PUTS // len(problem.jobs))
        self._best: Ints | None = None
        self._last = int(self._grid.free.shape[0])
        self._last_before = self._last
        self._vain = 0
        self._begin(FIRST_MEMBERS)

    def _begin(self, members: int) -> None:
        """Begin a herd of another size from nothing."""
        self._members = np.zeros((members, 2, len(self._problem.jobs)), dtype=np.int64)
        self._lasts = np.full(members, self._grid.free.shape[0])
        self._founded = 0
        self._stale = 0

    def step(self) -> int:
        """Go on for a moment, and return how many children were tried."""
        size = len(self._lasts)
        if self._founded < size:
            last = min(size, self._founded + self._chunk)
            founded(self._grid, self._members, self._lasts, self._founded, last, self._rng)
            count, self._founded = last - self._founded, last
        else:
            better = bred(self._grid, self._members, self._lasts, self._chunk, self._rng)
            count = self._chunk
            self._stale = 0 if better else self._stale + count
        self._keep()
        if self._founded == size and self._stale > STALE * size:
            self._vain = 0 if self._last < self._last_before else self._vain + 1
            self._last_before = self._last
            self._begin(min(GROWTH * size, MOST_MEMBERS))
        return count

    def _keep(self) -> None:
        """Keep the best schedule there was."""
        place = int(self._lasts[: self._founded].argmin())
        if self._lasts[place] < self._last:
            self._last, self._best = int(self._lasts[place]), self._members[place].copy()

    @property
    def is_small(self) -> bool:
        """Whether it is still the first one."""
        return len(self._lasts) == FIRST_MEMBERS

    @property
    def is_spent(self) -> bool:
        """Whether larger and larger herds brought nothing better."""
        return self._vain >= VAIN

    @property
    def last_end(self) -> int:
        """When the best schedule ends; one after everything if there is none."""
        return self._last + self._origin

    def times(self) -> Times | None:
        """Return the best schedule, None if there is none."""
        if self._best is None:
            return None
        begins, modes = self._best
        return Times(slots_of(self._grid, self._origin, begins, modes), frozenset())

    def join(self, times: Times) -> None:
        """Take in a schedule found elsewhere, pushed late and early."""
        begins = np.array([slot.begin_min - self._origin for slot in times.slots])
        modes = self._grid.mode_at[:-1] + np.array([slot.mode for slot in times.slots])
        last = max(times.end(self._problem, job) for job in range(len(times.slots))) - self._origin
        last = justified(self._grid, begins, modes, last)
        place = int(self._lasts.argmax())
        self._members[place], self._lasts[place] = (begins, modes), last
        if last < self._last:
            self._last, self._best = last, np.stack((begins, modes))


class Aside:
    """Breeds a herd in a thread of its own."""

    def __init__(self, herd: Herd) -> None:
        self.herd = herd
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End, after the moment that is under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set() and not self.herd.is_spent:
            self.herd.step()


def breed_until(herd: Herd, end: float, is_done: Callable[[], bool]) -> None:
    """Breed a herd until an instant of the clock, or until something is done."""
    while time.monotonic() < end and not is_done():
        herd.step()
