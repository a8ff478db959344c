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
    from collections.abc import Mapping, Sequence

    from data.hub_schedule import TierName
    from optimizer.schedule.evaluate import Times
    from optimizer.schedule.params import Params
    from optimizer.schedule.problem import HubProblem

LEAST_UNITS = 100
"""Smaller hubs are solved as a whole soon enough."""
_UNITS = 20
_PART_S = 1.0
_PATIENCE, _GROW_AFTER = 40, 10
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
    least_units
        Hubs with fewer are left alone.
    """

    def __init__(
        self, problem: HubProblem, params: Params, tiers: Sequence[TierName], least_units: int = LEAST_UNITS
    ) -> None:
        self._least_units = least_units
        self._problem = problem
        self._params = params
        # Parts are small: one thread solves them before a second has begun.
        self._part_params = replace(params, workers=1)
        self._tiers = tiers
        self._rng = np.random.default_rng(params.seed)

    def polished(self, found: Found, bounds: Mapping[TierName, int], seconds: float) -> Found:
        """
        Return a schedule that is better in its aims, or the same.

        Parameters
        ----------
        found
            The schedule.
        bounds
            What aims cannot be less than; those that are not named are left alone.
        seconds
            How long to look at most; the search ends before when many parts in a row gave nothing.
        """
        if len(self._problem.units) < self._least_units:
            return found
        end, parts, stale = time.monotonic() + seconds, int(seconds * _PARTS_PER_S), 0
        while stale < _PATIENCE:
            is_over = parts <= 0 if self._params.deterministic else time.monotonic() >= end
            some = [tier for tier, bound in bounds.items() if found.marks.tiers[tier] > bound]
            if is_over or not some:
                break
            parts -= 1
            size = _UNITS + _UNITS // 2 * (stale // _GROW_AFTER)
            part_s = _PART_S if self._params.deterministic else min(_PART_S, end - time.monotonic())
            better = self._part(found, some[int(self._rng.integers(len(some)))], size, part_s)
            stale = 0 if better.key(self._tiers) < found.key(self._tiers) else stale + 1
            found = better
        return found

    def _part(self, found: Found, tier: TierName, size: int, seconds: float) -> Found:
        """Return a schedule with one part solved anew, or the same if that is no better."""
        some = faulty(self._problem, found.times, found.marks, tier)
        if not some:
            return found
        focus = some[int(self._rng.integers(len(some)))]
        chosen = around(self._problem, found.times, focus, size, self._rng)
        part = part_of(self._problem, found.times, chosen)
        whole = part.into(found.times, self._solved(part.problem, part.of(found.times), tier, seconds))
        other = Found(whole, evaluate(self._problem, whole))
        return other if other.key(self._tiers) <= found.key(self._tiers) else found

    def _solved(self, problem: HubProblem, times: Times, aim: TierName, seconds: float) -> Times:
        """Return the schedule of a part, one aim made small after the other."""
        session = Session(problem, self._part_params)
        for tier in self._tiers:
            value = evaluate(problem, times).tiers[tier]
            # When a part is done is of no account before all else is as small as can be.
            if value > 0 and (tier != "makespan" or aim == tier):
                better, _ = session.improve(tier, times, max(0.0, seconds) / 2)
                times = times if better is None else better
            session.limit(tier, evaluate(problem, times).tiers[tier])
        return times
