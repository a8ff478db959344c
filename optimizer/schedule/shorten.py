"""Short schedules of problems from which nothing leaves: bred in herds, and proven by what the solver refutes."""

from __future__ import annotations

import time
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from optimizer.schedule.herd import Aside, Herd, breed_until
from optimizer.schedule.narrow import energy_bound, narrowed, widened
from optimizer.schedule.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.schedule.evaluate import Times
    from optimizer.schedule.params import Params
    from optimizer.schedule.problem import HubProblem

_FIRST_SLICE_S = 2.0
# What one second is in a repeatable run: children times jobs.
_CHILDREN_JOBS_PER_S = 800_000
_MOST_RAISES = 100


class Short(NamedTuple):
    """A schedule, None if there is none, when it ends, and a minute before which none can end."""

    times: Times | None
    last_end: int
    bound: int


def shortest(problem: HubProblem, params: Params, tell: Callable[[int, int], None] | None = None) -> Short:
    """
    Return a short schedule of a problem from which nothing leaves, and a bound.

    Parameters
    ----------
    problem
        Jobs, their order and what they need; it has no units.
    params
        Limits and seed; with two workers a herd is bred beside the solver.
    tell
        Is told end and bound whenever one of them may have changed.

    Notes
    -----
    Slices of time, each twice as long as the one before, go to three things in turn: refuting that anything ends
    before the best schedule does, which proves it when it succeeds; raising the bound minute by minute; and breeding.
    """
    search = _Search(problem, params, tell)
    clock = _Clock(params)
    search.breed(min(_FIRST_SLICE_S / 2, params.time_limit_s / 10), until_large=True)
    is_aside = params.workers > 1 and not params.deterministic
    with Aside(search.other) if is_aside else nullcontext():
        slice_s = min(_FIRST_SLICE_S, params.time_limit_s / 4)
        while not search.is_done and clock.left() > 0:
            # When breeding brings nothing more, all that is left goes to the proof.
            search.refute(clock.take(clock.left() if search.is_spent else slice_s))
            search.raise_bound(clock.take(slice_s / 2))
            search.breed(clock.take(slice_s))
            slice_s *= 2
    search.collect()
    return Short(search.times, search.last_end, search.bound)


class _Clock:
    """Seconds that are left; in a repeatable run what was taken, otherwise what the clock says."""

    def __init__(self, params: Params) -> None:
        self._is_counted = params.deterministic
        self._left = params.time_limit_s
        self._end = time.monotonic() + params.time_limit_s

    def left(self) -> float:
        """Return how much is left."""
        return self._left if self._is_counted else self._end - time.monotonic()

    def take(self, seconds: float) -> float:
        """Return as much of some seconds as is left."""
        taken = max(0.0, min(seconds, self.left()))
        self._left -= taken
        return taken


class _Search:
    """What is known so far."""

    def __init__(
        self, problem: HubProblem, params: Params, tell: Callable[[int, int], None] | None
    ) -> None:  # fmt: skip
        self.times: Times | None = None
        self.last_end = problem.end_min + 1
        self.bound = energy_bound(problem)
        self.other = Herd(problem, params.seed, 1)
        self._problem = problem
        self._params = params
        self._tell = tell
        self._herd = Herd(problem, params.seed, 0)

    @property
    def is_done(self) -> bool:
        """Whether nothing can be better."""
        return self.last_end <= self.bound

    @property
    def is_spent(self) -> bool:
        """Whether breeding brings nothing more."""
        return self._herd.is_spent and (self.other.is_spent or self._params.deterministic or self._params.workers == 1)

    def collect(self) -> None:
        """Look whether the herds have something better."""
        for herd in (self._herd, self.other):
            if herd.last_end < self.last_end and (times := herd.times()) is not None:
                self.times, self.last_end = times, herd.last_end
        if self._tell is not None:
            self._tell(self.last_end, self.bound)

    def breed(self, seconds: float, *, until_large: bool = False) -> None:
        """Breed for a while, or only until the first herd is done."""
        herd = self._herd

        def is_done() -> bool:
            return herd.is_spent or herd.last_end <= self.bound or (until_large and not herd.is_small)

        if self._params.deterministic:
            children = int(seconds * _CHILDREN_JOBS_PER_S / len(self._problem.jobs))
            while children > 0 and not is_done():
                children -= herd.step()
        else:
            breed_until(herd, time.monotonic() + seconds, is_done)
        self.collect()

    def refute(self, seconds: float) -> None:
        """Look for something that ends before the best does; if there is nothing, that is the bound."""
        last_end = self.last_end
        if not self.is_done and seconds > 0 and self._is_refuted(last_end - 1, seconds):
            self.bound = max(self.bound, last_end)
        self.collect()

    def raise_bound(self, seconds: float) -> None:
        """Raise the bound as long as nothing ends by it."""
        end, tries, rest = time.monotonic() + seconds, _MOST_RAISES, seconds
        while not self.is_done and tries > 0 and rest > 0 and self._is_refuted(self.bound, rest):
            self.bound += 1
            tries -= 1
            rest = seconds if self._params.deterministic else end - time.monotonic()
        self.collect()

    def _is_refuted(self, last_end: int, seconds: float) -> bool:
        """Tell whether no schedule ends by an instant; one that does joins the herd."""
        small = narrowed(self._problem, last_end)
        if small is None:
            return True
        workers = self._params.workers if self.is_spent else 1
        found, is_refuted = Session.find(small, replace(self._params, workers=workers), seconds)
        if found is not None:
            self._herd.join(widened(self._problem, small, found))
        return is_refuted
