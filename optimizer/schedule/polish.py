"""A large schedule made better part by part: some units at a time, everything else as it stands."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from optimizer.schedule.evaluate import evaluate
from optimizer.schedule.found import Found
from optimizer.schedule.parts import around, faulty, part_of
from optimizer.schedule.session import Session

if TYPE_CHECKING:
    from collections.abc import Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.params import Params
    from optimizer.schedule.problem import HubProblem

LEAST_UNITS = 30
"""Smaller hubs are one part."""
_UNITS = 20
_PART_S = 2.0
_PATIENCE = 25
# Parts looked at for one second of a repeatable run.
_PARTS_PER_S = 2


class Polisher:
    """
    Improves schedules of one hub.

    Parameters
    ----------
    problem
        The hub.
    params
        Limits and seed.
    tiers
        The aims in their order.
    """

    def __init__(self, problem: HubProblem, params: Params, tiers: Sequence[TierName]) -> None:
        self._problem = problem
        # Parts are small: one thread solves them before a second has begun.
        self._params = replace(params, workers=1)
        self._tiers = tiers
        self._rng = np.random.default_rng(params.seed)

    def polished(self, found: Found, tier: TierName, bound: int, seconds: float) -> Found:
        """
        Return a schedule that is better in an aim, and in those before it not worse, or the same.

        Parameters
        ----------
        found
            The schedule.
        tier, bound
            The aim, and what it cannot be less than.
        seconds
            How long to look at most; the search ends before when many parts in a row gave nothing.
        """
        if len(self._problem.units) < LEAST_UNITS:
            return found
        end, parts, stale = time.monotonic() + seconds, int(seconds * _PARTS_PER_S), 0
        while found.marks.tiers[tier] > bound and stale < _PATIENCE:
            if parts <= 0 if self._params.deterministic else time.monotonic() >= end:
                break
            parts -= 1
            better = self._part(found, tier, _PART_S if self._params.deterministic else end - time.monotonic())
            stale = 0 if better.key(self._tiers) < found.key(self._tiers) else stale + 1
            found = better
        return found

    def _part(self, found: Found, tier: TierName, seconds: float) -> Found:
        """Return a schedule with one part solved anew, or the same if that is no better."""
        some = faulty(self._problem, found.times, found.marks, tier)
        if not some:
            return found
        focus = some[int(self._rng.integers(len(some)))]
        part = part_of(
            self._problem, found.times, around(self._problem, found.times, focus, _UNITS, self._rng)
        )
        session = Session(part.problem, self._params)
        start = part.of(found.times)
        now = evaluate(part.problem, start).tiers
        for earlier in self._tiers[: self._tiers.index(tier)]:
            session.limit(earlier, now[earlier])
        times, _ = session.improve(tier, start, min(_PART_S, max(0.0, seconds)))
        if times is None:
            return found
        whole = part.into(found.times, times)
        other = Found(whole, evaluate(self._problem, whole))
        return other if other.key(self._tiers) < found.key(self._tiers) else found
